"""The control map of distances: for every cell, the segments that can be the nearest to something in it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from .area_map import frame_of
from .compiled import Codes, Floats, Ints, kernel
from .rings import single_parts
from .tree import EMPTY, FAN, FAN_BITS, Tree, child_code, grown, is_child, leaf_code, number_of


class NearMap(NamedTuple):
    """Which segments (n, 4: x0, y0, x1, y1, metres) can be the nearest to something in a cell.

    A leaf's code gives the place of its record in `lists`: the number of its segments, then their rows in `segment`.
    `reach` (1,) is the greatest distance, in metres, that the map can answer. The lists hold whatever comes within
    `reach` + `slack` (1,) of the cell, so that for a footprint of that radius the cell of its middle is enough.
    """

    tree: Tree
    lists: Codes
    segment: Floats
    reach: Floats
    slack: Floats


MOST_LISTED = 60_000_000
"""Entries in all lists together, at most: three quarters of a gigabyte while the map is built."""
SLACK_M = 16.0
"""Most houses fit in a circle of this radius."""


def segments_of(geometry: np.ndarray) -> Floats:
    """All segments of lines, polygon rings and points (a segment of no length) of shapely geometries, shape (n, 4)."""
    parts = single_parts(geometry)[0]
    is_polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    runs = np.concatenate([shapely.get_rings(parts[is_polygon]), parts[~is_polygon]])
    xy, run = shapely.get_coordinates(runs, return_index=True)
    same = run[1:] == run[:-1]
    pairs = np.hstack([xy[:-1], xy[1:]])[same]
    alone = np.bincount(run, minlength=len(runs))[run] == 1
    return np.ascontiguousarray(np.vstack([pairs, np.hstack([xy[alone], xy[alone]])]))


def build_near_map(segment: Floats, reach: float) -> NearMap:
    """Build the map that answers distances of at most `reach` metres to `segment` (n, 4), both in metres.

    Raises ValueError for a reach that is no positive number, an extent beyond 2 000 km, and more segments than memory
    holds.
    """
    if not 0 < reach < 1e6:
        raise ValueError(f"距离 {reach:g} 不是可用的米数：请写大于 0、小于 1,000,000 的数")
    leaf = float(2.0 ** np.ceil(np.log2(max(reach, 8.0) / 2)))
    ends = segment.reshape(-1, 2)
    far = reach + SLACK_M
    about = about_listed(segment, far, leaf)
    margin = np.array([[-far - leaf], [far + leaf]])
    frame = np.vstack([ends.min(axis=0) + margin[0], ends.max(axis=0) + margin[1]]) if len(ends) else ends
    corner, levels = frame_of(frame, leaf)
    local = segment - np.tile(corner, 2)
    blocks, pairs, listed, leaves = _spread(local, levels, leaf, far, about)
    del local
    lists, start = _gathered(pairs, listed, leaves)
    del pairs
    is_leaf = blocks < EMPTY
    is_leaf[is_leaf] = blocks[is_leaf] % 2 != 0
    blocks[is_leaf] = -(3 + 2 * start[(-blocks[is_leaf] - 3) // 2])
    tree = Tree(blocks, corner, np.array([leaf]), np.array([levels], np.int64))
    return NearMap(tree, lists, segment, np.array([float(reach)]), np.array([SLACK_M]))


def about_listed(segment: Floats, far: float, leaf: float) -> int:
    """About how many entries the lists will have, seldom more than that: `segment` (n, 4), `far` and `leaf` in metres.

    Raises ValueError where they would not fit into memory.
    """
    span = np.abs(segment[:, 2:] - segment[:, :2])
    listed = float(((span[:, 0] + 2 * far + leaf) * (span[:, 1] + 2 * far + leaf)).sum()) / leaf**2
    if listed > MOST_LISTED:
        raise ValueError(
            f"图层的线太细或范围太大（{len(segment):,} 段），量距离要约 {listed * 12e-9:.1f} GB 内存。"
            "请先在制图软件中简化图层（例如保留 0.1 米精度），或减小所要的距离"
        )
    return int(listed) + 1


@kernel
def gap_to_segment(px: float, py: float, x0: float, y0: float, x1: float, y1: float) -> float:
    """Squared distance of a point from a segment, m²."""
    dx, dy = x1 - x0, y1 - y0
    length = dx * dx + dy * dy
    t = 0.0 if length == 0.0 else min(max(((px - x0) * dx + (py - y0) * dy) / length, 0.0), 1.0)
    gx, gy = px - (x0 + t * dx), py - (y0 + t * dy)
    return gx * gx + gy * gy


@kernel
def _gathered(pairs: Codes, listed: int, leaves: int) -> tuple[Codes, Ints]:
    """One list after the other, each led by its length, and where each leaf's begins; a row of `pairs` is (leaf,
    segment)."""
    start = np.zeros(leaves + 1, np.int64)
    for k in range(listed):
        start[pairs[k, 0] + 1] += 1
    lists = np.empty(listed + leaves, np.int32)
    for leaf in range(leaves):
        count = start[leaf + 1]
        start[leaf + 1] = start[leaf] + count + 1
        lists[start[leaf]] = 0
    for k in range(listed):
        at = start[pairs[k, 0]]
        lists[at] += 1
        lists[at + lists[at]] = pairs[k, 1]
    return lists, start


@kernel
def leaf_at(blocks: Codes, block_count: int, levels: int, column: int, row: int) -> tuple[Codes, int, int, int]:
    """Make the blocks (block, 256) down to a finest cell: the blocks, their number, and the cell's block and place."""
    block = 0
    for level in range(levels - 1, 0, -1):
        at = ((column >> (FAN_BITS * level)) % FAN) * FAN + (row >> (FAN_BITS * level)) % FAN
        if not is_child(blocks[block, at]):
            blocks = grown(blocks, block_count + 1)
            blocks[block_count] = EMPTY
            blocks[block, at] = child_code(block_count)
            block_count += 1
        block = number_of(blocks[block, at])
    return blocks, block_count, block, (column % FAN) * FAN + row % FAN


