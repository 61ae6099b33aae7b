"""Reading checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from hemei.core.access import Scope
from hemei.core.models import Check
from hemei.core.queries.regionchange import here
from hemei.terms.day import end_of, start_of


@dataclass(frozen=True)
class CheckFilter:
    """What a list of checks is narrowed to. Empty means any."""

    region: str = ""
    matter: str = ""
    tier: str = ""
    place: int | None = None
    since: date | None = None
    until: date | None = None


def checks(*, within: Scope, where: CheckFilter | None = None) -> QuerySet[Check]:
    """The checks of a scope that fit the filter, unordered, without the bytes they came in."""
    where = where or CheckFilter()
    rows = Check.objects.filter(here(within=within, region=where.region)).defer("raw")
    exact = {"matter": where.matter, "tier": where.tier, "place": where.place}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if where.since:
        rows = rows.filter(at__gte=start_of(where.since))
    if where.until:
        rows = rows.filter(at__lt=end_of(where.until))
    return rows


def check(pk: int, *, within: Scope) -> Check | None:
    """One check, or None where it is not in the scope."""
    return checks(within=within).filter(pk=pk).select_related("place", "account").first()
