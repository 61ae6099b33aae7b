"""What the other programmes may ask about permits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from hemei.core.access import Scope
from hemei.programmes.building.models import Permit
from hemei.terms.day import end_of
from hemei.terms.region import successor

OVER = ("refused", "withdrawn", "lapsed")


def permit(*, within: Scope, on: date, places: Sequence[int] | None = None) -> dict[int, Any]:
    """How the newest permit about a house stands as last recorded, the house being the old or the new one:
    {place: ({"permit", "work", "state", "number", "old_house_down"}, since)}. What came to nothing is left out."""
    rows = Permit.objects.filter(filed_at__lt=end_of(on)).exclude(state__in=OVER).order_by("pk")
    if places is not None:
        rows = rows.filter(old_place__in=places) | rows.filter(house__in=places)
    told = {}
    for row in rows.filter(_inside(within)).distinct().prefetch_related("relocation"):
        down = any(one.stage == "demolished" and one.on <= on for one in row.relocation.all())
        said = {"permit": row.pk, "work": row.work, "state": row.state, "number": row.number, "old_house_down": down}
        for place in (row.old_place_id, row.house_id):
            if place is not None and (places is None or place in places):
                told[place] = (said, row.since)
    return told


def _inside(within: Scope) -> Q:
    if within.everything:
        return Q()
    inside = Q(old_place__in=within.places) | Q(house__in=within.places)
    for prefix, matter in within.lands:
        if matter in ("*", Permit.matter):
            inside |= Q(region__gte=prefix, region__lt=successor(prefix))
    return inside
