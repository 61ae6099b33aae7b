"""Cutting rings by lines, with the sign kept.

A ring is a run of vertices `xy[a:b]` without a closing vertex. Clipping (Sutherland and Hodgman 1974) leaves edges
that run to and fro along the cutting line; they enclose nothing, so the *signed* area of what is left, and the winding
number at every point off the line, are right for non-convex rings and, counted negative, for holes. All the kernels
below rest on this.
"""

from __future__ import annotations

import numpy as np

from .compiled import Floats, kernel


@kernel
def signed_area(xy: Floats, a: int, b: int) -> float:
    """Area of the ring `xy[a:b]`, positive where it runs counter-clockwise; from its first vertex, for precision."""
    if b - a < 3:
        return 0.0
    ox, oy = xy[a, 0], xy[a, 1]
    px, py = xy[a + 1, 0] - ox, xy[a + 1, 1] - oy
    twice = 0.0
    for i in range(a + 2, b):
        qx, qy = xy[i, 0] - ox, xy[i, 1] - oy
        twice += px * qy - qx * py
        px, py = qx, qy
    return 0.5 * twice


@kernel
def push(ring: Floats, at: int, n: int, x: float, y: float) -> int:
    """Append a vertex to the ring of `n` vertices at `at`; return the new count.

    A middle vertex between two others of the same x, or of the same y, is dropped: that removes doubled vertices and
    the spikes along grid lines, so that a ring which fills a cell is left with the cell's four corners.
    """
    while n >= 2:
        ax, ay = ring[at + n - 2, 0], ring[at + n - 2, 1]
        bx, by = ring[at + n - 1, 0], ring[at + n - 1, 1]
        if (ax == bx and bx == x) or (ay == by and by == y):
            n -= 1
        else:
            break
    if n >= 1 and ring[at + n - 1, 0] == x and ring[at + n - 1, 1] == y:
        return n
    ring[at + n, 0], ring[at + n, 1] = x, y
    return n + 1


@kernel
def close(ring: Floats, at: int, n: int) -> int:
    """Do across the seam of the `n` vertices at `ring[at]` what `push` does along the ring; return the count left, 0
    where nothing is enclosed."""
    while n >= 3:
        fx, fy = ring[at, 0], ring[at, 1]
        sx, sy = ring[at + 1, 0], ring[at + 1, 1]
        lx, ly = ring[at + n - 1, 0], ring[at + n - 1, 1]
        kx, ky = ring[at + n - 2, 0], ring[at + n - 2, 1]
        if (lx == fx and ly == fy) or (kx == lx and lx == fx) or (ky == ly and ly == fy):
            n -= 1
        elif (lx == fx and fx == sx) or (ly == fy and fy == sy):
            ring[at, 0], ring[at, 1] = lx, ly
            n -= 1
        else:
            return n
    return 0


@kernel
def cut(src: Floats, a: int, b: int, axis: int, c: float, low: bool, dst: Floats, at: int) -> int:
    """Write to `dst[at:]` the part of the ring `src[a:b]` with coordinate `axis` ≤ c (`low`) or ≥ c; return its count.

    `dst` must have room for 2 · (b − a) vertices. The crossing is computed from the lower end of an edge, so that two
    features which share an edge are cut at the same point.
    """
    other = 1 - axis
    n = 0
    pu, pv = src[b - 1, axis], src[b - 1, other]
    p_in = pu <= c if low else pu >= c
    for i in range(a, b):
        qu, qv = src[i, axis], src[i, other]
        q_in = qu <= c if low else qu >= c
        if p_in != q_in:
            v = pv + (c - pu) * ((qv - pv) / (qu - pu)) if pu < qu else qv + (c - qu) * ((pv - qv) / (pu - qu))
            v = min(max(v, min(pv, qv)), max(pv, qv))
            n = push(dst, at, n, c, v) if axis == 0 else push(dst, at, n, v, c)
        if q_in:
            n = push(dst, at, n, src[i, 0], src[i, 1])
        pu, pv, p_in = qu, qv, q_in
    return close(dst, at, n)


