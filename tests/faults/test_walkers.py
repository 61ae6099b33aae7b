"""Checks with photos on two phones, while lines are cut, pages, phones and the server are killed and its disk is full.

HEMEI_WALKS says how many checks (20), HEMEI_SEED by which chance. At the end each is stored exactly once, its photo
whole, or refused and shown with the reason.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests.faults.ground import Site, copy_of, small_disk
from tests.faults.line import Line
from tests.faults.phones import A_DOOR, Household, Inspector, Phone, walk
from tests.faults.storm import Storm
from tests.faults.weather import Weather

pytestmark = pytest.mark.browser
SEED = os.environ.get("HEMEI_SEED", "7")
WALKS = int(os.environ.get("HEMEI_WALKS", "20"))
BY_HAND = 4  # of the first checks: by taps, where there is no signal
REFUSED = 0.06
PATIENCE_S = 600  # a machine may be slow


@pytest.fixture
def storm(furnished: Site, tmp_path: Path) -> Iterator[Storm]:
    with small_disk(tmp_path / "disk", "96m") as disk, copy_of(furnished, disk / "var") as site:
        made = site.python("-m", "tests.faults.walkers", "prepare", str(WALKS), str(WALKS // 2 // A_DOOR + 1))
        assert made.status == 0, made.err
        storm = Storm(site, Random(SEED))
        storm.start()
        yield storm
        storm.calm()


@pytest.fixture
def line(storm: Storm) -> Iterator[Line]:
    line = Line(storm.port, Random(f"{SEED}:line"))
    yield line
    line.close()


@pytest.fixture
def phones(playwright: Playwright, storm: Storm, line: Line, tmp_path: Path) -> Iterator[tuple[Inspector, Household]]:
    base = f"http://127.0.0.1:{line.port}"
    inspector = Inspector(playwright.chromium, tmp_path / "inspector", base)
    doors = (storm.site.var / "door-tokens").read_text().split()
    household = Household(playwright.chromium, tmp_path / "household", base, doors)
    inspector.arrive()
    household.arrive()
    yield inspector, household
    for phone in (inspector, household):
        phone.close()


def test_each_check_is_stored_once_or_visibly_refused(
    storm: Storm, line: Line, phones: tuple[Inspector, Household], tmp_path: Path
) -> None:
    print(f"HEMEI_SEED={SEED} HEMEI_WALKS={WALKS}")
    rng = Random(f"{SEED}:walks")
    weather = Weather(storm, line, phones, rng)
    weather.foretell(range(BY_HAND, WALKS))
    for number in range(WALKS):
        phone, one = phones[number % 2], walk(rng, number, fits=number < BY_HAND or rng.random() >= REFUSED)
        phone.go_on(number // 2)
        if number < BY_HAND:
            phone.reach(offline=True)
            phone.make_by_hand(one)
        else:
            weather.walk(phone, one)
    weather.clear()
    print(f"{weather.seen}; errors in place of a page: {[phone.errors for phone in phones]}")
    told = [shown(phone) for phone in phones]
    storm.calm()
    file = tmp_path / "told.json"
    sent = [instance for instances in told for instance in instances]
    file.write_text(json.dumps({"walks": [one.told for phone in phones for one in phone.walks], "sent": sent}))
    looked = storm.site.python("-m", "tests.faults.walkers", "look", str(file))
    assert looked.status == 0, f"seed {SEED}, {weather.seen}: {looked.out[-3000:]}{looked.err[-3000:]}"
    verified = storm.site.run("verify")
    assert verified.status == 0, verified.out


def shown(phone: Phone) -> list[str]:
    """What was sent; everything else is refused and shown with its reason."""
    sheets = settled(phone)
    refused = [sheet for sheet in sheets if sheet["state"] == "refused"]
    assert phone.shown_as_refused("不是能打开的照片") == len(refused)
    misfits = {str(one.number) for one in phone.walks if not one.fits}
    assert {sheet["number"] for sheet in refused} <= misfits
    assert {str(one.number) for one in phone.walks if one.promised and not one.fits} <= {s["number"] for s in refused}
    return [sheet["instance"] for sheet in sheets if sheet["state"] == "sent"]


def settled(phone: Phone) -> list[dict[str, Any]]:
    """Everything is sent, or refused."""
    until = time.monotonic() + PATIENCE_S
    while any(sheet["state"] == "waiting" for sheet in phone.sheets()):
        assert time.monotonic() < until, [sheet for sheet in phone.sheets() if sheet["state"] == "waiting"]
        phone.come_back()
        phone.send()
        phone.page.wait_for_timeout(300)
    return phone.sheets()
