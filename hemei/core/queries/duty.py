"""Who answers for what, where, today."""

from __future__ import annotations

from datetime import date
from functools import cache

from django.db.models import Q

from hemei.core.access import Scope
from hemei.core.models import Account, Duty, Unit
from hemei.core.prepared import Given, Prepared
from hemei.core.roles import ROLES
from hemei.terms.region import Level, RegionCode


def prefixes_of(region: str) -> list[str]:
    """The region and every one it lies in, nearest first."""
    code = RegionCode(region)
    return [str(found) for level in reversed(Level) if (found := code.at(level))]


def duties(*, within: Scope, on: date) -> list[Duty]:
    return list(Duty.objects.on(on).filter(within.q(matter=None)).select_related("account", "unit"))


def on_duty(verb: str, *, region: str, matter: str, on: date, unit: int | None = None) -> list[Account]:
    """Accounts that may do `verb` there, those with the nearest duty first."""
    holders = [duty for duty in _holders(verb, region, matter, on) if unit in (None, duty.unit_id)]
    near = sorted(holders, key=lambda duty: (-len(duty.region), duty.pk))
    return list(dict.fromkeys(duty.account for duty in near))


def responsible_unit(*, region: str, matter: str, on: date, above: Level | None = None) -> Unit | None:
    """The unit that answers for a matter in a region: the one whose duty lies nearest, at `above` or wider."""
    holders = [d for d in _holders("case.assign", region, matter, on) if above is None or len(d.region) <= above]
    nearest = max(holders, key=lambda duty: (len(duty.region), duty.matter != "*", -duty.pk), default=None)
    return nearest.unit if nearest else None


def inspectors(*, within: Scope, matter: str, on: date) -> dict[Account, tuple[str, ...]]:
    """Whoever may patrol in a scope, and the townships that are their own: those they are not sent to."""
    roles = [key for key, role in ROLES.items() if "check.patrol" in role.rights]
    held = Duty.objects.on(on).filter(Q(matter="*") | Q(matter=matter), within.q(matter=None), role__in=roles)
    people = Account.objects.filter(pk__in=held.values("account")).order_by("pk")
    own = Duty.objects.on(on).filter(account__in=people)
    townships: dict[int, set[str]] = {}
    for account, region in own.values_list("account", "region"):
        if len(region) >= Level.TOWNSHIP:
            townships.setdefault(account, set()).add(region[: Level.TOWNSHIP])
    return {person: tuple(sorted(townships.get(person.pk, ()))) for person in people}


def _holders(verb: str, region: str, matter: str, on: date) -> list[Duty]:
    """Duties of that day that allow `verb` there, with their accounts and units."""
    prefixes = prefixes_of(region)
    padded = (prefixes * len(Level))[: len(Level)]
    return _holding(verb)(matter=matter, on=on, **{f"region{n}": prefix for n, prefix in enumerate(padded)})


@cache
def _holding(verb: str) -> Prepared[Duty]:
    roles = [key for key, role in ROLES.items() if verb in role.rights]
    there = Q(region__in=[Given(f"region{n}") for n in range(len(Level))], matter__in=["*", Given("matter")])
    on_that_day = Q(Q(ends=None) | Q(ends__gte=Given("on")), starts__lte=Given("on"), account__is_active=True)
    return Prepared(
        lambda: Duty.objects.filter(there, on_that_day, role__in=roles).select_related("account", "unit").order_by("pk")
    )
