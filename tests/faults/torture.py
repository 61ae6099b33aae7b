"""Kills a process, forked from this warm one, at random moments, and looks each time at what is left.

`python -m tests.faults.torture --kills 180 --seed 7`, with HEMEI_VAR and DATABASE_URL of a furnished site. Two of three
kills come from inside, at a chosen call that touches the database or the disk, before it or after it: with the same
seed at the same one. The third comes from outside, after a random time.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
import traceback
from collections import Counter
from random import Random
from typing import Any

import django

django.setup()

from django.db import connection, connections  # noqa: E402

from hemei.core.access import actor_of  # noqa: E402
from hemei.core.actions.check import submit_check  # noqa: E402
from hemei.core.models import Account, Check, Place  # noqa: E402
from tests.faults import presses, promises  # noqa: E402

OF_DATABASE = ("execute", "executemany", "copy", "write_row", "commit", "rollback", "savepoint", "savepoint_commit")
OF_DISK = ("fsync", "write", "replace", "rename", "mkdir", "unlink", "rmtree", "flock", "open", "close", "flush")
TOUCHING = frozenset((*OF_DATABASE, *OF_DISK))
PASSING = ("confirm", "apply", "backup")  # what is promised of them holds once, and is looked at then
MOST_TOUCHES = 1_500  # about six operations
LONGEST_S = 0.6
EVERY_BACKUP = 30  # kills: one in so many falls within a backup, from its first byte to its name


class Killer:
    """Ends this process at a call that touches something, by its number."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, frame: Any, event: str, argument: Any) -> None:
        name = getattr(argument, "__name__", "") if event.startswith("c_") else frame.f_code.co_name
        if name in TOUCHING:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def touches_of_a_backup() -> int:
    killer = Killer(sys.maxsize)
    sys.setprofile(killer)
    presses.backing_up(Random(0), "first", lambda *_said, **_what: None)
    sys.setprofile(None)
    return sys.maxsize - killer.left


def press_until_killed(rng: Random, name: str, out: int, touches: int, press: presses.Press) -> None:
    def say(word: str, **what: Any) -> None:
        os.write(out, (json.dumps([word, what]) + "\n").encode())

    if touches:
        sys.setprofile(Killer(touches))
    for number in range(1000):
        press(rng, f"{name}x{number}", say)


def kill_once(seed: str, number: int, of_a_backup: int) -> list[tuple[str, dict[str, Any]]]:
    """Fork, let it work, kill it; returns what it said. Raises AssertionError where it died of something else."""
    rng = Random(f"{seed}:{number}")
    touches = rng.randint(1, MOST_TOUCHES) if number % 3 else 0
    after = rng.uniform(0, LONGEST_S)
    press = presses.press
    if number % EVERY_BACKUP == 0:
        press, touches = presses.backing_up, rng.randint(1, of_a_backup + of_a_backup // 4)
    connections.close_all()
    incoming, outgoing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(incoming)
        try:
            press_until_killed(rng, f"k{number}", outgoing, touches, press)
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    os.close(outgoing)
    if not touches:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(incoming) as lines:
        said = [json.loads(line) for line in lines if line.endswith("\n")]
    _pid, status = os.waitpid(child, 0)
    wait_until_alone()
    assert os.WIFSIGNALED(status), "the process died of something else than the kill; see above"
    assert os.WTERMSIG(status) == signal.SIGKILL
    return [(word, what) for word, what in said]


def wait_until_alone() -> None:
    """PostgreSQL may still be at the last statement of a process that is dead: it ends it, or ends with it."""
    while connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'"
            )
            if cursor.fetchone() is None:
                return
        time.sleep(0.005)


def look(said: list[tuple[str, dict[str, Any]]], promised: list[dict[str, Any]]) -> None:
    """What was promised is there, nothing is half there, and what was under way can be sent again."""
    new = [what for word, what in said if word == "ended"]
    promised += new
    lost = [what for what in new if not promises.kept(what)]
    assert not lost, f"acknowledged, and lost: {lost}"
    faults = list(promises.broken())
    assert not faults, faults
    if said and said[-1][0] == "begins" and said[-1][1]["kind"] == "check":
        send_again(said[-1][1])
    if said and said[-1][0] == "begins" and said[-1][1]["kind"] == "collected":
        for _time in range(2):
            presses.collected_again(said[-1][1])
        assert Check.objects.filter(instance_id=said[-1][1]["instance"]).count() == 1
    faults = list(promises.resume()) + list(promises.broken())
    assert not faults, faults


def send_again(begun: dict[str, Any]) -> None:
    """The client heard nothing, so it sends the same again, twice: it is stored once."""
    rng = Random(0)
    place, by = Place.objects.get(pk=begun["place"]), actor_of(Account.objects.get(username="grid"))
    for _time in range(2):
        sent = presses.answered(rng, begun["instance"], leans=begun["leans"], photos=0)
        submit_check(place=place, answered=sent, by=by)
    assert Check.objects.filter(instance_id=begun["instance"]).count() == 1


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=180)
    parser.add_argument("--seed", default="7")
    given = parser.parse_args()
    promised: list[dict[str, Any]] = []
    presses.layer(Random(0), "first", lambda *_said, **_what: None)  # what is loaded at its first use is loaded here
    of_a_backup = touches_of_a_backup()
    for number in range(1, given.kills + 1):
        said: list[tuple[str, dict[str, Any]]] = []
        try:
            said = kill_once(given.seed, number, of_a_backup)
            look(said, promised)
        except Exception:
            traceback.print_exc()
            sys.exit(f"kill {number} of seed {given.seed}; it had said: {said[-5:]}")
    lost = [what for what in promised if what["kind"] not in PASSING and not promises.kept(what)]
    assert not lost, lost
    counted = Counter(what["kind"] for what in promised)
    print(json.dumps({"kills": given.kills, "seed": given.seed, "kept": counted}))


if __name__ == "__main__":
    main()
