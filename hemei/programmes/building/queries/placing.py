"""A house on its plot, as it is put to the rules of building."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import shapely

from hemei.core.models import Place, Region
from hemei.core.registry import registry
from hemei.programmes.building.models import Fate, Permit
from hemei.programmes.building.shapes import in_metres, rectangle, ring_of
from hemei.terms.proposal import Proposal
from hemei.terms.region import Level, successor

WORK_IN_RULES = {
    "new": "new",
    "rebuild": "rebuild",
    "dangerous": "rebuild",
    "extend": "extend",
    "storey": "extend",
    "relocate": "new",
    "ecological": "new",
}
"""Our kinds of work in the words of the rules."""
APPROVALS = {"conversion": "farmland_conversion", "forest_consent": "forest_land_use"}
"""Documents of a permit → what the rules call them."""
ON_THE_SAME_SPOT = frozenset({"rebuild", "dangerous", "extend", "storey"})
"""Kinds of work whose drawn house takes the place of the old one: that does not stand beside it."""
MOSTLY = 0.5
"""A building stands on a plot where half of it does: a neighbour's wall drawn a little across the border does not."""


@dataclass(frozen=True)
class House:
    """What somebody would build: its shape and its plot in degrees, and what the rules ask about it."""

    region: str
    shape: shapely.Polygon
    work: str
    plot: bytes | None = None
    storeys: float | None = None
    height_m: float | None = None
    eaves_m: float | None = None
    approvals: frozenset[str] = frozenset()
    instead_of: int | None = None  # the house that goes, or that is built on: it is not counted beside this one

    def proposal(self, key: str) -> Proposal:
        standing = standing_on(self.plot, region=self.region, but=self.instead_of) if self.plot else []
        if self.work in ON_THE_SAME_SPOT:  # what it is drawn over is what is rebuilt
            standing = [one for one in standing if not shapely.intersects(shapely.from_wkb(one[0]), self.shape)]
        return Proposal(
            id=key,
            region=self.region,
            geometry=bytes(shapely.to_wkb(self.shape)),
            work=WORK_IN_RULES[self.work],
            storeys=self.storeys,
            height_m=self.height_m,
            eaves_height_m=self.eaves_m,
            approvals=self.approvals,
            plot=self.plot,
            existing=tuple(shape for shape, _storeys in standing),
            existing_storeys=tuple(storeys for _shape, storeys in standing),
        )


def proposed(permit: Permit) -> Proposal | None:
    """A permit's house as it was drawn, or a square of its footprint about its spot; None where nobody knows a spot."""
    if permit.lon is None or permit.lat is None:
        return None
    drawn = shapely.from_wkb(bytes(permit.footprint)) if permit.footprint else None
    house = House(
        region=permit.region,
        shape=drawn or square(permit.lon, permit.lat, permit.footprint_m2),
        work=permit.work,
        plot=bytes(permit.plot) if permit.plot else None,
        storeys=permit.storeys,
        height_m=permit.height_m,
        eaves_m=permit.eaves_m,
        approvals=approvals_in({name: getattr(permit, name) for name in APPROVALS}),
        instead_of=going(permit.work, permit.old_place_id, permit.old_fate),
    )
    return house.proposal(str(permit.pk))


def approvals_in(said: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(word for name, word in APPROVALS.items() if said.get(name))


def going(work: str, old_place: int | None, fate: str) -> int | None:
    """The old house where it goes, or where what is drawn is that house as it will be."""
    return old_place if work in ON_THE_SAME_SPOT or fate == Fate.DEMOLISH else None


def standing_on(plot: bytes, *, region: str, but: int | None = None) -> list[tuple[bytes, float | None]]:
    """The registered buildings that stand on a plot: outline and storeys; a point where nobody knows the outline."""
    ground = shapely.from_wkb(plot)
    west, south, east, north = ground.bounds
    village = region[: Level.VILLAGE]
    kinds = [key for key, kind in registry.kinds.items() if kind.use]
    near = Place.objects.filter(kind__in=kinds, region__gte=village, region__lt=successor(village), removed_on=None)
    near = near.filter(lon__range=(west - REACH, east + REACH), lat__range=(south - REACH, north + REACH))
    rows = near.exclude(pk=but or 0).order_by("pk").values_list("pk", "kind", "lon", "lat", "geometry")
    found = []
    for pk, kind, lon, lat, outline in rows:
        shape = shapely.from_wkb(bytes(outline)) if outline else shapely.Point(lon, lat)
        if _stands_there(shape, ground):
            found.append((bytes(shapely.to_wkb(shape)), _storeys(pk, kind)))
    return found


REACH = 0.001
"""Degrees, some hundred metres: no house whose middle is farther away lies mostly on the plot."""


def _stands_there(shape: shapely.Geometry, ground: shapely.Polygon) -> bool:
    about = ground.centroid
    there, own = in_metres(ground, about), in_metres(shape, about)
    if not own.area:
        return bool(shapely.intersects(there, own))
    return bool(shapely.area(shapely.intersection(shapely.make_valid(own), there)) >= MOSTLY * own.area)


def _storeys(place: int, kind: str) -> float | None:
    known = {column.name for column in registry.kinds[kind].columns}
    if "storeys" not in known:
        return None
    rows = registry.kinds[kind].model._default_manager.filter(place=place)
    return rows.values_list("storeys", flat=True).first()


def house_drawn(
    lon: float | None,
    lat: float | None,
    width_m: float | None,
    depth_m: float | None,
    turn: float | None,
    corners: str = "",
) -> shapely.Polygon | None:
    """A house by its corners where they were drawn, else the rectangle where its spot and both sides are known.

    Raises Mistaken for corners that are none.
    """
    if corners.strip():
        return ring_of(corners, field="house_shape")
    if lon is None or lat is None or not width_m or not depth_m:
        return None
    return rectangle(lon, lat, width_m, depth_m, turn or 0.0)


def square(lon: float, lat: float, area_m2: float) -> shapely.Polygon:
    """A square of that area around a spot: nobody has drawn the house."""
    return rectangle(lon, lat, sqrt(area_m2), sqrt(area_m2), 0.0)


def outside(region: str, lon: float, lat: float) -> Region | None:
    """The district of a region where a spot lies outside its boundary; None inside, or where no boundary is known."""
    home = Region.district_of(region)
    return None if home is None or shapely.contains_xy(home.shape, lon, lat) else home
