"""Two versions of a layer held against each other: what came, what went, what changed, and whether all of it moved.

Features have no names of their own that two versions would share, so they are paired by where they lie: first those
that are drawn alike to the centimetre, then those that share most. What a few centimetres along an edge could explain
is no change. Where hardly anything is alike, the features are looked for at another place by their size and
their box: a layer that was moved as a whole shows itself by many pairs with one and the same step between them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from .compiled import Floats
from .shifted import gcj_shift

CENTIMETRES = 2
"""Decimals (of metres) to which features are drawn alike."""
THIN_M = 0.05
"""An edge may lie so far off after a conversion: strips thinner than this are no change."""
LINE_HALF_M = 1.0
"""Lines and points are held against each other as ground this far around them."""
FARTHEST_M, ALIKE, BIN_M = 2000.0, 0.01, 30.0
"""A moved feature is looked for so far away, may differ by this share in size, and its step by so much from others."""
MOST_LOOKED_AT = 400
ENOUGH = 0.6
"""The share of those looked at that must have moved by the same step."""
LEAST_STEP_M = 1.0
GCJ_OFF_M = 40.0
"""How far a step may be from the shift of GCJ-02 to be taken for it."""

Say = Callable[[int], None]


class Size(NamedTuple):
    """Features, ground (m²) and length of lines (m) of a version."""

    features: int
    area_m2: float
    length_m: float


class Moved(NamedTuple):
    """The step (metres east and north) by which `alike` of `looked_at` features lie elsewhere in the new version.

    `gcj`: "new" or "old" where the step is that of GCJ-02 and this version seems to be the one that is in it, else "".
    """

    east_m: float
    north_m: float
    alike: int
    looked_at: int
    gcj: str

    @property
    def metres(self) -> float:
        return float(np.hypot(self.east_m, self.north_m))


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
    one, other = Drawn(_ground(old), named[0], left_old), Drawn(_ground(new), named[1], left_new)
    went_of, came_of = _only(one, other, say, 10), _only(other, one, say, 45)
    pairs, alike = _paired(one, other, went_of, came_of)
    went, came = _there(went_of), _there(came_of)
    looked = len(left_new) - alike
    moved = _moved(old[left_old], new[left_new], middle) if looked * 2 >= len(new) > 0 else None
    say(100)
    return Difference(
        old=size_of(old),
        new=size_of(new),
        same=same + alike,
        renamed=len(turned),
        changed=pairs,
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
    """A version as ground, its names, and the rows of it that the other version does not draw alike."""

    ground: np.ndarray
    names: np.ndarray
    left: np.ndarray


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


def _ground(shapes: np.ndarray) -> np.ndarray:
    flat = shapely.get_dimensions(shapes) < 2
    out = shapes.copy()
    out[flat] = shapely.buffer(shapes[flat], LINE_HALF_M, quad_segs=2)
    return out


def _paired(one: Drawn, other: Drawn, went: np.ndarray, came: np.ndarray) -> tuple[int, int]:
    """How many of the features that are left are pairs that differ, and how many pairs do not differ after all: of
    these nothing stays in `went` and `came`."""
    old, new = one.ground[one.left], other.ground[other.left]
    at, with_ = shapely.STRtree(old).query(new, predicate="intersects")
    shared = shapely.area(shapely.intersection(new[at], old[with_]))
    taken_new: set[int] = set()
    taken_old: set[int] = set()
    pairs = alike = 0
    for number in np.argsort(-shared, kind="stable"):
        n, o = int(at[number]), int(with_[number])
        if shared[number] <= 0.0 or n in taken_new or o in taken_old:
            continue
        taken_new.add(n)
        taken_old.add(o)
        if _thin(came[n]) and _thin(went[o]) and _thin(shapely.symmetric_difference(new[n], old[o])):
            came[n] = went[o] = shapely.Polygon()
            alike += 1
        else:
            pairs += 1
    return pairs, alike


def _thin(rest: shapely.Geometry) -> bool:
    """Whether what is left is nowhere wider than a conversion may lay an edge off."""
    return bool(shapely.is_empty(shapely.buffer(rest, -THIN_M / 2)))


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


def _moved(old: np.ndarray, new: np.ndarray, middle: tuple[float, float]) -> Moved | None:
    """The step that most of the features took, where most took the same."""
    if not len(old) or not len(new):
        return None
    some = new[:: max(1, len(new) // MOST_LOOKED_AT)]
    here, there = _signs(some), _signs(old)
    at, with_ = shapely.STRtree(shapely.centroid(old)).query(
        shapely.centroid(some), predicate="dwithin", distance=FARTHEST_M
    )
    like = (np.abs(here[at, 2:] - there[with_, 2:]) <= np.maximum(ALIKE * there[with_, 2:], 0.5)).all(axis=1)
    at, step = at[like], here[at[like], :2] - there[with_[like], :2]
    if not len(step):
        return None
    best = _most_taken(step)
    near = np.hypot(*(step - best).T) <= BIN_M
    alike = len(np.unique(at[near]))
    east, north = np.median(step[near], axis=0)
    if alike < ENOUGH * len(some) or np.hypot(east, north) < LEAST_STEP_M:
        return None
    shift = gcj_shift(np.array([middle[0]]), np.array([middle[1]]))[0]
    is_new, is_old = (float(np.hypot(*(np.array([east, north]) - turn * shift))) <= GCJ_OFF_M for turn in (1, -1))
    gcj = "new" if is_new and shift.any() else "old" if is_old and shift.any() else ""
    return Moved(float(east), float(north), alike, len(some), gcj)


def _signs(shapes: np.ndarray) -> Floats:
    """Middle, and what a step leaves as it is: width, height, ground and length, shape (features, 6)."""
    box = shapely.bounds(shapes)
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    sides = [box[:, 2] - box[:, 0], box[:, 3] - box[:, 1], shapely.area(shapes), shapely.length(shapes)]
    return np.column_stack([middle, *sides])


def _most_taken(step: Floats) -> Floats:
    """The middle of the most crowded bin of steps."""
    _bins, which, counts = np.unique(np.floor(step / BIN_M), axis=0, return_inverse=True, return_counts=True)
    best = int(np.argmax(counts))
    return np.asarray(np.median(step[which.reshape(-1) == best], axis=0))
