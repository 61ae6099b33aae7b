"""The control map's directory: a quadtree whose levels are kept four at a time, 16 × 16 cells to a block.

A cell's code is settled (`≥ 0`: the answer there; `EMPTY`), or points on: to a finer block or to a leaf. A look-up
reads one number per block, four for a district of 60 km. Coordinates are metres from the tree's corner.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np

from .compiled import Codes, Floats, Ints, kernel

EMPTY = -1
FAN = 16
FAN_BITS = 4


Array = TypeVar("Array", Codes, Ints, Floats)


class Tree(NamedTuple):
    """Arrays of one layer, in the layout that the kernels and the file share.

    `blocks` (block, 256) codes; `corner` (2,) the tree's corner in the map's system and `unit` (1,) the finest cell's
    side, metres; `levels` (1,) the number of blocks from the root to the finest cells.
    """

    blocks: Codes
    corner: Floats
    unit: Floats
    levels: Ints


@kernel
def child_code(block: int) -> int:
    """The code that points to a finer block."""
    return -(2 + 2 * block)


@kernel
def leaf_code(leaf: int) -> int:
    """The code of a leaf whose record stands at `leaf` (below 2³⁰)."""
    return -(3 + 2 * leaf)


@kernel
def is_child(code: int) -> bool:
    """Whether a code points to a finer block."""
    return code <= -2 and code % 2 == 0


@kernel
def is_leaf(code: int) -> bool:
    """Whether a code points to a leaf's record."""
    return code <= -3 and code % 2 != 0


@kernel
def number_of(code: int) -> int:
    """The block, or the place of the leaf's record, to which a code points."""
    return (-code - 2) // 2


@kernel
def grown(array: Array, need: int) -> Array:
    """`array`, or a copy with room for `need` rows and half as many again."""
    if need <= len(array):
        return array
    larger = np.empty((need + need // 2 + 16,) + array.shape[1:], array.dtype)  # noqa: RUF005 (all that numba reads)
    larger[: len(array)] = array
    return larger


@kernel
def column(value: float, unit: float, side: int) -> int:
    """The finest cell in which a coordinate lies, −1 and `side` standing for all that is outside the tree."""
    scaled = value * (1.0 / unit)  # a unit is a power of two: as exact as a division, which the compiler makes once
    if scaled < 0.0:
        return -1
    return side if scaled >= side else int(scaled)


@kernel
def settled_in(blocks: Codes, levels: int, unit: float, x0: float, y0: float, x1: float, y1: float) -> tuple[bool, int]:
    """Whether all cells that the box touches are settled with one code, and that code.

    Says no, without looking far, where the box leaves the tree or its cells are of several blocks.
    """
    side = 1 << (FAN_BITS * levels)
    c0, r0 = column(x0, unit, side), column(y0, unit, side)
    c1, r1 = column(x1, unit, side), column(y1, unit, side)
    if c0 < 0 or r0 < 0 or c1 >= side or r1 >= side:
        return c1 < 0 or r1 < 0 or c0 >= side or r0 >= side, EMPTY
    block, shift = 0, FAN_BITS * (levels - 1)
    while True:
        i0, i1, j0, j1 = c0 >> shift, c1 >> shift, r0 >> shift, r1 >> shift
        code = blocks[block, (i0 % FAN) * FAN + j0 % FAN]
        if i0 == i1 and j0 == j1 and is_child(code):
            block, shift = number_of(code), shift - FAN_BITS
            continue
        if code < EMPTY:
            return False, EMPTY
        for i in range(i0, i1 + 1):
            for j in range(j0, j1 + 1):
                if blocks[block, (i % FAN) * FAN + j % FAN] != code:
                    return False, EMPTY
        return True, code


@kernel
def seen_beside(blocks: Codes, block: int, i: int, j: int, i0: int, j0: int) -> bool:
    """Whether a leaf of several cells was met at the cell to the left or below, in a range that begins at i0, j0."""
    code = blocks[block, i * FAN + j]
    return (i > i0 and blocks[block, (i - 1) * FAN + j] == code) or (j > j0 and blocks[block, i * FAN + j - 1] == code)


@kernel
def cells_in(
    blocks: Codes, levels: int, unit: float, x0: float, y0: float, x1: float, y1: float, found: Ints, stack: Ints
) -> int:
    """Write the cells that the box touches to `found`; returns their number, −1 where the working arrays are too small.

    A row of `found` is code, column, row, side (in finest cells). What lies outside the tree is one cell more, `EMPTY`
    of side 0. `found` and `stack` (rows, 4) need 256 rows to spare; they are arguments, not made here, for speed.
    """
    side = 1 << (FAN_BITS * levels)
    c0, r0 = column(x0, unit, side), column(y0, unit, side)
    c1, r1 = column(x1, unit, side), column(y1, unit, side)
    n = 0
    if c0 < 0 or r0 < 0 or c1 >= side or r1 >= side:
        found[0, 0], found[0, 1], found[0, 2], found[0, 3] = EMPTY, 0, 0, 0
        n = 1
        c0, r0, c1, r1 = max(c0, 0), max(r0, 0), min(c1, side - 1), min(r1, side - 1)
        if c0 > c1 or r0 > r1:
            return n
    block, shift, oc, orow, depth = 0, FAN_BITS * (levels - 1), 0, 0, 0
    while True:
        if n + FAN * FAN > len(found) or depth + FAN * FAN > len(stack):
            return -1
        i0, i1 = max(c0 - oc, 0) >> shift, min((c1 - oc) >> shift, FAN - 1)
        j0, j1 = max(r0 - orow, 0) >> shift, min((r1 - orow) >> shift, FAN - 1)
        for i in range(i0, i1 + 1):
            for j in range(j0, j1 + 1):
                code = blocks[block, i * FAN + j]
                if is_child(code):
                    stack[depth, 0], stack[depth, 1] = number_of(code), shift - FAN_BITS
                    stack[depth, 2], stack[depth, 3] = oc + (i << shift), orow + (j << shift)
                    depth += 1
                elif not (is_leaf(code) and seen_beside(blocks, block, i, j, i0, j0)):
                    found[n, 0], found[n, 3] = code, 1 << shift
                    found[n, 1], found[n, 2] = oc + (i << shift), orow + (j << shift)
                    n += 1
        if depth == 0:
            return n
        depth -= 1
        block, shift, oc, orow = stack[depth, 0], stack[depth, 1], stack[depth, 2], stack[depth, 3]
