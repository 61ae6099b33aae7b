"""Authority: duties of the day, prefixes, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hemei.core.access import SYSTEM, At, Scope, actor_of, may, scope_of
from hemei.core.models import Duty, Place, Region
from hemei.core.queries.places import places
from hemei.terms.day import today
from hemei.terms.region import Level, contains, successor
from tests.conftest import DISTRICT, NEXT_VILLAGE, OTHER_DISTRICT, TOWNSHIP, VILLAGE, People

codes = st.sampled_from([6, 9, 12, 15]).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n))


@given(codes.filter(lambda c: set(c) != {"9"}), codes)
@example("429999103999", "429999104")  # where the count carries over
@example("429999", "43")
def test_the_range_test_is_the_prefix_test(prefix: str, code: str) -> None:
    assert (prefix <= code < successor(prefix)) == contains(prefix, code)


@given(st.lists(codes, max_size=6), codes)
def test_a_scope_holds_what_one_of_its_prefixes_holds(prefixes: list[str], code: str) -> None:
    scope = Scope.of(*prefixes)
    assert (At(code) in scope) == any(contains(p, code) for p in prefixes)
    assert not any(contains(p, q) for p in scope.prefixes for q in scope.prefixes if p != q)


@given(st.lists(codes, max_size=6), codes, codes)
def test_narrowing_never_widens(prefixes: list[str], region: str, code: str) -> None:
    scope = Scope.of(*prefixes)
    inside = At(code) in scope.narrowed(region)
    assert inside == (At(code) in scope and contains(region, code))


def test_a_query_gives_what_the_scope_holds(house: Place, next_house: Place) -> None:
    for scope in (Scope(), Scope.of(VILLAGE), Scope.of(TOWNSHIP), Scope(places=(house.pk,)), Scope.of(OTHER_DISTRICT)):
        expected = {place.pk for place in (house, next_house) if place in scope}
        assert set(places(within=scope).values_list("pk", flat=True)) == expected


def test_a_duty_counts_between_its_dates(people: People, house: Place) -> None:
    account = people.village.account
    duty = Duty.objects.get(account=account)
    for starts, ends, allowed in (
        (today() - timedelta(days=9), today(), True),
        (today() - timedelta(days=9), today() - timedelta(days=1), False),
        (today() + timedelta(days=1), None, False),
    ):
        Duty.objects.filter(pk=duty.pk).update(starts=starts, ends=ends)
        assert may(actor_of(account), "case.remedy", house) == allowed


def test_a_duty_is_for_its_matter(people: People, house: Place) -> None:
    account = people.village.account
    Duty.objects.filter(account=account).update(matter="sewage")
    actor = actor_of(account)
    assert may(actor, "case.remedy", At(VILLAGE, "sewage"))
    assert not may(actor, "case.remedy", At(VILLAGE, "houses"))
    assert not may(actor, "check.survey", house), "a house is a matter of houses"


def test_an_account_put_out_of_use_may_nothing(people: People, house: Place) -> None:
    account = people.village.account
    account.is_active = False
    account.save()
    assert not may(actor_of(account), "place.view", house)


@pytest.mark.parametrize("verb", ["case.view", "place.edit", "unit.edit"])
def test_nobody_may_nothing(people: People, house: Place, verb: str) -> None:
    assert not may(people.nobody, verb, house)
    assert not scope_of(people.nobody, verb)


def test_an_unknown_verb_is_denied(people: People, house: Place) -> None:
    assert not may(people.district, "case.erase", house)


def test_levels_stand_in_their_order(people: People) -> None:
    assert people.village.level == Level.VILLAGE
    assert people.district.level == Level.DISTRICT
    assert may(SYSTEM, "anything", At(DISTRICT))
    assert not may(people.village, "place.view", Region(code=NEXT_VILLAGE))
