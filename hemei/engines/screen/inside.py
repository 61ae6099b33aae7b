"""How much of each footprint lies in a polygon layer: look-up where cells agree, exact clipping where they differ."""

from __future__ import annotations

import numpy as np

from .area_map import SETTLED_M2, AreaMap
from .clip import area_in_box, shared_area
from .compiled import Codes, Floats, Ints, kernel
from .rings import Shapes
from .shapes import Footprints
from .sharing import Sharing, in_one_piece
from .tree import EMPTY, cells_in, grown, is_leaf, number_of, settled_in

NOWHERE = -1
"""The zone of a footprint that lies in none."""


def area_inside(layer: AreaMap, footprints: Footprints, share: Sharing = in_one_piece) -> Floats:
    """Area (m²) of each footprint inside a dissolved layer, shape (footprints,).

    Within max(1e-6 m², 1e-9 m × perimeter of the polygons involved) of GEOS's overlay. `share` may divide the work.
    """
    held = np.zeros((len(footprints), 1))
    _measure(layer, 1, footprints, share, held)
    return held[:, 0]


def zone_of(
    layer: AreaMap, features: int, footprints: Footprints, share: Sharing = in_one_piece
) -> tuple[Codes, Floats]:
    """The feature that holds most of each footprint, and the share (0 … 1) of the footprint inside it.

    `features` is the layer's number of features. A tie goes to the smaller number; `NOWHERE` and NaN where no feature
    holds any of it.
    """
    held = np.empty((len(footprints), 2))
    held[:] = (np.nan, NOWHERE)
    _measure(layer, max(features, 1), footprints, share, held)
    return held[:, 1].astype(np.int32), held[:, 0].copy()


def add_up(layer: AreaMap, footprints: Footprints, floors: Floats, sums: Floats) -> None:
    """Add to `sums` (features, 2) the footprint and the floor area (m²) that stand in each feature of a zone layer.

    `floors` (footprints,) is floor area ÷ footprint; where it is NaN, so becomes the floor area of the features that
    the footprint stands in. Features that overlap each count what they hold.
    """
    ground, row = footprints.ground, footprints.row
    _inside(layer, len(sums), ground, row, 0, len(row), np.zeros((len(row), 1)), floors, sums)


def _measure(layer: AreaMap, features: int, footprints: Footprints, share: Sharing, held: Floats) -> None:
    ground, row, none, nothing = footprints.ground, footprints.row, np.zeros(0), np.zeros((0, 2))
    share(len(row), lambda first, last: _inside(layer, features, ground, row, first, last, held, none, nothing))


@kernel
def triangle(xy: Floats, a: int, i: int, out: Floats) -> float:
    """Write the fan triangle (a, i, i + 1) of `xy` (vertices, 2) counter-clockwise to `out` (3, 2); return its sign, 0
    where it is flat."""
    area = (xy[i, 0] - xy[a, 0]) * (xy[i + 1, 1] - xy[a, 1]) - (xy[i + 1, 0] - xy[a, 0]) * (xy[i, 1] - xy[a, 1])
    second, third = (i, i + 1) if area > 0.0 else (i + 1, i)
    for axis in range(2):
        out[0, axis], out[1, axis], out[2, axis] = xy[a, axis], xy[second, axis], xy[third, axis]
    return 1.0 if area > 0.0 else (-1.0 if area < 0.0 else 0.0)


@kernel
def fan_area(
    piece: Floats, at: int, n: int, dx: float, dy: float, xy: Floats, a: int, b: int, one: Floats, two: Floats
) -> float:
    """Signed area that a piece shares with a ring that is not convex: the triangles of its fan, with their signs."""
    part = np.empty((3, 2))
    shared = 0.0
    for i in range(a + 1, b - 1):
        sign = triangle(xy, a, i, part)
        if sign != 0.0:
            shared += sign * shared_area(piece, at, n, dx, dy, part, 0, 3, False, one, two)
    return shared


@kernel
def largest(total: Floats, touched: Codes, n: int) -> tuple[float, int]:
    """The largest (m²) of the totals (features,) that are listed in the first `n` of `touched`, and its feature, the
    smaller number in a tie, `NOWHERE` for none; clears what was touched."""
    best, feature = 0.0, NOWHERE
    for k in range(n):
        f = touched[k]
        value = total[f]
        total[f] = 0.0
        slack = SETTLED_M2 + 1e-12 * best
        if value > SETTLED_M2 and (value > best + slack or (value > best - slack and f < feature)):
            best, feature = max(value, best), f
    return best, feature


@kernel
def add_to(sums: Floats, total: Floats, touched: Codes, n: int, floors: float) -> None:
    """Add the totals (features,), m², of one footprint to the rows of `sums` (features, 2) that it touched: as ground,
    and times `floors` as floor area."""
    for k in range(n):
        f = touched[k]
        if total[f] <= SETTLED_M2:
            continue
        again = False
        for j in range(k):
            again = again or touched[j] == f
        if not again:
            sums[f, 0] += total[f]
            sums[f, 1] += total[f] * floors


