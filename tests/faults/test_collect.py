"""One record sent by several at the same moment, to a server of two processes: stored once, and each is told so."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.faults import collecting
from tests.faults.ground import Site
from tests.faults.storm import PATIENCE_S, Storm

AT_ONCE, ROUNDS = 6, 12


def test_the_same_form_at_the_same_moment_is_one_record(site: Site, tmp_path: Path) -> None:
    rng, storm = Random("at once"), Storm(site, Random("at once"))
    storm.start()
    try:
        places = storm._places()
        forms = [collecting.form(rng, f"at-once-{number}", rng.choice(places), site.var) for number in range(ROUNDS)]
        answers = [_sent_at_once(storm, [form.body] * AT_ONCE) for form in forms]
        heads = _heads(storm)
    finally:
        storm.calm()
    assert answers == [[201] * AT_ONCE] * ROUNDS
    for status, headers in heads:
        assert status in (204, 403, 404)
        assert {"Date", "X-OpenRosa-Version", "X-OpenRosa-Accept-Content-Length"} <= headers
    _are_there(site, forms, tmp_path)


def test_one_record_that_names_two_places_at_the_same_moment_stands_at_one(site: Site, tmp_path: Path) -> None:
    """The other is refused, so that it stays in the queue of the phone that sent it."""
    rng, storm, stored = Random("elsewhere"), Storm(site, Random("elsewhere")), []
    storm.start()
    try:
        for number in range(ROUNDS):
            places = rng.sample(storm._places(), AT_ONCE)
            forms = [collecting.form(rng, f"elsewhere-{number}", place, site.var) for place in places]
            answers = _sent_at_once(storm, [form.body for form in forms])
            assert sorted(answers) == [201] + [409] * (AT_ONCE - 1)
            stored.append(forms[answers.index(201)])
            assert _sent_at_once(storm, [form.body for form in forms]) == answers, "what is told again is the same"
    finally:
        storm.calm()
    _are_there(site, stored, tmp_path)


def _heads(storm: Storm) -> list[tuple[int, set[str]]]:
    """How an address, one that is none and one with another's key are answered: the status, and which headers."""
    heads, address = [], collecting.address(storm.site.var)
    for path in (address, f"{address}/nothing", "/key/made-up/submission"):
        connection = http.client.HTTPConnection("127.0.0.1", storm.port, timeout=PATIENCE_S)
        connection.request("HEAD", path, headers={"X-OpenRosa-Version": "1.0"})
        answer = connection.getresponse()
        heads.append((answer.status, {name.title().replace("Openrosa", "OpenRosa") for name in answer.headers}))
        connection.close()
    return heads


def _are_there(site: Site, forms: Sequence[collecting.Form], folder: Path) -> None:
    acknowledged = folder / "acknowledged.json"
    acknowledged.write_text(json.dumps([form.promised for form in forms]))
    looked = site.python("-m", "tests.faults.look", str(acknowledged))
    assert looked.status == 0, looked.out + looked.err[-3000:]


def _sent_at_once(storm: Storm, bodies: Sequence[bytes]) -> list[int]:
    """What each of several, one for each body, was answered that began to send when all were ready."""
    ready, answers = threading.Barrier(len(bodies)), dict[int, int]()
    path = collecting.address(storm.site.var)

    def send(number: int, body: bytes) -> None:
        ready.wait(PATIENCE_S)
        status, _said = 503, ""
        while status == 503:  # asked to come again
            status, _said = collecting.post(storm.port, path, body, PATIENCE_S)
        answers[number] = status

    senders = [threading.Thread(target=send, args=one) for one in enumerate(bodies)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(PATIENCE_S * 2)
    return [answers.get(number, 0) for number in range(len(bodies))]
