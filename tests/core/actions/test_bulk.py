"""Many rows at once stand as if they had come one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hemei.core.access import At, Refused, Scope
from hemei.core.actions.bulk import (
    NewHousehold,
    NewPlace,
    PastCase,
    PastCheck,
    PastStep,
    SeenAgain,
    add_cases,
    add_checks,
    add_households,
    add_places,
)
from hemei.core.actions.case import LOOK_AGAIN_DAYS
from hemei.core.actions.seal import seal_pending
from hemei.core.errors import Mistaken
from hemei.core.models import Case, Check, Finding, Household, Place, PlaceTally
from hemei.core.personal import fingerprint
from hemei.core.queries.verify import faults
from hemei.core.queries.zero import zero
from hemei.core.registry import registry
from hemei.terms.day import today
from tests.conftest import DISTRICT, VILLAGE, People, days_ago

HERE = At(DISTRICT)
CRACK = registry.findings["houses.F12"]


def place(label: str = "一号") -> NewPlace:
    return NewPlace(
        VILLAGE, label, lon=110.5, lat=31.5, identifiers={"village_ledger": label}, own={"structure": "timber"}
    )


def step(verb: str, state: str, days: float, actor: str = "account:1") -> PastStep:
    return PastStep(verb, state, days_ago(days), days_ago(days), actor)


def past(*steps: PastStep, pk: int | None = None) -> PastCase:
    return PastCase(CRACK, VILLAGE, steps[0].at, steps[0].at, steps, place=pk, due_on=today())


ACCEPTED = (
    step("case.open", "found", 9),
    step("case.assign", "assigned", 9),
    step("case.remedy", "remedied", 5, "account:1"),
    step("case.accept", "accepted", 2, "account:2"),
)


def test_places_and_households_stand_on_the_map(people: People) -> None:
    first, second = add_places(
        where=HERE, kind="house", rows=[place("一号"), replace(place("二号"), lon=None, lat=None)], by=people.district
    )
    add_households(
        where=HERE, rows=[NewHousehold(VILLAGE, "H1", "王一", phone="19900001234", place=first)], by=people.district
    )
    stored = Place.objects.get(pk=first)
    assert stored.house.structure == "timber"
    assert stored.households.get().head.phone_masked == "199******34"
    assert Place.objects.get(pk=second).tile is None
    assert sum(PlaceTally.objects.values_list("count", flat=True)) == 1


def test_past_cases_count_on_the_board(people: People) -> None:
    (pk,) = add_places(where=HERE, kind="house", rows=[place()], by=people.district)
    check = PastCheck(
        "i1", pk, VILLAGE, "houses.survey", {"wall_crack": "obvious"}, days_ago(9), days_ago(9), "account:1"
    )
    checks = add_checks(where=HERE, rows=[check], by=people.district)
    add_cases(
        where=HERE,
        rows=[replace(past(*ACCEPTED, pk=pk), check="i1"), past(ACCEPTED[0], pk=pk)],
        by=people.district,
        checks=checks,
    )
    within = Scope.of(DISTRICT)
    assert zero(within=within, region=DISTRICT, on=today()).total.open == 1
    assert zero(within=within, region=DISTRICT, on=today() - timedelta(days=3)).total.open == 2
    assert Place.objects.get(pk=pk).state == "found"
    assert not Check.objects.get().without_findings
    seal_pending()
    assert list(faults(within=Scope.all())) == []


@pytest.mark.parametrize(
    "steps",
    [
        (step("case.open", "found", 9), step("case.accept", "accepted", 2)),
        (step("case.open", "accepted", 9),),
        (*ACCEPTED[:2], step("case.remedy", "remedied", 10)),
        (*ACCEPTED[:3], step("case.accept", "accepted", 2, "account:1")),
        (),
    ],
)
def test_an_impossible_life_is_refused_whole(people: People, steps: tuple[PastStep, ...]) -> None:
    bad = replace(past(*ACCEPTED), steps=steps)
    with pytest.raises(Mistaken):
        add_cases(where=HERE, rows=[past(*ACCEPTED), bad], by=people.district)
    assert not Case.objects.exists()


def test_nothing_outside_the_region_and_nobody_without_the_right(people: People) -> None:
    with pytest.raises(Mistaken):
        add_places(where=At(VILLAGE), kind="house", rows=[replace(place(), region="429999104")], by=people.district)
    with pytest.raises(Refused):
        add_places(where=HERE, kind="house", rows=[place()], by=people.village)


def test_a_household_may_hold_more_and_its_head_is_known_by_fingerprint(people: People) -> None:
    home, old = add_places(where=HERE, kind="house", rows=[place("一号"), place("二号")], by=people.district)
    add_households(
        where=HERE,
        rows=[
            NewHousehold(
                VILLAGE, "H1", "王一", place=home, also=[(old, "owner")], role="user", id_number="11010519491231002X"
            ),
            NewHousehold(VILLAGE, "H2", "王二", id_number="110105194912310021"),
        ],
        by=people.district,
    )
    first, second = Household.objects.select_related("head").order_by("number")
    assert sorted(first.holdings.values_list("place", "role")) == sorted([(home, "user"), (old, "owner")])
    assert (first.head.id_last4, first.head.id_doubtful, second.head.id_doubtful) == ("002X", False, True)
    assert first.head.id_fingerprint == fingerprint("11010519491231002x") != second.head.id_fingerprint
    assert first.head.id_cipher is None


def test_later_looks_hang_on_the_same_case_and_a_return_names_its_forerunner(people: People) -> None:
    (pk,) = add_places(where=HERE, kind="house", rows=[place()], by=people.district)
    rows = [
        PastCheck(f"i{n}", pk, VILLAGE, "houses.survey", {"wall_crack": "obvious"}, at, at, "account:1")
        for n, at in enumerate([days_ago(9), days_ago(8)])
    ]
    checks = add_checks(where=HERE, rows=rows, by=people.district)
    assert set(checks) == {"i0", "i1"}
    again = SeenAgain("i1", rows[1].at, rows[1].recorded_at)
    seen = replace(past(*ACCEPTED, pk=pk), check="i0", seen_again=[again])
    (case,) = add_cases(where=HERE, rows=[seen], by=people.district, checks=checks)
    (second,) = add_cases(
        where=HERE, rows=[replace(past(step("case.open", "found", 1), pk=pk), forerunner=case)], by=people.district
    )
    assert list(Finding.objects.filter(case=case).order_by("at").values_list("check_made", flat=True)) == [
        checks["i0"],
        checks["i1"],
    ]
    assert Case.objects.get(pk=second).forerunner_id == case


def test_what_is_contained_is_to_be_looked_at_again(people: People) -> None:
    contained = (*ACCEPTED[:2], step("case.contain", "contained", 8), step("case.look_again", "contained", 3))
    ids = add_cases(where=HERE, rows=[past(*contained), past(*ACCEPTED)], by=people.district)
    assert Case.objects.get(pk=ids[0]).look_again_on == today() - timedelta(days=3) + timedelta(days=LOOK_AGAIN_DAYS)
    assert Case.objects.get(pk=ids[1]).look_again_on is None


def test_a_report_counts_as_found_only_once_confirmed(people: People) -> None:
    reported = step("case.report", "reported", 5)
    lives = [
        (reported,),
        (reported, step("case.dismiss", "withdrawn", 4)),
        (reported, confirmed := step("case.confirm", "found", 4)),
    ]
    ids = add_cases(where=HERE, rows=[past(*life) for life in lives], by=people.district)
    stored = [Case.objects.get(pk=pk) for pk in ids]
    assert [case.found_at is None for case in stored] == [True, True, False]
    assert (stored[2].found_at, stored[2].found_recorded_at) == (reported.at, confirmed.recorded_at)
