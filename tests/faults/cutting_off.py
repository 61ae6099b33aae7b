"""Kills a restore at random moments: `python -m tests.faults.cutting_off A B --kills 6`, on a site where A stands.

The two backups are restored by turns over each other, each in a process forked from this warm one that is killed at a
chosen call that touches the database or the disk; every second kill falls in the last moments, when things change
places. What stands then is one of the two to the last row and key, or it is known to be broken off and made again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections import Counter
from pathlib import Path
from random import Random

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

from hemei.core.access import Scope  # noqa: E402
from hemei.core.queries.digest import Held, evidence_faults, rows_digest  # noqa: E402
from hemei.site.backup.restoring import restore  # noqa: E402
from tests.faults.presses import BACKED_UP_BY  # noqa: E402
from tests.faults.torture import Killer, wait_until_alone  # noqa: E402

LAST_MOMENTS = 400  # touches: comparing, keys, the exchange
State = tuple[str, ...]  # the digest of everything, and the three keys


def in_a_fork(file: Path, touches: int) -> tuple[bool, int]:
    """Restore in a child that is killed at that touch; returns whether it ended, and how many touches that took."""
    connections.close_all()
    incoming, outgoing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(incoming)
        try:
            killer = Killer(touches)
            sys.setprofile(killer)
            restore(file, BACKED_UP_BY, replace=True, say=lambda _line: None)
            sys.setprofile(None)
            os.write(outgoing, str(touches - killer.left).encode())
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    os.close(outgoing)
    with os.fdopen(incoming) as told:
        took = told.read()
    _pid, status = os.waitpid(child, 0)
    wait_until_alone()
    assert status == 0 or os.WIFSIGNALED(status), "the restore died of something else than the kill; see above"
    return status == 0, int(took or 0)


def standing() -> State:
    held = Held()
    rows = rows_digest(within=Scope.all())
    for _fault in evidence_faults(within=Scope.all(), held=held):
        pass
    keys = [path.read_text() for path in sorted(Path(settings.VAR).glob("hemei_*.key"))]
    connections.close_all()
    return rows.together(held), *keys


def broken_off() -> bool:
    """As every command asks."""
    return any(Path(settings.VAR).glob("*_key.restoring"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("backups", nargs=2, type=Path)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", default="7")
    given = parser.parse_args()
    most, states = 0, {}
    for file in reversed(given.backups):
        _whole, most = in_a_fork(file, sys.maxsize)
        states[file] = standing()
    here, there = given.backups
    assert states[here] != states[there]
    rng, found = Random(f"{given.seed}:restore"), Counter[str]()
    for number in range(1, given.kills + 1):
        at = most - rng.randrange(LAST_MOMENTS) if number % 2 else rng.randrange(1, most)
        ended, _took = in_a_fork(there, max(1, at))
        broken = broken_off()
        if broken:
            assert in_a_fork(there, sys.maxsize)[0]
        after = standing()
        told = f"restore {number} of seed {given.seed}, killed at touch {at} of {most}, broken off: {broken}"
        assert after == states[there] or (after == states[here] and not broken and not ended), told
        found["broken off" if broken else "ended" if ended else "new" if after == states[there] else "former"] += 1
        if after == states[there]:
            here, there = there, here
    print(json.dumps({"kills": given.kills, "seed": given.seed, "touches": most, "found": found}))


if __name__ == "__main__":
    main()