@kernel
def note(feature: int, total: Floats, value: float, touched: Codes, n: int) -> int:
    """Add `value` (m²) to a feature's total, and list the feature, perhaps twice, where it had none.

    The first `n` of `touched` are the list; returns its new length.
    """
    if total[feature] == 0.0 and value != 0.0:
        touched[n] = feature
        n += 1
    total[feature] += value
    return n


@kernel
def _inside(
    layer: AreaMap,
    features: int,
    shapes: Shapes,
    row: Ints,
    first: int,
    last: int,
    held: Floats,
    floors: Floats,
    sums: Floats,
) -> None:
    """First what look-up alone answers, then the rest: the first pass is short and the processor runs ahead in it.

    A row of `held` is the area inside; with a second column it is the share in the feature that holds most, and that
    feature's number. `sums` of no rows adds nothing up. Arrays are taken out of their tuples once: each look inside a
    tuple costs an atomic count, and workers share it.
    """
    rest, waiting = np.empty(last - first, np.int64), 0
    blocks, levels, unit = layer.tree.blocks, layer.tree.levels[0], layer.tree.unit[0]
    ox, oy = layer.tree.corner[0], layer.tree.corner[1]
    owner_at, box, area, zones = shapes.owner_at, shapes.box, shapes.area, held.shape[1] > 1
    for k in range(first, last):
        r = owner_at[k]
        rings = owner_at[k + 1] - r
        if rings == 0:
            continue
        agreed, code = settled_in(blocks, levels, unit, box[r, 0] - ox, box[r, 1] - oy, box[r, 2] - ox, box[r, 3] - oy)
        if not agreed or rings != 1:
            rest[waiting] = k
            waiting += 1
        elif code != EMPTY and zones:
            held[row[k], 0], held[row[k], 1] = 1.0, code
        elif code != EMPTY:
            held[row[k], 0] = area[r]
            if len(sums):
                sums[code, 0] += area[r]
                sums[code, 1] += area[r] * floors[row[k]]
    clip_rest(layer, features, shapes, row, rest[:waiting], held, floors, sums)


@kernel
def clip_rest(
    layer: AreaMap,
    features: int,
    shapes: Shapes,
    row: Ints,
    rest: Ints,
    held: Floats,
    floors: Floats,
    sums: Floats,
) -> None:
    """`_inside` for the footprints of which the cells do not agree: their shares with what lies in their leaves."""
    total, touched = np.zeros(features), np.empty(1024, np.int32)
    found, stack = np.empty((1024, 4), np.int64), np.empty((1024, 4), np.int64)
    one, two = np.empty((512, 2)), np.empty((512, 2))
    blocks, levels, unit = layer.tree.blocks, layer.tree.levels[0], layer.tree.unit[0]
    ox, oy = layer.tree.corner[0], layer.tree.corner[1]
    piece, zones = layer.pieces, held.shape[1] > 1
    xy, ring_at, owner_at, box, area, convex = shapes
    for k in rest:
        whole, listed = 0.0, 0
        for r in range(owner_at[k], owner_at[k + 1]):
            a, b = ring_at[r], ring_at[r + 1]
            whole += area[r]
            x0, y0, x1, y1 = box[r, 0] - ox, box[r, 1] - oy, box[r, 2] - ox, box[r, 3] - oy
            n = cells_in(blocks, levels, unit, x0, y0, x1, y1, found, stack)
            while n < 0:
                found, stack = np.empty((2 * len(found), 4), np.int64), np.empty((2 * len(stack), 4), np.int64)
                n = cells_in(blocks, levels, unit, x0, y0, x1, y1, found, stack)
            for c in range(n):
                code = found[c, 0]
                if is_leaf(code):
                    at = number_of(code) + 1
                    rings = int(piece[at - 1])
                    if listed + rings > len(touched):
                        touched = grown(touched, listed + rings)
                    for _ in range(rings):
                        feature, vertices = int(piece[at]), int(piece[at + 1])
                        at += 2
                        if convex[r]:
                            value = shared_area(piece, at, vertices, ox, oy, xy, a, b, area[r] < 0.0, one, two)
                        else:
                            value = fan_area(piece, at, vertices, ox, oy, xy, a, b, one, two)
                        listed = note(feature, total, value, touched, listed)
                        at += 2 * vertices
                elif code != EMPTY:
                    value = area[r]
                    if n > 1:
                        cx, cy, side = ox + found[c, 1] * unit, oy + found[c, 2] * unit, found[c, 3] * unit
                        value = area_in_box(xy, a, b, cx, cy, cx + side, cy + side, one, two)
                    if listed + 1 > len(touched):
                        touched = grown(touched, listed + 1)
                    listed = note(code, total, value, touched, listed)
        if len(sums):
            add_to(sums, total, touched, listed, floors[row[k]])
        best, feature = largest(total, touched, listed)
        if not zones:
            held[row[k], 0] = min(best, whole)
        elif feature != NOWHERE:
            held[row[k], 0], held[row[k], 1] = min(best, whole) / whole, feature
