"""A plot cut into what different numbers hold for: its zones and tiers, its steep ground."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS, Transformer

from hemei.engines.screen.terrain import Terrain, pixels

from .mosaics import Standing

SLIVER_M2 = 0.01
"""What is smaller comes of borders that do not quite meet."""
ROLES = ("zone", "tier")
SEGMENTS = 16
"""Of a quarter of a circle, in the corner of a setback: drawn through points of the circle, 0.13 % of it too near."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a plot (`ground`, metres) that lies in one zone and tier; "" where in none, or 未配置."""

    zone: str
    tier: str
    ground: shapely.Geometry


def parts_of(ground: shapely.Geometry, standings: Sequence[Standing], told: Mapping[str, str]) -> tuple[Part, ...]:
    """Cut a plot by the layers of zones and tiers; what the proposal says of itself (`told`, by role) is not asked.

    Where two zones overlap the ground belongs to both: what either forbids there is forbidden.
    """
    pieces = [(dict(told), ground)]
    for standing in standings:
        roles = [role for role in ROLES if role in standing.roles and not told[role]]
        if roles:
            pieces = [part for words, piece in pieces for part in _cut(words, piece, standing, roles)]
    grounds: dict[tuple[str, str], list[shapely.Geometry]] = {}
    for words, piece in pieces:
        grounds.setdefault((words["zone"], words["tier"]), []).append(piece)
    return tuple(Part(zone, tier, shapely.union_all(alike)) for (zone, tier), alike in grounds.items())


def safely(metres: float) -> float:
    """The radius at which a circle, drawn with `SEGMENTS`, leaves nothing out of one of some metres, and a micron."""
    return metres / math.cos(math.pi / (4 * SEGMENTS)) + 1e-6


def spread(parts: Sequence[Part], plot: shapely.Geometry, metres: float) -> tuple[Part, ...]:
    """The parts of a plot that may lie in each zone and tier when all of it may be some metres off; they overlap.

    `parts` are those of the plot and as much ground around it.
    """
    wide = []
    for one in parts:
        around = shapely.buffer(one.ground, safely(metres), quad_segs=SEGMENTS)
        wide.append(Part(one.zone, one.tier, shapely.intersection(plot, around)))
    return tuple(part for part in wide if shapely.area(part.ground) > SLIVER_M2)


def _cut(
    words: dict[str, str], piece: shapely.Geometry, standing: Standing, roles: Sequence[str]
) -> Iterator[tuple[dict[str, str], shapely.Geometry]]:
    at = [standing.roles.index(role) for role in roles]
    named: dict[tuple[str, ...], list[int]] = {}
    for feature in np.sort(standing.index.query(piece, predicate="intersects")):
        named.setdefault(tuple(str(standing.values[feature][i]) for i in at), []).append(int(feature))
    rest = piece
    for values, features in named.items():
        held = shapely.union_all(standing.geometry[features])
        shared = shapely.intersection(piece, held)
        rest = shapely.difference(rest, held)
        if shapely.area(shared) > SLIVER_M2:
            yield words | dict(zip(roles, values, strict=True)), shared
    if shapely.area(rest) > SLIVER_M2:
        yield words | dict.fromkeys(roles, ""), rest


def steeper(
    terrain: Terrain, crs: CRS, degrees: float, ground: shapely.Geometry
) -> tuple[shapely.Geometry, shapely.Geometry]:
    """The part of a plot (in `crs`, metres) steeper than some degrees, and the part of which the slope is not known.

    By pixels of the raster, each with Horn's slope; a void, the rim and what lies outside the raster are not known.
    """
    west, south, east, north = shapely.bounds(ground)
    x, y = Transformer.from_crs(crs, terrain.crs, always_xy=True).transform(
        np.array([west, east, east, west]), np.array([south, south, north, north])
    )
    column, row = terrain.at(np.asarray(x), np.asarray(y))
    rows, columns = terrain.height.shape
    down, across = _window(row, rows), _window(column, columns)
    wide = terrain.crop(slice(max(down.start - 1, 0), down.stop + 1), slice(max(across.start - 1, 0), across.stop + 1))
    slope = wide.slope()
    known = shapely.union_all(pixels(wide, ~np.isnan(slope), crs))
    steep = shapely.union_all(pixels(wide, slope > degrees, crs))
    return shapely.intersection(ground, steep), shapely.difference(ground, known)


def _window(at: np.ndarray, count: int) -> slice:
    """The rows, or columns, round some fractional places, two to spare."""
    return slice(min(max(int(at.min()) - 2, 0), count), min(max(int(at.max()) + 3, 0), count))
