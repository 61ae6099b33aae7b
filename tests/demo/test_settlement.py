from __future__ import annotations

import numpy as np
import shapely

from hemei.demo.plane import wkb
from hemei.demo.settlement import TOWNSHIPS, VILLAGES, Settlement, make_settlement
from hemei.demo.terrain import RIVER_KM2, Terrain
from tests.demo.conftest import SEED


def test_there_are_8_townships_and_79_villages_each_a_single_piece(settled: Settlement) -> None:
    assert len(settled.township_area) == TOWNSHIPS == 8
    assert len(settled.village_area) == VILLAGES == 79
    for area in (settled.township_area, settled.village_area, settled.group_area):
        assert all(shape.geom_type == "Polygon" for shape in area)
        assert shapely.is_valid(area).all()


def test_every_level_tiles_the_district(settled: Settlement) -> None:
    for area in (settled.township_area, settled.village_area, settled.group_area):
        assert shapely.coverage_is_valid(area)
    district = shapely.union_all(settled.township_area)
    assert district.geom_type == "Polygon"
    assert not district.interiors
    assert 2.2e9 < district.area < 3.4e9
    assert np.isclose(shapely.area(settled.group_area).sum(), district.area)


def test_it_still_tiles_in_degrees(settled: Settlement) -> None:
    assert shapely.coverage_is_valid(shapely.from_wkb(wkb(settled.group_area)))


def test_an_area_is_the_union_of_what_belongs_to_it(settled: Settlement) -> None:
    for village in (0, 40, 78):
        parts = settled.group_area[settled.village_of_group == village]
        assert np.isclose(shapely.area(parts).sum(), settled.village_area[village].area)
    assert (np.diff(settled.village_of_group) >= 0).all()
    assert (np.diff(settled.township_of_village) >= 0).all()


def test_every_group_has_a_hamlet_in_its_own_land(settled: Settlement) -> None:
    home = settled.group_area[settled.hamlet_group]
    assert shapely.contains_xy(home, settled.hamlet_point).all()
    assert set(settled.hamlet_group.tolist()) == set(range(len(settled.group_area)))


def test_seats_lie_where_they_govern(settled: Settlement) -> None:
    assert settled.hamlet_village[settled.village_seat].tolist() == list(range(79))
    assert settled.township_of_village[settled.hamlet_village[settled.township_seat]].tolist() == list(range(8))
    assert set(settled.township_seat.tolist()) <= set(settled.village_seat.tolist())


def test_borders_follow_watersheds_more_than_water(ground: Terrain, settled: Settlement) -> None:
    line = shapely.boundary(settled.village_area)[:, None]
    along = shapely.get_coordinates(shapely.line_interpolate_point(line, np.linspace(0, 1, 60), normalized=True))
    rivers = shapely.union_all(ground.rivers[ground.river_drained > RIVER_KM2 * 2])
    near_water = shapely.dwithin(rivers, shapely.points(along), 150).mean()
    assert near_water < 0.12


def test_fewer_hamlets_leave_the_land_as_it_was(ground: Terrain, settled: Settlement) -> None:
    small = make_settlement(ground, SEED, hamlets=10)
    assert len(small.hamlet_cell) == len(small.group_area)
    assert shapely.equals_exact(small.village_area, settled.village_area).all()
