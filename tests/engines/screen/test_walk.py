"""The order in which footprints are measured changes nothing but the speed."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.engines.screen.area_map import build_area_map
from hemei.engines.screen.inside import area_inside, zone_of
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import areas, footprints_of
from hemei.engines.screen.walk import walked

from .nasty import polygons
from .test_measuring import box


@settings(max_examples=60, deadline=None)
@given(st.lists(st.none() | polygons(), max_size=12))
def test_every_footprint_is_walked_once_with_all_its_rings(houses):
    rings = rings_of(np.array([*houses, None], dtype=object))
    along, row = walked(rings)
    assert sorted(row) == list(range(len(rings)))
    for k, g in enumerate(row):
        for one, other in zip(
            range(along.owner_at[k], along.owner_at[k + 1]),
            range(rings.owner_at[g], rings.owner_at[g + 1]),
            strict=True,
        ):
            here = along.xy[along.ring_at[one] : along.ring_at[one + 1]]
            assert (here == rings.xy[rings.ring_at[other] : rings.ring_at[other + 1]]).all()


def test_answers_stand_in_the_rows_of_the_file():
    houses = np.array([box(900, 900), None, box(5, 5), box(905, 5, 2, 2), box(900, 890, 4, 20)], dtype=object)
    footprints = footprints_of(rings_of(houses))
    assert footprints.row.tolist() != [0, 1, 2, 3, 4]
    ground = rings_of(np.array([box(0, 0, 8, 8), box(890, 0, 900, 1000)], dtype=object))
    inside = area_inside(build_area_map(ground, dissolved=True), footprints)
    assert np.allclose(inside, [100, 0, 9, 4, 80])
    assert np.allclose(areas(footprints), np.nan_to_num(shapely.area(houses)))
    assert zone_of(build_area_map(ground, dissolved=False), 2, footprints)[0].tolist() == [1, -1, 0, 1, 1]


def test_neighbours_follow_each_other():
    corners = np.random.default_rng(3).uniform(0, 60_000, (4000, 2))
    rings = rings_of(np.array([box(x, y) for x, y in corners], dtype=object))
    _, row = walked(rings)
    steps = np.hypot(*np.diff(corners[row], axis=0).T)
    assert np.median(steps) < 2_000 < 15_000 < np.median(np.hypot(*np.diff(corners, axis=0).T))
