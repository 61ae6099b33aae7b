"""Records with a life of their own on the map, each in the colour of its state."""

from __future__ import annotations

from collections import Counter
from math import atan, degrees, pi, sinh

from django.db.models import Count

from hemei.core.access import Scope
from hemei.core.registry import RecordKind
from hemei.maps.byfact import valued_tile


def record_tile(z: int, x: int, y: int, *, within: Scope, kind: RecordKind) -> bytes:
    """The vector tile z/x/y, as `maps.layers.tile_of` gives it for places. Raises ValueError where there is none."""
    if not (0 <= z <= 24 and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise ValueError("no such tile")
    west, east = (column / (1 << z) * 360.0 - 180.0 for column in (x, x + 1))
    north, south = (degrees(atan(sinh(pi * (1 - 2 * line / (1 << z))))) for line in (y, y + 1))
    inside = kind.read(within=within).filter(lon__gte=west, lon__lt=east, lat__gt=south, lat__lte=north)
    found = list(inside)
    if not found:
        return b""
    rows = [(row.pk, row.lon, row.lat, str(row)) for row in found]
    return valued_tile(z, x, y, rows, {row.pk: row.state for row in found}, list(kind.states))


def state_numbers(*, within: Scope, kind: RecordKind) -> Counter[str]:
    """How many on the map stand in each state."""
    rows = kind.read(within=within).exclude(lon=None).order_by().values_list("state").annotate(n=Count("pk"))
    return Counter(dict(rows))
