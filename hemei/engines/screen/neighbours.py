"""All footprints of a file in a grid, and how much of them stands in the circle round a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .area_map import SETTLED_M2
from .circle import area_in_circle
from .compiled import Floats, Ints, kernel
from .rings import Rings, Shapes
from .shapes import Footprints, areas
from .sharing import Sharing, in_one_piece

MOST_CELLS = 2048
"""Columns or rows of the grid, at most: a few far-off buildings must not make it huge."""


class Neighbours(NamedTuple):
    """Footprints by the cell of a square grid that their box touches, metres.

    Cell (i, j) has the entries `cell_at[i * rows + j] …`; an entry (entries, 6) is the footprint's box, its area (m²)
    and its floors (floor area ÷ footprint, NaN where not known); `row` (entries,) its number in `xy`, `ring_at`,
    `owner_at` (as in `Rings`). `corner` (2,), `side` (1,) metres, `shape` (2,) columns and rows.
    """

    cell_at: Ints
    entry: Floats
    row: Ints
    corner: Floats
    side: Floats
    shape: Ints
    xy: Floats
    ring_at: Ints
    owner_at: Ints


def neighbours_of(batches: Sequence[tuple[Rings, Floats]], radius: float) -> Neighbours:
    """Build the grid for circles of about `radius` metres (any radius is answered right, this one fast).

    `batches` are footprints with their floors: floor area ÷ footprint, NaN where not known, shape (footprints,).
    Raises ValueError for a radius that is no positive number.
    """
    if not 0 < radius < 1e6:
        raise ValueError(f"半径 {radius} 不是可用的米数")
    rings, floors = joined([rings for rings, _ in batches]), np.concatenate([np.zeros(0), *(f for _, f in batches)])
    box, area = _boxes(rings.xy, rings.ring_at, rings.owner_at)
    some = area > 0.0
    low = box[some, :2].min(axis=0) if some.any() else np.zeros(2)
    high = box[some, 2:].max(axis=0) if some.any() else np.ones(2)
    side = max(radius / 2.0, 8.0, float((high - low).max()) / MOST_CELLS)
    shape = np.maximum(np.ceil((high - low) / side), 1.0).astype(np.int64)
    cell_at, entry, row = _listed(box, area, floors, low, side, int(shape[0]), int(shape[1]))
    return Neighbours(cell_at, entry, row, low, np.array([side]), shape, rings.xy, rings.ring_at, rings.owner_at)


def joined(batches: Sequence[Rings]) -> Rings:
    """The rings of several batches as one."""
    lengths = [np.diff(rings.ring_at) for rings in batches]
    counts = [np.diff(rings.owner_at) for rings in batches]
    ring_at, owner_at = (np.concatenate([np.zeros(1, np.int64), *parts]).cumsum() for parts in (lengths, counts))
    return Rings(np.concatenate([np.zeros((0, 2)), *(rings.xy for rings in batches)]), ring_at, owner_at)


def built_around(
    neighbours: Neighbours,
    footprints: Footprints,
    radius: float,
    wanted: np.ndarray | None = None,
    share: Sharing = in_one_piece,
) -> tuple[Floats, Floats]:
    """Footprint and floor area (m²) in the circle of `radius` metres round each footprint's centroid.

    Both of shape (footprints,), NaN where a footprint has no area or is not `wanted` (footprints,); the floor area is
    NaN too where the floors of something in the circle are not known. What stands across the circle counts with the
    part inside it; footprints that overlap each count. Exact for the circle itself: GEOS, which draws circles as
    polygons, comes within 1e-6 m² of it as its polygon gets more corners.

    >>> from .rings import rings_of; from .shapes import footprints_of; import numpy, shapely
    >>> rings = rings_of(numpy.array([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)]))
    >>> both = neighbours_of([(rings, numpy.array([1.0, 3.0]))], 50.0)
    >>> built_around(both, footprints_of(rings), 50.0)
    (array([200., 200.]), array([400., 400.]))
    """
    count = len(footprints)
    ground, floor = np.full(count, np.nan), np.full(count, np.nan)
    asked = areas(footprints) > 0.0
    if wanted is not None:
        asked &= wanted
    share(count, lambda a, b: _around(neighbours, footprints.outline, radius, asked, a, b, ground, floor))
    return ground, floor


@kernel
def centroid(shapes: Shapes, g: int) -> tuple[float, float]:
    """The centroid x, y (m) of footprint g, from its first vertex for precision."""
    xy, ring_at, owner_at = shapes.xy, shapes.ring_at, shapes.owner_at
    ox, oy = xy[ring_at[owner_at[g]], 0], xy[ring_at[owner_at[g]], 1]
    twice = mx = my = 0.0
    for r in range(owner_at[g], owner_at[g + 1]):
        a, b = ring_at[r], ring_at[r + 1]
        if b == a:
            continue
        px, py = xy[b - 1, 0] - ox, xy[b - 1, 1] - oy
        for i in range(a, b):
            qx, qy = xy[i, 0] - ox, xy[i, 1] - oy
            cross = px * qy - qx * py
            twice += cross
            mx += cross * (px + qx)
            my += cross * (py + qy)
            px, py = qx, qy
    return ox + mx / (3.0 * twice), oy + my / (3.0 * twice)


@kernel
def _boxes(xy: Floats, ring_at: Ints, owner_at: Ints) -> tuple[Floats, Floats]:
    """Box (footprint, 4) and area (footprint,) of each."""
    count = len(owner_at) - 1
    box, area = np.empty((count, 4)), np.zeros(count)
    for g in range(count):
        box[g, 0], box[g, 1], box[g, 2], box[g, 3] = np.inf, np.inf, -np.inf, -np.inf
        for r in range(owner_at[g], owner_at[g + 1]):
            a, b = ring_at[r], ring_at[r + 1]
            px, py = 0.0, 0.0
            for i in range(a, b):
                x, y = xy[i, 0], xy[i, 1]
                box[g, 0], box[g, 1] = min(box[g, 0], x), min(box[g, 1], y)
                box[g, 2], box[g, 3] = max(box[g, 2], x), max(box[g, 3], y)
                qx, qy = x - xy[a, 0], y - xy[a, 1]
                area[g] += 0.5 * (px * qy - qx * py)
                px, py = qx, qy
    return box, area


@kernel
def cell_of(value: float, low: float, side: float, cells: int) -> int:
    """The column (or row) of a coordinate, the first or last for one outside the grid."""
    return int(min(max((value - low) / side, 0.0), cells - 1.0))


@kernel
def _listed(
    box: Floats, area: Floats, floors: Floats, low: Floats, side: float, columns: int, rows: int
) -> tuple[Ints, Floats, Ints]:
    """Count the entries of every cell, then put them there."""
    cell_at = np.zeros(columns * rows + 1, np.int64)
    for filling in range(2):
        if filling:
            cell_at = np.cumsum(cell_at)
            entry, row = np.empty((cell_at[-1], 6)), np.empty(cell_at[-1], np.int64)
        for g in range(len(box)):
            if not area[g] > 0.0:
                continue
            x0, y0, x1, y1 = box[g]
            for i in range(cell_of(x0, low[0], side, columns), cell_of(x1, low[0], side, columns) + 1):
                for j in range(cell_of(y0, low[1], side, rows), cell_of(y1, low[1], side, rows) + 1):
                    if filling:
                        cell_at[i * rows + j] -= 1
                        e = cell_at[i * rows + j]
                        entry[e, 0], entry[e, 1], entry[e, 2], entry[e, 3] = x0, y0, x1, y1
                        entry[e, 4], entry[e, 5], row[e] = area[g], floors[g], g
                    else:
                        cell_at[i * rows + j] += 1
    return cell_at, entry, row


@kernel
def _around(
    neighbours: Neighbours,
    shapes: Shapes,
    radius: float,
    asked: np.ndarray,
    first: int,
    last: int,
    ground: Floats,
    floor: Floats,
) -> None:
    """A footprint of several cells counts in the first of them that the circle's box meets."""
    cell_at, entry, row, corner, side_of, shape, xy, ring_at, owner_at = neighbours
    lx, ly, side, columns, rows = corner[0], corner[1], side_of[0], shape[0], shape[1]
    for g in range(first, last):
        if not asked[g]:
            continue
        cx, cy = centroid(shapes, g)
        i0, i1 = cell_of(cx - radius, lx, side, columns), cell_of(cx + radius, lx, side, columns)
        j0, j1 = cell_of(cy - radius, ly, side, rows), cell_of(cy + radius, ly, side, rows)
        built = floors = 0.0
        for i in range(i0, i1 + 1):
            for j in range(j0, j1 + 1):
                for e in range(cell_at[i * rows + j], cell_at[i * rows + j + 1]):
                    x0, y0, x1, y1 = entry[e, 0] - cx, entry[e, 1] - cy, entry[e, 2] - cx, entry[e, 3] - cy
                    nx, ny = max(x0, -x1, 0.0), max(y0, -y1, 0.0)
                    if nx * nx + ny * ny >= radius * radius:
                        continue
                    if i != max(i0, cell_of(entry[e, 0], lx, side, columns)):
                        continue
                    if j != max(j0, cell_of(entry[e, 1], ly, side, rows)):
                        continue
                    fx, fy = max(-x0, x1), max(-y0, y1)
                    part = entry[e, 4]
                    if fx * fx + fy * fy > radius * radius:
                        part = 0.0
                        for r in range(owner_at[row[e]], owner_at[row[e] + 1]):
                            if ring_at[r + 1] > ring_at[r]:
                                part += area_in_circle(xy, ring_at[r], ring_at[r + 1], cx, cy, radius)
                    if part > SETTLED_M2:
                        built += part
                        floors += part * entry[e, 5]
        ground[g], floor[g] = built, floors
