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
SETTLED_M2 = 1e-9
"""Areas below this are rounding: neighbours that share an edge do not overlap."""


class Pieces(NamedTuple):
    """What lies in the leaves: leaf k has the rings `leaf_at[k] … leaf_at[k + 1]`, ring r the vertices
    `xy[ring_at[r]:ring_at[r + 1]]` and the feature `feature[r]`."""

    leaf_at: Ints
    ring_at: Ints
    feature: Codes
    xy: Floats


class AreaMap(NamedTuple):
    """A polygon layer, ready for look-up: every point has the features of its leaf that cover it."""

    tree: Tree
    pieces: Pieces


def build_area_map(layer: Rings, *, dissolved: bool, leaf_m: float = LEAF_M) -> AreaMap:
    """Build the map of `layer`, whose polygons are valid and in metres.

    `dissolved`: features that overlap count once and all have the number 0; otherwise each feature keeps its number and
    its own share. Raises ValueError for an extent beyond 2 000 km, which no district has: wrong units or axes.
    """
    corner, levels = frame_of(layer.xy, leaf_m)
    local = layer.moved(corner)
    fine = levels + 1  # one block below the leaves, for crowded places
    unit = leaf_m / FAN
    ring_feature = np.repeat(np.arange(len(layer), dtype=np.int32), np.diff(layer.owner_at))
    blocks, leaves = _build(local.xy, local.ring_at, ring_feature, fine, unit, dissolved)
    tree = Tree(blocks, corner, np.array([unit]), np.array([fine], np.int64))
    leaf_count, ring_count = leaves.counts
    ring_at = leaves.ring_at[: ring_count + 1].copy()
    return AreaMap(
        tree,
        Pieces(
            leaves.leaf_at[: leaf_count + 1].copy(),
            ring_at,
            leaves.feature[:ring_count].copy(),
            leaves.xy[: ring_at[-1]].copy(),
        ),
    )


def frame_of(xy: Floats, leaf_m: float) -> tuple[Floats, int]:
    """A corner on the grid of leaves, and the number of blocks from a root that covers `xy` down to the leaves."""
    if len(xy) == 0:
        return np.zeros(2), 1
    low, high = xy.min(axis=0), xy.max(axis=0)
    if not np.isfinite([*low, *high]).all() or (high - low).max() > 2e6:
        raise ValueError("图层范围超过 2000 公里：请核对坐标系单位和坐标轴顺序")
    corner = np.floor(low / leaf_m) * leaf_m
    cells = max(float((high - corner).max()) / leaf_m + 1.0, 2.0)
    return corner, max(1, int(np.ceil(np.log2(cells) / FAN_BITS)))


@kernel
def quarter(
    xy: Floats, rings: Ints, first: int, last: int, axis: int, c: float, low: bool, at: int
) -> tuple[int, Floats, Ints]:
    """Append the parts of the rings `first … last` on one side of a line; returns the new end, and the grown arrays.

    A row of `rings` is (start, end, feature) in `xy`.
    """
    end = rings[at - 1, 1] if at > 0 else 0
    for r in range(first, last):
        a, b = rings[r, 0], rings[r, 1]
        xy = grown(xy, end + 2 * (b - a) + 8)
        n = cut(xy, a, b, axis, c, low, xy, end)
        if n > 0:
            rings = grown(rings, at + 1)
            rings[at, 0], rings[at, 1], rings[at, 2] = end, end + n, rings[r, 2]
            end += n
            at += 1
    return at, xy, rings


@kernel
def fills(xy: Floats, a: int, b: int, x0: float, y0: float, x1: float, y1: float) -> int:
    """1 where a shell fills the cell, −1 where a hole does, 0 for a ring that runs through it."""
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


class Leaves(NamedTuple):
    """The leaves while the map is built: as `Pieces`, with room to grow, and `counts` (2,) leaves and rings so far."""

    leaf_at: Ints
    ring_at: Ints
    feature: Codes
    xy: Floats
    counts: Ints


@kernel
def add_leaf(leaves: Leaves, xy: Floats, rings: Ints, first: int, last: int, dissolved: bool) -> Leaves:
    """Append the rings `first … last` as one leaf."""
    leaf, ring = leaves.counts
    leaf_at = grown(leaves.leaf_at, leaf + 2)
    ring_at = grown(leaves.ring_at, ring + last - first + 2)
    feature = grown(leaves.feature, ring + last - first + 2)
    out = leaves.xy
    for r in range(first, last):
        a, b = rings[r, 0], rings[r, 1]
        at = ring_at[ring]
        out = grown(out, at + b - a)
        out[at : at + b - a] = xy[a:b]
        feature[ring] = 0 if dissolved else rings[r, 2]
        ring += 1
        ring_at[ring] = at + b - a
    leaf_at[leaf + 1] = ring
    leaves.counts[0], leaves.counts[1] = leaf + 1, ring
    return Leaves(leaf_at, ring_at, feature, out, leaves.counts)


