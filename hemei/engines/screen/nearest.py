"""The distance of each footprint from the nearest feature of a layer, within the layer's reach."""

from __future__ import annotations

import numpy as np

from .area_map import AreaMap
from .compiled import Codes, Floats, Ints, kernel
from .inside import area_inside
from .near_map import NearMap, gap_to_segment
from .rings import Shapes
from .shapes import Footprints, areas
from .sharing import Sharing, in_one_piece
from .tree import cells_in, is_leaf, number_of, settled_in

ROUNDING_M2 = 1e-6
"""As much as the area of a footprint inside a layer may be off."""


def distance(layer: NearMap, footprints: Footprints, share: Sharing = in_one_piece) -> Floats:
    """Distance (m) from each footprint to the nearest segment, NaN beyond the map's reach; shape (footprints,).

    0 where a segment touches or crosses the footprint or lies in it. Within 1e-6 m of GEOS's distance. A footprint that
    lies wholly inside a polygon of the layer is far from its edges: `inside.area_inside` tells that it is inside.
    """
    out = np.full(len(footprints), np.nan)
    line, row = footprints.line, footprints.row
    share(len(out), lambda first, last: _distance(layer, line, row, first, last, out))
    return out


def gap(edges: NearMap, ground: AreaMap | None, footprints: Footprints, share: Sharing = in_one_piece) -> Floats:
    """Distance (m) from each footprint to a layer with polygons, 0 inside, NaN beyond the reach; shape (footprints,).

    `edges` holds the layer's lines and outlines, `ground` its polygons (None: it has none). A part that lies across an
    outline meets it; of one that lies wholly inside the area tells, but not an area that is only rounding.
    """
    metres = distance(edges, footprints, share)
    if ground is not None:
        metres[area_inside(ground, footprints, share) > np.minimum(ROUNDING_M2, 0.5 * areas(footprints))] = 0.0
    return metres


def hidden(void_m: Floats, known_m: Floats) -> np.ndarray:
    """Where a void is nearer than anything known (NaN: beyond the reach), so that what it hides may be nearest.

    Distances in metres; all of shape (footprints,).
    """
    return np.asarray(void_m < np.where(np.isnan(known_m), np.inf, known_m))


@kernel
def crosses(px: float, py: float, qx: float, qy: float, x0: float, y0: float, x1: float, y1: float) -> bool:
    """Whether two segments cross properly (touching ends have distance 0 anyway)."""
    ux, uy, vx, vy = qx - px, qy - py, x1 - x0, y1 - y0
    a = ux * (y0 - py) - uy * (x0 - px)
    b = ux * (y1 - py) - uy * (x1 - px)
    c = vx * (py - y0) - vy * (px - x0)
    d = vx * (qy - y0) - vy * (qx - x0)
    return a * b < 0.0 and c * d < 0.0


@kernel
def encloses(xy: Floats, a: int, b: int, px: float, py: float) -> bool:
    """Whether a ring goes round a point (even–odd)."""
    inside = False
    ax, ay = xy[b - 1, 0], xy[b - 1, 1]
    for i in range(a, b):
        bx, by = xy[i, 0], xy[i, 1]
        if (ay > py) != (by > py) and px < ax + (py - ay) * ((bx - ax) / (by - ay)):
            inside = not inside
        ax, ay = bx, by
    return inside


@kernel
def gap_to_ring(xy: Floats, a: int, b: int, x0: float, y0: float, x1: float, y1: float, best: float) -> float:
    """The smaller of `best` and the squared distance between a segment and the line of a ring, m²."""
    px, py = xy[b - 1, 0], xy[b - 1, 1]
    for i in range(a, b):
        qx, qy = xy[i, 0], xy[i, 1]
        if crosses(px, py, qx, qy, x0, y0, x1, y1):
            return 0.0
        best = min(best, gap_to_segment(qx, qy, x0, y0, x1, y1))
        best = min(best, gap_to_segment(x0, y0, px, py, qx, qy), gap_to_segment(x1, y1, px, py, qx, qy))
        px, py = qx, qy
    return best


