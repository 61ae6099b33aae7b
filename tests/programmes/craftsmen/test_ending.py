"""Whose papers run out soon: asked of the database, and the same as the rule says of each."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from hemei.core.access import At, Scope
from hemei.core.actions.parameter import set_parameter
from hemei.programmes.craftsmen.duty import counting_until
from hemei.programmes.craftsmen.models import Attendance, Certificate, Craftsman, EarlierTraining
from hemei.programmes.craftsmen.queries.people import CraftsmanFilter, craftsmen, standings
from hemei.terms.day import FIRST_DAY, months_later
from tests.conftest import DISTRICT, VILLAGE, People
from tests.programmes.craftsmen.conftest import at, certified, craftsman_named, numbers, sitting, trained

SOON = timedelta(days=90)
LEAP = date(2024, 2, 29)


@given(st.dates(date(1999, 1, 1), date(2100, 12, 31)), st.integers(1, 60))
def test_the_first_day_that_counts(on: date, months: int) -> None:
    first = counting_until(on, months)
    assert months_later(first, months) >= on
    assert months_later(first - timedelta(days=1), months) < on


@pytest.mark.parametrize("months", [5_000, 999_999_999])
def test_a_slip_of_the_pen_in_the_setting_is_no_fault(months: int) -> None:
    assert counting_until(date(2026, 11, 26), months) == FIRST_DAY


def listed(on: date) -> set[int]:
    where = CraftsmanFilter(paper="soon", on=on, soon_days=SOON.days)
    return set(craftsmen(within=Scope.all(), where=where).values_list("pk", flat=True))


def by_the_rule(on: date) -> set[int]:
    """One after the other: whose certificate or whose duty ends soon."""
    people = list(Craftsman.objects.filter(left_on=None))
    ends = {pk: one.until for pk, one in standings(people, on=on).items()}
    found = {pk for pk, until in ends.items() if until is not None and until <= on + SOON}
    papers: dict[int, date] = {}
    for row in Certificate.objects.filter(revoked_on=None, issued_on__lte=on, craftsman__left_on=None):
        papers[row.craftsman_id] = max(row.valid_to, papers.get(row.craftsman_id, row.valid_to))
    return found | {pk for pk, last in papers.items() if on <= last <= on + SOON}


def history(people: People, on: date) -> None:
    """Forty craftsmen of whom nobody is trained, certified or gone quite like another."""
    chance = Random(7)
    held = [
        sitting(people.township, starts=at(on - timedelta(days=days), 9), hours=4)
        for days in (960, 1030, 1090, 1150, 20)
    ]
    for number in range(40):
        one = craftsman_named(f"匠{number}")
        for _n in range(chance.choice((0, 1, 1, 2))):
            starts, ends = on - timedelta(days=chance.randint(50, 900)), on + timedelta(days=chance.randint(-40, 400))
            number = next(numbers)
            Certificate.objects.create(
                craftsman=one, region=VILLAGE, body="云培", number=f"云培{number}", issued_on=starts, valid_to=ends,
                recorded_at=at(on, 8), actor="x", revoked_on=on - timedelta(days=2) if number % 9 == 0 else None,
            )  # fmt: skip
        for _n in range(chance.choice((0, 1, 1, 2, 3))):
            told = {
                "region": VILLAGE,
                "basic": chance.choice((None, 240)),
                "skill": chance.choice((180, 240)),
                "recorded_at": at(on, 8),
                "actor": "x",
            }
            day = on - timedelta(days=chance.randint(950, 1120))
            EarlierTraining.objects.update_or_create(craftsman=one, on=day, defaults=told)
        for session in chance.sample(held, chance.choice((0, 0, 1, 2))):
            struck = at(on, 8) if chance.random() < 0.2 else None
            Attendance.objects.create(
                session=session, craftsman=one, region=VILLAGE, how="desk", arrived_at=session.starts, minutes=240,
                struck_at=struck, actor="x",
            )  # fmt: skip
        if chance.random() < 0.1:
            Craftsman.objects.filter(pk=one.pk).update(left_on=on - timedelta(days=3))


@pytest.mark.parametrize("asked", [(), ("basic",), ("basic", "skill")])
@pytest.mark.parametrize("on", [date(2026, 11, 26), months_later(LEAP, 36) - timedelta(days=1), date(2024, 12, 1)])
def test_the_list_is_what_the_rule_says(people: People, on: date, asked: tuple[str, ...]) -> None:
    for kind in asked:
        told = {"where": At(DISTRICT), "document": "区办〔2026〕8号", "starts": date(2020, 1, 1), "by": people.district}
        set_parameter(key=f"craftsmen.hours.{kind}", value=4, **told)
    history(people, on)
    for day in (on - timedelta(days=1), on, on + timedelta(days=1), on + timedelta(days=30)):
        assert listed(day) == by_the_rule(day), day
    assert listed(on)


def test_trained_on_a_leap_day(people: People) -> None:
    one = craftsman_named("闰日")
    certified(one, people.township, starts=LEAP, ends=date(2030, 1, 1))
    trained(one, LEAP)
    last = date(2027, 2, 28)
    assert [listed(day) for day in (last - SOON - timedelta(days=1), last - SOON, last, last + timedelta(days=1))] == [
        set(), {one.pk}, {one.pk}, set(),
    ]  # fmt: skip


def test_where_no_hours_are_asked_nobody_is_read_one_by_one(people: People) -> None:
    """What the list asks does not grow with the craftsmen: neither in statements nor in what each carries."""
    history(people, date(2026, 11, 26))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        listed(date(2026, 11, 26))
    told = [query["sql"] for query in asked.captured_queries]
    assert len([sql for sql in told if "craftsmen_" in sql]) == 2, told
    assert all(len(sql) < 6_000 for sql in told)
