"""Rounds and draws."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hemei.core.access import At, Refused, Scope
from hemei.core.actions.check import submit_check
from hemei.core.actions.draw import Candidate, DrawPlan, freeze, hold, publish
from hemei.core.actions.round import RoundDraft, plan_round, publish_round
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Draw, Due, Place
from hemei.core.queries.rounds import dues, load
from hemei.core.queries.zero import zero
from hemei.engines.draw import draw, read_frame
from hemei.terms.day import today
from tests.conftest import DISTRICT, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, People, build_house
from tests.core.actions.test_check import selfcheck

EVERYWHERE = Scope.of(DISTRICT)
SOON = today() + timedelta(days=30)


def draft(**changes: object) -> RoundDraft:
    return replace(RoundDraft("秋季自查", "houses", "self", TOWNSHIP, today(), SOON), **changes)


def test_a_round_is_owed_only_when_published_and_done_when_looked(house: Place, people: People) -> None:
    turn = plan_round(where=At(TOWNSHIP), draft=draft(), by=people.township)
    assert not dues(within=EVERYWHERE).exists()
    assert sum(line.places for line in load(turn, within=EVERYWHERE)) == 1
    publish_round(turn=turn, by=people.township)
    assert dues(within=EVERYWHERE).count() == 1
    submit_check(place=house, answered=selfcheck(answers={}), by=people.grid)
    assert not dues(within=EVERYWHERE).exists()
    total = zero(within=EVERYWHERE, region=DISTRICT, on=SOON).total
    assert (total.looked, total.due) == (1, 1)


def test_what_was_looked_at_lately_is_not_due(house: Place, people: People) -> None:
    submit_check(place=house, answered=selfcheck(answers={}), by=people.grid)
    with pytest.raises(Mistaken, match="没有到期"):
        plan_round(where=At(TOWNSHIP), draft=draft(ends=today() + timedelta(days=5)), by=people.township)
    everything = draft(ends=today() + timedelta(days=5), everything=True, reason="暴雨后")
    plan_round(where=At(TOWNSHIP), draft=everything, by=people.township)
    assert Due.objects.count() == 1


def test_neighbours_go_to_the_same_person(people: People) -> None:
    for number in range(10):
        build_house(VILLAGE, f"{number}号", 110.5 + number / 1000, 31.5)
    turn = plan_round(where=At(TOWNSHIP), draft=draft(), by=people.township)
    owed = Due.objects.filter(round=turn).order_by("place__tile").values_list("account", flat=True)
    changes = sum(a != b for a, b in zip(owed, list(owed)[1:], strict=False))
    assert len(set(owed)) == 3
    assert changes == 2


def test_only_offices_plan(house: Place, people: People) -> None:
    for actor in (people.village, people.other_township, people.neighbour, people.nobody):
        with pytest.raises(Refused):
            plan_round(where=At(TOWNSHIP), draft=draft(), by=actor)


@pytest.fixture
def frozen(people: People) -> Draw:
    for number in range(12):
        build_house(VILLAGE, f"上河{number}号", 110.5 + number / 1000, 31.5)
        build_house("429999104200", f"白水{number}号", 110.7 + number / 1000, 31.6)
    plan = DrawPlan(
        name="十二月随机巡查",
        matter="houses",
        region=DISTRICT,
        event="双色球某期开奖号码",
        event_on=today() + timedelta(days=1),
        opens_on=today() + timedelta(days=2),
        ends=today() + timedelta(days=20),
        candidates=[
            Candidate(people.inspector.account.pk, (TOWNSHIP,)),
            Candidate(people.district.account.pk, (OTHER_TOWNSHIP,)),
        ],
        sizes={TOWNSHIP: 3, OTHER_TOWNSHIP: 2},
    )
    return freeze(where=At(DISTRICT), plan=plan, by=people.district)


def test_the_seed_cannot_be_entered_before_its_event(frozen: Draw, people: People) -> None:
    with pytest.raises(Mistaken, match="还没有发生"):
        hold(held=frozen, seed="01 05 09", by=people.district)


def test_the_list_can_be_drawn_again_from_what_is_published(frozen: Draw, people: People) -> None:
    Draw.objects.filter(pk=frozen.pk).update(event_on=today())
    hold(held=frozen, seed="01 05 09 14 22 30 + 07", by=people.district)
    again = draw(read_frame(bytes(frozen.frame)), frozen.sizes, frozen.seed)
    assert [one["code"] for one in frozen.drawn] == [one.id for one in again]
    assert len(frozen.drawn) == 5
    owed = Due.objects.filter(round=frozen.round)
    assert {(due.account_id, due.region[:9]) for due in owed} == {
        (people.inspector.account.pk, OTHER_TOWNSHIP),
        (people.district.account.pk, TOWNSHIP),
    }
    assert not dues(within=EVERYWHERE).exists(), "the list opens on its day"
    assert dues(within=EVERYWHERE, on=today() + timedelta(days=2)).count() == 5
    with pytest.raises(Conflict):
        hold(held=frozen, seed="another", by=people.district)
    with pytest.raises(Mistaken, match="还有未完成"):
        publish(held=frozen, by=people.district)


def test_the_frame_tells_nobody_which_house_is_which(frozen: Draw) -> None:
    text = bytes(frozen.frame).decode()
    assert "上河" not in text
    assert not bytes(frozen.codes).startswith(b"{")


def test_only_the_district_draws(frozen: Draw, people: People) -> None:
    for actor in (people.township, people.inspector, people.neighbour):
        with pytest.raises(Refused):
            hold(held=frozen, seed="1", by=actor)
