"""The outlines of what is chosen on a grid, as polygons: walked along once, where joining squares takes hours."""

from __future__ import annotations

import numpy as np
import shapely

from .compiled import Floats, Ints, kernel

STEP_ROW = np.array([0, -1, 0, 1])
STEP_COLUMN = np.array([1, 0, -1, 0])
"""East, north, west, south: what is chosen lies to the left."""
BEGIN_ROW, BEGIN_COLUMN = np.array([1, 1, 0, 0]), np.array([0, 1, 1, 0])
"""The corner of a cell from which each of its sides is walked."""


def outlines(chosen: np.ndarray, *, corners_only: bool) -> tuple[Floats, Ints, Ints]:
    """The rings about the `chosen` cells (row, column): vertices (n, 2) as row and column of cells' corners, where each
    ring begins (rings + 1,) and where each polygon's rings do (polygons + 1,), its shell first; no ring is closed.

    Cells that touch at a corner only are apart. `corners_only` leaves out what lies on a straight side.

    >>> vertices, ring_at, polygon_at = outlines(np.array([[1, 1], [0, 1]], bool), corners_only=True)
    >>> len(vertices), ring_at.tolist(), polygon_at.tolist()
    (6, [0, 6], [0, 1])
    """
    whole = np.zeros((chosen.shape[0] + 2, chosen.shape[1] + 2), np.bool_)
    whole[1:-1, 1:-1] = chosen
    sides = _sides(whole)
    vertices, turns, ring_at, cell = _walked(whole, sides, int(_count(sides)))
    owner = _component(whole, cell)
    vertices -= 1.0  # of the margin
    if corners_only:
        kept = np.concatenate([[0], np.cumsum(turns)])
        vertices, ring_at = vertices[turns], kept[ring_at]
    hole = signed_areas(vertices, ring_at) < 0.0
    order = np.lexsort((hole, owner))
    at, ring_at = _in_order(ring_at, order)
    first = np.flatnonzero(np.concatenate([[True], np.diff(owner[order]) != 0])) if len(order) else np.empty(0, int)
    return vertices[at], ring_at, np.append(first, len(order)).astype(np.int64)


def polygons_of(xy: Floats, ring_at: Ints, polygon_at: Ints) -> np.ndarray:
    """Polygons (n,) of rings that are not closed, as `outlines` gives them."""
    if len(polygon_at) < 2:
        return np.empty(0, object)
    closed = np.insert(np.arange(len(xy)), ring_at[1:], ring_at[:-1])
    offsets = (ring_at + np.arange(len(ring_at)), polygon_at)
    made: np.ndarray = shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy[closed], offsets)
    return made


def _in_order(ring_at: Ints, order: Ints) -> tuple[Ints, Ints]:
    """Which vertices to take so that the rings stand in another order, and where these begin then."""
    length = np.diff(ring_at)[order]
    begins = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    return np.repeat(ring_at[:-1][order] - begins[:-1], length) + np.arange(begins[-1]), begins


@kernel
def signed_areas(vertices: Floats, ring_at: Ints) -> Floats:
    """The area of each ring (rings,) of rows and columns: above 0 where it is walked counter-clockwise as seen north
    up."""
    out = np.zeros(len(ring_at) - 1)
    for ring in range(len(out)):
        first, last = ring_at[ring], ring_at[ring + 1]
        for k in range(first, last):
            n = k + 1 if k + 1 < last else first
            out[ring] += vertices[k, 0] * vertices[n, 1] - vertices[n, 0] * vertices[k, 1]
    return out / 2.0


@kernel
def _sides(whole: np.ndarray) -> np.ndarray:
    """Of each chosen cell the sides beyond which nothing is chosen: a bit each for south, east, north, west."""
    rows, columns = whole.shape
    sides = np.zeros(whole.shape, np.uint8)
    for r in range(1, rows - 1):
        for c in range(1, columns - 1):
            if whole[r, c]:
                sides[r, c] = (
                    (not whole[r + 1, c])
                    + 2 * (not whole[r, c + 1])
                    + 4 * (not whole[r - 1, c])
                    + 8 * (not whole[r, c - 1])
                )
    return sides


