"""Codes that became others: where an old one leads, and where things stood on a past day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from hemei.core.access import Scope
from hemei.core.models import Region, RegionChange, RegionMove
from hemei.terms.day import end_of
from hemei.terms.region import contains, successor

STANDS = "region"


def seat(*, within: Scope) -> str:
    """By which column rows that keep the code of their day (checks, evidence, appraisals) are to be asked for.

    Where no code of the scope has changed, their own: that is the quick way. Else where their place stands today.
    """
    if within.everything:
        return STANDS
    moves = RegionMove.objects.filter(within.q("old", matter=None) | within.q("new", matter=None))
    return "place__region" if moves.exists() else STANDS


def here(*, within: Scope, region: str = "") -> Q:
    """The checks or appraisals of a scope, by where their place stands today; narrowed to a region."""
    column = seat(within=within)
    rows = within.q(column, "place", matter="matter")
    return rows & Q(**{f"{column}__gte": region, f"{column}__lt": successor(region)}) if region else rows


def gone(*, within: Scope) -> dict[str, RegionChange]:
    """Code that is no more → the change by which it went, the one to which an address with it leads."""
    closed = Region.objects.filter(within.q("code", matter=None)).exclude(closed_on=None)
    days = dict(closed.values_list("code", "closed_on"))
    changes = RegionChange.objects.filter(old__in=days, main=True).order_by("on", "id")
    return {change.old: change for change in changes if days[change.old] == change.on}


def leads_to(code: str) -> str | None:
    """The code that stands today for one that is no more; None for one that stands, or never did."""
    found = code
    for _turn in range(100):  # a chain of a hundred changes is a fault of ours
        closed_on = Region.objects.filter(code=found).values_list("closed_on", flat=True).first()
        if closed_on is None:
            break
        changes = RegionChange.objects.filter(old=found, on=closed_on, main=True).order_by("id")
        following = changes.values_list("new", flat=True).first()
        if following is None:
            return None
        found = following
    return found if found != code else None


@dataclass(frozen=True)
class Then:
    """How the regions lay at the end of a day, as far as was known by the end of another."""

    day: date
    known: date | None = None

    @property
    def later(self) -> Q:
        """Changes and moves that had not come by then."""
        later = Q(on__gt=self.day)
        return later | Q(recorded_at__gte=end_of(self.known)) if self.known else later

    def differs(self) -> bool:
        return RegionMove.objects.filter(self.later).exists() or RegionChange.objects.filter(self.later).exists()

    def where(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Cases or dues with `stood`: the code under which they stood then."""
        moves = RegionMove.objects.filter(self.later).order_by("on", "id")
        first = [Subquery(moves.filter(place=OuterRef("place")).values("old")[:1])]
        if _has(rows.model, "opened_at"):  # a case may have no place
            first.append(Subquery(moves.filter(case=OuterRef("pk")).values("old")[:1]))
        stood: QuerySet[Any] = rows.annotate(stood=Coalesce(*first, F("region")))
        return stood

    def stands(self, code: str) -> bool:
        """Whether a code stood then."""
        region = Region.objects.filter(code=code).first()
        return region is not None and self._stood(region, *self._pending())

    def names(self, *, within: Scope) -> dict[str, str]:
        """Code → name of the regions that stood then: those of the scope, and those from which they came."""
        opened, closed = self._pending()
        rows = Region.objects.order_by("code").defer("boundary")
        if not within.everything:
            rows = rows.filter(within.q("code", matter=None) | Q(code__in=self.forerunners(within=within)))
        return {region.code: region.name for region in rows if self._stood(region, opened, closed)}

    def forerunners(self, *, within: Scope) -> set[str]:
        """The codes that became codes of the scope after that day."""
        pairs = list(RegionChange.objects.filter(self.later).values_list("old", "new"))
        found: set[str] = set()
        while more := {
            old
            for old, new in pairs
            if old not in found and (new in found or any(contains(p, new) for p in within.prefixes))
        }:
            found |= more
        return found

    def _pending(self) -> tuple[set[tuple[str, date]], set[tuple[str, date]]]:
        changes = list(RegionChange.objects.filter(self.later).values_list("old", "new", "on"))
        return {(new, on) for _old, new, on in changes}, {(old, on) for old, _new, on in changes}

    def _stood(self, region: Region, opened: set[tuple[str, date]], closed: set[tuple[str, date]]) -> bool:
        begun = region.opened_on
        if begun is not None and (begun > self.day or (region.code, begun) in opened):
            return False
        ended = region.closed_on
        return ended is None or ended > self.day or (region.code, ended) in closed


def _has(model: type[Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.get_fields())
