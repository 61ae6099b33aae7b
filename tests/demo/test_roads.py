from __future__ import annotations

import numpy as np
import pytest
import shapely

from hemei.demo.plane import centre
from hemei.demo.roads import GATES, RoadClass, Roads, make_roads
from hemei.demo.settlement import TOWNSHIPS, Settlement
from hemei.demo.terrain import RIVER_KM2, Terrain
from tests.demo.conftest import SEED


@pytest.fixture(scope="module")
def roads(ground: Terrain, settled: Settlement) -> Roads:
    return make_roads(ground, settled, SEED)


def reached(ends: np.ndarray, start: int) -> set[int]:
    near: dict[int, list[int]] = {}
    for a, b in ends.tolist():
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    seen, waiting = {start}, [start]
    while waiting:
        for cell in near.get(waiting.pop(), []):
            if cell not in seen:
                seen.add(cell)
                waiting.append(cell)
    return seen


def test_one_can_drive_from_a_seat_to_every_hamlet(settled: Settlement, roads: Roads) -> None:
    start = int(settled.hamlet_cell[settled.township_seat[0]])
    assert set(settled.hamlet_cell.tolist()) <= reached(roads.ends, start)


def test_trunk_roads_alone_join_the_seats_and_leave_the_district(settled: Settlement, roads: Roads) -> None:
    seats = settled.hamlet_cell[settled.township_seat].tolist()
    trunk = roads.ends[roads.road_class == RoadClass.TRUNK]
    assert set(seats) <= reached(trunk, seats[0])
    assert len(roads.links) >= TOWNSHIPS - 1 + GATES


def test_county_roads_reach_every_village_seat(settled: Settlement, roads: Roads) -> None:
    wide = roads.ends[roads.road_class != RoadClass.VILLAGE]
    village_seats = settled.hamlet_cell[settled.village_seat].tolist()
    assert set(village_seats) <= reached(wide, village_seats[0])


def test_lines_begin_and_end_where_the_graph_says(settled: Settlement, roads: Roads) -> None:
    hamlet = np.isin(roads.ends, settled.hamlet_cell)
    first, last = shapely.get_point(roads.line, 0), shapely.get_point(roads.line, -1)
    for column, point in ((0, first), (1, last)):
        here = hamlet[:, column]
        assert np.array_equal(shapely.get_coordinates(point[here]), centre(roads.ends[here, column]))
    assert shapely.is_valid(roads.line).all()


def test_no_piece_is_drawn_twice(roads: Roads) -> None:
    metres = shapely.length(roads.line).round().tolist()
    drawn = {(*sorted(pair), length) for pair, length in zip(roads.ends.tolist(), metres, strict=True)}
    assert len(drawn) == len(roads.line)


def test_roads_climb_gently(ground: Terrain, roads: Roads) -> None:
    rise = np.abs(np.diff(ground.height.ravel()[roads.ends], axis=1))[:, 0]
    grade = rise / shapely.length(roads.line)
    assert np.average(grade[roads.road_class == RoadClass.TRUNK]) < 0.06
    assert np.quantile(grade, 0.95) < 0.3


def test_roads_run_beside_rivers_not_along_their_middle(ground: Terrain, roads: Roads) -> None:
    wet = ground.drained >= RIVER_KM2
    assert wet[roads.ends].all(axis=1).mean() < 0.05
