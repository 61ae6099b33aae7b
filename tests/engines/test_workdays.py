"""Deadlines in working days, over holidays, make-up days, leap days and years that nobody has announced."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.engines.workdays import ANNOUNCED, BadSpan, Reckoned, WorkCalendar

DAYS = st.dates(date(2004, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 11, 2), 0, date(2026, 11, 2)),
        (date(2026, 11, 2), 5, date(2026, 11, 9)),  # Monday to Monday
        (date(2026, 11, 7), 1, date(2026, 11, 9)),  # from a Saturday
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # 10-01 … 10-07 are holidays
        (date(2026, 10, 8), 2, date(2026, 10, 10)),  # Saturday 10-10 makes up for them
        (date(2024, 2, 28), 1, date(2024, 2, 29)),  # a leap day
        (date(2024, 2, 9), 1, date(2024, 2, 18)),  # Spring Festival 2024; Sunday 02-18 is a make-up day
        (date(2026, 11, 25), 20, date(2026, 12, 23)),
    ],
)
def test_announced_days(start: date, days: int, end: date) -> None:
    assert WorkCalendar().after(start, days) == Reckoned(end, provisional=False)


def test_a_year_nobody_has_announced_is_reckoned_by_weekdays_and_provisional() -> None:
    last = date(ANNOUNCED[-1], 12, 31)
    assert not WorkCalendar().after(last - timedelta(days=10), 2).provisional
    assert WorkCalendar().after(last, 1).provisional
    assert WorkCalendar().is_worked(date(ANNOUNCED[-1] + 5, 1, 1)) == (date(ANNOUNCED[-1] + 5, 1, 1).weekday() < 5)


def test_what_the_district_says_goes_before() -> None:
    storm, makeup = date(2026, 11, 3), date(2026, 11, 7)
    calendar = WorkCalendar({storm: False, makeup: True})
    assert calendar.after(date(2026, 11, 2), 4).day == makeup
    assert not WorkCalendar({date(2031, 5, 1): False, date(2031, 5, 2): True}).after(date(2031, 4, 30), 1).provisional


@pytest.mark.parametrize("days", [-1, 1_001, 10**9])
def test_no_such_deadline(days: int) -> None:
    with pytest.raises(BadSpan):
        WorkCalendar().after(date(2026, 11, 2), days)
    with pytest.raises(BadSpan):
        WorkCalendar().after(date(2199, 12, 25), 20)


@given(DAYS, st.integers(0, 300), st.dictionaries(DAYS, st.booleans(), max_size=20))
def test_counting_back_gives_the_days_counted_out(start: date, days: int, corrections: dict[date, bool]) -> None:
    calendar = WorkCalendar(corrections)
    end = calendar.after(start, days).day
    assert calendar.between(start, end) == days
    assert calendar.between(end, start) == -days
    assert days == 0 or calendar.is_worked(end)


@given(DAYS, st.integers(0, 100), st.integers(0, 100))
def test_two_deadlines_end_where_one_of_both_would(start: date, first: int, second: int) -> None:
    calendar = WorkCalendar()
    assert calendar.after(calendar.after(start, first).day, second).day == calendar.after(start, first + second).day
