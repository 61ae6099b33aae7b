"""The district's day: Asia/Shanghai, to the end of the day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2199, 12, 31)
"""What anybody may ask about or register. Outside it days are slips of the pen, and arithmetic with them overflows."""


def read_day(text: str) -> date:
    """A day written as 2026-11-01. ValueError for anything else, and outside FIRST_DAY … LAST_DAY.

    >>> read_day("2026-11-01")
    datetime.date(2026, 11, 1)
    """
    day = date.fromisoformat(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"{text} is outside {FIRST_DAY} to {LAST_DAY}")
    return day


def end_of(day: date) -> datetime:
    """The first instant after the day: what happened on it is strictly before.

    >>> end_of(date(2026, 11, 1)).isoformat()
    '2026-11-02T00:00:00+08:00'
    """
    return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)


def start_of(day: date) -> datetime:
    """Midnight at which a day begins, in Asia/Shanghai."""
    return datetime.combine(day, time.min, SHANGHAI)


def day_of(moment: datetime) -> date:
    """The district's date of an aware moment."""
    return moment.astimezone(SHANGHAI).date()


def today() -> date:
    """The day that it is in Asia/Shanghai."""
    return datetime.now(SHANGHAI).date()


def meet(one: tuple[date, date | None], two: tuple[date, date | None]) -> bool:
    """Whether two spans share a day; both ends count, and None is no end.

    >>> meet((date(2024, 1, 1), date(2024, 1, 31)), (date(2024, 1, 31), None))
    True
    """
    return all(end is None or start <= end for (start, _), (_, end) in ((one, two), (two, one)))


def months_later(day: date, months: int) -> date:
    """The same day of the month, `months` later; the month's last where it has no such day.

    >>> months_later(date(2024, 2, 29), 36), months_later(date(2024, 1, 31), 1)
    (datetime.date(2027, 2, 28), datetime.date(2024, 2, 29))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:  # what a slip of the pen in the district's setting comes to
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
