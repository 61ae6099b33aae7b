"""Records with a life of their own on the map, each in the colour of its state."""

from __future__ import annotations

from collections import Counter
from math import atan, degrees, pi, sinh
from typing import Any

from django.db.models import Avg, Count, F, QuerySet
from django.db.models.functions import Floor

from hemei.core.access import Scope
from hemei.core.queries.places import first_of
from hemei.core.registry import RecordKind
from hemei.maps import mvt
from hemei.maps.layers import LIMIT, NEAR_ZOOM, counted, spots

FINE = 32  # a far tile's records are added up in 32 × 32 cells by the database, so that a number stands amid its own


def record_tile(z: int, x: int, y: int, *, within: Scope, kind: RecordKind) -> bytes:
    """The vector tile z/x/y, as `maps.layers.tile_of` gives it for places. Raises ValueError where there is none."""
    if not (0 <= z <= 24 and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise ValueError("no such tile")
    west, east = (column / (1 << z) * 360.0 - 180.0 for column in (x, x + 1))
    north, south = (degrees(atan(sinh(pi * (1 - 2 * line / (1 << z))))) for line in (y, y + 1))
    inside = kind.read(within=within).filter(lon__gte=west, lon__lt=east, lat__gt=south, lat__lte=north)
    return _near(z, x, y, inside, kind) if z >= NEAR_ZOOM else _far(z, x, y, inside, (west, south, east, north))


def _near(z: int, x: int, y: int, inside: QuerySet[Any], kind: RecordKind) -> bytes:
    found = list(inside.order_by(first_of(list(kind.states)[::-1]), "pk")[: LIMIT + 1])
    left_out = inside.count() - LIMIT if len(found) > LIMIT else 0
    return spots(z, x, y, [(row.pk, row.lon, row.lat, row.state, str(row)) for row in found[:LIMIT]], left_out)


def _far(z: int, x: int, y: int, inside: QuerySet[Any], box: tuple[float, float, float, float]) -> bytes:
    west, south, east, north = box
    cells = inside.order_by().annotate(
        column=Floor((F("lon") - west) * (FINE / (east - west))),
        line=Floor((F("lat") - south) * (FINE / (north - south))),
    )
    rows = list(cells.values_list("column", "line", "state").annotate(Count("pk"), Avg("lon"), Avg("lat")))
    _columns, _lines, states, numbers, lons, lats = zip(*rows, strict=True) if rows else ((),) * 6
    return counted(*mvt.project(z, x, y, lons, lats), states, numbers)


def state_numbers(*, within: Scope, kind: RecordKind) -> Counter[str]:
    """How many on the map stand in each state."""
    rows = kind.read(within=within).exclude(lon=None).order_by().values_list("state").annotate(n=Count("pk"))
    return Counter(dict(rows))
