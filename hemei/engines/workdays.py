"""Deadlines in working days: rest days as the State Council announces them, and as the district has corrected them.

Source of the announced days: the package chinesecalendar, from 2004 to the last year announced. What has not been
announced is counted by weekdays, and said to be provisional.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import chinese_calendar

from hemei.terms.day import LAST_DAY

SATURDAY = 5
ANNOUNCED = range(
    min(day.year for day in chinese_calendar.holidays), max(day.year for day in chinese_calendar.holidays) + 1
)
"""The years whose holidays are known."""


class BadSpan(ValueError):
    """A number of days that no deadline has."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A day that was counted out."""

    day: date
    provisional: bool  # 待定: some day on the way lies in a year not announced yet


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked. `corrections` (day → worked or not) go before what was announced.

    >>> WorkCalendar().after(date(2026, 9, 30), 1)  # over the National Day week
    Reckoned(day=datetime.date(2026, 10, 8), provisional=False)
    """

    corrections: Mapping[date, bool] = field(default_factory=dict)

    def is_worked(self, day: date) -> bool:
        """Whether offices work on the day: corrected, announced, or else from Monday to Friday."""
        if day in self.corrections:
            return self.corrections[day]
        return bool(chinese_calendar.is_workday(day)) if day.year in ANNOUNCED else day.weekday() < SATURDAY

    def is_known(self, day: date) -> bool:
        """Whether somebody has said so, rather than the weekday alone."""
        return day in self.corrections or day.year in ANNOUNCED

    def after(self, start: date, days: int) -> Reckoned:
        """The last day of a deadline of `days` working days that begins the day after `start`.

        `days` is 1 to 1,000; 0 gives `start` itself. Raises BadSpan outside that, or where the calendar ends first.
        """
        if not 0 <= days <= 1_000:
            raise BadSpan(f"{days} working days: between 0 and 1000 are reckoned")
        day, known = start, True
        while days:
            if day >= LAST_DAY:
                raise BadSpan(f"the deadline lies beyond {LAST_DAY}")
            day += timedelta(days=1)
            known = known and self.is_known(day)
            days -= self.is_worked(day)
        return Reckoned(day, provisional=not known)

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and including `end`; negative where `end` comes first."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_worked(day) for day in _days(start, end))


def _days(start: date, end: date) -> Iterator[date]:
    """The days after `start`, up to and including `end`."""
    return (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