@kernel
def count_once(xy: Floats, rings: Ints, first: int, last: int, cell_m2: float) -> tuple[int, Floats, Ints, int]:
    """Dissolve a leaf: (0 where its features cover it together, else MIXED; the arrays; the new end of its rings)."""
    area = 0.0
    alone = True
    for r in range(first, last):
        area += signed_area(xy, rings[r, 0], rings[r, 1])
        alone = alone and rings[r, 2] == rings[first, 2]
    if not alone:
        slabs = slabs_of(xy, rings, first, last)
        if overlap(slabs) > SETTLED_M2:
            xy, rings, last = trapezoids(slabs, xy, rings, first, last)
            area = 0.0
            for r in range(first, last):
                area += signed_area(xy, rings[r, 0], rings[r, 1])
    return (0 if abs(area - cell_m2) < SETTLED_M2 else MIXED), xy, rings, last


@kernel
def push_quarters(
    stack: Ints, depth: int, cell: Ints, unit: float, xy: Floats, rings: Ints, last: int
) -> tuple[int, Floats, Ints]:
    """Cut the cell's rings into its quarters and put these on the stack; return its depth and the grown arrays.

    Both halves are made first and lie below their quarters; their memory is given back when all four quarters are done.
    """
    block, column, row, span, cx, cy, side, first = (
        cell[0],
        cell[1],
        cell[2],
        cell[3],
        cell[4],
        cell[5],
        cell[6],
        cell[7],
    )
    half = side // 2
    west, xy, rings = quarter(xy, rings, first, last, 0, (cx + half) * unit, True, last)
    east, xy, rings = quarter(xy, rings, first, last, 0, (cx + half) * unit, False, west)
    end = east
    for q in range(4):
        is_east, is_north = q >> 1, q & 1
        begin = end
        from_, to = (west, east) if is_east else (last, west)
        end, xy, rings = quarter(xy, rings, from_, to, 1, (cy + half) * unit, is_north == 0, begin)
        stack[depth, 0], stack[depth, 3], stack[depth, 6] = block, span // 2, half
        stack[depth, 1], stack[depth, 2] = column + is_east * (span // 2), row + is_north * (span // 2)
        stack[depth, 4], stack[depth, 5] = cx + is_east * half, cy + is_north * half
        stack[depth, 7], stack[depth, 8] = begin, end
        depth += 1
    return depth, xy, rings


@kernel
def _build(
    xy: Floats, ring_at: Ints, feature: Codes, levels: int, unit: float, dissolved: bool
) -> tuple[Codes, Leaves]:
    """Go down from the root; a row of the stack is (block, column, row and span in it, corner x, y and side in finest
    cells, first and last ring). What a quarter needs lies at the end of `xy` and `rings`, the next one's below it."""
    rings, last = rings_in(ring_at, feature)
    blocks, block_count = np.full((1024, FAN * FAN), EMPTY, np.int32), 1
    leaves = Leaves(
        np.zeros(1024, np.int64),
        np.zeros(1024, np.int64),
        np.zeros(1024, np.int32),
        np.empty((4096, 2)),
        np.zeros(2, np.int64),
    )
    stack = np.zeros((4 * FAN_BITS * (levels + 2), 9), np.int64)
    stack[0, 3], stack[0, 6], stack[0, 8] = FAN, 1 << (FAN_BITS * levels), last
    depth = 1
    while depth > 0:
        depth -= 1
        cell = stack[depth].copy()
        side, first = cell[6], cell[7]
        x0, y0, x1, y1 = cell[4] * unit, cell[5] * unit, (cell[4] + side) * unit, (cell[5] + side) * unit
        code, last = settle(xy, rings, first, cell[8], x0, y0, x1, y1, dissolved)
        if code == MIXED and (side > FAN or (side > 1 and is_crowded(rings, first, last))):
            if cell[3] == 1:
                blocks = grown(blocks, block_count + 1)
                blocks[block_count] = EMPTY
                blocks[cell[0], cell[1] * FAN + cell[2]] = child_code(block_count)
                cell[0], cell[1], cell[2], cell[3] = block_count, 0, 0, FAN
                block_count += 1
            depth, xy, rings = push_quarters(stack, depth, cell, unit, xy, rings, last)
            continue
        if code == MIXED and dissolved:
            code, xy, rings, last = count_once(xy, rings, first, last, (x1 - x0) * (y1 - y0))
        if code == MIXED:
            code = leaf_code(leaves.counts[0])
            leaves = add_leaf(leaves, xy, rings, first, last, dissolved)
        for i in range(cell[1], cell[1] + cell[3]):
            for j in range(cell[2], cell[2] + cell[3]):
                blocks[cell[0], i * FAN + j] = code
    return blocks[:block_count].copy(), leaves


@kernel
def rings_in(ring_at: Ints, feature: Codes) -> tuple[Ints, int]:
    """The builder's table of rings: start, end, feature; rings of fewer than three vertices are left out."""
    rings = np.empty((2 * len(ring_at) + 1024, 3), np.int64)
    n = 0
    for r in range(len(ring_at) - 1):
        if ring_at[r + 1] - ring_at[r] >= 3:
            rings[n, 0], rings[n, 1], rings[n, 2] = ring_at[r], ring_at[r + 1], feature[r]
            n += 1
    return rings, n


@kernel
def is_crowded(rings: Ints, first: int, last: int) -> bool:
    vertices = 0
    for r in range(first, last):
        vertices += rings[r, 1] - rings[r, 0]
    return vertices > CROWDED