@kernel
def keep_left(src: Floats, n: int, px: float, py: float, qx: float, qy: float, dst: Floats) -> int:
    """Write to `dst` the part of the ring `src[:n]` left of the line from p to q; return its count (at most 2 n).

    0 where nothing is left of it, −1, and nothing written, where all is.
    """
    dx, dy = qx - px, qy - py
    left = 0
    for i in range(n):
        left += dx * (src[i, 1] - py) - dy * (src[i, 0] - px) >= 0.0
    if left == n or left == 0:
        return -1 if left else 0
    m = 0
    ax, ay = src[n - 1, 0], src[n - 1, 1]
    da = dx * (ay - py) - dy * (ax - px)
    for i in range(n):
        bx, by = src[i, 0], src[i, 1]
        db = dx * (by - py) - dy * (bx - px)
        if (da >= 0.0) != (db >= 0.0):
            t = da / (da - db)
            dst[m, 0], dst[m, 1] = ax + t * (bx - ax), ay + t * (by - ay)
            m += 1
        if db >= 0.0:
            dst[m, 0], dst[m, 1] = bx, by
            m += 1
        ax, ay, da = bx, by, db
    return m


@kernel
def shared_area(
    piece: Floats,
    at: int,
    n: int,
    dx: float,
    dy: float,
    xy: Floats,
    a: int,
    b: int,
    clockwise: bool,
    one: Floats,
    two: Floats,
) -> float:
    """Signed area of the ring of `n` vertices at `piece[at:]` (x, y, x, y …), moved by (dx, dy), inside a convex ring.

    Negative throughout where the convex ring `xy[a:b]` runs `clockwise` (a hole). Works relative to that ring's first
    vertex, which keeps the error near 1e-9 m² wherever it lies. `one` and `two` are working space.
    """
    ox, oy = xy[a, 0], xy[a, 1]
    if 4 * n > len(one):
        one, two = np.empty((8 * n, 2)), np.empty((8 * n, 2))
    dx, dy = dx - ox, dy - oy
    for i in range(n):
        one[i, 0], one[i, 1] = piece[at + 2 * i] + dx, piece[at + 2 * i + 1] + dy
    px, py = xy[b - 1, 0] - ox, xy[b - 1, 1] - oy
    for i in range(a, b):
        qx, qy = xy[i, 0] - ox, xy[i, 1] - oy
        if 2 * n > len(two):
            two = np.empty((4 * n, 2))
        m = keep_left(one, n, qx, qy, px, py, two) if clockwise else keep_left(one, n, px, py, qx, qy, two)
        px, py = qx, qy
        if m < 0:
            continue
        if m < 3:
            return 0.0
        one, two, n = two, one, m
    area = signed_area(one, 0, n)
    return -area if clockwise else area


@kernel
def area_in_box(
    xy: Floats, a: int, b: int, x0: float, y0: float, x1: float, y1: float, one: Floats, two: Floats
) -> float:
    """Signed area of the ring `xy[a:b]` inside a box; `one` and `two` are working space."""
    n = b - a
    if 8 * n > len(one) or 8 * n > len(two):
        one, two = np.empty((8 * n, 2)), np.empty((8 * n, 2))
    ox, oy = xy[a, 0], xy[a, 1]
    for i in range(n):
        one[i, 0], one[i, 1] = xy[a + i, 0] - ox, xy[a + i, 1] - oy
    for side in range(4):
        axis, c = side % 2, (x0 - ox, y0 - oy, x1 - ox, y1 - oy)[side]
        m = keep_side(one, n, axis, c, side > 1, two)
        if m < 0:
            continue
        if m < 3:
            return 0.0
        one, two, n = two, one, m
    return signed_area(one, 0, n)


@kernel
def keep_side(src: Floats, n: int, axis: int, c: float, low: bool, dst: Floats) -> int:
    """`keep_left` for the line on which coordinate `axis` is c: what is kept has at most c (`low`), or at least.

    `src` and `dst` are (vertices, 2), metres; `dst` needs room for 2 n vertices.
    """
    inside = 0
    for i in range(n):
        inside += src[i, axis] <= c if low else src[i, axis] >= c
    if inside == n or inside == 0:
        return -1 if inside else 0
    other, m = 1 - axis, 0
    pu, pv = src[n - 1, axis], src[n - 1, other]
    for i in range(n):
        qu, qv = src[i, axis], src[i, other]
        if (pu <= c if low else pu >= c) != (qu <= c if low else qu >= c):
            dst[m, axis], dst[m, other] = c, pv + (c - pu) * ((qv - pv) / (qu - pu))
            m += 1
        if qu <= c if low else qu >= c:
            dst[m, axis], dst[m, other] = qu, qv
            m += 1
        pu, pv = qu, qv
    return m
