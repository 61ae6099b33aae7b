"""`hemei zero`, and that what `hemei export cases --history` prints is enough to compute it again."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, timedelta

import pytest

from hemei.terms.day import SHANGHAI, today
from tests.conftest import DISTRICT, NEXT_VILLAGE, TOWNSHIP, VILLAGE
from tests.core.actions.regionchange.tables import UNITED, change
from tests.core.actions.regionchange.tables import row as line_of

ENDINGS = {"accepted", "withdrawn", "imported"}


def open_by_hand(rows: list[dict[str, str]], prefix: str, on: date, known: date | None) -> int:
    """Open cases counted from the printed steps alone, as docs/cli.md explains it."""
    end = datetime.combine(on + timedelta(days=1), datetime.min.time(), SHANGHAI)
    known_end = datetime.combine(known + timedelta(days=1), datetime.min.time(), SHANGHAI) if known else None
    found, ended = set(), set()
    for row in rows:
        at, recorded = datetime.fromisoformat(row["at"]), datetime.fromisoformat(row["recorded_at"])
        if not region_then(row, on, known_end).startswith(prefix) or at >= end or (known_end and recorded >= known_end):
            continue
        if row["to_state"] in ENDINGS:
            ended.add(row["case_id"])
        elif row["to_state"] != "reported":
            found.add(row["case_id"])
    return len(found - ended)


def region_then(row: dict[str, str], on: date, known_end: datetime | None) -> str:
    """The code under which a case stood on that day: the old one of the first move that had not come yet."""
    for move in filter(None, row["case_moves"].split("; ")):
        day, old, _new, recorded = move.split(" ")
        if date.fromisoformat(day) > on or (known_end and datetime.fromisoformat(recorded) >= known_end):
            return old
    return row["case_region"]


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


@pytest.mark.parametrize("days", [0, 1, 3, 4, 5, 9])
@pytest.mark.parametrize("known", [None, 0, 1])
def test_it_can_be_after_villages_have_merged(hemei, three_cases, tmp_path, days: int, known: int | None) -> None:
    change(tmp_path / "表", line_of(VILLAGE, UNITED, "合并", "双河村"), line_of(NEXT_VILLAGE, UNITED, "合并"))
    printed = hemei("export", "cases", "--history", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(printed.out)))
    assert all(line["case_moves"] for line in rows)
    on, known_on = today() - timedelta(days=days), today() - timedelta(days=known) if known is not None else None
    asked = ["--on", str(on), *(["--known", str(known_on)] if known_on else [])]
    board = json.loads(hemei("zero", "--region", TOWNSHIP, *asked, "--format", "json").out)
    then = {VILLAGE: "上河村", NEXT_VILLAGE: "下河村"} if days > 3 or known == 1 else {UNITED: "双河村"}
    assert {line["region"]: line["name"] for line in board["rows"]} == then
    for line in (*board["rows"], board["total"]):
        assert line["open"] == open_by_hand(rows, line["region"], on, known_on)
    nested = json.loads(hemei("export", "cases", "--history", "--format", "json").out)
    assert {move["new"] for case in nested for move in case["moves"]} == {UNITED}


def test_an_old_code_is_answered_for_by_the_new_one(hemei, three_cases, tmp_path) -> None:
    change(tmp_path / "表", line_of(VILLAGE, UNITED, "合并", "双河村"), line_of(NEXT_VILLAGE, UNITED, "合并"))
    said = hemei("zero", "--region", VILLAGE, "--format", "json")
    assert json.loads(said.out)["region"] == UNITED
    assert f"{UNITED} stands for it" in said.err
    past = hemei("zero", "--region", VILLAGE, "--on", str(today() - timedelta(days=5)), "--format", "json")
    assert json.loads(past.out)["region"] == VILLAGE


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
