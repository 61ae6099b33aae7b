"""Footprints as the kernels read them: rings with what every layer would otherwise ask again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .area_map import build_area_map
from .clip import signed_area
from .compiled import Codes, Floats, Ints, kernel
from .rings import Rings, Shapes, is_convex
from .sharing import Sharing, in_one_piece
from .tree import EMPTY, FAN, FAN_BITS, Tree, is_child, number_of
from .walk import walked

MANY = 32
"""A ring that is not convex and has more vertices than this is broken up into cells before it is measured."""


@dataclass(frozen=True)
class Footprints:
    """Buildings ready to be measured, `rings` having a building a row.

    The kernels go through them in another order (`walk`): footprint k of `line` and of `ground` is that of row
    `row[k]`. `line` are the outlines, for distances; `ground` is the same ground in pieces that are quick to clip. They
    are one object unless a long winding ring had to be broken up: the edges along which a ring was cut are no walls.
    """

    rings: Rings
    line: Shapes
    ground: Shapes
    row: Ints

    def __len__(self) -> int:
        return len(self.rings)

    @cached_property
    def outline(self) -> Shapes:
        """The outlines, a building a row."""
        return _surveyed(self.rings)


def footprints_of(rings: Rings, share: Sharing = in_one_piece) -> Footprints:
    """Prepare footprints, one a row of `rings` (metres), for measuring; `share` may divide the work."""
    along, row = walked(rings, share)
    line = _surveyed(along, share)
    winding = (np.diff(along.ring_at) > MANY) & ~line.convex
    if not winding.any():
        return Footprints(rings, line, line, row)
    return Footprints(rings, line, _surveyed(broken_up(along, np.unique(along.owners()[winding]))), row)


def _surveyed(rings: Rings, share: Sharing = in_one_piece) -> Shapes:
    count = len(rings.ring_at) - 1
    box, area, convex = np.zeros((count, 4)), np.zeros(count), np.zeros(count, np.bool_)
    share(count, lambda first, last: _survey(rings.xy, rings.ring_at, first, last, box, area, convex))
    return Shapes(rings.xy, rings.ring_at, rings.owner_at, box, area, convex)


def areas(footprints: Footprints) -> Floats:
    """Area of each footprint, m², shape (footprints,)."""
    return _areas(footprints.line.owner_at, footprints.line.area, footprints.row)


@kernel
def _areas(owner_at: Ints, area: Floats, row: Ints) -> Floats:
    out = np.zeros(len(row))
    for k in range(len(row)):
        for r in range(owner_at[k], owner_at[k + 1]):
            out[row[k]] += area[r]
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
def _survey(xy: Floats, ring_at: Ints, first: int, last: int, box: Floats, area: Floats, convex: np.ndarray) -> None:
    for r in range(first, last):
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
