"""`hemei zero`, and that what `hemei export cases --history` prints is enough to compute it again."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, timedelta

import pytest

from hemei.terms.day import SHANGHAI, today
from tests.conftest import DISTRICT, NEXT_VILLAGE, TOWNSHIP, VILLAGE

ENDINGS = {"accepted", "withdrawn", "imported"}


def open_by_hand(rows: list[dict[str, str]], prefix: str, on: date, known: date | None) -> int:
    """Open cases counted from the printed steps alone, as docs/cli.md explains it."""
    end = datetime.combine(on + timedelta(days=1), datetime.min.time(), SHANGHAI)
    known_end = datetime.combine(known + timedelta(days=1), datetime.min.time(), SHANGHAI) if known else None
    found, ended = set(), set()
    for row in rows:
        at, recorded = datetime.fromisoformat(row["at"]), datetime.fromisoformat(row["recorded_at"])
        if not row["case_region"].startswith(prefix) or at >= end or (known_end and recorded >= known_end):
            continue
        if row["to_state"] in ENDINGS:
            ended.add(row["case_id"])
        elif row["to_state"] != "reported":
            found.add(row["case_id"])
    return len(found - ended)


@pytest.mark.parametrize("days", [0, 1, 2, 3, 5, 8, 9, 10])
@pytest.mark.parametrize("known", [None, 1])
def test_zero_can_be_computed_again_from_the_histories(hemei, three_cases, days: int, known: int | None) -> None:
    printed = hemei("export", "cases", "--history", "--region", DISTRICT, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(printed.out)))
    on, known_on = today() - timedelta(days=days), today() - timedelta(days=known) if known else None
    asked = ["--on", str(on), *(["--known", str(known_on)] if known_on else [])]
    for region in (DISTRICT, TOWNSHIP, VILLAGE, NEXT_VILLAGE):
        said = hemei("zero", "--region", region, *asked, "--format", "json")
        assert json.loads(said.out)["total"]["open"] == open_by_hand(rows, region, on, known_on)


def test_json_has_the_board_and_the_seal(hemei, three_cases) -> None:
    hemei("verify")
    board = json.loads(hemei("zero", "--region", f"{DISTRICT}000000", "--by", "village", "--format", "json").out)
    assert board["region"] == DISTRICT
    assert board["total"]["open"] == 2
    assert {row["region"]: row["open"] for row in board["rows"]}[VILLAGE] == 1
    assert len(board["seal"]) == 64


def test_a_table_ends_with_the_whole_region(hemei, three_cases) -> None:
    lines = hemei("zero", "--region", TOWNSHIP).out.splitlines()
    assert lines[0].startswith("region")
    assert lines[-2].split()[:3] == [TOWNSHIP, "青石镇", "2"]
    assert lines[-1].startswith(f"on {today()}, known by now, seal ")


def test_a_day_that_is_yet_to_come_has_no_board(hemei, three_cases) -> None:
    said = hemei("zero", "--region", DISTRICT, "--on", str(today() + timedelta(days=1)))
    assert (said.status, said.out) == (2, "")
    assert said.err.endswith("that day is yet to come.\n")
