"""The same form sent by several at the same moment, to a server of two processes: stored once, and all are told so."""

from __future__ import annotations

import json
import threading
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
        answers = [_sent_at_once(storm.port, collecting.address(site.var), form.body) for form in forms]
    finally:
        storm.calm()
    assert answers == [[201] * AT_ONCE] * ROUNDS
    acknowledged = tmp_path / "acknowledged.json"
    acknowledged.write_text(json.dumps([form.promised for form in forms]))
    looked = site.python("-m", "tests.faults.look", str(acknowledged))
    assert looked.status == 0, looked.out + looked.err[-3000:]


def _sent_at_once(port: int, path: str, body: bytes) -> list[int]:
    """What each of several was answered that began to send when all were ready."""
    ready, answers = threading.Barrier(AT_ONCE), []

    def send() -> None:
        ready.wait(PATIENCE_S)
        status, said = 503, ""
        while status == 503:  # asked to come again
            status, said = collecting.post(port, path, body, PATIENCE_S)
        answers.append(status if status == 201 else f"{status} {said}")

    senders = [threading.Thread(target=send) for _ in range(AT_ONCE)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(PATIENCE_S * 2)
    return answers
