"""When somebody may stand on a site: dates alone, without a database. A missing date never lets anybody pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from hemei.terms.day import FIRST_DAY, months_later


class Lack(StrEnum):
    """Why somebody may not be on duty."""

    LEFT = "left"
    NO_CERTIFICATE = "no_certificate"
    EXPIRED = "expired"
    NOT_TRAINED = "not_trained"
    TRAINED_LONG_AGO = "trained_long_ago"
    HOURS = "hours"


@dataclass(frozen=True)
class Valid:
    """A certificate's days: the first and the last on which it is valid, and the one on which it was revoked."""

    key: int | str  # by which whoever asks knows it again
    starts: date
    ends: date
    revoked: date | None = None

    def on(self, day: date) -> bool:
        return self.starts <= day <= self.ends and (self.revoked is None or day < self.revoked)


@dataclass(frozen=True)
class Attended:
    """A day of training: how many minutes of which kind of lesson."""

    on: date
    kind: str = ""  # "": a training from before, of which only the day is known
    minutes: int = 0


@dataclass(frozen=True)
class Rule:
    """What the district asks: months between two trainings, and minutes of a kind of lesson within them."""

    months: int
    minutes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """How somebody stands on a day: with which certificate, until when, and what they lack."""

    certificate: Valid | None
    until: date | None  # the last day on which they may be on duty as things stand; None where they may not today
    trained_on: date | None
    lacks: tuple[Lack, ...] = ()

    @property
    def may(self) -> bool:
        return not self.lacks


def standing(
    on: date, certificates: Iterable[Valid], trainings: Iterable[Attended], rule: Rule, left: date | None = None
) -> Standing:
    """How somebody stands on a day. Only what had happened by that day counts.

    A training counts up to and including the day that is `months` later.

    >>> paper = Valid("甲1", date(2025, 1, 1), date(2027, 1, 1))
    >>> standing(date(2026, 1, 1), [paper], [Attended(date(2023, 1, 1))], Rule(36)).until
    datetime.date(2026, 1, 1)
    >>> standing(date(2026, 1, 2), [paper], [Attended(date(2023, 1, 1))], Rule(36)).lacks
    (<Lack.TRAINED_LONG_AGO: 'trained_long_ago'>,)
    """
    papers = [paper for paper in certificates if paper.starts <= on]
    paper = max((one for one in papers if one.on(on)), key=lambda one: one.ends, default=None)
    attended = [one for one in trainings if one.on <= on]
    last = max((one.on for one in attended), default=None)
    window = [one for one in attended if months_later(one.on, rule.months) >= on]
    lacks = []
    if left is not None and left <= on:
        lacks.append(Lack.LEFT)
    if paper is None:
        lacks.append(Lack.EXPIRED if papers else Lack.NO_CERTIFICATE)
    if not window:
        lacks.append(Lack.NOT_TRAINED if last is None else Lack.TRAINED_LONG_AGO)
    elif _short(window, rule):
        lacks.append(Lack.HOURS)
    if lacks or paper is None or last is None:
        return Standing(paper, None, last, tuple(lacks))
    return Standing(paper, min(paper.ends, _lasting(window, rule)), last)


def counting_until(on: date, months: int) -> date:
    """The first day of training that still counts on a day. Every later one does: a month's end is kept, not passed.

    >>> counting_until(date(2027, 2, 28), 36), counting_until(date(2027, 3, 1), 36)
    (datetime.date(2024, 2, 28), datetime.date(2024, 3, 1))
    """
    if months >= (on.year - FIRST_DAY.year) * 12:  # what a slip of the pen in the district's setting comes to
        return FIRST_DAY
    day = months_later(on, -months)
    while months_later(day, months) < on:
        day += timedelta(days=1)
    while months_later(day - timedelta(days=1), months) >= on:
        day -= timedelta(days=1)
    return day


def _short(attended: Iterable[Attended], rule: Rule) -> bool:
    some = list(attended)
    return any(sum(one.minutes for one in some if one.kind == kind) < asked for kind, asked in rule.minutes.items())


def _lasting(window: list[Attended], rule: Rule) -> date:
    """The last day on which what was attended is still enough: the first whose loss would be too much sets it."""
    rest = sorted(window, key=lambda one: one.on)
    while True:
        first = rest[0].on
        rest = [one for one in rest if one.on > first]
        if not rest or _short(rest, rule):
            return months_later(first, rule.months)
