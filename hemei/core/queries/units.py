"""Reading units, accounts and duties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.db.models import Count, Q, QuerySet

from hemei.core.access import Scope
from hemei.core.models import Account, Duty, Unit
from hemei.core.queries.duty import on_duty, prefixes_of


def units(*, within: Scope, on: date | None = None) -> QuerySet[Unit]:
    """The units of a scope; with `on`, those not closed by that day."""
    rows = Unit.objects.filter(within.q(matter=None))
    return rows.filter(Q(closed_on=None) | Q(closed_on__gt=on)) if on else rows


def unit(pk: int, *, within: Scope) -> Unit | None:
    return units(within=within).filter(pk=pk).first()


def units_for(verb: str, *, region: str, matter: str, on: date) -> QuerySet[Unit]:
    """The units with somebody on duty who may do `verb` there, the nearest first."""
    people = on_duty(verb, region=region, matter=matter, on=on)
    held = Duty.objects.on(on).filter(account__in=people, region__in=prefixes_of(region))
    held = held.filter(Q(matter="*") | Q(matter=matter))
    return Unit.objects.filter(pk__in=held.values("unit")).order_by("-region", "name")


def duties(*, within: Scope) -> QuerySet[Duty]:
    """Every duty of a scope, those of today and of the past."""
    return Duty.objects.filter(within.q(matter=None)).select_related("account", "unit")


def duty(pk: int, *, within: Scope) -> Duty | None:
    return duties(within=within).filter(pk=pk).first()


def accounts(*, within: Scope) -> QuerySet[Account]:
    """Everybody who has, or once had, a duty in a scope."""
    return Account.objects.filter(pk__in=duties(within=within).values("account"))


def staff_counts(units: Sequence[Unit], *, on: date) -> Counter[int]:
    """Unit id → how many people are on duty in it, for units that were read in a scope."""
    held = Duty.objects.on(on).filter(unit__in=units).order_by().values_list("unit")
    return Counter(dict(held.annotate(people=Count("account", distinct=True))))
