from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from hemei.demo.houses import APART, FROM_ROAD, FROM_WATER, STRUCTURES, Houses, chosen, make_houses, shares
from hemei.demo.plane import sample
from hemei.demo.roads import Roads, make_roads
from hemei.demo.settlement import Settlement
from hemei.demo.terrain import Terrain
from tests.demo.conftest import SEED

COUNT = 6000


@pytest.fixture(scope="module")
def roads(ground: Terrain, settled: Settlement) -> Roads:
    return make_roads(ground, settled, SEED)


@pytest.fixture(scope="module")
def houses(ground: Terrain, settled: Settlement, roads: Roads) -> Houses:
    return make_houses(ground, settled, roads, SEED, COUNT)


def test_as_many_as_asked_for_and_some_in_every_hamlet(settled: Settlement, houses: Houses) -> None:
    assert len(houses.built) == COUNT
    assert set(houses.site.hamlet.tolist()) == set(range(len(settled.hamlet_cell)))


def test_every_house_lies_in_the_land_of_its_group(settled: Settlement, houses: Houses) -> None:
    home = settled.group_area[settled.hamlet_group[houses.site.hamlet]]
    assert shapely.contains(home, houses.site.footprint).all()


def test_no_house_stands_in_a_river(ground: Terrain, houses: Houses) -> None:
    water = shapely.union_all(shapely.buffer(ground.rivers, ground.river_width / 2 + FROM_WATER - 0.5))
    shapely.prepare(water)
    assert not shapely.intersects(water, houses.site.footprint).any()


def test_no_house_stands_on_a_road_or_in_another(roads: Roads, houses: Houses) -> None:
    on_road, _ = shapely.STRtree(roads.line).query(houses.site.footprint, predicate="dwithin", distance=FROM_ROAD - 0.1)
    assert len(on_road) == 0
    one, other = shapely.STRtree(houses.site.footprint).query(houses.site.footprint, predicate="intersects")
    assert np.array_equal(one, other)
    assert (np.hypot(*houses.site.size.T) < APART).all()


def test_houses_keep_to_level_ground_near_roads(ground: Terrain, roads: Roads, houses: Houses) -> None:
    assert np.median(houses.slope) < np.median(ground.slope)
    _, distance = shapely.STRtree(roads.line).query_nearest(houses.site.footprint, return_distance=True)
    assert np.quantile(distance, 0.5) < 60
    assert np.allclose(houses.altitude, sample(ground.height, houses.site.point), atol=0.06)


def test_footprints_measure_what_the_size_says(houses: Houses) -> None:
    assert np.allclose(shapely.area(houses.site.footprint), houses.site.size.prod(axis=1))
    assert np.allclose(houses.area, houses.site.size.prod(axis=1) * houses.storeys, atol=0.06)


def test_old_houses_are_of_earth_and_new_ones_of_brick(houses: Houses) -> None:
    assert set(houses.structure.tolist()) <= set(STRUCTURES)
    earth = houses.structure == "earth_timber"
    assert earth[houses.built < 1982].mean() > 0.5
    assert earth[houses.built > 2010].mean() < 0.05
    assert 0.1 < earth.mean() < 0.4
    assert 0.05 < houses.cut_slope.mean() < 0.3
    assert 0.05 < houses.long_empty.mean() < 0.25
    assert not (houses.long_empty & (houses.business != "")).any()


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=50), st.integers(0, 500))
def test_shares_sum_and_leave_nobody_out(worth: list[float], spare: int) -> None:
    share = shares(np.array(worth), len(worth) + spare)
    assert share.sum() == len(worth) + spare
    assert share.min() >= 1


def test_a_full_hamlet_passes_houses_on() -> None:
    hamlet = np.repeat([0, 1, 2], [2, 5, 4])
    rows = chosen(hamlet, np.array([4, 2, 2]))
    assert len(rows) == 8
    assert np.bincount(hamlet[rows]).tolist()[0] == 2
    with pytest.raises(ValueError, match="放得下 11 栋"):
        chosen(hamlet, np.array([4, 4, 4]))
