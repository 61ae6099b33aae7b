"""What the other programmes may ask about houses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from hemei.core.access import Scope
from hemei.core.queries.regionchange import seat
from hemei.programmes.houses.models import Appraisal, House


def grade(*, within: Scope, on: date, places: Sequence[int] | None = None) -> dict[int, Any]:
    """The grade of the newest appraisal made by that day: {place: (A–D, since)}."""
    where = within.q(seat(within=within), "place", matter="place__kind")
    rows = Appraisal.objects.filter(where, on__lte=on)
    if places is not None:
        rows = rows.filter(place__in=places)
    return {row.place_id: (row.grade, row.on) for row in rows.order_by("on", "id")}


def occupied(*, within: Scope, on: date, places: Sequence[int] | None = None) -> dict[int, Any]:
    """Whether people live there, as last recorded by that day: {place: (bool, since)}."""
    rows = House.objects.filter(within.q("place__region", "place", matter="place__kind"), occupied__isnull=False)
    if places is not None:
        rows = rows.filter(place__in=places)
    since = rows.values_list("place", "occupied", "occupied_since")
    return {place: (lives, day) for place, lives, day in since if day is None or day <= on}
