"""The made-up district as columns: regions, rivers, roads, hamlets, houses and households, all from one seed.

The district's code 429999 has the shape of a real one and is not assigned to any place. Every name is invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hemei.demo.households import Holdings, Households, houses_for, make_households
from hemei.demo.houses import Houses, make_houses
from hemei.demo.names import DISTRICT, hamlet_names, place_stems
from hemei.demo.naming import (
    DISTRICT_CODE,
    Lines,
    Names,
    Regions,
    ledger_numbers,
    names_of,
    regions_of,
    rivers_of,
    roads_of,
    serials,
)
from hemei.demo.plane import Floats, Ints, Objects, degrees, stream, wkb
from hemei.demo.roads import make_roads
from hemei.demo.settlement import Settlement, make_settlement
from hemei.demo.terrain import make_terrain
from hemei.terms.region import Level
from hemei.terms.tile import key

HOUSEHOLDS_A_HAMLET = 22
FEWEST_HOUSEHOLDS = 600


@dataclass(frozen=True, slots=True)
class Hamlets:
    name: Objects
    region: Objects  # 15 digits
    point: Floats  # (n, 2) degrees


@dataclass(frozen=True)
class District:
    """All of it. Houses are ordered by hamlet; the `house_*` columns have a row a house, in degrees and codes."""

    seed: int
    regions: Regions
    rivers: Lines
    roads: Lines
    hamlets: Hamlets
    houses: Houses
    households: Households
    holdings: Holdings
    house_region: Objects  # 15 digits
    house_group: Objects  # 三组
    house_address: Objects
    house_number: Objects  # its number in the village's ledger
    house_point: Floats  # (n, 2)
    house_footprint: Objects  # WKB, EPSG:4490

    @property
    def code(self) -> str:
        return DISTRICT_CODE

    @property
    def name(self) -> str:
        return DISTRICT

    @cached_property
    def house_tile(self) -> Ints:
        return np.array([key(lon, lat) for lon, lat in self.house_point.tolist()], dtype=np.int64)

    @cached_property
    def house_village(self) -> Objects:
        return np.array([code[: Level.VILLAGE] for code in self.house_region], dtype=object)

    def names_at(self, level: Level) -> dict[str, str]:
        """Code → name of the regions of a level, in the order of their codes."""
        here = self.regions.level == level
        return dict(zip(self.regions.code[here], self.regions.name[here], strict=True))


def make_district(seed: int, households: int) -> District:
    """Draw the district: the land and its division depend on the seed alone, the people on both.

    Raises ValueError below `FEWEST_HOUSEHOLDS`, or where the land has no room for so many.
    """
    if households < FEWEST_HOUSEHOLDS:
        raise ValueError(f"演示县至少要 {FEWEST_HOUSEHOLDS} 户，才能每组有人；给的是 {households} 户")
    terrain = make_terrain(seed)
    settlement = make_settlement(terrain, seed, households // HOUSEHOLDS_A_HAMLET)
    roads = make_roads(terrain, settlement, seed)
    houses = make_houses(terrain, settlement, roads, seed, houses_for(households))
    rng = stream(seed, "names")
    seat, cell = settlement.hamlet_cell[settlement.village_seat], settlement.hamlet_cell
    height, climb = terrain.height.ravel(), terrain.above_stream
    names = names_of(settlement, place_stems(rng, height[seat], climb[seat]))
    hamlet = np.array(hamlet_names(rng, settlement.hamlet_village, height[cell], climb[cell]), dtype=object)
    group = settlement.hamlet_group[houses.site.hamlet]
    village = settlement.village_of_group[group]
    people, holdings = make_households(houses, village, names.village_code, seed, households)
    return District(
        seed=seed,
        regions=regions_of(settlement, names),
        rivers=rivers_of(terrain, settlement, names),
        roads=roads_of(roads, settlement, names, hamlet),
        hamlets=Hamlets(hamlet, names.group_code[settlement.hamlet_group], degrees(settlement.hamlet_point)),
        houses=houses,
        households=people,
        holdings=holdings,
        house_region=names.group_code[group],
        house_group=names.group_name[group],
        house_address=addresses(settlement, names, hamlet, houses),
        house_number=ledger_numbers(names.village_code, village, "-"),
        house_point=degrees(houses.site.point),
        house_footprint=wkb(houses.site.footprint),
    )


def addresses(settlement: Settlement, names: Names, hamlet: Objects, houses: Houses) -> Objects:
    """岚溪镇鹿坪村三组王家湾12号"""
    group = settlement.hamlet_group
    village = settlement.village_of_group[group]
    township = settlement.township_of_village[village]
    here = names.township_name[township] + names.village_name[village] + names.group_name[group] + hamlet
    number = serials(houses.site.hamlet).astype(str).astype(object)
    return np.asarray(here[houses.site.hamlet] + number + "号", dtype=object)
