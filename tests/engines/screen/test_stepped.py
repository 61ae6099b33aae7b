"""A layer that was moved is seen to have moved, also where it was drawn anew on the way; one that was not is not."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.engines.screen.differing import differ
from hemei.engines.screen.shifted import gcj_shift
from hemei.engines.screen.stepped import DEGREE_M, step_between

HERE = (110.5, 31.5)


def fields(seed: int, count: int = 80, apart: float = 120.0) -> np.ndarray:
    """Star-shaped fields of 8 to 20 corners, no two alike, at random places of which some lie close together."""
    rng = np.random.default_rng(seed)
    made = []
    side = apart * count**0.5
    for x, y in rng.uniform(0, side, (count, 2)):
        corners = int(rng.integers(8, 20))
        turn = np.sort(rng.uniform(0, 2 * np.pi, corners))
        far = rng.uniform(0.7, 1.0, corners) * rng.uniform(20, 60)
        made.append(shapely.Polygon(np.column_stack([x + far * np.cos(turn), y + far * np.sin(turn)])))
    return np.array(made, dtype=object)


def drawn_anew(made: np.ndarray, seed: int, off: float) -> np.ndarray:
    """Traced again: another corner first, more corners, each some way off, a few left out."""
    rng = np.random.default_rng(seed)
    out = []
    for shape in shapely.segmentize(made, 15.0):
        xy = np.roll(shapely.get_coordinates(shape)[:-1], int(rng.integers(50)), axis=0)
        out.append(shapely.Polygon(xy + rng.normal(0, off / 2, xy.shape)))
    return np.asarray(shapely.buffer(shapely.simplify(np.array(out, dtype=object), off), 0.0), dtype=object)


def by(made: np.ndarray, east: float, north: float) -> np.ndarray:
    return np.asarray(shapely.transform(made, lambda xy: xy + np.array([east, north])), dtype=object)


seeds, steps = st.integers(0, 10_000), st.tuples(st.floats(20, 900), st.floats(0, 2 * np.pi))


@settings(max_examples=25, deadline=None)
@given(seeds, steps, st.sampled_from([0.5, 1.0, 2.0]), st.sampled_from([40.0, 120.0, 400.0]))
def test_a_layer_that_was_moved_and_drawn_anew_is_seen_to_have_moved(seed, step, off, apart) -> None:
    old = fields(seed, apart=apart)
    east, north = step[0] * np.cos(step[1]), step[0] * np.sin(step[1])
    said = step_between(old, by(drawn_anew(old, seed, off), east, north), HERE)
    assert said is not None
    assert np.hypot(said.east_m - east, said.north_m - north) < off + 1.0


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from([0.5, 1.0, 2.0]), st.sampled_from([40.0, 120.0]))
def test_a_layer_that_was_only_drawn_anew_did_not_move(seed, off, apart) -> None:
    old = fields(seed, apart=apart)
    assert step_between(old, drawn_anew(old, seed, off), HERE) is None


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from([40.0, 120.0]))
def test_other_fields_are_no_step(seed, apart) -> None:
    assert step_between(fields(seed, apart=apart), fields(seed + 1, apart=apart), HERE) is None


@pytest.mark.parametrize(("turn", "who"), [(1.0, "new"), (-1.0, "old")])
def test_gcj_is_known_over_a_whole_district_that_was_drawn_anew(turn: float, who: str) -> None:
    """The shift differs by 40 m from one end to the other."""
    old = fields(5, 400, 2_500.0)
    middle = shapely.get_coordinates(shapely.centroid(old))
    east, north = (middle - (middle.min(axis=0) + middle.max(axis=0)) / 2).T
    shift = gcj_shift(HERE[0] + east / (DEGREE_M * np.cos(np.radians(HERE[1]))), HERE[1] + north / DEGREE_M)
    assert np.ptp(shift, axis=0).max() > 40
    drawn = drawn_anew(old, 1, 1.0)
    new = np.array([by(one, *way) for one, way in zip(drawn[:, None], turn * shift, strict=True)]).ravel()
    said = step_between(old, new, HERE)
    assert said is not None
    assert said.gcj == who
    assert said.redrawn
    assert said.alike > 0.9 * said.looked_at


def test_where_only_some_were_drawn_anew_all_are_counted() -> None:
    old = fields(8)
    new = np.where(np.arange(len(old)) % 10 < 7, old, drawn_anew(old, 3, 2.0))
    said = step_between(old, by(new, 300, 0), HERE)
    assert said is not None
    assert said.redrawn
    assert said.alike > 0.9 * said.looked_at


def test_lines_that_were_simplified_and_moved_are_seen_too() -> None:
    rng = np.random.default_rng(2)
    old = np.array(
        [
            shapely.LineString(np.cumsum(rng.normal(8, 10, (60, 2)), axis=0) + at)
            for at in rng.uniform(0, 3_000, (40, 2))
        ]
    )
    said = step_between(old, by(shapely.simplify(old, 4.0), -60, 80), HERE)
    assert said is not None
    assert round(said.metres, -1) == 100
    assert said.redrawn


def test_what_was_only_drawn_anew_is_neither_gone_nor_added() -> None:
    old = fields(1, apart=200.0)
    said = differ(old, drawn_anew(old, 1, 0.8), HERE)
    assert said.same + said.changed == len(old)
    assert (said.added, said.gone, said.moved) == (0, 0, None)
    assert said.redrawn > 0.9 * len(old)
    grown = differ(old, np.asarray(shapely.buffer(old, 8.0)), HERE)
    assert (grown.changed, grown.redrawn) == (len(old), 0)


def test_a_road_traced_anew_beside_itself_is_neither_gone_nor_added() -> None:
    road = np.array([shapely.LineString([(0, 0), (500, 20), (900, -40)])])
    said = differ(road, by(shapely.segmentize(road, 30.0), 0, 2.4), HERE)
    assert (said.changed, said.redrawn, said.added, said.gone) == (1, 1, 0, 0)
    apart = differ(road, by(road, 0, 40.0), HERE)
    assert (apart.added, apart.gone) == (1, 1)
