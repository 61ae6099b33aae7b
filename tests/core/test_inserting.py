from __future__ import annotations

import pytest

from hemei.core.actions.bulk import STEP_COLUMNS
from hemei.core.inserting import insert_rows
from hemei.core.models import Case, CaseStep, PlaceIdentifier
from tests.conftest import build_house, days_ago


def test_rows_read_back_as_they_were_given(house) -> None:
    case = Case.objects.create(
        matter="houses", place=house, region=house.region, code="houses.F12", title="裂缝", severity=2, state="found",
        opened_at=days_ago(3),
    )  # fmt: skip
    at = days_ago(2)
    insert_rows(
        CaseStep, STEP_COLUMNS, [(case.pk, "case.open", "", "found", at, at, "a:1", None, None, "说明", {"k": ["值"]})]
    )
    stored = CaseStep.objects.get()
    assert (stored.case, stored.at, stored.note, stored.data, stored.unit) == (case, at, "说明", {"k": ["值"]}, None)


def test_the_order_of_columns_is_the_callers(people) -> None:
    place = build_house()
    insert_rows(PlaceIdentifier, ("value", "system", "place_id"), [(f"v{n}", "s", place.pk) for n in range(2500)])
    assert place.identifiers.count() == 2500
    assert PlaceIdentifier.objects.filter(system="s", value="v2499").exists()


def test_no_column_is_forgotten_or_invented(db) -> None:
    with pytest.raises(ValueError, match="value"):
        insert_rows(PlaceIdentifier, ("system", "place_id"), [])
    with pytest.raises(ValueError, match="colour"):
        insert_rows(PlaceIdentifier, ("system", "place_id", "value", "colour"), [])


def test_no_rows_are_no_fault(db) -> None:
    insert_rows(PlaceIdentifier, ("system", "place_id", "value"), [])
    assert not PlaceIdentifier.objects.exists()
