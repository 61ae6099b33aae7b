"""The distance of each footprint from the nearest feature of a layer, within the layer's reach."""

from __future__ import annotations

import numpy as np

from .compiled import Floats, kernel
from .near_map import NearMap, gap_to_segment
from .shapes import Shapes
from .tree import cells_in, is_leaf, number_of


def distance(layer: NearMap, shapes: Shapes, first: int = 0, last: int | None = None) -> Floats:
    """Distance (m) from each footprint `first … last` to the nearest segment, NaN beyond the map's reach.

    Shape (last − first,). 0 where a segment touches or crosses the footprint or lies in it. Within 1e-6 m of GEOS's
    distance. A footprint that lies wholly inside a polygon of the layer is far from its edges: `inside.area_inside`
    tells that it is inside.
    """
    last = len(shapes.owner_at) - 1 if last is None else last
    return _distance(layer, shapes, first, last)


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
def _distance(layer: NearMap, shapes: Shapes, first: int, last: int) -> Floats:
    out = np.empty(last - first)
    found, stack = np.empty((1024, 4), np.int64), np.empty((1024, 4), np.int64)
    ox, oy = layer.tree.corner
    reach = layer.reach[0]
    for g in range(first, last):
        best = reach * reach
        met = False
        for r in range(shapes.owner_at[g], shapes.owner_at[g + 1]):
            a, b = shapes.ring_at[r], shapes.ring_at[r + 1]
            if b - a < 3:
                continue
            bx0, by0, bx1, by1 = shapes.box[r]
            n, found, stack = cells_in(layer.tree, bx0 - ox, by0 - oy, bx1 - ox, by1 - oy, found, stack)
            for c in range(n):
                if best == 0.0:
                    break
                if not is_leaf(found[c, 0]):
                    continue
                leaf = number_of(found[c, 0])
                for k in range(layer.at[leaf], layer.at[leaf + 1]):
                    x0, y0, x1, y1 = layer.segment[layer.of_leaf[k]]
                    gx = max(bx0 - max(x0, x1), min(x0, x1) - bx1, 0.0)
                    gy = max(by0 - max(y0, y1), min(y0, y1) - by1, 0.0)
                    if gx * gx + gy * gy > best:
                        continue
                    best = gap_to_ring(shapes.xy, a, b, x0, y0, x1, y1, best)
                    if best > 0.0 and gx == 0.0 and gy == 0.0 and covers(shapes, g, x0, y0):
                        best = 0.0
                    met = met or best < reach * reach or gap_is(shapes, a, b, x0, y0, x1, y1, reach)
        out[g - first] = np.sqrt(best) if met else np.nan
    return out


@kernel
def gap_is(shapes: Shapes, a: int, b: int, x0: float, y0: float, x1: float, y1: float, reach: float) -> bool:
    """Whether a segment stands exactly at the reach ("at most" counts it)."""
    return gap_to_ring(shapes.xy, a, b, x0, y0, x1, y1, np.inf) <= reach * reach


@kernel
def covers(shapes: Shapes, g: int, px: float, py: float) -> bool:
    """Whether a point lies in a footprint, its holes left out."""
    inside = False
    for r in range(shapes.owner_at[g], shapes.owner_at[g + 1]):
        if encloses(shapes.xy, shapes.ring_at[r], shapes.ring_at[r + 1], px, py):
            inside = not inside
    return inside
