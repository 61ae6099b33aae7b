"""A house on its plot, as it is put to the rules of building."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import shapely

from hemei.core.models import Region
from hemei.programmes.building.models import Fate, Permit
from hemei.programmes.building.queries.around import Around, Neighbours, around
from hemei.programmes.building.shapes import house_of, rectangle
from hemei.terms.proposal import Proposal

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

    def around(self, among: Neighbours | None = None) -> Around:
        """What stands on its plot, but for what it takes the place of. `among` as in `around.around`."""
        found = around(self.plot, region=self.region, but=self.instead_of, among=among) if self.plot else Around()
        if self.work not in ON_THE_SAME_SPOT:
            return found
        return found.but(lambda shape: bool(shapely.intersects(shape, self.shape)))

    def proposal(self, key: str, standing: Around | None = None) -> Proposal:
        standing = standing or self.around()
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
            existing=tuple(bytes(shapely.to_wkb(shape)) for shape in standing.shapes.values()),
            existing_storeys=tuple(standing.storeys.get(key) for key in standing.shapes),
        )


def house_of_permit(permit: Permit) -> House | None:
    """A permit's house as it was drawn, or a square of its footprint about its spot; None where nobody knows a spot."""
    if permit.lon is None or permit.lat is None:
        return None
    drawn = shapely.from_wkb(bytes(permit.footprint)) if permit.footprint else None
    return House(
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


def proposed(permit: Permit, among: Neighbours | None = None) -> Proposal | None:
    """The same as a proposal. `among` as in `around.around`."""
    house = house_of_permit(permit)
    return house.proposal(str(permit.pk), house.around(among)) if house else None


def approvals_in(said: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(word for name, word in APPROVALS.items() if said.get(name))


def going(work: str, old_place: int | None, fate: str) -> int | None:
    """The old house where it goes, or where what is drawn is that house as it will be."""
    return old_place if work in ON_THE_SAME_SPOT or fate == Fate.DEMOLISH else None


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
        return house_of(corners, field="house_shape")
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