@kernel
def _spread(segment: Floats, levels: int, leaf: float, reach: float, about: int) -> tuple[Codes, Codes, int, int]:
    """Note every segment in every cell within its reach, with room for `about` notes to begin with.

    Returns the blocks, rows of (leaf, segment), how many of these rows are used, and the number of leaves.
    """
    blocks, block_count = np.full((256, FAN * FAN), EMPTY, np.int32), 1
    pairs, n, leaves = np.empty((about, 2), np.int32), 0, 0  # what is never touched is no memory
    limit = (reach + leaf * 0.7072) ** 2  # from the cell's centre
    for s in range(len(segment)):
        x0, y0, x1, y1 = segment[s]
        first, last = int((min(y0, y1) - reach) // leaf), int((max(y0, y1) + reach) // leaf)
        for column in range(int((min(x0, x1) - reach) // leaf), int((max(x0, x1) + reach) // leaf) + 1):
            block, at, coarse = 0, 0, -1
            if n + last - first >= len(pairs):
                pairs = grown(pairs, n + last - first + 1)
            for row in range(first, last + 1):
                if gap_to_segment((column + 0.5) * leaf, (row + 0.5) * leaf, x0, y0, x1, y1) > limit:
                    continue
                if row >> FAN_BITS == coarse:
                    at = (column % FAN) * FAN + row % FAN
                else:
                    coarse = row >> FAN_BITS
                    blocks, block_count, block, at = leaf_at(blocks, block_count, levels, column, row)
                if blocks[block, at] == EMPTY:
                    blocks[block, at] = leaf_code(leaves)
                    leaves += 1
                pairs[n, 0], pairs[n, 1] = number_of(blocks[block, at]), s
                n += 1
    return blocks[:block_count].copy(), pairs, n, leaves
