"""Codes found step by step down an index are those of the rows, whatever their number."""

from __future__ import annotations

import pytest

from hemei.core.access import Scope
from hemei.core.models import Place
from hemei.core.queries import codes
from hemei.core.queries.codes import codes_of
from tests.conftest import DISTRICT, NEXT_VILLAGE, TOWNSHIP, VILLAGE

pytestmark = pytest.mark.django_db


def filled() -> set[str]:
    """Places in two villages and in one outside the district, several under each code."""
    outside = f"{int(DISTRICT) + 1}001001"
    where = [VILLAGE, f"{VILLAGE}001", NEXT_VILLAGE, outside]
    Place.objects.bulk_create(Place(kind="house", region=region, label="屋") for region in where * 3)
    return set(where)


def test_every_code_of_the_scope_and_no_other() -> None:
    every = filled()
    for prefix in (DISTRICT, TOWNSHIP, VILLAGE, f"{VILLAGE}001", f"{VILLAGE}009"):
        assert codes_of(Place, within=Scope.of(prefix)) == sorted(c for c in every if c.startswith(prefix)), prefix
    assert codes_of(Place, within=Scope.of(VILLAGE, NEXT_VILLAGE)) == sorted(
        c for c in every if c.startswith((VILLAGE, NEXT_VILLAGE))
    )
    assert codes_of(Place, within=Scope()) == []


def test_too_many_are_asked_for_as_a_range(monkeypatch: pytest.MonkeyPatch) -> None:
    filled()
    monkeypatch.setattr(codes, "MOST", 1)
    assert codes_of(Place, within=Scope.of(DISTRICT)) is None
    assert codes_of(Place, within=Scope.of(NEXT_VILLAGE)) == [NEXT_VILLAGE]
    assert codes_of(Place, within=Scope.all()) is None


def test_a_scope_spelled_in_codes_is_the_scope() -> None:
    filled()
    held = Scope.held([(VILLAGE, "houses"), (TOWNSHIP, "building")])
    for within in (held, Scope.of(DISTRICT), Scope.of(VILLAGE, NEXT_VILLAGE), Scope()):
        known = codes_of(Place, within=within)
        spelled = Place.objects.filter(within.q(matter="kind", codes=known)).order_by("pk")
        assert list(spelled) == list(Place.objects.filter(within.q(matter="kind")).order_by("pk"))
