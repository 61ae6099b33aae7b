from __future__ import annotations

import numpy as np
import shapely

from hemei.demo.plane import CELLS, COLUMNS, degrees
from hemei.demo.terrain import HIGHEST, LOWEST, RIVER_KM2, STEEPEST, Terrain, make_terrain
from tests.demo.conftest import SEED


def test_water_runs_downhill_to_the_edge_from_every_cell(ground: Terrain) -> None:
    level = ground.height.ravel()
    below = ground.flow.below
    moving = below != np.arange(CELLS)
    assert (level[below[moving]] < level[moving]).all()
    row, column = np.divmod(np.flatnonzero(~moving), COLUMNS)
    assert (np.isin(row, [0, CELLS // COLUMNS - 1]) | np.isin(column, [0, COLUMNS - 1])).all()


def test_all_the_land_drains_through_the_gates(ground: Terrain) -> None:
    gates = ground.flow.below == np.arange(CELLS)
    assert np.isclose(ground.drained[gates].sum(), CELLS * 0.04)


def test_it_looks_like_mountains(ground: Terrain) -> None:
    assert LOWEST <= ground.height.min() < 700
    assert ground.height.max() <= HIGHEST + 1
    assert 0.15 < np.median(ground.slope) < 0.6
    assert np.quantile(ground.slope, 0.999) < 2 * STEEPEST


def test_rivers_are_lines_that_grow_downstream(ground: Terrain) -> None:
    assert len(ground.rivers) > 50
    assert (shapely.length(ground.rivers) > 0).all()
    assert (ground.river_drained >= RIVER_KM2).all()
    order = np.argsort(ground.river_drained)
    assert (np.diff(ground.river_width[order]) >= 0).all()


def test_the_same_seed_gives_the_same_ground_and_another_seed_another(ground: Terrain) -> None:
    assert np.array_equal(make_terrain(SEED).height, ground.height)
    assert not np.array_equal(make_terrain(SEED + 1).height, ground.height)


def test_a_kilometre_on_the_sheet_is_a_kilometre_on_the_ground() -> None:
    west, east = degrees(np.array([[30_000.0, 30_000.0], [31_000.0, 30_000.0]]))
    metres = np.radians(east[0] - west[0]) * 6_378_137.0 * np.cos(np.radians(west[1]))
    assert abs(metres - 1000) < 3
    assert 110.0 < west[0] < 110.9
    assert 31.3 < west[1] < 31.95
