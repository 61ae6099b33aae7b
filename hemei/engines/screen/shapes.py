"""Footprints as the kernels read them: rings with what every layer would otherwise ask again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .area_map import build_area_map
from .clip import signed_area
from .compiled import Codes, Floats, Ints, kernel
from .rings import Rings, is_convex
from .tree import EMPTY, FAN, FAN_BITS, Tree, is_child, number_of

MANY = 32
"""A ring that is not convex and has more vertices than this is broken up into cells before it is measured."""


class Shapes(NamedTuple):
    """`Rings` with the box (ring, 4), the signed area (ring,) and the convexity (ring,) of each ring."""

    xy: Floats
    ring_at: Ints
    owner_at: Ints
    box: Floats
    area: Floats
    convex: np.ndarray


Sharing = Callable[[int, Callable[[int, int], None]], None]
"""Divides work over `count` footprints: calls a function with (first, last) of each part, on one thread or on many."""


def in_one_piece(count: int, work: Callable[[int, int], None]) -> None:
    work(0, count)


@dataclass(frozen=True, slots=True)
class Footprints:
    """Buildings ready to be measured: their outlines, and the same ground in pieces that are quick to clip.

    The two are one object unless a long winding ring had to be broken up. Distances go by the outline: the edges along
    which a ring was cut are no walls.
    """

    outline: Shapes
    ground: Shapes

    def __len__(self) -> int:
        return len(self.outline.owner_at) - 1


def footprints_of(rings: Rings) -> Footprints:
    """Prepare footprints for measuring."""
    outline = _surveyed(rings)
    winding = (np.diff(rings.ring_at) > MANY) & ~outline.convex
    if not winding.any():
        return Footprints(outline, outline)
    return Footprints(outline, _surveyed(broken_up(rings, np.unique(rings.owners()[winding]))))


def _surveyed(rings: Rings) -> Shapes:
    return Shapes(rings.xy, rings.ring_at, rings.owner_at, *_survey(rings.xy, rings.ring_at))


def areas(footprints: Footprints) -> Floats:
    """Area of each footprint, m², shape (footprints,)."""
    return _areas(footprints.outline.owner_at, footprints.outline.area)


@kernel
def _areas(owner_at: Ints, area: Floats) -> Floats:
    out = np.zeros(len(owner_at) - 1)
    for g in range(len(out)):
        for r in range(owner_at[g], owner_at[g + 1]):
            out[g] += area[r]
    return out


def broken_up(rings: Rings, owners: Ints) -> Rings:
    """Replace the rings of `owners` by cells and pieces of cells that cover the same ground."""
    parts: list[list[Floats]] = []
    chosen = set(owners.tolist())
    for g in range(len(rings)):
        first, last = rings.owner_at[g], rings.owner_at[g + 1]
        own = [rings.xy[rings.ring_at[r] : rings.ring_at[r + 1]] for r in range(first, last)]
        parts.append(cells_of(own) if g in chosen else own)
    flat = [ring for own in parts for ring in own]
    ring_at = np.concatenate([[0], np.cumsum([len(ring) for ring in flat])]).astype(np.int64)
    owner_at = np.concatenate([[0], np.cumsum([len(own) for own in parts])]).astype(np.int64)
    return Rings(np.concatenate(flat), ring_at, owner_at)


def cells_of(own: list[Floats]) -> list[Floats]:
    """One geometry's rings as the squares it fills and its pieces in the squares it does not fill."""
    ring_at = np.concatenate([[0], np.cumsum([len(ring) for ring in own])]).astype(np.int64)
    layer = build_area_map(Rings(np.concatenate(own), ring_at, np.array([0, len(own)])), dissolved=False)
    corner = layer.tree.corner
    squares = settled_squares(layer.tree) + corner
    return [*squares, *(ring + corner for ring in rings_in_records(layer.pieces))]


def rings_in_records(pieces: Floats) -> list[Floats]:
    """The rings of all leaves, each (vertices, 2)."""
    rings: list[Floats] = []
    at = 0
    while at < len(pieces):
        count = int(pieces[at])
        at += 1
        for _ in range(count):
            end = at + 2 + 2 * int(pieces[at + 1])
            rings.append(pieces[at + 2 : end].reshape(-1, 2))
            at = end
    return rings


def settled_squares(tree: Tree) -> Floats:
    """The corners, counter-clockwise, of every cell that is settled and not empty; shape (cells, 4, 2)."""
    rows = _settled(tree.blocks, int(tree.levels[0]))
    side = rows[:, 2:3] * tree.unit[0]
    low = rows[:, :2] * tree.unit[0]
    steps = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    return np.asarray(low[:, None, :] + steps * side[:, None, :])


def _settled(blocks: Codes, levels: int) -> Ints:
    rows: list[tuple[int, int, int]] = []
    todo = [(0, FAN_BITS * (levels - 1), 0, 0)]
    while todo:
        block, shift, column, row = todo.pop()
        for at in np.flatnonzero(blocks[block] != EMPTY):
            code = int(blocks[block, at])
            i, j = column + (int(at) // FAN << shift), row + (int(at) % FAN << shift)
            if is_child(code):
                todo.append((number_of(code), shift - FAN_BITS, i, j))
            elif code >= 0:
                rows.append((i, j, 1 << shift))
    return np.array(rows, np.int64).reshape(-1, 3)


@kernel
def _survey(xy: Floats, ring_at: Ints) -> tuple[Floats, Floats, np.ndarray]:
    rings = len(ring_at) - 1
    box, area, convex = np.zeros((rings, 4)), np.zeros(rings), np.zeros(rings, np.bool_)
    for r in range(rings):
        a, b = ring_at[r], ring_at[r + 1]
        if b == a:
            continue
        x0 = x1 = xy[a, 0]
        y0 = y1 = xy[a, 1]
        for i in range(a + 1, b):
            x0, x1 = min(x0, xy[i, 0]), max(x1, xy[i, 0])
            y0, y1 = min(y0, xy[i, 1]), max(y1, xy[i, 1])
        box[r, 0], box[r, 1], box[r, 2], box[r, 3] = x0, y0, x1, y1
        area[r] = signed_area(xy, a, b)
        convex[r] = is_convex(xy, a, b)
    return box, area, convex
