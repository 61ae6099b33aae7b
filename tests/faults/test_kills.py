"""Killed at random moments: nothing acknowledged is lost, nothing is half there, the rest can be sent again.

HEMEI_KILLS kills a forked process so often (180), HEMEI_SERVER_KILLS the server (20), HEMEI_SEED says by which chance.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from random import Random

from tests.faults.ground import Site
from tests.faults.storm import Storm

SEED = os.environ.get("HEMEI_SEED", "7")
KILLS = os.environ.get("HEMEI_KILLS", "180")
SERVER_KILLS = int(os.environ.get("HEMEI_SERVER_KILLS", "20"))
LOOKED_AFTER_EVERY = 5  # kills of the server


def test_a_process_is_killed(site: Site) -> None:
    said = site.python("-m", "tests.faults.torture", "--kills", KILLS, "--seed", SEED, patience_s=7200)
    assert said.status == 0, f"{said.err[-6000:]}\n{said.out[-2000:]}"
    told = json.loads(said.out.splitlines()[-1])
    assert told["kills"] == int(KILLS)
    assert {"check", "step", "freeze", "hold", "begin", "confirm", "erase", "law", "layer"} <= set(told["kept"]), told


def test_the_whole_server_is_killed(site: Site, tmp_path: Path) -> None:
    storm = Storm(site, Random(f"{SEED}:server"))
    for number in range(1, SERVER_KILLS + 1):
        storm.rage()
        if number % LOOKED_AFTER_EVERY == 0 or number == SERVER_KILLS:
            storm.calm()
            acknowledged = tmp_path / "acknowledged.json"
            acknowledged.write_text(json.dumps(storm.acknowledged))
            looked = site.python("-m", "tests.faults.look", str(acknowledged))
            assert looked.status == 0, f"server kill {number} of seed {SEED}\n{looked.out}{looked.err[-6000:]}"
    kinds = {said["kind"] for said in storm.acknowledged}
    assert {"check", "step"} <= kinds
    assert not storm.wrong, f"seed {SEED}: {storm.wrong[:3]}"
