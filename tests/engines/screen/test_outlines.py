"""What is chosen on a grid, walked along, is what joining its squares gives."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hemei.engines.screen.outlines import outlines, polygons_of

GRIDS = arrays.arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9)))


def joined(chosen: np.ndarray) -> np.ndarray:
    row, column = np.nonzero(chosen)
    return shapely.get_parts(shapely.union_all(shapely.box(column, -row - 1, column + 1, -row)))


def walked(chosen: np.ndarray, *, corners_only: bool) -> np.ndarray:
    vertices, ring_at, polygon_at = outlines(chosen, corners_only=corners_only)
    return polygons_of(np.column_stack([vertices[:, 1], -vertices[:, 0]]), ring_at, polygon_at)


@settings(max_examples=200, deadline=None)
@given(GRIDS, st.booleans())
def test_it_is_what_joining_squares_gives(chosen: np.ndarray, corners_only: bool) -> None:
    made, wanted = walked(chosen, corners_only=corners_only), joined(chosen)
    assert shapely.is_valid(made).all()
    assert shapely.is_ccw(shapely.get_exterior_ring(made)).all()
    assert len(made) == len(wanted)
    assert sorted(shapely.area(made)) == sorted(shapely.area(wanted))
    assert shapely.get_num_interior_rings(made).sum() == shapely.get_num_interior_rings(wanted).sum()
    assert shapely.area(shapely.symmetric_difference(shapely.union_all(made), shapely.union_all(wanted))) == 0


@pytest.mark.parametrize("corners_only", [True, False])
def test_nothing_chosen_is_nothing(corners_only: bool) -> None:
    assert len(walked(np.zeros((3, 4), bool), corners_only=corners_only)) == 0


def test_only_corners_are_kept_where_asked() -> None:
    square = np.ones((40, 40), bool)
    assert shapely.get_num_coordinates(walked(square, corners_only=True)).tolist() == [5]
    assert shapely.get_num_coordinates(walked(square, corners_only=False)).tolist() == [161]
