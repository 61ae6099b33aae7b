"""The control map of a polygon layer: quarter by quarter, until a cell has one answer or few pieces."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .clip import cut, signed_area
from .compiled import Codes, Floats, Ints, kernel
from .dissolve import overlap, slabs_of, trapezoids
from .rings import Rings
from .tree import EMPTY, FAN, FAN_BITS, Tree, child_code, grown, leaf_code

LEAF_M = 32.0
"""Side of a leaf. A power of two, so that cell borders are exact numbers."""
CROWDED = 40
"""A leaf with more vertices than this is quartered further, down to a sixteenth of a leaf."""
MIXED = -9
"""What `settle` answers for a cell that is not settled yet. Never stored."""
ROOM = 8
"""Vertices for which the builder's working space has room, for each of the layer's: seldom more than half is needed."""
SETTLED_M2 = 1e-9
"""Areas below this are rounding: neighbours that share an edge do not overlap."""


class AreaMap(NamedTuple):
    """A polygon layer, ready for look-up.

    A leaf's code gives the place of its record in `pieces`: the number of its rings, then for each ring its feature,
    its number of vertices and x, y of each vertex, all as float64, so that one leaf is one stretch of memory.
    """

    tree: Tree
    pieces: Floats


def build_area_map(layer: Rings, *, dissolved: bool, leaf_m: float = LEAF_M) -> AreaMap:
    """Build the map of `layer`, whose polygons are valid and in metres.

    `dissolved`: features that overlap count once and all have the number 0; otherwise each feature keeps its number and
    its own share. Raises ValueError for an extent beyond 2 000 km, which no district has: wrong units or axes.
    """
    corner, levels = frame_of(layer.xy, leaf_m)
    fine = levels + 1  # one block below the leaves, for crowded places
    unit = leaf_m / FAN
    ring_feature = np.repeat(np.arange(len(layer), dtype=np.int32), np.diff(layer.owner_at))
    vertices, ring_at = len(layer.xy), layer.ring_at
    xy = np.empty((ROOM * vertices, 2))  # at once, as growing would copy; what is never touched is no memory
    np.subtract(layer.xy, corner, out=xy[:vertices])
    del layer
    blocks, pieces = _build(xy, vertices, ring_at, ring_feature, fine, unit, dissolved)
    tree = Tree(blocks, corner, np.array([unit]), np.array([fine], np.int64))
    return AreaMap(tree, pieces)


def frame_of(xy: Floats, leaf_m: float) -> tuple[Floats, int]:
    """A corner (2,) on the grid of leaves, metres, and the number of blocks from a root over `xy` (vertices, 2) down to
    the leaves.

    Raises ValueError for an extent beyond 2 000 km.
    """
    if len(xy) == 0:
        return np.zeros(2), 1
    low, high = xy.min(axis=0), xy.max(axis=0)
    if not np.isfinite([*low, *high]).all() or (high - low).max() > 2e6:
        raise ValueError("图层范围超过 2000 公里：请核对坐标系单位和坐标轴顺序")
    corner = np.floor(low / leaf_m) * leaf_m
    cells = max(float((high - corner).max()) / leaf_m + 1.0, 2.0)
    return corner, max(1, int(np.ceil(np.log2(cells) / FAN_BITS)))


@kernel
def half_of(
    xy: Floats, rings: Ints, first: int, last: int, axis: int, c: float, low: bool, at: int, end: int
) -> tuple[int, int]:
    """Append the parts of the rings `first … last` on one side of a line from row `at` on; the row after them, and the
    end of `xy`, of which `end` is the first free row.

    A row of `rings` is (start, end, feature) in `xy`. A ring that lies wholly on that side is referred to, not copied.
    The caller has made room.
    """
    for r in range(first, last):
        a, b = rings[r, 0], rings[r, 1]
        least = most = xy[a, axis]
        for i in range(a + 1, b):
            least, most = min(least, xy[i, axis]), max(most, xy[i, axis])
        if (least >= c) if low else (most <= c):
            continue
        if (most <= c) if low else (least >= c):
            rings[at, 0], rings[at, 1], rings[at, 2] = a, b, rings[r, 2]
            at += 1
            continue
        n = cut(xy, a, b, axis, c, low, xy, end)
        if n > 0:
            rings[at, 0], rings[at, 1], rings[at, 2] = end, end + n, rings[r, 2]
            end += n
            at += 1
    return at, end


@kernel
def fills(xy: Floats, a: int, b: int, x0: float, y0: float, x1: float, y1: float) -> int:
    """1 where the ring `xy[a:b]` (vertices, 2) is a shell that fills the cell, −1 where a hole does, 0 else; metres."""
    if b - a != 4:
        return 0
    for i in range(a, b):
        if (xy[i, 0] != x0 and xy[i, 0] != x1) or (xy[i, 1] != y0 and xy[i, 1] != y1):
            return 0
    return 1 if signed_area(xy, a, b) > 0.0 else -1


@kernel
def settle(
    xy: Floats, rings: Ints, first: int, last: int, x0: float, y0: float, x1: float, y1: float, dissolved: bool
) -> tuple[int, int]:
    """Drop what cancels; return (the settled code, or MIXED where pieces are left; the new end of the rings).

    Rings of one feature stand together. One whose rings all fill the cell covers it, or (shell and hole) does not.
    """
    write = first
    only = EMPTY
    whole = True
    r = first
    while r < last:
        feature = rings[r, 2]
        begin = r
        net = 0
        all_fill = True
        while r < last and rings[r, 2] == feature:
            way = fills(xy, rings[r, 0], rings[r, 1], x0, y0, x1, y1)
            net += way
            all_fill = all_fill and way != 0
            r += 1
        if all_fill and net == 0:
            continue
        if all_fill and net > 0 and dissolved:
            return 0, first
        if not all_fill or only != EMPTY:
            whole = False
        only = feature
        for k in range(begin, r):
            rings[write, 0], rings[write, 1], rings[write, 2] = rings[k, 0], rings[k, 1], rings[k, 2]
            write += 1
    if write == first:
        return EMPTY, first
    return (only, first) if whole else (MIXED, write)


@kernel
def write_leaf(xy: Floats, rings: Ints, first: int, last: int, out: Floats, at: int) -> int:
    """Write the record (see `AreaMap.pieces`) of the rings `first … last` at `out[at:]`; returns its end.

    A row of `rings` (rings, 3) is (start, end, feature) in `xy` (vertices, 2), metres. The caller has made room.
    """
    out[at] = last - first
    at += 1
    for r in range(first, last):
        out[at], out[at + 1] = rings[r, 2], rings[r, 1] - rings[r, 0]
        at += 2
        for i in range(rings[r, 0], rings[r, 1]):
            out[at], out[at + 1] = xy[i, 0], xy[i, 1]
            at += 2
    return at


@kernel
def covered(xy: Floats, rings: Ints, first: int, last: int) -> float:
    """The signed areas of the rings `first … last` together, m²; a row of `rings` is (start, end, feature) in `xy`."""
    area = 0.0
    for r in range(first, last):
        area += signed_area(xy, rings[r, 0], rings[r, 1])
    return area


@kernel
def as_one(rings: Ints, first: int, last: int) -> bool:
    """Give the rings `first … last` (rows: start, end, feature) the number 0; whether they were of several features."""
    several = False
    for r in range(first, last):
        several = several or rings[r, 2] != rings[first, 2]
    for r in range(first, last):
        rings[r, 2] = 0
    return several


@kernel
def push_halves(
    stack: Ints,
    depth: int,
    block: int,
    column: int,
    row: int,
    span: int,
    unit: float,
    xy: Floats,
    rings: Ints,
    last: int,
) -> int:
    """Cut the rings of the cell at `stack[depth]` into halves and put these in its place; returns the new depth.

    A cell is cut into west and east, these into south and north, each when its turn has come: the memory of one half
    and all that was made of it is given back before the other one is cut.
    """
    cx, cy, half, first, end = stack[depth, 4], stack[depth, 5], stack[depth, 6] // 2, stack[depth, 7], stack[depth, 9]
    upright = stack[depth, 10]
    if upright:  # the axis is written out, so that the compiler makes two loops without a question in them
        middle, low_end = half_of(xy, rings, first, last, 1, (cy + half) * unit, True, last, end)
        at, high_end = half_of(xy, rings, first, last, 1, (cy + half) * unit, False, middle, low_end)
    else:
        middle, low_end = half_of(xy, rings, first, last, 0, (cx + half) * unit, True, last, end)
        at, high_end = half_of(xy, rings, first, last, 0, (cx + half) * unit, False, middle, low_end)
    for k in range(2):
        stack[depth, 0], stack[depth, 1], stack[depth, 2], stack[depth, 3] = block, column, row, span
        stack[depth, 4], stack[depth, 5], stack[depth, 6], stack[depth, 10] = cx, cy, 2 * half, 1 - upright
        stack[depth, 7], stack[depth, 8] = (middle, at) if k else (last, middle)
        stack[depth, 9] = high_end if k else low_end
        if upright:
            stack[depth, 3], stack[depth, 6] = span // 2, half
            stack[depth, 2], stack[depth, 5] = row + k * (span // 2), cy + k * half
        else:
            stack[depth, 1], stack[depth, 4] = column + k * (span // 2), cx + k * half
        depth += 1
    return depth


@kernel
def _build(
    xy: Floats, given: int, source_at: Ints, source_feature: Codes, levels: int, unit: float, dissolved: bool
) -> tuple[Codes, Floats]:
    """Go down from the root; the layer stands in the first `given` rows of `xy`, metres from the corner.

    A row of the stack is (block, column, row and span in it, corner x, y and side in finest cells, first and last ring,
    end of `xy`, whether it is half a cell, upright). What it needs lies at the end of `xy` and `rings`, the next one's
    below it.
    """
    rings, last = rings_in(source_at, source_feature)
    blocks, block_count = np.full((1024, FAN * FAN), EMPTY, np.int32), 1
    out, end = np.empty(65536 + min(32 * given, 8_000_000 + 5 * given)), 0  # memory that is never touched costs nothing
    stack = np.zeros((4 * FAN_BITS * (levels + 2), 11), np.int64)
    stack[0, 3], stack[0, 6], stack[0, 8], stack[0, 9] = FAN, 1 << (FAN_BITS * levels), last, given
    depth = 1
    while depth > 0:
        depth -= 1
        block, column, row, span = stack[depth, 0], stack[depth, 1], stack[depth, 2], stack[depth, 3]
        cx, cy, side, first = stack[depth, 4], stack[depth, 5], stack[depth, 6], stack[depth, 7]
        x0, y0, x1, y1 = cx * unit, cy * unit, (cx + side) * unit, (cy + side) * unit
        code, last, is_half = MIXED, stack[depth, 8], stack[depth, 10] != 0
        if not is_half:
            code, last = settle(xy, rings, first, last, x0, y0, x1, y1, dissolved)
        vertices = vertices_in(rings, first, last)
        if code == MIXED and (is_half or side > FAN or (side > 1 and vertices > CROWDED)):
            if span == 1:
                if block_count == len(blocks):
                    blocks = grown(blocks, block_count + 1)
                blocks[block_count] = EMPTY
                blocks[block, column * FAN + row] = child_code(block_count)
                block, column, row, span = block_count, 0, 0, FAN
                block_count += 1
            if stack[depth, 9] + 4 * vertices > len(xy):
                xy = grown(xy, stack[depth, 9] + 4 * vertices)
            if last + 2 * (last - first) > len(rings):
                rings = grown(rings, last + 2 * (last - first))
            depth = push_halves(stack, depth, block, column, row, span, unit, xy, rings, last)
            continue
        if code == MIXED and dissolved:
            if as_one(rings, first, last):
                slabs = slabs_of(xy, rings, first, last)
                if overlap(slabs) > SETTLED_M2:
                    xy, rings, last = trapezoids(slabs, xy, rings, first, stack[depth, 9])
            if abs(covered(xy, rings, first, last) - (x1 - x0) * (y1 - y0)) < SETTLED_M2:
                code = 0
        if code == MIXED:
            code = leaf_code(end)
            needed = end + 1 + 2 * (last - first) + 2 * vertices_in(rings, first, last)
            if needed > len(out):
                out = grown(out, needed)
            end = write_leaf(xy, rings, first, last, out, end)
        for i in range(column, column + span):
            for j in range(row, row + span):
                blocks[block, i * FAN + j] = code
    return blocks[:block_count], out[:end]


@kernel
def rings_in(ring_at: Ints, feature: Codes) -> tuple[Ints, int]:
    """The builder's table (rings, 3) of start, end and feature, with room to spare, and how many rows of it are used.

    Rings of fewer than three vertices are left out.
    """
    rings = np.empty((2 * len(ring_at) + 1024, 3), np.int64)
    n = 0
    for r in range(len(ring_at) - 1):
        if ring_at[r + 1] - ring_at[r] >= 3:
            rings[n, 0], rings[n, 1], rings[n, 2] = ring_at[r], ring_at[r + 1], feature[r]
            n += 1
    return rings, n


@kernel
def vertices_in(rings: Ints, first: int, last: int) -> int:
    """How many vertices the rings `first … last` have together; a row of `rings` is (start, end, feature)."""
    vertices = 0
    for r in range(first, last):
        vertices += rings[r, 1] - rings[r, 0]
    return vertices
