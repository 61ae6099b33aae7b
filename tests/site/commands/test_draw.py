"""A draw from the keyboard, and drawn again from what was published."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from hemei.core.models import Draw, Due
from hemei.terms.day import today
from tests.conftest import DISTRICT, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, build_house

PLAN = ["--region", DISTRICT, "--name", "随机巡查", "--event", "某日开奖号码"]
SIZES = ["--size", f"{TOWNSHIP}=3", "--size", f"{OTHER_TOWNSHIP}=2"]


def in_days(days: int) -> str:
    return str(today() + timedelta(days=days))


@pytest.fixture
def frozen(people, hemei) -> dict[str, object]:
    for number in range(8):
        build_house(VILLAGE, f"上河{number}号", 110.5 + number / 1000, 31.5)
        build_house("429999104200", f"白水{number}号", 110.7 + number / 1000, 31.6)
    days = ["--event-on", in_days(1), "--opens-on", in_days(2), "--ends", in_days(9)]
    said = hemei("draw", "freeze", *PLAN, *days, *SIZES)
    assert said.status == 0, said.err
    return json.loads(said.out)


def test_what_is_frozen_shows_its_hashes_and_no_seed(frozen, hemei) -> None:
    assert len(frozen["frame_sha256"]) == len(frozen["inspectors_sha256"]) == 64
    assert frozen["candidates"] == 1
    assert "seed" not in frozen
    assert frozen["name"] in hemei("draw", "list").out
    early = hemei("draw", "hold", str(frozen["id"]), "--seed", "01 02")
    assert early.status == 2


def test_what_is_published_can_be_drawn_again(frozen, hemei, tmp_path: Path) -> None:
    number = str(frozen["id"])
    Draw.objects.update(event_on=today())
    assert hemei("draw", "hold", number, "--seed", "01 05 09").status == 0
    Due.objects.update(done_at="2026-11-01T00:00:00Z")
    published = hemei("draw", "publish", number)
    assert published.status == 0, published.err
    file = tmp_path / "draw.json"
    file.write_text(published.out)
    again = hemei("draw", "again", str(file), "--format", "json")
    assert again.status == 0, again.err
    assert [row["code"] for row in json.loads(again.out)] == [one["code"] for one in Draw.objects.get().drawn]

    file.write_text(published.out.replace("01 05 09", "01 05 10"))
    assert hemei("draw", "again", str(file)).status == 1
    file.write_text("{}")
    assert hemei("draw", "again", str(file)).status == 2
