"""Zero, at any past date, by what happened and by what was known."""

from __future__ import annotations

from datetime import timedelta

from hemei.core.access import Scope
from hemei.core.actions import case as steps
from hemei.core.actions.opening import open_from
from hemei.core.models import Place
from hemei.core.queries.zero import trend, zero
from hemei.core.writing import writing
from hemei.terms.day import today
from tests.conftest import DISTRICT, NEXT_VILLAGE, VILLAGE, People, brought, days_ago, photo
from tests.core.actions.test_case import CRACK, found
from tests.core.actions.test_check import door

EVERYWHERE = Scope.of(DISTRICT)


def test_open_yesterday_closed_today(house: Place, people: People) -> None:
    case = found(house, people, days=10)
    steps.remedy(case=case, by=people.grid, brought=brought(days_ago(4), remedy="repair", files=[photo()]))
    steps.accept(case=case, by=people.village, brought=brought(days_ago(2), files=[photo()]))
    for days, expected in ((11, 0), (9, 1), (3, 1), (1, 0), (0, 0)):
        board = zero(within=EVERYWHERE, region=DISTRICT, on=today() - timedelta(days=days))
        assert board.total.open == expected, days


def test_known_leaves_out_what_was_recorded_later(house: Place, people: People) -> None:
    case = found(house, people, days=10)
    steps.remedy(case=case, by=people.grid, brought=brought(days_ago(4), remedy="repair", files=[photo()]))
    steps.accept(case=case, by=people.village, brought=brought(days_ago(3), files=[photo()]))
    day = today() - timedelta(days=2)
    assert zero(within=EVERYWHERE, region=DISTRICT, on=day).total.open == 0
    assert zero(within=EVERYWHERE, region=DISTRICT, on=day, known=day).total.open == 1


def test_contained_is_open_and_counted_apart(house: Place, people: People) -> None:
    case = found(house, people, days=10)
    steps.contain(case=case, by=people.grid, brought=brought(days_ago(5), files=[photo()]))
    steps.release(case=case, by=people.village, brought=brought(days_ago(1), note="已支护"))
    then = zero(within=EVERYWHERE, region=DISTRICT, on=today() - timedelta(days=3)).total
    assert (then.open, then.contained) == (1, 1)
    now = zero(within=EVERYWHERE, region=DISTRICT, on=today()).total
    assert (now.open, now.contained) == (1, 0)


def test_a_village_where_nobody_looked_is_not_at_zero(people: People) -> None:
    board = zero(within=EVERYWHERE, region="429999103", on=today())
    rows = {row.region: row for row in board.rows}
    assert set(rows) == {VILLAGE, NEXT_VILLAGE}
    assert rows[VILLAGE].open == 0
    assert not rows[VILLAGE].at_zero


def test_a_scope_sees_only_its_own(house: Place, next_house: Place, people: People) -> None:
    found(house, people)
    found(next_house, people)
    assert zero(within=Scope.of(VILLAGE), region=DISTRICT, on=today()).total.open == 1
    assert zero(within=EVERYWHERE, region=DISTRICT, on=today()).total.open == 2
    assert zero(within=Scope(), region=DISTRICT, on=today()).total.open == 0


def test_the_trend_ends_with_today(house: Place, people: People) -> None:
    found(house, people, days=40)
    months = trend(within=EVERYWHERE, region=DISTRICT, until=today(), months=3)
    assert [day for day, _ in months] == sorted(day for day, _ in months)
    assert months[-1] == (today(), 1)
    assert months[0][1] == 0


def test_a_report_is_found_when_the_village_has_called(house: Place, people: People) -> None:
    with writing():
        case = open_from(CRACK, house, by=door(house), at=days_ago(6), now=days_ago(6), check=None, certain=False)
    steps.confirm(case=case, by=people.village, brought=brought(days_ago(3), note="电话核实"))
    then = zero(within=EVERYWHERE, region=DISTRICT, on=today() - timedelta(days=4)).total
    assert (then.open, then.unverified) == (0, 1)
    now = zero(within=EVERYWHERE, region=DISTRICT, on=today()).total
    assert (now.open, now.unverified) == (1, 0)


def test_what_was_known_of_a_report(house: Place, next_house: Place, people: People) -> None:
    """Confirmed today for two days ago: on the board of that day, as known then, it was still to be verified."""
    with writing():
        case = open_from(CRACK, house, by=door(house), at=days_ago(6), now=days_ago(6), check=None, certain=False)
        open_from(CRACK, next_house, by=people.next_village, at=days_ago(3), now=days_ago(0), check=None, certain=True)
    steps.confirm(case=case, by=people.village, brought=brought(days_ago(2), note="电话核实"))
    day = today() - timedelta(days=1)
    later = zero(within=EVERYWHERE, region=DISTRICT, on=day).total
    assert (later.open, later.unverified) == (2, 0)
    then = zero(within=EVERYWHERE, region=DISTRICT, on=day, known=day).total
    assert (then.open, then.unverified) == (0, 1)
