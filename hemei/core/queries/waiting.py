"""What waits for somebody: the cases they must move on, the houses they must look at, the messages they must answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from hemei.core.access import Scope
from hemei.core.models import Case, Due, Duty, Message
from hemei.core.queries.cases import CaseFilter, cases
from hemei.core.queries.rounds import dues as owed
from hemei.terms.finding import Severity

SOONEST = F("due_on").asc(nulls_last=True)


def assigned(*, within: Scope, units: Collection[int], account: int | None) -> QuerySet[Case]:
    """Cases to be remedied by this person, or by their units where no person is named; most overdue first."""
    theirs = Q(assignee=account) | Q(assignee=None, unit__in=units)
    return cases(within=within, where=CaseFilter(states=("found", "assigned"))).filter(theirs).order_by(SOONEST, "id")


def nobodys(*, within: Scope, on: date) -> QuerySet[Case]:
    """Open cases that no unit answers for, or one in which nobody is on duty any more: they are to be handed over."""
    staffed = Duty.objects.on(on).filter(unit=OuterRef("unit"))
    waiting = cases(within=within, where=CaseFilter(states=("found", "assigned")))
    return waiting.filter(~Exists(staffed), assignee=None).order_by(SOONEST, "id")


def unverified(*, within: Scope) -> QuerySet[Case]:
    """待核实: reports of unpaired phones that somebody must call back about."""
    return cases(within=within, where=CaseFilter(states=("reported",))).order_by(SOONEST, "id")


def to_look_at_again(*, within: Scope, on: date) -> QuerySet[Case]:
    """Contained dangers whose day to be looked at again has come."""
    contained = cases(within=within, where=CaseFilter(states=("contained",)))
    return contained.filter(look_again_on__lte=on).order_by("look_again_on", "id")


def acceptable(*, within: Mapping[Severity, Scope], not_by: str) -> QuerySet[Case]:
    """Remedied cases that may be accepted in these scopes, by severity; nobody accepts their own."""
    allowed = [scope.q(matter="matter") & Q(severity=severity) for severity, scope in within.items() if scope]
    where = CaseFilter(states=("remedied",))
    everywhere = Scope.held(land for scope in within.values() for land in scope.lands)
    rows = cases(within=everywhere, where=where).exclude(remedied_by=not_by)
    return rows.filter(reduce(or_, allowed, Q(pk__in=[]))).order_by(SOONEST, "id")


def dues(*, within: Scope, units: Collection[int], account: int | None, until: date) -> QuerySet[Due]:
    """Places to be looked at by that day by this person, or by their units where no person is named."""
    theirs = Q(account=account) | Q(account=None, unit__in=units)
    return owed(within=within).filter(theirs, due_on__lte=until).order_by("due_on", "id")


def unanswered(*, within: Scope, account: int) -> QuerySet[Message]:
    """Urgent messages that still await this person's receipt."""
    rows = Message.objects.filter(within.q(matter="case__matter"), to=account, urgent=True, received_at=None)
    return rows.select_related("case__place").order_by("created_at", "id")
