"""How much of each footprint lies in a polygon layer: look-up where cells agree, exact clipping where they differ."""

from __future__ import annotations

import numpy as np

from .area_map import SETTLED_M2, AreaMap, Pieces
from .clip import area_in_box, shared_area
from .compiled import Codes, Floats, Ints, kernel
from .shapes import Shapes, areas
from .tree import EMPTY, cells_in, is_leaf, number_of, settled_in

NOWHERE = -1
"""The zone of a footprint that lies in none."""


def area_inside(layer: AreaMap, shapes: Shapes, first: int = 0, last: int | None = None) -> Floats:
    """Area (m²) of each footprint `first … last` inside a dissolved layer, shape (last − first,).

    Within max(1e-6 m², 1e-9 m × perimeter of the polygons involved) of GEOS's overlay.
    """
    last = len(shapes.owner_at) - 1 if last is None else last
    return _inside(layer, 1, shapes, first, last)[0]


def zone_of(
    layer: AreaMap, features: int, shapes: Shapes, first: int = 0, last: int | None = None
) -> tuple[Codes, Floats]:
    """The feature that holds most of each footprint, and the share (0 … 1) of the footprint inside it.

    `features` is the layer's number of features. A tie goes to the smaller number; `NOWHERE` and NaN where no feature
    holds any of it.
    """
    last = len(shapes.owner_at) - 1 if last is None else last
    area, zone = _inside(layer, max(features, 1), shapes, first, last)
    share = np.full(last - first, np.nan)
    np.divide(area, areas(shapes)[first:last], out=share, where=zone != NOWHERE)
    return zone, share


@kernel
def triangle(xy: Floats, a: int, i: int, out: Floats) -> float:
    """Write the fan triangle (a, i, i + 1) counter-clockwise to `out`; return its sign, 0 where it is flat."""
    area = (xy[i, 0] - xy[a, 0]) * (xy[i + 1, 1] - xy[a, 1]) - (xy[i + 1, 0] - xy[a, 0]) * (xy[i, 1] - xy[a, 1])
    second, third = (i, i + 1) if area > 0.0 else (i + 1, i)
    for axis in range(2):
        out[0, axis], out[1, axis], out[2, axis] = xy[a, axis], xy[second, axis], xy[third, axis]
    return 1.0 if area > 0.0 else (-1.0 if area < 0.0 else 0.0)


@kernel
def shared_with(pieces: Pieces, p: int, shapes: Shapes, r: int, corner: Floats, one: Floats, two: Floats) -> float:
    """Signed area that piece p and ring r of the footprints share.

    A ring that is not convex is the sum of the triangles of its fan, counted with their signs.
    """
    pa, pb = pieces.ring_at[p], pieces.ring_at[p + 1]
    a, b = shapes.ring_at[r], shapes.ring_at[r + 1]
    if shapes.convex[r]:
        return shared_area(pieces.xy, pa, pb, corner, shapes.xy, a, b, shapes.area[r] < 0.0, one, two)
    part = np.empty((3, 2))
    shared = 0.0
    for i in range(a + 1, b - 1):
        sign = triangle(shapes.xy, a, i, part)
        if sign != 0.0:
            shared += sign * shared_area(pieces.xy, pa, pb, corner, part, 0, 3, False, one, two)
    return shared


@kernel
def largest(total: Floats, touched: Codes, n: int) -> tuple[float, int]:
    """The largest total and its feature, the smaller number in a tie; clears what was touched."""
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
def add(total: Floats, feature: int, value: float, touched: Codes, n: int) -> tuple[Codes, int]:
    """Add to a feature's total and note, perhaps twice, that it has one."""
    if total[feature] == 0.0 and value != 0.0:
        if n == len(touched):
            larger = np.empty(2 * n, np.int32)
            larger[:n] = touched
            touched = larger
        touched[n] = feature
        n += 1
    total[feature] += value
    return touched, n


@kernel
def _inside(layer: AreaMap, features: int, shapes: Shapes, first: int, last: int) -> tuple[Floats, Codes]:
    """First what look-up alone answers, then the rest: the first pass is short and the processor runs ahead in it."""
    out, zone = np.zeros(last - first), np.full(last - first, NOWHERE, np.int32)
    rest, waiting = np.empty(last - first, np.int64), 0
    ox, oy = layer.tree.corner
    for g in range(first, last):
        r = shapes.owner_at[g]
        if shapes.owner_at[g + 1] == r:
            continue
        x0, y0, x1, y1 = shapes.box[r]
        agreed, code = settled_in(layer.tree, x0 - ox, y0 - oy, x1 - ox, y1 - oy)
        if agreed and shapes.owner_at[g + 1] == r + 1:
            if code != EMPTY:
                out[g - first], zone[g - first] = shapes.area[r], code
        else:
            rest[waiting] = g
            waiting += 1
    clip_rest(layer, features, shapes, first, rest[:waiting], out, zone)
    return out, zone


@kernel
def clip_rest(layer: AreaMap, features: int, shapes: Shapes, first: int, rest: Ints, out: Floats, zone: Codes) -> None:
    total, touched = np.zeros(features), np.empty(64, np.int32)
    found, stack = np.empty((1024, 4), np.int64), np.empty((1024, 4), np.int64)
    one, two = np.empty((512, 2)), np.empty((512, 2))
    pieces, corner, unit = layer.pieces, layer.tree.corner, layer.tree.unit[0]
    ox, oy = corner
    for g in rest:
        whole, n_touched = 0.0, 0
        for r in range(shapes.owner_at[g], shapes.owner_at[g + 1]):
            a, b = shapes.ring_at[r], shapes.ring_at[r + 1]
            whole += shapes.area[r]
            x0, y0, x1, y1 = shapes.box[r]
            n, found, stack = cells_in(layer.tree, x0 - ox, y0 - oy, x1 - ox, y1 - oy, found, stack)
            for c in range(n):
                code = found[c, 0]
                if is_leaf(code):
                    leaf = number_of(code)
                    for p in range(pieces.leaf_at[leaf], pieces.leaf_at[leaf + 1]):
                        value = shared_with(pieces, p, shapes, r, corner, one, two)
                        touched, n_touched = add(total, pieces.feature[p], value, touched, n_touched)
                elif code != EMPTY:
                    cx, cy, side = ox + found[c, 1] * unit, oy + found[c, 2] * unit, found[c, 3] * unit
                    value = (
                        shapes.area[r]
                        if n == 1
                        else area_in_box(shapes.xy, a, b, cx, cy, cx + side, cy + side, one, two)
                    )
                    touched, n_touched = add(total, code, value, touched, n_touched)
        best, feature = largest(total, touched, n_touched)
        out[g - first], zone[g - first] = min(best, whole), feature
