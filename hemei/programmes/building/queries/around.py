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
BESIDE = 0.0003
"""Degrees, twenty metres and more: no spot that is farther away may yet reach onto the plot."""


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


def around(plot: bytes, *, region: str, but: int | None = None, among: Neighbours | None = None) -> Around:
    """What stands on a plot in a village and right beside it, but for one building and those that left the register.

    `among`: where many plots are asked, what is kept of their villages from one to the next.
    """
    ground = shapely.from_wkb(plot)
    village = region[: Level.VILLAGE]
    about = ground.centroid
    there = in_metres(ground, about)
    found, near = {}, 0
    for key, shape in among.near(village, ground) if among else _read(village, ground):
        if key == but or (shapely.area(shape) and not shapely.intersects(shape, ground)):
            continue
        here = in_metres(shape, about)
        if _stands_there(here, there):
            found[key] = shape
        else:
            near += int(not here.area and shapely.distance(here, there) <= SPOT_ERROR_M)
    if among:
        return Around(found, {key: among.storeys[key] for key in found if key in among.storeys}, near)
    return Around(found, storeys(within=Scope.of(village), places=list(found)) if found else {}, near)


Near = tuple[int, shapely.Geometry]


def _read(village: str, ground: shapely.Geometry | None = None) -> list[Near]:
    """The registered buildings of a village, or those of which the middle lies near some ground, by key."""
    rows = Place.objects.filter(region__gte=village, region__lt=successor(village), removed_on=None)
    rows = rows.filter(kind__in=kinds_that_stand()).exclude(lon=None).exclude(lat=None).order_by("pk")
    if ground is not None:
        west, south, east, north = ground.bounds
        rows = rows.filter(lon__range=(west - REACH, east + REACH), lat__range=(south - REACH, north + REACH))
    return [
        (key, shapely.from_wkb(bytes(outline)) if outline else shapely.Point(lon, lat))
        for key, lon, lat, outline in rows.values_list("pk", "lon", "lat", "geometry")
    ]


class Neighbours:
    """What stands in villages, each read once: for whoever asks about many plots one after the other."""

    def __init__(self) -> None:
        self._villages: dict[str, tuple[list[Near], shapely.STRtree]] = {}
        self.storeys: dict[int, int] = {}

    def near(self, village: str, ground: shapely.Geometry) -> list[Near]:
        """What may stand on some ground, or beside it as `around` counts it."""
        if village not in self._villages:
            rows = _read(village)
            self._villages[village] = rows, shapely.STRtree([shape for _key, shape in rows])
            self.storeys |= storeys(within=Scope.of(village))
        rows, tree = self._villages[village]
        west, south, east, north = ground.bounds
        box = shapely.box(west - BESIDE, south - BESIDE, east + BESIDE, north + BESIDE)
        return [rows[number] for number in sorted(tree.query(box))]


def _stands_there(building: shapely.Geometry, ground: shapely.Geometry) -> bool:
    """Both in metres."""
    if not building.area:
        return bool(shapely.intersects(ground, building))
    return bool(shapely.area(shapely.intersection(shapely.make_valid(building), ground)) >= MOSTLY * building.area)