@kernel
def _count(sides: np.ndarray) -> int:
    total = 0
    for side in sides.ravel():
        total += (side & 1) + (side >> 1 & 1) + (side >> 2 & 1) + (side >> 3 & 1)
    return total


@kernel
def _walked(whole: np.ndarray, sides: np.ndarray, count: int) -> tuple[Floats, np.ndarray, Ints, Ints]:
    """All rings: their vertices, which of these are corners, where each ring begins, and a cell beside each.

    A ring that comes to a corner where it was before (two cells touch there) is cut in two. `sides` is used up.
    """
    rows, columns = whole.shape
    been = np.full(rows * columns, -1, np.int32)
    path, bends = np.empty(count, np.int64), np.empty(count, np.bool_)
    vertices, turns = np.empty((count, 2)), np.empty(count, np.bool_)
    ring_at, cell = np.zeros(count // 4 + 1, np.int64), np.empty(count // 4, np.int64)
    rings = done = 0
    for first in range(rows * columns):
        while sides.flat[first]:
            r, c = first // columns, first % columns
            # The first cell of a shell begins at its north-west corner, that above a hole at its south-west.
            heading = 3
            while not sides[r, c] >> heading & 1:
                heading = (heading + 1) % 4
            length = 0
            bend = True
            while sides[r, c] >> heading & 1:
                sides[r, c] &= ~(1 << heading) & 15
                corner = (r + BEGIN_ROW[heading]) * columns + c + BEGIN_COLUMN[heading]
                if been[corner] >= 0:
                    start = been[corner]
                    for k in range(start, length):
                        been[path[k]] = -1
                        vertices[done, 0], vertices[done, 1] = path[k] // columns, path[k] % columns
                        turns[done] = bends[k] or k == start
                        done += 1
                    cell[rings] = r * columns + c
                    rings += 1
                    ring_at[rings] = done
                    length = start
                    bend = True
                been[corner] = length
                path[length], bends[length] = corner, bend
                length += 1
                ahead_r, ahead_c = r + STEP_ROW[heading], c + STEP_COLUMN[heading]
                right = (heading + 3) % 4
                bend = True
                if not whole[ahead_r, ahead_c]:
                    heading = (heading + 1) % 4
                elif not whole[ahead_r + STEP_ROW[right], ahead_c + STEP_COLUMN[right]]:
                    r, c = ahead_r, ahead_c
                    bend = False
                else:
                    r, c = ahead_r + STEP_ROW[right], ahead_c + STEP_COLUMN[right]
                    heading = right
            for k in range(length):
                been[path[k]] = -1
                vertices[done, 0], vertices[done, 1] = path[k] // columns, path[k] % columns
                turns[done] = bends[k] or k == 0
                done += 1
            cell[rings] = r * columns + c
            rings += 1
            ring_at[rings] = done
    return vertices, turns, ring_at[: rings + 1].copy(), cell[:rings].copy()


@kernel
def _component(whole: np.ndarray, cell: Ints) -> Ints:
    """A number (cells,) for each of some cells, the same for those that hang together side by side."""
    rows, columns = whole.shape
    parent = np.empty(rows * columns, np.int32)
    for here in range(rows * columns):
        parent[here] = here
    flat = whole.ravel()
    for here in range(columns, rows * columns):
        if flat[here]:
            for beside in (here - 1, here - columns):
                if flat[beside]:
                    one, other = here, beside
                    while parent[one] != one:
                        parent[one] = parent[parent[one]]
                        one = parent[one]
                    while parent[other] != other:
                        parent[other] = parent[parent[other]]
                        other = parent[other]
                    parent[max(one, other)] = min(one, other)
    out = np.empty(len(cell), np.int64)
    for k in range(len(cell)):
        one = cell[k]
        while parent[one] != one:
            one = parent[one]
        out[k] = one
    return out
