"""Codes and names for what was drawn: regions, rivers, roads, addresses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from hemei.demo.names import DISTRICT, numeral
from hemei.demo.plane import Floats, Ints, Objects, degrees, wkb
from hemei.demo.roads import RoadClass, Roads
from hemei.demo.settlement import Settlement
from hemei.demo.terrain import Terrain

DISTRICT_CODE = "429999"
TOWNS = 6  # the livelier townships are 镇, coded from 100; the others 乡, coded from 200
BIG_RIVER_KM2 = 120.0
ROAD_WIDTH = {RoadClass.TRUNK: 8.5, RoadClass.COUNTY: 6.5, RoadClass.VILLAGE: 4.5}
ROAD_KIND = {RoadClass.TRUNK: "trunk", RoadClass.COUNTY: "county", RoadClass.VILLAGE: "village"}


@dataclass(frozen=True, slots=True)
class Regions:
    """Columns of one length, ordered by code: the district, its townships, villages and groups."""

    code: Objects
    name: Objects
    level: Ints
    boundary: Objects  # WKB, EPSG:4490
    label: Floats  # (n, 2): longitude and latitude of a point inside


@dataclass(frozen=True, slots=True)
class Lines:
    """Rivers or roads."""

    name: Objects
    kind: Objects  # of a road trunk, county or village; of a river river or brook
    line: Objects  # WKB, EPSG:4490
    width: Floats  # metres


@dataclass(frozen=True, slots=True)
class Names:
    """Code and name of each township, village and group, in the settlement's own order."""

    township_code: Objects
    township_name: Objects
    village_code: Objects
    village_name: Objects
    village_stem: Objects
    group_code: Objects
    group_name: Objects


def names_of(settlement: Settlement, stems: list[str]) -> Names:
    """A township is named after its seat, a community (社区) coded from 001; the others are villages coded from 200."""
    capital = settlement.hamlet_village[settlement.township_seat]
    township_code = [f"{DISTRICT_CODE}{100 + t if t < TOWNS else 200 + t - TOWNS}" for t in range(len(capital))]
    township_name = [stems[v] + ("镇" if t < TOWNS else "乡") for t, v in enumerate(capital.tolist())]
    village_code, village_name = [], []
    next_serial = dict.fromkeys(range(len(capital)), 200)
    for village, township in enumerate(settlement.township_of_village.tolist()):
        if village == capital[township]:
            village_code.append(f"{township_code[township]}001")
            village_name.append(f"{stems[village]}社区")
        else:
            village_code.append(f"{township_code[township]}{next_serial[township]}")
            village_name.append(f"{stems[village]}村")
            next_serial[township] += 1
    first = np.searchsorted(settlement.village_of_group, settlement.village_of_group)
    serial = (np.arange(len(first)) - first + 1).tolist()
    home = settlement.village_of_group.tolist()
    return Names(
        township_code=np.array(township_code, dtype=object),
        township_name=np.array(township_name, dtype=object),
        village_code=np.array(village_code, dtype=object),
        village_name=np.array(village_name, dtype=object),
        village_stem=np.array(stems, dtype=object),
        group_code=np.array([f"{village_code[v]}{n:03d}" for v, n in zip(home, serial, strict=True)], dtype=object),
        group_name=np.array([f"{numeral(n)}组" for n in serial], dtype=object),
    )


def regions_of(settlement: Settlement, names: Names) -> Regions:
    area = np.concatenate(
        (
            [shapely.coverage_union_all(settlement.township_area)],
            settlement.township_area,
            settlement.village_area,
            settlement.group_area,
        )
    )
    code = np.concatenate(([DISTRICT_CODE], names.township_code, names.village_code, names.group_code)).astype(object)
    name = np.concatenate(([DISTRICT], names.township_name, names.village_name, names.group_name)).astype(object)
    order = np.argsort(code.astype(str), kind="stable")
    return Regions(
        code=code[order],
        name=name[order],
        level=np.array([len(text) for text in code[order]]),
        boundary=wkb(area[order]),
        label=degrees(shapely.get_coordinates(shapely.point_on_surface(area[order]))),
    )


def rivers_of(terrain: Terrain, settlement: Settlement, names: Names) -> Lines:
    """The district's rivers. A river keeps its name up to its greater source; each other source begins a new one."""
    begins = {tuple(line.coords[0]): i for i, line in enumerate(terrain.rivers)}
    nearest = shapely.STRtree(settlement.village_area).nearest(shapely.get_point(terrain.rivers, 0))
    heir: dict[int, int] = {}
    name: dict[int, str] = {}
    for river in np.argsort(-terrain.river_drained, kind="stable").tolist():
        below = begins.get(tuple(terrain.rivers[river].coords[-1]))
        if below is not None and heir.setdefault(below, river) == river and below in name:
            name[river] = name[below]
        else:
            name[river] = river_name(names.village_stem[nearest[river]], set(name.values()))
    here = np.flatnonzero(shapely.intersects(terrain.rivers, shapely.union_all(settlement.township_area)))
    big = terrain.river_drained[here] >= BIG_RIVER_KM2
    return Lines(
        name=np.array([name[river] for river in here.tolist()], dtype=object),
        kind=np.where(big, "river", "brook").astype(object),
        line=wkb(terrain.rivers[here]),
        width=terrain.river_width[here],
    )


def river_name(stem: str, taken: set[str]) -> str:
    """After the village at its source, told apart from others of that name."""
    name = stem if stem[-1] in "河溪沟" else f"{stem}河"
    choices = [name, *(before + name for before in "小上东西南北")]
    return next((choice for choice in choices if choice not in taken), f"{name}{len(taken)}号")


def roads_of(roads: Roads, settlement: Settlement, names: Names, hamlet: Objects) -> Lines:
    return Lines(
        name=np.array(
            [
                road_name(RoadClass(road_class), route, roads, names, hamlet)
                for road_class, route in zip(roads.road_class.tolist(), roads.route.tolist(), strict=True)
            ],
            dtype=object,
        ),
        kind=np.array([ROAD_KIND[RoadClass(road_class)] for road_class in roads.road_class], dtype=object),
        line=wkb(roads.line),
        width=np.array([ROAD_WIDTH[RoadClass(road_class)] for road_class in roads.road_class]),
    )


def road_name(road_class: RoadClass, route: int, roads: Roads, names: Names, hamlet: Objects) -> str:
    """Numbers begin with 9, as no real road of these classes here does."""
    if road_class == RoadClass.VILLAGE:
        return f"{hamlet[route]}路"
    if road_class == RoadClass.COUNTY:
        return f"X9{route + 1:02d} {names.village_stem[route]}线"
    one, other = (str(names.township_name[t]) for t in roads.links[route])
    return f"S9{route + 1:02d} {one[:-1]}出境线" if one == other else f"S9{route + 1:02d} {one[0]}{other[0]}线"


def serials(owner: Ints) -> Ints:
    """1, 2, 3 … within each owner, in the order of the rows."""
    order = np.argsort(owner, kind="stable")
    serial = np.empty(len(owner), dtype=np.int64)
    serial[order] = np.arange(len(owner)) - np.searchsorted(owner[order], owner[order]) + 1
    return serial


def ledger_numbers(village_code: Objects, village: Ints, between: str) -> Objects:
    """The village's code and a running number in the village, for each row."""
    rows = zip(village.tolist(), serials(village).tolist(), strict=True)
    return np.array([f"{village_code[v]}{between}{n:04d}" for v, n in rows], dtype=object)
