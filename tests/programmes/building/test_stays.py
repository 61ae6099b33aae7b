"""How long permits stay in each state is kept as a sum, and the sum is what the steps say."""

from __future__ import annotations

from collections import Counter
from importlib import import_module

from django.apps import apps

from hemei.core.access import Scope
from hemei.core.models import Household
from hemei.programmes.building.models import Permit, PermitStep, Stay
from hemei.programmes.building.queries.permits import medians
from tests.conftest import NEXT_VILLAGE, TOWNSHIP, VILLAGE, People
from tests.programmes.building.conftest import BEGAN, Way, applied, household_of, step


def kept() -> Counter[tuple[str, str, int]]:
    told: Counter[tuple[str, str, int]] = Counter()
    for region, state, days, times in Stay.objects.values_list("region", "state", "days", "n"):
        told[region, state, days] += times
    return told


def counted_anew() -> Counter[tuple[str, str, int]]:
    left = PermitStep.objects.filter(worked_days__isnull=False).exclude(from_state="")
    return Counter(left.values_list("permit__region", "from_state", "worked_days"))


def test_the_sums_are_what_the_steps_say(people: People, way: Way, household: Household) -> None:
    way.to_acceptance(applied(people, household))
    sent_back = applied(people, household_of("石有粮", number="2"))
    step(sent_back, "return", people.township, on=BEGAN)
    elsewhere = household_of("石有林", region=NEXT_VILLAGE, number="3")
    step(applied(people, elsewhere, by=people.next_village), "withdraw", people.next_village, on=BEGAN)
    assert kept() == counted_anew()
    assert kept()[VILLAGE, "applied", 0] == 1
    assert kept()[NEXT_VILLAGE, "applied", 0] == 1


def test_an_inspection_leaves_no_state(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household)
    day = way.to_building(permit)
    before = kept()
    step(permit, "inspect", people.township, on=day, stage="基础")
    assert kept() == before


def test_several_rows_of_one_kind_are_added_up(people: People) -> None:
    for days, times in ((1, 2), (1, 1), (9, 4)):
        Stay.objects.create(region=VILLAGE, state="applied", days=days, n=times)
    assert medians(within=Scope.all())[TOWNSHIP]["applied"] == (9.0, 7)


def test_what_was_there_before_is_counted_once(people: People, way: Way, household: Household) -> None:
    way.to_village(applied(people, household))
    told = kept()
    Stay.objects.all().delete()
    import_module("hemei.programmes.building.migrations.0009_stays").count(apps, None)
    assert kept() == told
    assert Permit.objects.count() == 1
