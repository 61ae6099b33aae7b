"""Whether one version of a layer is the other at another place: the step that most of its features took.

A feature is looked for by its size and its box. One that is drawn exactly as before shows itself by little else; one
that was drawn anew (other vertices, simplified, traced by hand) is only about as large, so its step has to be that of
the others to a few metres. GCJ-02 moves a district's far end by up to forty metres more than its middle: what is left
when its own shift is taken away from each step is looked at too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from .compiled import Floats
from .shifted import gcj_shift

FARTHEST_M = 2000.0
"""A moved feature is looked for so far away."""
MOST_LOOKED_AT, LEAST_LOOKED_AT, MOST_CANDIDATES = 400, 60, 4_000_000
AT_ONCE = 20
ENOUGH = 0.6
"""The share of those looked at that must have moved by the same step."""
GCJ_OFF_M = 40.0
"""How far a step may be from the shift of GCJ-02 to be taken for it."""
DEGREE_M = 111_320.0


class Likeness(NamedTuple):
    """How much a feature that moved may differ: share and metres of its sides, share of ground and of length, how far
    its step may be from that of the others, and the least step that is one."""

    share: float
    metres: float
    of_length: float
    off_m: float
    least_m: float


DRAWN_ALIKE = Likeness(0.01, 0.5, 0.01, 30.0, 1.0)
DRAWN_ANEW = Likeness(0.25, 6.0, 0.5, 10.0, 5.0)


class Moved(NamedTuple):
    """The step (metres east and north) by which `alike` of `looked_at` features lie elsewhere in the new version.

    `gcj`: "new" or "old" where the step is that of GCJ-02 and this version seems to be the one that is in it, else "".
    `redrawn`: they are not drawn as they were.
    """

    east_m: float
    north_m: float
    alike: int
    looked_at: int
    gcj: str
    redrawn: bool

    @property
    def metres(self) -> float:
        return float(np.hypot(self.east_m, self.north_m))


def step_between(old: np.ndarray, new: np.ndarray, middle: tuple[float, float]) -> Moved | None:
    """The step that most features of `new` took from `old`, geometries (features,) in metres, where most took the same.

    `middle` is a point of them in degrees.

    >>> fields = shapely.box([0, 90, 0], [0, 0, 200], [50, 160, 30], [40, 90, 290])
    >>> step_between(fields, shapely.transform(fields, lambda xy: xy + [0, 430]), (106.0, 31.0))
    Moved(east_m=0.0, north_m=430.0, alike=3, looked_at=3, gcj='', redrawn=False)
    """
    if not len(old) or not len(new):
        return None
    near = shapely.STRtree(shapely.centroid(old))
    some = _some(new, near)
    here, there = _signs(some), _signs(old)
    found = []
    for likeness in (DRAWN_ALIKE, DRAWN_ANEW):
        at, step = _candidates(some, near, here, there, likeness)
        found.append(_most_took(at, step, len(some), _shifts(here[at, :2], middle), likeness))
    return max(filter(None, found), key=lambda one: one.alike, default=None)


def _some(new: np.ndarray, near: shapely.STRtree) -> np.ndarray:
    """The features to look at: fewer where there is a crowd about each."""
    few = new[:: max(1, len(new) // LEAST_LOOKED_AT)]
    crowd = sum(
        near.query(one, predicate="dwithin", distance=FARTHEST_M).shape[-1] for one in shapely.centroid(few[:10])
    )
    most = int(np.clip(MOST_CANDIDATES * min(10, len(few)) / max(crowd, 1), LEAST_LOOKED_AT, MOST_LOOKED_AT))
    return np.asarray(new[:: max(1, len(new) // most)])


def _candidates(
    some: np.ndarray, near: shapely.STRtree, here: Floats, there: Floats, likeness: Likeness
) -> tuple[np.ndarray, Floats]:
    """The rows of `some` and the steps (pairs, 2) to each feature that could be the same; a few rows at a time, because
    in a crowd there are millions of pairs."""
    rows, steps = [np.empty(0, int)], [np.empty((0, 2))]
    middles = shapely.centroid(some)
    for first in range(0, len(some), AT_ONCE):
        at, with_ = near.query(middles[first : first + AT_ONCE], predicate="dwithin", distance=FARTHEST_M)
        at = at + first
        off, size = np.abs(here[at, 2:] - there[with_, 2:]), there[with_, 2:]
        sides = off[:, :2] <= np.maximum(likeness.share * size[:, :2], likeness.metres)
        ground = off[:, 2] <= np.maximum(likeness.share * size[:, 2], 0.5)
        length = off[:, 3] <= np.maximum(likeness.of_length * size[:, 3], likeness.metres)
        like = sides.all(axis=1) & ground & length
        rows.append(at[like])
        steps.append(here[at[like], :2] - there[with_[like], :2])
    return np.concatenate(rows), np.concatenate(steps)


def _signs(shapes: np.ndarray) -> Floats:
    """Middle, and what a step leaves as it is: width, height, ground and length, shape (features, 6)."""
    box = shapely.bounds(shapes)
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    sides = [box[:, 2] - box[:, 0], box[:, 3] - box[:, 1], shapely.area(shapes), shapely.length(shapes)]
    return np.column_stack([middle, *sides])


def _shifts(xy: Floats, middle: tuple[float, float]) -> Floats:
    """The shift of GCJ-02 at places (pairs, 2) in metres whose middle is known in degrees."""
    if not len(xy):
        return np.empty((0, 2))
    east, north = (xy - (xy.min(axis=0) + xy.max(axis=0)) / 2.0).T
    return gcj_shift(middle[0] + east / (DEGREE_M * np.cos(np.radians(middle[1]))), middle[1] + north / DEGREE_M)


def _most_took(at: np.ndarray, step: Floats, looked_at: int, shift: Floats, likeness: Likeness) -> Moved | None:
    """The step that most took; of the three ways to see it (as it is, without GCJ-02's shift there and back) the one in
    which most agree."""
    best: Moved | None = None
    for turn in (0.0, 1.0, -1.0) if shift.any() else (0.0,):
        rest = step - turn * shift
        near = _together(rest, likeness.off_m)
        alike = len(np.unique(at[near]))
        if alike < ENOUGH * looked_at or (best is not None and alike <= best.alike):
            continue
        east, north = np.median(step[near], axis=0)
        apart = [float(np.hypot(*np.median(step[near] - way * shift[near], axis=0))) for way in (1.0, -1.0)]
        gcj = "" if not shift.any() or min(apart) > GCJ_OFF_M else "new" if apart[0] < apart[1] else "old"
        best = Moved(float(east), float(north), alike, looked_at, gcj, likeness is DRAWN_ANEW)
    return best if best is not None and best.metres >= likeness.least_m else None


def _together(step: Floats, off_m: float) -> np.ndarray:
    """Which steps (pairs, 2) lie in the crowd where most do."""
    if not len(step):
        return np.zeros(0, bool)
    _bins, which, counts = np.unique(np.floor(step / off_m), axis=0, return_inverse=True, return_counts=True)
    middle = np.median(step[which.reshape(-1) == int(np.argmax(counts))], axis=0)
    for _again in range(3):  # a crowd that lies across the border of two bins
        middle = np.median(step[np.hypot(*(step - middle).T) <= off_m], axis=0)
    return np.asarray(np.hypot(*(step - middle).T) <= off_m)
