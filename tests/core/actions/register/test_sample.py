"""The sample folder of the documentation imports whole, and the documentation names every register and column."""

from __future__ import annotations

import pytest

from hemei.core.access import SYSTEM
from hemei.core.actions.register.catalogue import REGISTERS
from hemei.core.actions.register.folder import import_folder
from hemei.core.actions.register.layout import OPTIONS, Sheet
from hemei.core.models import Case, Household, Place
from tests.conftest import ROOT

SAMPLE = ROOT / "docs" / "registers-sample"


@pytest.mark.django_db
def test_the_sample_imports_whole_and_the_second_time_changes_nothing() -> None:
    summary = import_folder(SAMPLE, by=SYSTEM, confirm=True)
    assert (summary.state, summary.refused, summary.message) == ("applied", [], "")
    assert set(summary.counts) == {key for key, register in REGISTERS.items() if not register.alone}
    assert all(set(counts) == {"new"} for counts in summary.counts.values())

    house = Place.objects.get(identifiers__value="SH-002")
    assert {(h.household.number, h.role) for h in house.holdings.all()} == {("0002", "owner"), ("0001", "user")}
    assert Household.objects.get(number="0001", region="429999103200").members.count() == 2
    open_case, closed = Case.objects.get(source_id="2025-004"), Case.objects.get(source_id="2023-017")
    assert (open_case.state, open_case.historical, str(open_case.unit)) == ("assigned", True, "上河村村民委员会")
    assert (closed.state, closed.place) == ("imported", Place.objects.get(identifiers__value="SH-001"))
    assert house.state == "assigned"

    again = import_folder(SAMPLE, by=SYSTEM, confirm=True)
    assert all(set(counts) == {"unchanged"} for counts in again.counts.values()), again.counts
    assert again.rows == 0


def test_the_documentation_names_every_register_column_and_option() -> None:
    text = (ROOT / "docs" / "registers.md").read_text("utf-8")
    sheet = {"places": {"kind": "house"}, "holdings": {"kind": "house"}, "cases": {"kind": "house", "matter": "houses"}}
    for key, register in REGISTERS.items():
        assert f"`{key}`" in text, key
        for field in register.fields(Sheet(key, "", **sheet.get(key, {}))):
            assert f"`{field.name}`" in text, (key, field.name)
            assert field.label in text, (key, field.label)
    assert [option for option in OPTIONS if f"`{option}`" not in text] == []
