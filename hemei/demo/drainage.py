"""Where water runs on a height grid: flooding, the cell each cell drains to, and how much land lies above it.

Grids are (rows, columns); everything about flow is flat, one entry a cell.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from hemei.demo.plane import Floats, Ints

AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))


@dataclass(frozen=True, slots=True)
class Flow:
    """A drainage tree: `below` is the cell each cell drains to, itself at an outlet; `layers` cells by steps."""

    below: Ints
    run: Floats  # metres to the cell below
    layers: tuple[Ints, ...]

    def gather(self, amount: Floats) -> Floats:
        """What arrives at each cell, its own amount included."""
        total = amount.copy()
        for layer in reversed(self.layers[1:]):
            np.add.at(total, self.below[layer], total[layer])
        return total


def flood(height: Floats, outlets: Ints, grain: Floats) -> Floats:
    """Heights with every hollow filled to a slope towards an outlet (priority flood).

    `grain` is how much each filled cell rises above the one it drains to; an uneven grain makes rivers wind there.
    """
    rows, columns = height.shape
    level = height.ravel().tolist()
    rise = grain.ravel().tolist()
    seen = bytearray(rows * columns)
    heap = [(level[cell], cell) for cell in outlets.tolist()]
    for _, cell in heap:
        seen[cell] = 1
    heapq.heapify(heap)
    while heap:
        here, cell = heapq.heappop(heap)
        row, column = divmod(cell, columns)
        for down, right in AROUND:
            if not (0 <= row + down < rows and 0 <= column + right < columns):
                continue
            other = cell + down * columns + right
            if not seen[other]:
                seen[other] = 1
                level[other] = max(level[other], here + rise[other])
                heapq.heappush(heap, (level[other], other))
    return np.asarray(level, dtype=np.float64).reshape(rows, columns)


def steepest(height: Floats, outlets: Ints, cell: float) -> Flow:
    """The drainage of a grid without hollows: every cell to its steepest lower neighbour."""
    rows, columns = height.shape
    padded = np.pad(height, 1, constant_values=np.inf)
    best = np.zeros(height.shape)
    step = np.zeros(height.shape, dtype=np.int64)
    run = np.full(height.shape, cell)
    for down, right in AROUND:
        length = cell * np.hypot(down, right)
        fall = (height - padded[1 + down : 1 + down + rows, 1 + right : 1 + right + columns]) / length
        better = fall > best
        best[better], step[better], run[better] = fall[better], down * columns + right, length
    below = np.arange(height.size) + step.ravel()
    below[outlets] = outlets
    return Flow(below, run.ravel(), layers_of(below))


def layers_of(below: Ints) -> tuple[Ints, ...]:
    """The cells by number of steps to their outlet, found by doubling the stride until all have arrived."""
    jump, depth = below, (below != np.arange(below.size)).astype(np.int64)
    while not np.array_equal(jump, jump[jump]):
        depth = depth + depth[jump]
        jump = jump[jump]
    order = np.argsort(depth, kind="stable")
    return tuple(np.split(order, np.cumsum(np.bincount(depth))[:-1]))


def first_marked(below: Ints, marked: Ints) -> Ints:
    """The first marked cell at or below each cell; outlets count as marked."""
    jump = below.copy()
    jump[marked] = marked
    while not np.array_equal(jump, jump[jump]):
        jump = jump[jump]
    return jump
