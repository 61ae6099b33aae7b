"""A house on its plot, as it is put to the rules of building."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import shapely

from hemei.core.models import Region
from hemei.programmes.building.models import Permit
from hemei.programmes.building.shapes import rectangle
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

    def proposal(self, key: str) -> Proposal:
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
    )
    return house.proposal(str(permit.pk))


def approvals_in(said: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(word for name, word in APPROVALS.items() if said.get(name))


def house_drawn(
    lon: float | None, lat: float | None, width_m: float | None, depth_m: float | None, turn: float | None
) -> shapely.Polygon | None:
    """The rectangle of a house where its spot and both sides are known."""
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
