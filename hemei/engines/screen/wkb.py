"""Well-known binary straight into coordinate arrays, without an object per building.

Reads little-endian Polygon and MultiPolygon, ISO and EWKB, with or without Z and M (which are passed over). Whatever
else stands in a row is named by a status; the caller has GEOS look at what is `BROKEN`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiled import Ints, kernel
from .rings import Rings, orient

Bytes = NDArray[np.uint8]


class Status(IntEnum):
    """What a row of the file turned out to be."""

    POLYGON = 0
    EMPTY = 1
    OTHER = 2
    BROKEN = 3


class Parsed(NamedTuple):
    """The rings of a batch, which of them are shells, and a `Status` for each row (only polygons have rings)."""

    rings: Rings
    is_shell: NDArray[np.bool_]
    status: NDArray[np.int8]


def parse(data: Bytes, at: Ints) -> Parsed:
    """Take the rows `data[at[i]:at[i + 1]]` apart, `at` of shape (rows + 1,); a status says what is broken."""
    status = np.zeros(len(at) - 1, np.int8)
    rings, vertices = _count(data, at, status)
    words = np.empty((vertices, 2), np.uint64)
    ring_at, owner_at = np.zeros(rings + 1, np.int64), np.zeros(len(at), np.int64)
    is_shell = np.zeros(rings, np.bool_)
    _fill(data, at, status, words, ring_at, owner_at, is_shell)
    xy = words.view(np.float64)[: ring_at[-1]]
    if not np.isfinite(xy.sum()):
        mark_unbounded(xy, ring_at, owner_at, status)
    orient(xy, ring_at, is_shell)
    return Parsed(Rings(xy, ring_at, owner_at), is_shell, status)


@kernel
def word4(data: Bytes, i: int) -> int:
    """The unsigned number in the four bytes from `i` on (the caller has made sure that the row holds them)."""
    return int(
        np.int64(data[i]) | (np.int64(data[i + 1]) << 8) | (np.int64(data[i + 2]) << 16) | (np.int64(data[i + 3]) << 24)
    )


@kernel
def word8(data: Bytes, i: int) -> np.uint64:
    """The eight bytes from `i` on as one word, of which the caller makes a coordinate."""
    return np.uint64(
        np.uint64(data[i])
        | (np.uint64(data[i + 1]) << np.uint64(8))
        | (np.uint64(data[i + 2]) << np.uint64(16))
        | (np.uint64(data[i + 3]) << np.uint64(24))
        | (np.uint64(data[i + 4]) << np.uint64(32))
        | (np.uint64(data[i + 5]) << np.uint64(40))
        | (np.uint64(data[i + 6]) << np.uint64(48))
        | (np.uint64(data[i + 7]) << np.uint64(56))
    )


@kernel
def head(data: Bytes, i: int, end: int) -> tuple[int, int, int, int]:
    """The geometry at byte i: its kind (1 … 7, 0 where unreadable), numbers per vertex, count of parts, their begin."""
    if i + 9 > end or data[i] != 1:
        return 0, 2, 0, end
    code = word4(data, i + 1)
    i += 5
    dimensions = 2 + ((code >> 31) & 1) + ((code >> 30) & 1)
    if code & 0x20000000:
        i += 4
    code &= 0x1FFFFFFF
    if code // 1000 in (1, 2):
        dimensions += 1
    elif code // 1000 == 3:
        dimensions += 2
    if i + 4 > end:
        return 0, 2, 0, end
    return code % 1000, dimensions, word4(data, i), i + 4


@kernel
def polygon_size(data: Bytes, i: int, end: int, count: int, dimensions: int) -> tuple[int, int]:
    """Where a polygon of `count` rings ends (−1 where the row is cut off) and how many vertices it has."""
    vertices = 0
    for _ in range(count):
        if i + 4 > end:
            return -1, 0
        n = word4(data, i)
        i += 4 + 8 * dimensions * n
        vertices += n
        if i > end:
            return -1, 0
    return i, vertices


@kernel
def _count(data: Bytes, at: Ints, status: NDArray[np.int8]) -> tuple[int, int]:
    """Set every row's status; returns the number of rings and of vertices of the rows that are polygons."""
    rings = vertices = 0
    for row in range(len(at) - 1):
        i, end = at[row], at[row + 1]
        if i == end:
            status[row] = 1
            continue
        kind, dimensions, count, i = head(data, i, end)
        polygons = 1
        if kind == 6:
            polygons = count
        elif kind != 3:
            status[row] = 2 if kind else 3
            continue
        row_rings = row_vertices = 0
        for _ in range(polygons):
            if kind == 6:
                part, dimensions, count, i = head(data, i, end)
                if part != 3:
                    status[row] = 3
                    break
            i, n = polygon_size(data, i, end, count, dimensions)
            if i < 0:
                status[row] = 3
                break
            row_rings += count
            row_vertices += n
        if status[row] == 0 and row_vertices == 0:
            status[row] = 1
        if status[row] == 0:
            rings += row_rings
            vertices += row_vertices
    return rings, vertices


@kernel
def _fill(
    data: Bytes,
    at: Ints,
    status: NDArray[np.int8],
    words: NDArray[np.uint64],
    ring_at: Ints,
    owner_at: Ints,
    is_shell: NDArray[np.bool_],
) -> None:
    """Copy the vertices of all polygons, closing vertices left out."""
    ring = vertex = 0
    for row in range(len(at) - 1):
        owner_at[row] = ring
        if status[row] != 0:
            continue
        kind, dimensions, count, i = head(data, at[row], at[row + 1])
        polygons = count if kind == 6 else 1
        for _ in range(polygons):
            if kind == 6:
                _part, dimensions, count, i = head(data, i, at[row + 1])
            for r in range(count):
                n = word4(data, i)
                i += 4
                first = vertex
                for _v in range(n):
                    words[vertex, 0], words[vertex, 1] = word8(data, i), word8(data, i + 8)
                    i += 8 * dimensions
                    vertex += 1
                last = vertex - 1
                if last > first and words[first, 0] == words[last, 0] and words[first, 1] == words[last, 1]:
                    vertex = last
                is_shell[ring] = r == 0
                ring += 1
                ring_at[ring] = vertex
    owner_at[len(at) - 1] = ring


@kernel
def mark_unbounded(xy: np.ndarray, ring_at: Ints, owner_at: Ints, status: NDArray[np.int8]) -> None:
    """Give the rows with a coordinate that is no number their `status` (rows,), and 0 for their `xy` (vertices, 2)."""
    for row in range(len(owner_at) - 1):
        for i in range(ring_at[owner_at[row]], ring_at[owner_at[row + 1]]):
            if not (np.isfinite(xy[i, 0]) and np.isfinite(xy[i, 1])):
                status[row] = 3
                for axis in range(2):
                    xy[i, axis] = 0.0
