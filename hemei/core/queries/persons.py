"""Reading persons and households. What comes from here is masked when it is shown."""

from __future__ import annotations

from django.db.models import QuerySet

from hemei.core.access import Scope
from hemei.core.models import Holding, Person, Place


def person(pk: int, *, within: Scope) -> Person | None:
    return Person.objects.filter(within.q(matter=None), pk=pk).first()


def holdings(place: Place, *, within: Scope) -> QuerySet[Holding]:
    """Which households own or use a place, those of today first, with their members."""
    rows = Holding.objects.filter(within.q("household__region", matter=None), place=place)
    return rows.select_related("household__head").prefetch_related("household__members__person").order_by("-ends", "id")
