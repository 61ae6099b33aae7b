from __future__ import annotations

import csv
import io
import json

import pytest

from hemei.core.actions.case import ask_withdrawal
from hemei.core.models import Case, CaseStep, Place
from hemei.site.commands import export
from tests.conftest import OTHER_DISTRICT, VILLAGE, brought


@pytest.mark.parametrize("what", ["regions", "places --kind house", "cases", "checks"])
def test_every_format_holds_the_same_rows(hemei, three_cases, what: str) -> None:
    as_json = json.loads(hemei("export", *what.split(), "--format", "json").out)
    as_csv = list(csv.DictReader(io.StringIO(hemei("export", *what.split(), "--format", "csv").out)))
    as_table = hemei("export", *what.split(), "--format", "table").out.splitlines()
    assert len(as_json) == len(as_csv) == len(as_table) - 1
    for row, line in zip(as_json, as_csv, strict=True):
        assert list(row) == list(line)


def test_a_region_narrows(hemei, three_cases) -> None:
    cases = json.loads(hemei("export", "cases", "--region", VILLAGE, "--format", "json").out)
    assert {case["region"] for case in cases} == {VILLAGE}
    assert json.loads(hemei("export", "cases", "--region", OTHER_DISTRICT, "--format", "json").out) == []


def test_histories_are_whole(hemei, three_cases) -> None:
    cases = json.loads(hemei("export", "cases", "--history", "--format", "json").out)
    assert len(cases) == Case.objects.count()
    assert sum(len(case["steps"]) for case in cases) == CaseStep.objects.count()
    for case in cases:
        states = [step["to_state"] for step in case["steps"]]
        assert [step["from_state"] for step in case["steps"]] == ["", *states[:-1]]
        assert states[-1] == case["state"]


def test_long_tables_are_read_in_batches(hemei, three_cases, monkeypatch) -> None:
    monkeypatch.setattr(export, "BATCH", 2)
    assert len(json.loads(hemei("export", "cases", "--format", "json").out)) == 3


def test_what_people_wrote_stays_inside(hemei, three_cases, people) -> None:
    case = Case.objects.filter(ended_at=None).first()
    ask_withdrawal(case=case, by=people.district, brought=brought(note="王家电话"))
    assert "王家电话" not in hemei("export", "cases", "--history", "--format", "json").out


def test_what_somebody_called_a_house_runs_nowhere(hemei, three_cases) -> None:
    """Not in Excel, which opens the CSV, nor in the terminal, which would obey what begins with an escape."""
    house = Place.objects.order_by("pk").first()
    assert house is not None
    Place.objects.filter(pk=house.pk).update(label="=1+1", address="\x1b]0;x\x07一号\u202e楼\n二", lon=-3.5)
    (row,) = [
        one
        for one in csv.DictReader(io.StringIO(hemei("export", "places", "--kind", "house", "--format", "csv").out))
        if one["id"] == str(house.pk)
    ]
    assert (row["label"], row["lon"]) == ("'=1+1", "-3.5")
    shown = hemei("export", "places", "--kind", "house", "--format", "table").out
    assert "=1+1" in shown
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert json.loads(hemei("export", "places", "--kind", "house", "--format", "json").out)[0]["label"] == "=1+1"
