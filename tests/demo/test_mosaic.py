from __future__ import annotations

import numpy as np
import shapely

from hemei.demo.mosaic import OUTSIDE, compact, connected, join, polygons, tidy, without_holes
from hemei.demo.plane import CELL, CELLS, COLUMNS, ROWS, Bools, Ints


def sheet(**parts: tuple[slice, slice]) -> Ints:
    """A label grid with the named rectangles numbered in order, the rest outside."""
    grid = np.full((ROWS, COLUMNS), OUTSIDE)
    for number, window in enumerate(parts.values()):
        grid[window] = number
    return grid.ravel()


def mask(*windows: tuple[slice, slice]) -> Bools:
    grid = np.zeros((ROWS, COLUMNS), dtype=bool)
    for window in windows:
        grid[window] = True
    return grid.ravel()


def test_patches_that_touch_only_at_a_corner_do_not_hang_together() -> None:
    label = sheet(a=(slice(10, 20), slice(10, 20)))
    label.reshape(ROWS, COLUMNS)[20:25, 20:25] = 0
    assert len(np.unique(connected(label)[label == 0])) == 2


def test_tidying_hands_a_scrap_to_the_piece_around_it() -> None:
    label = sheet(
        a=(slice(10, 60), slice(10, 60)), b=(slice(10, 60), slice(60, 99)), scrap=(slice(30, 40), slice(30, 40))
    )
    label[label == 2] = 1
    tidied = tidy(label).reshape(ROWS, COLUMNS)
    assert (tidied[31:39, 31:39] == 0).all()
    assert tidied[30, 80] == 1


def test_holes_are_filled_and_islands_dropped() -> None:
    ring = mask((slice(10, 60), slice(10, 60))) & ~mask((slice(20, 30), slice(20, 30)))
    kept = without_holes(ring | mask((slice(100, 105), slice(100, 105))))
    assert kept.sum() == 2500


def test_the_least_piece_joins_across_the_low_pass() -> None:
    label = sheet(
        west=(slice(0, 50), slice(0, 50)), small=(slice(0, 50), slice(50, 55)), east=(slice(0, 50), slice(55, 105))
    )
    height = np.zeros((ROWS, COLUMNS))
    height[:, 49:51] = 2000  # a ridge between west and small
    assert join(label, height.ravel(), np.ones(CELLS), 2).tolist() == [0, 1, 1]


def test_polygons_tile() -> None:
    label = sheet(a=(slice(10, 60), slice(10, 60)), b=(slice(10, 60), slice(60, 99)))
    drawn = polygons(label, 100.0)
    assert shapely.coverage_is_valid(drawn)
    assert np.isclose(shapely.area(drawn).sum(), (label >= 0).sum() * CELL**2, rtol=1e-3)


def test_numbers_close_up() -> None:
    assert compact(np.array([-1, 7, 3, 7])).tolist() == [-1, 1, 0, 1]
