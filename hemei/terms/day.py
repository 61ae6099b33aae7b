"""The district's day: Asia/Shanghai, to the end of the day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def end_of(day: date) -> datetime:
    """The first instant after the day: what happened on it is strictly before.

    >>> end_of(date(2026, 11, 1)).isoformat()
    '2026-11-02T00:00:00+08:00'
    """
    return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)


def start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def day_of(moment: datetime) -> date:
    """The district's date of an aware moment."""
    return moment.astimezone(SHANGHAI).date()


def today() -> date:
    return datetime.now(SHANGHAI).date()
