"""Where features of a layer overlap in a leaf: the ground they cover, counted once.

The leaf is cut into horizontal slabs at every vertex and every crossing; inside a slab no two edges cross, so going
from left to right the winding number says how many features cover the ground between two edges.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .compiled import Floats, Ints, kernel
from .tree import grown


class Slabs(NamedTuple):
    """Edges of a leaf's rings: `edge` (n, 4) x, y of the lower and the upper end, `way` +1 where the inside lies to the
    right of it; `level` the heights at which slabs begin and end."""

    edge: Floats
    way: Ints
    level: Floats


@kernel
def put_edge(edge: Floats, way: Ints, n: int, px: float, py: float, qx: float, qy: float) -> int:
    """Add an edge from p to q (metres) to the `n` rows of `edge` and `way`, see `Slabs`; returns the new count.

    The common edge of two features, once each way, cancels.
    """
    if py == qy:
        return n
    w = 1
    if py < qy:
        px, py, qx, qy, w = qx, qy, px, py, -1
    for k in range(n):
        if edge[k, 1] == qy and edge[k, 0] == qx and edge[k, 3] == py and edge[k, 2] == px and way[k] == -w:
            edge[k], way[k] = edge[n - 1], way[n - 1]
            return n - 1
    edge[n, 0], edge[n, 1], edge[n, 2], edge[n, 3], way[n] = qx, qy, px, py, w
    return n + 1


@kernel
def put_level(level: Floats, m: int, y: float) -> int:
    """Add a height (m) to the `m` rising ones of `level`, unless it is there; returns the new count."""
    k = m
    while k > 0 and level[k - 1] > y:
        k -= 1
    if k > 0 and level[k - 1] == y:
        return m
    for i in range(m, k, -1):
        level[i] = level[i - 1]
    level[k] = y
    return m + 1


@kernel
def slabs_of(xy: Floats, rings: Ints, first: int, last: int) -> Slabs:
    """Collect the edges of the rings `first … last` and the heights of their ends and crossings, metres.

    A row of `rings` (rings, 3) is (start, end, feature) in `xy` (vertices, 2).
    """
    total = 0
    for r in range(first, last):
        total += rings[r, 1] - rings[r, 0]
    edge, way, n = np.empty((total, 4)), np.empty(total, np.int64), 0
    for r in range(first, last):
        a, b = rings[r, 0], rings[r, 1]
        px, py = xy[b - 1, 0], xy[b - 1, 1]
        for i in range(a, b):
            n = put_edge(edge, way, n, px, py, xy[i, 0], xy[i, 1])
            px, py = xy[i, 0], xy[i, 1]
    level, m = np.empty(2 * n + 16), 0
    for i in range(n):
        m = put_level(level, put_level(level, m, edge[i, 1]), edge[i, 3])
        for j in range(i):
            low, high = max(edge[i, 1], edge[j, 1]), min(edge[i, 3], edge[j, 3])
            if low >= high or max(edge[i, 0], edge[i, 2]) < min(edge[j, 0], edge[j, 2]):
                continue
            below, above = along(edge, i, low) - along(edge, j, low), along(edge, i, high) - along(edge, j, high)
            if below * above < 0.0:
                level = grown(level, m + 2)
                m = put_level(level, m, low + (high - low) * (below / (below - above)))
        level = grown(level, m + 2)
    return Slabs(edge[:n], way[:n], level[:m])


@kernel
def along(edge: Floats, i: int, y: float) -> float:
    """x (m) of row i of `edge` (edges, 4) at height y; of its end where y lies beyond it."""
    x0, y0, x1, y1 = edge[i, 0], edge[i, 1], edge[i, 2], edge[i, 3]
    if y >= y1:
        return x1
    return x0 + (y - y0) * ((x1 - x0) / (y1 - y0)) if y > y0 else x0


@kernel
def crossing(slabs: Slabs, low: float, high: float, order: Ints, place: Floats) -> int:
    """Put the edges that run through a slab into `order` (edges,), from left to right, and their x (m) at half height
    into `place` (edges,); return their number."""
    middle = 0.5 * (low + high)
    n = 0
    for i in range(len(slabs.edge)):
        if slabs.edge[i, 1] <= low and slabs.edge[i, 3] >= high:
            x = along(slabs.edge, i, middle)
            k = n
            while k > 0 and place[k - 1] > x:
                order[k], place[k] = order[k - 1], place[k - 1]
                k -= 1
            order[k], place[k] = i, x
            n += 1
    return n


@kernel
def overlap(slabs: Slabs) -> float:
    """Area covered more than once, m²."""
    order, place = np.empty(len(slabs.edge), np.int64), np.empty(len(slabs.edge))
    total = 0.0
    for s in range(len(slabs.level) - 1):
        low, high = slabs.level[s], slabs.level[s + 1]
        n = crossing(slabs, low, high, order, place)
        winding = 0
        for k in range(n - 1):
            winding += slabs.way[order[k]]
            if winding > 1:
                total += (winding - 1) * (place[k + 1] - place[k]) * (high - low)
    return total


@kernel
def put_trapezoid(
    slabs: Slabs, left: int, right: int, low: float, high: float, xy: Floats, rings: Ints, at: int, end: int
) -> tuple[Floats, Ints, int, int]:
    """Append the ground between two edges from `low` to `high`, as a counter-clockwise ring of feature 0.

    `left` and `right` are rows of `slabs.edge`, heights are metres; the ring goes to row `at` of `rings` and to `xy`
    from `end` on. Returns both arrays, grown where they had to be, and the rows after what was written.
    """
    xy, rings = grown(xy, end + 4), grown(rings, at + 1)
    edge = slabs.edge
    xy[end, 0], xy[end, 1] = along(edge, left, low), low
    xy[end + 1, 0], xy[end + 1, 1] = along(edge, right, low), low
    xy[end + 2, 0], xy[end + 2, 1] = along(edge, right, high), high
    xy[end + 3, 0], xy[end + 3, 1] = along(edge, left, high), high
    rings[at, 0], rings[at, 1], rings[at, 2] = end, end + 4, 0
    return xy, rings, at + 1, end + 4


@kernel
def trapezoids(slabs: Slabs, xy: Floats, rings: Ints, first: int, end: int) -> tuple[Floats, Ints, int]:
    """Replace the rings from `first` on by trapezoids that cover the same ground once, written to `xy` from `end` on.

    Returns the arrays and the row after the last trapezoid.
    """
    at = first
    edges = len(slabs.edge)
    order, place = np.empty(edges, np.int64), np.empty(edges)
    open_now, open_next = np.empty((edges, 2), np.int64), np.empty((edges, 2), np.int64)
    since_now, since_next = np.empty(edges), np.empty(edges)
    before = 0
    levels = len(slabs.level)
    for s in range(levels):
        now = 0
        low = slabs.level[s]
        if s < levels - 1:
            n = crossing(slabs, low, slabs.level[s + 1], order, place)
            winding, left = 0, -1
            for k in range(n):
                was = winding
                winding += slabs.way[order[k]]
                if was <= 0 and winding > 0:
                    left = order[k]
                elif was > 0 and winding <= 0:
                    open_next[now, 0], open_next[now, 1], since_next[now] = left, order[k], low
                    now += 1
        for i in range(before):
            goes_on = False
            for j in range(now):
                if open_next[j, 0] == open_now[i, 0] and open_next[j, 1] == open_now[i, 1]:
                    since_next[j] = since_now[i]
                    goes_on = True
            if not goes_on:
                xy, rings, at, end = put_trapezoid(
                    slabs, open_now[i, 0], open_now[i, 1], since_now[i], low, xy, rings, at, end
                )
        open_now, open_next = open_next, open_now
        since_now, since_next = since_next, since_now
        before = now
    return xy, rings, at
