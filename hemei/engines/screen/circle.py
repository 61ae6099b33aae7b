"""The part of a ring that lies in a circle: a true circle, not a polygon with many corners."""

from __future__ import annotations

import numpy as np

from .compiled import Floats, kernel


@kernel
def sector(px: float, py: float, qx: float, qy: float, square: float) -> float:
    """Signed area of the circle's sector between the directions of p and q, m²; `square` is the radius squared."""
    return 0.5 * square * np.arctan2(px * qy - py * qx, px * qx + py * qy)


@kernel
def edge_in_circle(px: float, py: float, qx: float, qy: float, square: float) -> float:
    """Signed area that the triangle (middle, p, q) has in common with the circle round the middle, m².

    p and q count from the middle. Where the edge runs inside the circle it bounds a triangle, elsewhere a sector.
    """
    dx, dy = qx - px, qy - py
    a, b, c = dx * dx + dy * dy, px * dx + py * dy, px * px + py * py - square
    below = b * b - a * c
    if below <= 0.0 or a == 0.0:
        return sector(px, py, qx, qy, square)
    root = np.sqrt(below)
    enters, leaves = (-b - root) / a, (-b + root) / a
    if leaves <= 0.0 or enters >= 1.0:
        return sector(px, py, qx, qy, square)
    t0, t1 = max(enters, 0.0), min(leaves, 1.0)
    area = 0.5 * (t1 - t0) * (px * qy - py * qx)
    if enters > 0.0:
        area += sector(px, py, px + t0 * dx, py + t0 * dy, square)
    if leaves < 1.0:
        area += sector(px + t1 * dx, py + t1 * dy, qx, qy, square)
    return area


@kernel
def area_in_circle(xy: Floats, a: int, b: int, cx: float, cy: float, radius: float) -> float:
    """Signed area (m²) of the ring `xy[a:b]` inside the circle; negative for a hole. Error near 1e-9 m²."""
    square = radius * radius
    px, py = xy[b - 1, 0] - cx, xy[b - 1, 1] - cy
    area = 0.0
    for i in range(a, b):
        qx, qy = xy[i, 0] - cx, xy[i, 1] - cy
        area += edge_in_circle(px, py, qx, qy, square)
        px, py = qx, qy
    return area
