"""What the district has set, else our own default, which says that it is ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from hemei.core.access import Scope
from hemei.core.models import Parameter
from hemei.core.prepared import Given, Prepared
from hemei.core.registry import registry
from hemei.terms.finding import Severity
from hemei.terms.region import Level, RegionCode

# Ours, not law; a programme or the district says otherwise.
DEADLINE_DAYS = {Severity.ROUTINE: 90, Severity.SERIOUS: 60, Severity.URGENT: 30}


@dataclass(frozen=True)
class Setting:
    value: Any
    ours: bool  # a default of this software, not the district's word
    document: str = ""
    since: date | None = None


SET_BY = Prepared(
    lambda: Parameter.objects.filter(
        key=Given("key"), region__in=[Given(f"region{n}") for n in range(len(Level))], starts__lte=Given("on")
    )
)


def parameter(key: str, *, region: str, on: date) -> Setting:
    """The value for a place on a day: the nearest region that set it wins. KeyError where nobody ever said."""
    code = RegionCode(region)
    prefixes = [str(found) for level in Level if (found := code.at(level))]
    padded = (prefixes * len(Level))[: len(Level)]
    rows = SET_BY(key=key, on=on, **{f"region{n}": prefix for n, prefix in enumerate(padded)})
    row = max(rows, key=lambda r: (len(r.region), r.starts, r.pk), default=None)
    if row:
        return Setting(row.value, ours=False, document=row.document, since=row.starts)
    return Setting(registry.default(key), ours=True)


def deadline_days(matter: str, severity: Severity, *, region: str, on: date) -> int:
    try:
        return int(parameter(f"{matter}.deadline_days.{severity.name.lower()}", region=region, on=on).value)
    except KeyError:
        return DEADLINE_DAYS[severity]


def _of_matter(matter: str) -> Q:
    return Q(key__startswith=f"{matter}.")


def history(key: str, *, within: Scope) -> QuerySet[Parameter]:
    """Every value ever set in a scope, newest first."""
    return Parameter.objects.filter(within.q(matter=_of_matter), key=key).order_by("-starts", "-pk")
