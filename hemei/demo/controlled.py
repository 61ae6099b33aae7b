"""Control lines of the made-up district: layers, zones and the sample rules, all invented and marked 演示.

They fit the demo's own land (its roads, rivers and houses) and belong to nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import shapely

from hemei.core.access import SYSTEM, At
from hemei.core.worker import run
from hemei.demo.district import District
from hemei.demo.plane import ORIGIN, degrees, projection, stream
from hemei.programmes.control.actions.deciding import start_run
from hemei.programmes.control.actions.law import change_law, sample
from hemei.programmes.control.actions.layers import upload
from hemei.programmes.control.offering import NewLayer
from hemei.programmes.control.reading import Wanted
from hemei.terms.region import Level

STARTS = date(2026, 1, 1)
PUBLISHER = "岚溪林区自然资源和规划局（虚构）"
HOUSES_A_FIELD, HOUSES_A_HAZARD = 12, 150
ROAD_CLASS = {"trunk": "省道", "county": "县道"}
FLOOD_M, CORE_M = 12.0, 260.0
Rows = list[tuple[shapely.Geometry, dict[str, str]]]


def write_control(district: District) -> None:
    """The layers and the sample rules, and one screening by them."""
    here = At(district.code, "control")
    change_law(where=here, entries=sample(), said="演示规则（虚构），不属于任何地方", by=SYSTEM)
    houses = _sheet(shapely.from_wkb(district.house_footprint))
    rng = stream(district.seed, "control")
    _upload(here, "zones", _zones(district), class_column="zone", tier_column="tier")
    roads, rivers = _roads(district), _rivers(district)
    _upload(here, "highway_land", roads, class_column="grade", visibility="public")
    _upload(here, "river_management", rivers, visibility="public")
    _upload(here, "permanent_farmland", _fields(houses, rng))
    hazards = _hazards(houses, rng)
    _upload(here, "geohazard_danger", hazards, visibility="public")
    _upload(here, "geohazard_prone", [(shape.buffer(120), told) for shape, told in hazards], visibility="public")
    _upload(here, "sample_water", rivers, visibility="public")
    _upload(here, "sample_hill", [(shape.exterior, told) for shape, told in hazards], visibility="public")
    _upload(here, "sample_core", _cores(district), visibility="public")


def screen_control(district: District) -> None:
    """Once, so that there is something to see."""
    run(start_run(where=At(district.code, "control"), by=SYSTEM, waiting=False).job)


def _sheet(shapes: np.ndarray) -> np.ndarray:
    """From degrees to metres on the demo's sheet."""

    def flat(xy: np.ndarray) -> np.ndarray:
        x, y = projection().transform(xy[:, 0], xy[:, 1], direction="INVERSE")
        return np.column_stack((x - ORIGIN[0], y - ORIGIN[1]))

    return np.asarray(shapely.transform(shapes, flat), dtype=object)


def _upload(here: At, kind: str, rows: Rows, *, visibility: str = "internal", **wanted: str) -> None:
    features = [
        {"type": "Feature", "properties": told, "geometry": json.loads(shapely.to_geojson(_back(shape)))}
        for shape, told in rows
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
    layer = NewLayer(
        kind, visibility, PUBLISHER, STARTS, document="演示，没有这份文件", wanted=Wanted(**wanted), is_demo=True
    )
    upload(where=here, name=f"演示-{kind}.geojson", content=content, layer=layer, by=SYSTEM)


def _back(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, degrees)


def _areas(district: District, level: Level) -> np.ndarray:
    return _sheet(shapely.from_wkb(district.regions.boundary[district.regions.level == level]))


def _zones(district: District) -> Rows:
    """Each township wholly in one class; the one in the middle of the list in the first tier."""
    areas = _areas(district, Level.TOWNSHIP)
    return [
        (area, {"zone": "甲类" if number % 2 == 0 else "乙类", "tier": "一档" if number == 0 else ""})
        for number, area in enumerate(areas)
    ]


def _roads(district: District) -> Rows:
    """The land of trunk and county roads, from edge to edge; village roads have no control zone."""
    roads = district.roads
    lines = _sheet(shapely.from_wkb(roads.line))
    wide = [(line.buffer(width / 2 + 1, cap_style="flat"), kind) for line, width, kind in _three(lines, roads)]
    return [(land, {"grade": ROAD_CLASS[kind]}) for land, kind in wide if kind in ROAD_CLASS]


def _three(lines: np.ndarray, roads: Any) -> list[tuple[shapely.Geometry, float, str]]:
    return list(zip(lines, roads.width.tolist(), roads.kind, strict=True))


def _rivers(district: District) -> Rows:
    lines = _sheet(shapely.from_wkb(district.rivers.line))
    wide = zip(lines, district.rivers.width.tolist(), district.rivers.name, strict=True)
    return [(line.buffer(width / 2 + FLOOD_M, quad_segs=4), {"name": str(name)}) for line, width, name in wide]


def _fields(houses: np.ndarray, rng: np.random.Generator) -> Rows:
    """Fields beside the houses; a few houses stand in one, as they do everywhere."""
    tree = shapely.STRtree(houses)
    rows: Rows = []
    for number in rng.choice(len(houses), max(20, len(houses) // HOUSES_A_FIELD), replace=False).tolist():
        field = _beside(houses[number], rng, (45.0, 140.0), (45.0, 28.0))
        near = tree.query(field, predicate="intersects")
        if len(near) and rng.random() < 0.8:
            field = shapely.difference(field, shapely.union_all(shapely.buffer(houses[near], 3.0)))
        if not field.is_empty:
            rows.append((field, {}))
    return rows


def _hazards(houses: np.ndarray, rng: np.random.Generator) -> Rows:
    count = max(4, len(houses) // HOUSES_A_HAZARD)
    chosen: Sequence[int] = rng.choice(len(houses), count, replace=False).tolist()
    return [(_beside(houses[n], rng, (20.0, 110.0), (60.0, 35.0)), {}) for n in chosen]


def _beside(
    house: shapely.Geometry, rng: np.random.Generator, away: tuple[float, float], half: tuple[float, float]
) -> shapely.Geometry:
    """A turned rectangle some way from a house, metres."""
    turn, far = rng.uniform(0, 2 * np.pi), rng.uniform(*away)
    x, y = house.centroid.x + far * np.cos(turn), house.centroid.y + far * np.sin(turn)
    return shapely.affinity.rotate(shapely.box(x - half[0], y - half[1], x + half[0], y + half[1]), np.degrees(turn))


def _cores(district: District) -> Rows:
    """Round the first hamlet of every township."""
    inside = _areas(district, Level.TOWNSHIP)
    seats = _sheet(shapely.points(district.hamlets.point))
    return [(seats[np.flatnonzero(shapely.contains(area, seats))[0]].buffer(CORE_M), {}) for area in inside]
