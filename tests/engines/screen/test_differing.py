"""Two versions of a layer: what came, went, changed and moved is told, and what only seems to is not."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.engines.screen.differing import differ
from hemei.engines.screen.shifted import gcj_shift

HERE = (106.0, 31.0)


def shapes(*made: shapely.Geometry) -> np.ndarray:
    return np.array(made, dtype=object)


def fields(count: int) -> np.ndarray:
    """Boxes no two of which are alike, some 150 m apart."""
    rng = np.random.default_rng(7)
    x, y = 150.0 * (np.arange(count) % 12), 150.0 * (np.arange(count) // 12)
    wide, high = rng.uniform(20, 90, count), rng.uniform(20, 90, count)
    return np.asarray(shapely.box(x, y, x + wide, y + high), dtype=object)


def moved(made: np.ndarray, east: float, north: float) -> np.ndarray:
    return np.asarray(shapely.transform(made, lambda xy: xy + np.array([east, north])), dtype=object)


def test_the_same_drawn_from_another_corner_is_the_same() -> None:
    made = fields(30)
    other = shapely.reverse(shapely.transform(made, lambda xy: xy + 0.001))[::-1]
    said = differ(made, other, HERE)
    assert (said.same, said.changed, said.added, said.gone, said.moved) == (30, 0, 0, 0, None)
    assert (said.came_m2, said.went_m2) == (0.0, 0.0)


def test_what_came_went_and_changed_is_told_in_square_metres() -> None:
    old = shapes(shapely.box(0, 0, 100, 100), shapely.box(200, 0, 250, 50), shapely.box(400, 0, 410, 10))
    new = shapes(shapely.box(0, 0, 100, 130), shapely.box(200, 0, 250, 50), shapely.box(600, 0, 620, 20))
    said = differ(old, new, HERE)
    assert (said.same, said.changed, said.added, said.gone, said.renamed) == (1, 1, 1, 1, 0)
    assert said.came_m2 == pytest.approx(100 * 30 + 400)
    assert said.went_m2 == pytest.approx(100)
    assert (said.old.features, said.new.features) == (3, 3)
    assert said.new.area_m2 - said.old.area_m2 == pytest.approx(said.came_m2 - said.went_m2)


def test_a_field_cut_in_two_covers_the_same_ground() -> None:
    whole = shapes(shapely.box(0, 0, 100, 100))
    halves = shapes(shapely.box(0, 0, 60, 100), shapely.box(60, 0, 100, 100))
    said = differ(whole, halves, HERE)
    assert (said.changed, said.added, said.came_m2) == (1, 1, 0.0)
    assert said.went_m2 == 0.0


def test_an_edge_a_hair_off_is_no_change_but_a_notch_is() -> None:
    old = shapes(shapely.box(0, 0, 5000, 5000))
    said = differ(old, moved(old, 0.03, 0.0), HERE)
    assert (said.same, said.changed, said.came_m2) == (1, 0, 0.0)
    notched = shapes(shapely.difference(old[0], shapely.box(2000, 4990, 2005, 5000)))
    said = differ(old, notched, HERE)
    assert (said.same, said.changed, said.went_m2) == (0, 1, 50.0)


def test_a_border_between_two_classes_moves_ground_from_one_to_the_other() -> None:
    old = shapes(shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100))
    new = shapes(shapely.box(0, 0, 110, 100), shapely.box(110, 0, 200, 100))
    said = differ(old, new, HERE, (["甲", "乙"], ["甲", "乙"]))
    assert (said.changed, said.came_m2, said.went_m2) == (2, 1000.0, 1000.0)
    turned = differ(old, old, HERE, (["甲", "乙"], ["甲", "甲"]))
    assert (turned.same, turned.renamed, len(turned.turned)) == (1, 1, 1)


def test_lines_are_told_by_their_length() -> None:
    old = shapes(shapely.LineString([(0, 0), (500, 0)]))
    new = shapes(shapely.LineString([(0, 0), (500, 0)]), shapely.LineString([(0, 90), (200, 90)]))
    said = differ(old, new, HERE)
    assert (said.old.length_m, said.new.length_m) == (500, 700)
    assert (said.same, said.added) == (1, 1)


@pytest.mark.parametrize(("turn", "who"), [(1.0, "new"), (-1.0, "old")])
def test_a_layer_moved_as_gcj_moves_is_known(turn: float, who: str) -> None:
    old = fields(100)
    east, north = turn * gcj_shift(np.array([HERE[0]]), np.array([HERE[1]]))[0]
    new = np.concatenate([moved(old[:90], east, north), moved(old[90:], 5000, 0)])
    said = differ(old, new, HERE).moved
    assert said is not None
    assert said.gcj == who
    assert (said.east_m, said.north_m) == (pytest.approx(east, abs=1), pytest.approx(north, abs=1))
    assert 300 < said.metres < 700


def test_another_step_is_told_without_naming_gcj() -> None:
    said = differ(fields(60), moved(fields(60), 0, 430.0), HERE).moved
    assert said is not None
    assert (said.gcj, round(said.metres)) == ("", 430)


def test_new_fields_at_other_places_are_no_step() -> None:
    rng = np.random.default_rng(3)
    old = fields(60)
    step = rng.uniform(-900, 900, (60, 2))
    new = np.array([shapely.transform(one, lambda xy, s=s: xy + s) for one, s in zip(old, step, strict=True)])
    assert differ(old, new, HERE).moved is None


def test_nothing_against_something_and_nothing() -> None:
    none = np.empty(0, dtype=object)
    assert differ(none, fields(3), HERE).added == 3
    assert differ(fields(3), none, HERE).gone == 3
    assert differ(none, none, HERE).moved is None


BOXES = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(1, 8), st.integers(1, 8)), max_size=8
).map(lambda rows: shapes(*(shapely.box(10 * x, 10 * y, 10 * (x + w), 10 * (y + h)) for x, y, w, h in rows)))


@settings(max_examples=100, deadline=None)
@given(BOXES, BOXES)
def test_features_and_ground_add_up(old: np.ndarray, new: np.ndarray) -> None:
    said = differ(old, new, HERE)
    assert said.same + said.renamed + said.changed + said.added == len(new)
    assert said.same + said.renamed + said.changed + said.gone == len(old)
    only_new = shapely.difference(shapely.union_all(new), shapely.union_all(old))
    only_old = shapely.difference(shapely.union_all(old), shapely.union_all(new))
    assert shapely.union_all(said.came).area == pytest.approx(only_new.area, abs=1e-6)
    assert shapely.union_all(said.went).area == pytest.approx(only_old.area, abs=1e-6)
