"""Checks that arrive in any order and any number of times leave the same state behind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hemei.core.actions.check import Answered, submit_check
from hemei.core.models import Case, Check, Place
from tests.conftest import People, build_house, days_ago

SAID: list[dict[str, str]] = [{"wall_leaning": "yes", "corner_gap": "no"}, {}, {"corner_gap": "yes"}, {}]
HOURS = (5, 4, 3, 2)


@pytest.fixture
def second_house(people: People) -> Place:
    return build_house(label="河边二号", lon=110.501)


@st.composite
def deliveries(draw: st.DrawFn) -> list[int]:
    """Each of the checks at least once, some more often, in any order."""
    every = list(range(len(SAID)))
    return draw(st.permutations(every + draw(st.lists(st.sampled_from(every), max_size=6))))


def state_after(order: list[int], moments: list[datetime], houses: list[Place], people: People) -> dict[str, Any]:
    seen: set[int] = set()
    for number in order:
        answered = Answered(f"uuid:{number}", "houses.selfcheck", SAID[number], moments[number])
        stored = submit_check(place=houses[number // 3], answered=answered, by=people.grid)
        assert stored.repeated is (number in seen)
        seen.add(number)
    return {
        "checks": sorted(Check.objects.values_list("instance_id", "place_id", "at", "digest", "without_findings")),
        "cases": sorted(Case.objects.values_list("place_id", "code", "state")),
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=deliveries())
def test_any_order_and_any_repetition_gives_the_same_state(
    house: Place, second_house: Place, people: People, order: list[int]
) -> None:
    moments = [days_ago(hours / 24) for hours in HOURS]
    results = []
    for one in (list(range(len(SAID))), order):
        with transaction.atomic():
            results.append(state_after(one, moments, [house, second_house], people))
            transaction.set_rollback(True)
    assert results[0] == results[1]
    assert len(results[0]["checks"]) == len(SAID)
