"""What already stands on a plot, and what may reach onto it without anybody knowing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import shapely

from hemei.core.access import Scope
from hemei.core.models import Place
from hemei.core.queries.standing import storeys
from hemei.core.standing import kinds_that_stand
from hemei.law.subject import SPOT_ERROR_M
from hemei.programmes.building.shapes import in_metres
from hemei.terms.region import Level, successor

MOSTLY = 0.5
"""A building stands on a plot where half of it does: a neighbour's wall drawn a little across the border does not."""
REACH = 0.001
"""Degrees, some hundred metres: no house whose middle is farther away lies mostly on the plot."""


@dataclass(frozen=True)
class Around:
    """The registered buildings on a plot: shape in degrees, a point where nobody knows the outline, and storeys.

    `near`: how many of which only a point is known stand beside it and may yet reach onto it. They are not counted.
    """

    shapes: Mapping[int, shapely.Geometry] = field(default_factory=dict)
    storeys: Mapping[int, float] = field(default_factory=dict)
    near: int = 0

    def but(self, gone: Callable[[shapely.Geometry], bool]) -> Around:
        return replace(self, shapes={key: shape for key, shape in self.shapes.items() if not gone(shape)})


def around(plot: bytes, *, region: str, but: int | None = None) -> Around:
    """What stands on a plot in a village and right beside it, but for one building and those that left the register."""
    ground = shapely.from_wkb(plot)
    west, south, east, north = ground.bounds
    village = region[: Level.VILLAGE]
    rows = Place.objects.filter(region__gte=village, region__lt=successor(village), removed_on=None)
    rows = rows.filter(kind__in=kinds_that_stand()).exclude(pk=but or 0).order_by("pk")
    rows = rows.filter(lon__range=(west - REACH, east + REACH), lat__range=(south - REACH, north + REACH))
    about = ground.centroid
    there = in_metres(ground, about)
    found, near = {}, 0
    for key, lon, lat, outline in rows.values_list("pk", "lon", "lat", "geometry"):
        shape = shapely.from_wkb(bytes(outline)) if outline else shapely.Point(lon, lat)
        here = in_metres(shape, about)
        if _stands_there(here, there):
            found[key] = shape
        else:
            near += int(not here.area and shapely.distance(here, there) <= SPOT_ERROR_M)
    return Around(found, storeys(within=Scope.of(village), places=list(found)) if found else {}, near)


def _stands_there(building: shapely.Geometry, ground: shapely.Geometry) -> bool:
    """Both in metres."""
    if not building.area:
        return bool(shapely.intersects(ground, building))
    return bool(shapely.area(shapely.intersection(shapely.make_valid(building), ground)) >= MOSTLY * building.area)
