"""Polygons as coordinate arrays: what the kernels read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from .clip import signed_area
from .compiled import Floats, Ints, kernel


@dataclass(frozen=True, slots=True)
class Rings:
    """Rings of many geometries, one after the other, without closing vertices.

    `xy` (vertices, 2) metres; ring r is `xy[ring_at[r]:ring_at[r + 1]]`; geometry g has the rings
    `owner_at[g] … owner_at[g + 1]`. Shells run counter-clockwise, holes clockwise.
    """

    xy: Floats
    ring_at: Ints
    owner_at: Ints

    def __len__(self) -> int:
        return len(self.owner_at) - 1

    def owners(self) -> Ints:
        """The geometry to which each ring belongs."""
        return np.repeat(np.arange(len(self)), np.diff(self.owner_at))


class Shapes(NamedTuple):
    """`Rings` with the box (ring, 4), the signed area (ring,) and the convexity (ring,) of each ring."""

    xy: Floats
    ring_at: Ints
    owner_at: Ints
    box: Floats
    area: Floats
    convex: np.ndarray


def rings_of(geometry: np.ndarray) -> Rings:
    """Take the polygons of shapely geometries apart (what has none, and None, has no rings).

    Holes are told from shells by their place in the polygon, never by the direction the file gave them.
    """
    parts, part_owner = single_parts(geometry)
    is_polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, part_owner = parts[is_polygon], part_owner[is_polygon]
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    del parts  # each step copies: what was copied is let go, for polygons of millions of vertices
    is_shell = np.ones(len(rings), bool)
    is_shell[1:] = ring_part[1:] != ring_part[:-1]
    counts = np.asarray(shapely.get_num_points(rings), np.int64)
    owner_at = np.searchsorted(part_owner[ring_part], np.arange(len(geometry) + 1)).astype(np.int64)
    xy = shapely.get_coordinates(rings)
    del rings
    kept = np.ones(len(xy), bool)
    kept[np.cumsum(counts[counts > 0]) - 1] = False
    xy = np.ascontiguousarray(xy[kept])
    ring_at = np.concatenate([[0], np.cumsum(np.maximum(counts - 1, 0))]).astype(np.int64)
    orient(xy, ring_at, is_shell)
    return Rings(xy, ring_at, owner_at)


def single_parts(geometry: np.ndarray) -> tuple[np.ndarray, Ints]:
    """Shapely geometries taken apart into single ones (parts,), and of which geometry each is a part.

    A collection may hold multipolygons: a ring that crosses itself and has a spike is repaired to one.
    """
    parts, owner = shapely.get_parts(geometry, return_index=True)
    while (shapely.get_type_id(parts) >= shapely.GeometryType.MULTIPOINT).any():
        parts, within = shapely.get_parts(parts, return_index=True)
        owner = owner[within]
    return parts, owner


@kernel
def orient(xy: Floats, ring_at: Ints, is_shell: np.ndarray) -> None:
    """Turn rings round in place: shells counter-clockwise, holes clockwise."""
    for r in range(len(ring_at) - 1):
        a, b = ring_at[r], ring_at[r + 1]
        if (signed_area(xy, a, b) > 0.0) != is_shell[r]:
            for k in range((b - a) // 2):
                i, j = a + k, b - 1 - k
                for axis in range(2):
                    xy[i, axis], xy[j, axis] = xy[j, axis], xy[i, axis]


@kernel
def is_convex(xy: Floats, a: int, b: int) -> bool:
    """Whether the ring turns one way only and goes round once."""
    n = b - a
    if n < 3:
        return False
    px, py = xy[b - 1, 0], xy[b - 1, 1]
    ux, uy = px - xy[b - 2, 0], py - xy[b - 2, 1]
    left = right = turns_of_x = 0
    was = 0
    first = 0
    for i in range(a, b):
        vx, vy = xy[i, 0] - px, xy[i, 1] - py
        cross = ux * vy - uy * vx
        if cross > 0.0:
            left += 1
        elif cross < 0.0:
            right += 1
        elif ux * vx + uy * vy < 0.0:
            return False
        way = 1 if vx > 0.0 else (-1 if vx < 0.0 else 0)
        if way != 0:
            if was != 0 and way != was:
                turns_of_x += 1
            if first == 0:
                first = way
            was = way
        px, py, ux, uy = xy[i, 0], xy[i, 1], vx, vy
    if first != was:
        turns_of_x += 1
    return turns_of_x <= 2 and (left == 0 or right == 0) and left + right > 0


@kernel
def convexity(xy: Floats, ring_at: Ints) -> np.ndarray:
    """`is_convex` of every ring, shape (rings,)."""
    out = np.zeros(len(ring_at) - 1, np.bool_)
    for r in range(len(out)):
        out[r] = is_convex(xy, ring_at[r], ring_at[r + 1])
    return out


@kernel
def areas_of(xy: Floats, ring_at: Ints) -> Floats:
    """Signed area of every ring, m², shape (rings,)."""
    out = np.zeros(len(ring_at) - 1)
    for r in range(len(out)):
        out[r] = signed_area(xy, ring_at[r], ring_at[r + 1])
    return out
