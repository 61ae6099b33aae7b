"""Reading cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from hemei.core.access import Scope
from hemei.core.lifecycle import LIFE
from hemei.core.models import Case, CaseStep
from hemei.terms.region import successor


@dataclass(frozen=True)
class CaseFilter:
    """What a list of cases is narrowed to. Empty means any."""

    region: str = ""
    matter: str = ""
    states: tuple[str, ...] = ()
    severity: int | None = None
    code: str = ""
    overdue_on: date | None = None
    unit: int | None = None
    assignee: int | None = None
    place: int | None = None
    text: str = ""
    only_open: bool = False


def cases(*, within: Scope, where: CaseFilter | None = None) -> QuerySet[Case]:
    """The cases of a scope that fit the filter, unordered."""
    where = where or CaseFilter()
    rows = Case.objects.filter(within.q(place="place", matter="matter")).select_related("place", "unit", "assignee")
    if where.region:
        rows = rows.filter(region__gte=where.region, region__lt=successor(where.region))
    exact = {
        "matter": where.matter,
        "severity": where.severity,
        "code": where.code,
        "unit": where.unit,
        "assignee": where.assignee,
        "place": where.place,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if where.states:
        rows = rows.filter(state__in=where.states)
    if where.only_open:
        rows = rows.filter(state__in=LIFE.open_states)
    if where.overdue_on:
        rows = rows.filter(state__in=LIFE.open_states, due_on__lt=where.overdue_on)
    if where.text:
        text = where.text.strip()
        rows = rows.filter(Q(title__contains=text) | Q(place__label__contains=text) | Q(place__address__contains=text))
    return rows


def case(pk: int, *, within: Scope) -> Case | None:
    """One case, or None where it is not in the scope: whoever may not see it cannot tell whether it exists."""
    return cases(within=within).filter(pk=pk).first()


def steps(case: Case) -> QuerySet[CaseStep]:
    """What happened to a case that was read in a scope, in the order in which it was recorded, with the evidence."""
    return case.steps.select_related("account", "unit").prefetch_related("evidence").order_by("id")
