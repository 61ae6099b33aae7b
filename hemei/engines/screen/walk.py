"""In which order footprints are measured: neighbours after each other, so that what one looked up the next finds near.

Files list buildings in any order. A million look-ups all over a district wait for memory more than for the processor;
along a Z-order curve (Morton 1966) they need about half the time, and putting them in order costs a tenth of that.
"""

from __future__ import annotations

import numpy as np

from .compiled import Codes, Floats, Ints, kernel
from .rings import Rings
from .sharing import Sharing, in_one_piece

BITS = 11
"""The box round all footprints is 2 ** BITS cells wide and high: cells of 30 m in a district of 60 km."""


def walked(rings: Rings, share: Sharing = in_one_piece) -> tuple[Rings, Ints]:
    """The same footprints in the order in which they are measured, and the row (footprints,) that each of them had."""
    vertex_at = rings.ring_at[rings.owner_at]
    row = _along(rings.xy, vertex_at)
    taken = Rings(np.empty_like(rings.xy), np.zeros_like(rings.ring_at), np.zeros_like(rings.owner_at))
    begin, place = _places(rings.ring_at, rings.owner_at, vertex_at, row, taken.ring_at, taken.owner_at)
    share(len(row), lambda first, last: _copy(rings.xy, begin, taken.xy, place, first, last))
    return taken, row


@kernel
def spread(value: int) -> int:
    """The bits of a number below 2¹⁶ with a zero after each."""
    value = (value | (value << 8)) & 0x00FF00FF
    value = (value | (value << 4)) & 0x0F0F0F0F
    value = (value | (value << 2)) & 0x33333333
    return (value | (value << 1)) & 0x55555555


@kernel
def _along(xy: Floats, vertex_at: Ints) -> Ints:
    """The footprints sorted by the cell in which their first vertex lies; those without come first.

    Footprint g has the vertices `vertex_at[g] … vertex_at[g + 1]`.
    """
    count = len(vertex_at) - 1
    x0 = y0 = np.inf
    x1 = y1 = -np.inf
    for g in range(count):
        i = vertex_at[g]
        if vertex_at[g + 1] > i:
            x0, y0, x1, y1 = min(x0, xy[i, 0]), min(y0, xy[i, 1]), max(x1, xy[i, 0]), max(y1, xy[i, 1])
    scale = ((1 << BITS) - 1) / max(x1 - x0, y1 - y0, 1e-9)
    key, row = np.zeros(count, np.int32), np.arange(count)
    for g in range(count):
        i = vertex_at[g]
        if vertex_at[g + 1] > i:
            key[g] = spread(int((xy[i, 0] - x0) * scale)) | (spread(int((xy[i, 1] - y0) * scale)) << 1)
    for shift in (0, BITS):
        row = _by_digit(key, row, shift)
    return row


@kernel
def _by_digit(key: Codes, row: Ints, shift: int) -> Ints:
    """The rows put in order by `BITS` bits of their key, equal ones left as they were."""
    mask = (1 << BITS) - 1
    at = np.zeros(mask + 2, np.int64)
    for g in range(len(row)):
        at[((key[g] >> shift) & mask) + 1] += 1
    for digit in range(mask + 1):
        at[digit + 1] += at[digit]
    out = np.empty(len(row), np.int64)
    for k in range(len(row)):
        digit = (key[row[k]] >> shift) & mask
        out[at[digit]] = row[k]
        at[digit] += 1
    return out


@kernel
def _places(
    ring_at: Ints, owner_at: Ints, vertex_at: Ints, row: Ints, ring_at2: Ints, owner_at2: Ints
) -> tuple[Ints, Ints]:
    """Fill in `ring_at2` and `owner_at2` for the footprints in the order of `row`.

    Returns where the vertices of each (footprints,) begin, and where they will begin (footprints + 1,). Where each
    begins is looked up first, by itself: look-ups that do not wait for each other overlap.
    """
    count = len(row)
    begin, ring, place = np.empty(count, np.int64), np.empty(count, np.int64), np.zeros(count + 1, np.int64)
    for k in range(count):
        g = row[k]
        begin[k], ring[k] = vertex_at[g], owner_at[g]
        place[k + 1] = place[k] + vertex_at[g + 1] - vertex_at[g]
        owner_at2[k + 1] = owner_at2[k] + owner_at[g + 1] - owner_at[g]
    for k in range(count):
        at = owner_at2[k]
        for r in range(owner_at2[k + 1] - at - 1):
            ring_at2[at + r + 1] = place[k] + ring_at[ring[k] + r + 1] - begin[k]
        ring_at2[owner_at2[k + 1]] = place[k + 1]
    return begin, place


@kernel
def _copy(xy: Floats, begin: Ints, xy2: Floats, place: Ints, first: int, last: int) -> None:
    for k in range(first, last):
        step = begin[k] - place[k]
        for i in range(place[k], place[k + 1]):
            xy2[i, 0], xy2[i, 1] = xy[i + step, 0], xy[i + step, 1]
