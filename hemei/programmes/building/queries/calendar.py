"""The district's working days: announced, corrected, and reckoned."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet

from hemei.core.access import Scope
from hemei.core.queries.parameter import parameter
from hemei.engines.workdays import Reckoned, WorkCalendar
from hemei.programmes.building.life import BEFORE_WORK
from hemei.programmes.building.models import Permit, WorkDay
from hemei.terms.day import day_of, months_later
from hemei.terms.region import Level

DUE_IN = ("publicised", "village_reviewed", "town_reviewed")
"""The states in which a clock of working days runs."""


def calendar_of(region: str) -> WorkCalendar:
    """The working days of the district that a region lies in. Everybody's: asked before anybody's scope is known."""
    rows = WorkDay.objects.filter(region=region[: Level.DISTRICT]).values_list("day", "worked")
    return WorkCalendar(dict(rows))


def corrections(*, within: Scope) -> QuerySet[WorkDay]:
    districts = {prefix[: Level.DISTRICT] for prefix in within.prefixes}
    return WorkDay.objects.filter(region__in=districts).order_by("-day")


def number(key: str, *, region: str, on: date) -> int | None:
    """What the district set, or our default; None where nobody set a number."""
    value = parameter(f"building.{key}", region=region, on=on).value
    return int(value) if value is not None else None


def notice_ends(permit: Permit, start: date) -> Reckoned:
    days = number("notice.days", region=permit.region, on=start) or 0
    return calendar_of(permit.region).after(start, days)


def due_of(permit: Permit, state: str, at: datetime) -> Reckoned | None:
    """By when the state that a permit enters at that moment is to be left; None where nothing says so."""
    day = day_of(at)
    if state == "publicised" and permit.notice_ends:
        return notice_ends(permit, day)
    if state in BEFORE_WORK:
        ends = lapses_on(permit, day)
        return Reckoned(ends, provisional=False) if ends else None
    if state == "village_reviewed" or (state == "town_reviewed" and not permit.due_on):
        key = "clock.joint_days" if permit.joint else "clock.days"
        days = number(key, region=permit.region, on=day)
        return calendar_of(permit.region).after(day, days) if days else None
    if state == "town_reviewed" and permit.due_on:  # the same clock runs on
        return Reckoned(permit.due_on, permit.due_provisional)
    return None


def lapses_on(permit: Permit, on: date) -> date | None:
    """The last day on which work may begin; None where the district has set no term."""
    months = number("lapse.months", region=permit.region, on=on)
    return months_later(permit.approved_on, months) if months and permit.approved_on else None


def reckoned_again(permit: Permit) -> Reckoned | None:
    """The deadline of a permit whose clock runs, by the calendar of today."""
    begun = "publicised" if permit.state == "publicised" else "village_reviewed"
    begins = Q(to_state=begun) | Q(verb="permit.resubmit", to_state=permit.state)
    steps = permit.steps.filter(begins, at__gte=permit.filed_at).exclude(from_state=begun)
    step = steps.order_by("-id").first()
    return due_of(permit, begun, step.at) if step else None
