"""Density and floor area ratio against a plain count with GEOS."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.engines.screen.area_map import build_area_map
from hemei.engines.screen.circle import area_in_circle
from hemei.engines.screen.density import DensityTask
from hemei.engines.screen.inside import add_up
from hemei.engines.screen.measuring import Run, Task
from hemei.engines.screen.neighbours import built_around, neighbours_of
from hemei.engines.screen.reading import Unreadable
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import footprints_of

from .nasty import CASES, CORNER, footprints, layers, tolerance

X, Y = CORNER
SIDES = 4096
TURN = np.linspace(0, 2 * np.pi, SIDES, endpoint=False)
UNIT = np.column_stack([np.cos(TURN), np.sin(TURN)]) * np.sqrt(2 * np.pi / SIDES / np.sin(2 * np.pi / SIDES))
"""A polygon of the circle's own area: along its 4096 sides what it lacks and what it has too much cancel."""


def circle(middle, radius):
    return shapely.Polygon(UNIT * radius + np.array([middle.x, middle.y]))


def box(x, y, width=10.0, height=10.0):
    return shapely.box(X + x, Y + y, X + x + width, Y + y + height)


@settings(max_examples=CASES // 3, deadline=None)
@given(footprints(), st.floats(-60, 280), st.floats(-60, 280), st.sampled_from([0.5, 20.0, 100.0, 700.0]))
def test_the_part_in_a_circle_equals_geos(footprint, x, y, radius):
    rings = rings_of(np.array([footprint]))
    got = sum(
        area_in_circle(rings.xy, a, b, X + x, Y + y, radius)
        for a, b in zip(rings.ring_at[:-1], rings.ring_at[1:], strict=True)
    )
    expected = footprint.intersection(circle(shapely.Point(X + x, Y + y), radius)).area
    # A side of the polygon stands off the circle by radius · (π / sides)² / 2 at most, over its own length.
    slack = radius**2 * (np.pi / SIDES) ** 3 * max(8, 2 * shapely.get_num_coordinates(footprint))
    assert abs(got - expected) <= tolerance(footprint) + slack


@settings(max_examples=CASES // 3, deadline=None)
@given(st.lists(footprints().filter(lambda f: f.area > 1e-3), min_size=1, max_size=8), st.sampled_from([15.0, 60.0]))
def test_what_stands_round_each_building_is_counted_once(houses, radius):
    rings, floors = rings_of(np.array(houses)), np.arange(1.0, len(houses) + 1)
    ground, floor = built_around(neighbours_of([(rings, floors)], radius), footprints_of(rings), radius)
    for g, house in enumerate(houses):
        part = shapely.area(shapely.intersection(houses, circle(house.centroid, radius)))
        slack = 1e-6 * len(houses) + radius**2 * (np.pi / SIDES) ** 3 * 20 * len(houses)
        assert abs(ground[g] - part.sum()) <= tolerance(*houses) + slack
        assert abs(floor[g] - (part * floors).sum()) <= len(houses) * (tolerance(*houses) + slack)


@settings(max_examples=CASES // 3, deadline=None)
@given(layers(), st.lists(footprints(), min_size=1, max_size=6))
def test_what_stands_in_each_parcel_equals_geos(parcels, houses):
    floors, sums = np.arange(1.0, len(houses) + 1), np.zeros((max(len(parcels), 1), 2))
    add_up(build_area_map(rings_of(parcels), dissolved=False), footprints_of(rings_of(np.array(houses))), floors, sums)
    for p, parcel in enumerate(parcels):
        part = shapely.area(shapely.intersection(houses, parcel))
        slack = len(houses) * tolerance(parcel, *houses)
        assert abs(sums[p, 0] - part.sum()) <= slack
        assert abs(sums[p, 1] - (part * floors).sum()) <= len(houses) * slack


def test_batches_count_together_and_the_grid_s_radius_does_not_matter():
    rng = np.random.default_rng(4)
    houses = np.array([box(x, y, *rng.uniform(4, 150, 2)) for x, y in rng.uniform(0, 900, (300, 2))])
    floors = rng.integers(1, 7, 300).astype(float)
    all_of_them = footprints_of(rings_of(houses))
    whole = built_around(neighbours_of([(rings_of(houses), floors)], 80.0), all_of_them, 80.0)
    parts = [(rings_of(houses[a : a + 77]), floors[a : a + 77]) for a in range(0, 300, 77)]
    again = built_around(neighbours_of(parts, 3000.0), all_of_them, 80.0)
    np.testing.assert_allclose(again, whole, rtol=1e-12)


@pytest.mark.parametrize("radius", [0.0, -3.0, math.nan])
def test_a_radius_that_is_no_distance_is_refused(radius):
    with pytest.raises(ValueError, match="不是可用的米数"):
        neighbours_of([], radius)


@pytest.fixture
def village(tmp_path):
    """Two parcels of 40 × 50 m, three houses in the first (one with half of it in the second), one in none."""
    houses = [box(5, 5), box(20, 5), box(35, 20), box(500, 500)]
    files = {
        "buildings": gpd.GeoDataFrame(
            {
                "id": list("abcd"),
                "storeys": [2, 3, None, 1],
                "text": ["2", "三", "", "0"],
                "m2": [150.0, 90.0, 80.0, 7.0],
            },
            geometry=houses,
            crs="EPSG:4546",
        ),
        "parcels": gpd.GeoDataFrame({"id": ["p", "q"]}, geometry=[box(0, 0, 40, 50), box(40, 0, 40, 50)], crs=4546),
        "river": gpd.GeoDataFrame({"id": [1]}, geometry=[shapely.LineString([(X, Y), (X, Y + 90)])], crs=4546),
    }
    for name, frame in files.items():
        frame.to_parquet(tmp_path / f"{name}.parquet")
    return {name: str(tmp_path / f"{name}.parquet") for name in files}


def measured(files, **options):
    run = Run(Task(files["buildings"], density=DensityTask(**options), keep_maps=False))
    columns = next(iter(run.batches())).table.to_pydict()
    return columns, " ".join(run.report.remarks)


def test_density_of_the_parcel(village):
    got, _ = measured(village, parcels=village["parcels"], floor_area="m2")
    assert got["density_in"] == ["p", "p", "p", None]
    assert got["density"] == [0.125, 0.125, 0.125, None]
    assert got["far"] == [0.14, 0.14, 0.14, None]


def test_far_is_null_where_storeys_in_the_reference_are_missing(village):
    got, said = measured(village, parcels=village["parcels"], storeys="storeys")
    assert got["far"] == [None, None, None, None]
    assert "id c 没有可用的“storeys”" in said
    got, said = measured(village, radius_m=9.0, storeys="storeys")
    circle_m2 = math.pi * 81
    assert got["far"][0] == pytest.approx(2 * got["density"][0])
    assert got["density"][3] == pytest.approx(100 / circle_m2)
    assert got["far"][2] is None
    assert measured(village, radius_m=12.0, storeys="text")[1].startswith("id b、c、d 没有可用的“text”")


def test_density_only_near_a_layer(village):
    got, _ = measured(village, radius_m=12.0, near=(village["river"], 20.0))
    assert [value is not None for value in got["density"]] == [True, True, False, False]
    assert "far" not in got


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "要有一个参照"),
        ({"radius_m": 50.0, "parcels": "p.parquet"}, "二者取一"),
        ({"radius_m": -1.0}, "不是可用的米数"),
        ({"radius_m": 50.0, "storeys": "floors"}, "没有列“floors”，有：id、storeys"),
        ({"radius_m": 50.0, "storeys": "storeys", "floor_area": "m2"}, "只给一个"),
    ],
)
def test_a_contradictory_question_is_refused(village, options, said):
    with pytest.raises(Unreadable, match=said):
        measured(village, **options)