@kernel
def _distance(layer: NearMap, shapes: Shapes, row: Ints, first: int, last: int, out: Floats) -> None:
    found, stack = np.empty((1024, 4), np.int64), np.empty((1024, 4), np.int64)
    gaps = np.empty(64)
    blocks, levels, unit = layer.tree.blocks, layer.tree.levels[0], layer.tree.unit[0]
    ox, oy, reach, slack = layer.tree.corner[0], layer.tree.corner[1], layer.reach[0], layer.slack[0]
    lists, segment = layer.lists, layer.segment
    xy, ring_at, owner_at, box = shapes.xy, shapes.ring_at, shapes.owner_at, shapes.box
    limit = np.nextafter(reach * reach, np.inf)  # "at most" counts the reach itself
    for g in range(first, last):
        best = limit
        for r in range(owner_at[g], owner_at[g + 1]):
            x0, y0, x1, y1 = box[r, 0], box[r, 1], box[r, 2], box[r, 3]
            mx, my = 0.5 * (x0 + x1), 0.5 * (y0 + y1)
            radius = 0.5 * np.hypot(x1 - x0, y1 - y0)
            if radius <= slack:
                x0, y0, x1, y1 = mx, my, mx, my
            settled, _ = settled_in(blocks, levels, unit, x0 - ox, y0 - oy, x1 - ox, y1 - oy)
            if settled:
                continue
            n = cells_in(blocks, levels, unit, x0 - ox, y0 - oy, x1 - ox, y1 - oy, found, stack)
            while n < 0:
                found, stack = np.empty((2 * len(found), 4), np.int64), np.empty((2 * len(stack), 4), np.int64)
                n = cells_in(blocks, levels, unit, x0 - ox, y0 - oy, x1 - ox, y1 - oy, found, stack)
            for c in range(n):
                if is_leaf(found[c, 0]) and best > 0.0:
                    at = number_of(found[c, 0])
                    best = nearest_of(lists, at, segment, xy, ring_at, owner_at, g, r, mx, my, radius, best, gaps)
        if best < limit:
            out[row[g]] = np.sqrt(best)


@kernel
def nearest_of(
    lists: Codes,
    at: int,
    segment: Floats,
    xy: Floats,
    ring_at: Ints,
    owner_at: Ints,
    g: int,
    r: int,
    mx: float,
    my: float,
    radius: float,
    best: float,
    gaps: Floats,
) -> float:
    """The smaller of `best` and the squared distance of ring r from the segments of a leaf.

    A segment further from the ring's middle than its radius and the best distance together is passed over; the segment
    nearest to the middle is looked at first, because then most others are. `gaps` is working space.
    """
    bound = (np.sqrt(best) + radius) ** 2 * (1.0 + 1e-12)
    last = at + 1 + lists[at]
    for begin in range(at + 1, last, len(gaps)):
        n = min(len(gaps), last - begin)
        first = 0
        for k in range(n):
            s = lists[begin + k]
            gaps[k] = gap_to_segment(mx, my, segment[s, 0], segment[s, 1], segment[s, 2], segment[s, 3])
            if gaps[k] < gaps[first]:
                first = k
        for k in range(-1, n):
            j = first if k < 0 else k
            if gaps[j] > bound or k == first:
                continue
            s = lists[begin + j]
            x0, y0, x1, y1 = segment[s, 0], segment[s, 1], segment[s, 2], segment[s, 3]
            gap = gap_to_ring(xy, ring_at[r], ring_at[r + 1], x0, y0, x1, y1, best)
            if gap > 0.0 and abs(x0 - mx) <= radius and abs(y0 - my) <= radius:
                inside = False
                for q in range(owner_at[g], owner_at[g + 1]):
                    inside = inside != encloses(xy, ring_at[q], ring_at[q + 1], x0, y0)
                gap = 0.0 if inside else gap
            if gap < best:
                best = gap
                bound = (np.sqrt(best) + radius) ** 2 * (1.0 + 1e-12)
    return best
