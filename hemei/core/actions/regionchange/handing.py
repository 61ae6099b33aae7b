"""After a change: open cases and owed looks that nobody on duty there answers for are handed on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from django.db.models import Q
from django.utils.translation import gettext_noop

from hemei.core.access import Actor
from hemei.core.actions.case import add_step
from hemei.core.lifecycle import LIFE
from hemei.core.models import Account, Case, Due, RegionChange, Unit
from hemei.core.queries.duty import on_duty, responsible_unit
from hemei.core.roles import right_to_look
from hemei.core.wording import stored
from hemei.core.writing import audit
from hemei.terms.day import day_of

NOTE = gettext_noop("区划变更后原负责单位或人员不在这个区域，改由现在负责的。")


def hand_on(changes: Iterable[RegionChange], *, by: Actor, now: datetime) -> dict[str, int]:
    """Within the caller's transaction. Returns how many cases and looks were handed on."""
    holders, desk = _Holders(now), list(changes)
    of_place = Q(place__moves__change__in=desk)
    cases = Case.objects.filter(of_place | Q(moves__change__in=desk), ended_at=None).distinct().order_by("pk")
    handed = sum(_hand_case(case, holders, by, now) for case in cases.select_related("unit", "assignee"))
    dues = Due.objects.filter(of_place, done_at=None).distinct().order_by("pk")
    looks = sum(_hand_due(due, holders, by, now) for due in dues.select_related("round", "account"))
    return {"cases_handed": handed, "dues_handed": looks}


class _Holders:
    """Who may do what where today, asked once for each."""

    def __init__(self, now: datetime) -> None:
        day = day_of(now)
        self.people = cache(
            lambda verb, region, matter, unit: on_duty(verb, region=region, matter=matter, on=day, unit=unit)
        )
        self.unit = cache(lambda region, matter: responsible_unit(region=region, matter=matter, on=day))


def _hand_case(case: Case, holders: _Holders, by: Actor, now: datetime) -> int:
    where = (case.region, case.matter)
    there: list[Account] = holders.people("case.remedy", *where, case.unit_id) if case.unit_id else []
    if there and (case.assignee is None or case.assignee in there):
        return 0
    unit: Unit | None = case.unit if there else holders.unit(*where)
    if unit is None or (unit == case.unit and case.assignee is None):
        return 0
    before, assign = case.state, LIFE.by_verb["case.assign"]
    case.unit, case.assignee = unit, None
    if case.state in assign.sources and assign.target:
        case.state = assign.target
    case.save(update_fields=["unit", "assignee", "state"])
    add_step(case, "case.assign", by=by, before=before, at=now, now=now, note=stored(NOTE), data={})
    return 1


def _hand_due(due: Due, holders: _Holders, by: Actor, now: datetime) -> int:
    if due.account_id is None and due.unit_id is None:
        return 0
    verb, where = right_to_look(due.round.tier), (due.region, due.round.matter)
    if due.account in holders.people(verb, *where, None):
        return 0
    people: list[Account] = holders.people(verb, *where, None)
    unit: Unit | None = holders.unit(*where)
    due.account, due.unit = (people[0] if people else None), unit
    due.save(update_fields=["account", "unit"])
    audit(by, "round.hand_over", f"due:{due.pk}", due.region, values=[due.account_id], at=now)
    return 1
