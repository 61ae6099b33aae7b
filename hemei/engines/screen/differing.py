"""Two versions of a layer held against each other: what came, what went, what changed, and whether all of it moved.

Features have no names of their own that two versions would share, so they are paired by where they lie: first those
that are drawn alike to the centimetre, then those that share most. What a few centimetres along an edge could explain
is no change, and what a hand that traced them anew could explain is told apart. Where hardly anything is alike, the
features are looked for at another place (`stepped`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from .stepped import Moved, step_between

CENTIMETRES = 2
"""Decimals (of metres) to which features are drawn alike."""
THIN_M = 0.05
"""An edge may lie so far off after a conversion: strips thinner than this are no change."""
REDRAWN_M, REDRAWN_SHARE = 3.0, 0.1
"""A feature drawn anew: its edges lie at most so far off, and its size differs by at most so much."""
LINE_HALF_M = 1.0
"""Lines and points are held against each other as ground this far around them."""
Say = Callable[[int], None]


class Size(NamedTuple):
    """Features, ground (m²) and length of lines (m) of a version."""

    features: int
    area_m2: float
    length_m: float


@dataclass(frozen=True)
class Difference:
    """What differs between two versions. `came` and `went` are the ground (features,) in metres that only one has
    under a name, `came_m2` and `went_m2` their sizes; of lines the ground is a metre on either side. `turned` is what
    only changed its name. `moved` None: not as a whole.

    `same + renamed + changed + added` are the new version's features, with `gone` in place of `added` the old one's.
    """

    old: Size
    new: Size
    same: int
    renamed: int
    changed: int
    redrawn: int
    added: int
    gone: int
    came: np.ndarray
    went: np.ndarray
    turned: np.ndarray
    came_m2: float
    went_m2: float
    moved: Moved | None


def differ(
    old: np.ndarray,
    new: np.ndarray,
    middle: tuple[float, float],
    names: tuple[Sequence[str], Sequence[str]] | None = None,
    say: Say = lambda per_cent: None,
) -> Difference:
    """Two versions of a layer, geometries (features,) in one system of metres. `middle` is a point of them in degrees.

    `names` are the classes of both: a feature drawn alike under another name is `renamed`. `say` is told how far, of
    100.

    >>> field, shed = shapely.box(0, 0, 100, 100), shapely.box(300, 0, 310, 10)
    >>> said = differ(np.array([field, shed]), np.array([shapely.box(0, 0, 100, 120)]), (106.0, 31.0))
    >>> said.changed, said.gone, said.came_m2, said.went_m2
    (1, 1, 2000.0, 100.0)
    """
    named = tuple(np.array(given, dtype=object) for given in names or ([""] * len(old), [""] * len(new)))
    same, turned, left_old, left_new = _drawn_alike(old, new, named)
    say(10)
    one, other = Drawn.of(old, named[0], left_old), Drawn.of(new, named[1], left_new)
    went_of, came_of = _only(one, other, say, 10), _only(other, one, say, 45)
    pairs, alike, redrawn = _paired(one, other, went_of, came_of)
    went, came = _there(went_of), _there(came_of)
    looked = len(left_new) - alike
    moved = step_between(old[left_old], new[left_new], middle) if looked * 2 >= len(new) > 0 else None
    say(100)
    return Difference(
        old=size_of(old),
        new=size_of(new),
        same=same + alike,
        renamed=len(turned),
        changed=pairs,
        redrawn=redrawn,
        added=len(left_new) - pairs - alike,
        gone=len(left_old) - pairs - alike,
        came=came,
        went=went,
        turned=new[turned],
        came_m2=float(shapely.area(came).sum()),
        went_m2=float(shapely.area(went).sum()),
        moved=moved,
    )


def size_of(shapes: np.ndarray) -> Size:
    """How much a version draws: its features, their m², and the metres of its lines."""
    lines = shapely.get_dimensions(shapes) == 1
    return Size(len(shapes), float(shapely.area(shapes).sum()), float(shapely.length(shapes[lines]).sum()))


def _there(shapes: np.ndarray) -> np.ndarray:
    return np.asarray(shapes[~shapely.is_empty(shapes)], dtype=object)


class Drawn(NamedTuple):
    """A version as ground, its names, and the rows of it that the other version does not draw alike. Of those `wide` is
    the ground by which they are paired: a line drawn anew hardly lies on the ground of the other."""

    ground: np.ndarray
    names: np.ndarray
    left: np.ndarray
    wide: np.ndarray

    @classmethod
    def of(cls, shapes: np.ndarray, names: np.ndarray, left: np.ndarray) -> Drawn:
        return cls(_ground(shapes, LINE_HALF_M), names, left, _ground(shapes[left], REDRAWN_M))


def _drawn_alike(
    old: np.ndarray, new: np.ndarray, names: tuple[np.ndarray, ...]
) -> tuple[int, list[int], np.ndarray, np.ndarray]:
    """How many are drawn alike under the same name, the new rows that are under another, and the rows of both that are
    not drawn alike."""
    free: dict[bytes, list[int]] = defaultdict(list)
    for row, key in enumerate(_keys(old)):
        free[key].append(row)
    same = 0
    turned: list[int] = []
    left: list[int] = []
    for row, key in enumerate(_keys(new)):
        twins = free.get(key)
        if not twins:
            left.append(row)
            continue
        twin = next((one for one in twins if names[0][one] == names[1][row]), twins[0])
        twins.remove(twin)
        if names[0][twin] == names[1][row]:
            same += 1
        else:
            turned.append(row)
    unmatched = sorted(row for rows in free.values() for row in rows)
    return same, turned, np.array(unmatched, int), np.array(left, int)


def _keys(shapes: np.ndarray) -> list[bytes]:
    rounded = shapely.transform(shapes, lambda xy: np.round(xy, CENTIMETRES) + 0.0)
    keys: list[bytes] = shapely.to_wkb(shapely.normalize(rounded)).tolist()
    return keys


def _ground(shapes: np.ndarray, half_m: float) -> np.ndarray:
    flat = shapely.get_dimensions(shapes) < 2
    out = shapes.copy()
    out[flat] = shapely.buffer(shapes[flat], half_m, quad_segs=2)
    return out


def _paired(one: Drawn, other: Drawn, went: np.ndarray, came: np.ndarray) -> tuple[int, int, int]:
    """How many of the features that are left are pairs that differ, how many pairs do not differ after all (of these
    nothing stays in `went` and `came`), and how many of those that differ are only drawn anew."""
    old, new = one.wide, other.wide
    at, with_ = shapely.STRtree(old).query(new, predicate="intersects")
    shared = shapely.area(shapely.intersection(new[at], old[with_]))
    taken_new: set[int] = set()
    taken_old: set[int] = set()
    pairs = alike = redrawn = 0
    for number in np.argsort(-shared, kind="stable"):
        n, o = int(at[number]), int(with_[number])
        if shared[number] <= 0.0 or n in taken_new or o in taken_old:
            continue
        taken_new.add(n)
        taken_old.add(o)
        differs = shapely.symmetric_difference(new[n], old[o])
        if _thin(came[n], THIN_M) and _thin(went[o], THIN_M) and _thin(differs, THIN_M):
            came[n] = went[o] = shapely.Polygon()
            alike += 1
        else:
            pairs += 1
            sizes = sorted((new[n].area, old[o].area))
            redrawn += sizes[0] >= (1.0 - REDRAWN_SHARE) * sizes[1] and _thin(differs, REDRAWN_M)
    return pairs, alike, redrawn


def _thin(rest: shapely.Geometry, wide_m: float) -> bool:
    """Whether what is left is nowhere wider than so."""
    return bool(shapely.is_empty(shapely.buffer(rest, -wide_m / 2)))


def _only(these: Drawn, others: Drawn, say: Say, start: int) -> np.ndarray:
    """What the others do not cover, under the same name, of the rows that are left of these."""
    out = these.ground[these.left].copy()
    at, with_ = shapely.STRtree(others.ground).query(out, predicate="intersects")
    named = these.names[these.left][at] == others.names[with_]
    order = np.argsort(at[named], kind="stable")
    at, with_ = at[named][order], with_[named][order]
    first = np.searchsorted(at, np.arange(len(out) + 1))
    for number in np.flatnonzero(np.diff(first)):
        if number % 500 == 0:
            say(start + 35 * int(number) // len(out))
        cover = shapely.union_all(others.ground[with_[first[number] : first[number + 1]]])
        out[number] = shapely.difference(out[number], cover)
    return out
