"""Distances against GEOS's."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.engines.screen.near_map import build_near_map, segments_of
from hemei.engines.screen.nearest import distance
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import footprints_of

from .nasty import CASES, CORNER, anywhere, footprints, on_cells, placed


@st.composite
def lines(draw):
    made = []
    for _ in range(draw(st.integers(1, 4))):
        coordinate = on_cells | anywhere
        path = draw(st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=5))
        xy = np.array(path) + CORNER
        made.append(shapely.Point(xy[0]) if len(xy) == 1 else shapely.LineString(xy))
    return np.array(made)


def measured(layer, footprint, reach):
    return float(distance(build_near_map(segments_of(layer), reach), footprints_of(rings_of(np.array([footprint]))))[0])


@settings(max_examples=CASES, deadline=None)
@given(lines(), footprints(), st.sampled_from([5.0, 50.0, 500.0]), st.integers(0, 2**32))
def test_distance_equals_geos(layer, footprint, reach, seed):
    if footprint.is_empty:
        return
    houses = placed(footprint, seed)
    found = distance(build_near_map(segments_of(layer), reach), footprints_of(rings_of(houses)))
    for house, got in zip(houses, found, strict=True):
        expected = shapely.distance(house, layer).min()
        if math.isnan(got):
            assert expected > reach - 1e-6
        else:
            assert abs(got - expected) <= 1e-6


def test_at_most_counts_the_distance_itself():
    river = np.array([shapely.LineString([(0, 0), (1000, 0)])])
    assert measured(river, shapely.box(10, 50, 20, 60), 50.0) == 50.0
    assert math.isnan(measured(river, shapely.box(10, 50.001, 20, 60), 50.0))


def test_a_spring_inside_the_courtyard_is_outside_the_house():
    house = shapely.box(0, 0, 30, 30).difference(shapely.box(10, 10, 20, 20))
    assert measured(np.array([shapely.Point(15, 15)]), house, 50.0) == 5.0
    assert measured(np.array([shapely.Point(5, 5)]), house, 50.0) == 0.0


@pytest.mark.parametrize("reach", [0.0, -1.0, math.nan])
def test_a_reach_that_is_no_distance_is_refused(reach):
    with pytest.raises(ValueError, match="不是可用的米数"):
        build_near_map(np.zeros((1, 4)), reach)


def test_a_long_winding_footprint_is_measured_from_its_walls():
    angle = np.linspace(0, 2 * np.pi, 600, endpoint=False)
    radius = 90 + 60 * np.sin(12 * angle)
    star = shapely.Polygon(np.c_[radius * np.cos(angle), radius * np.sin(angle)] + CORNER)
    places = np.array(CORNER) + np.random.default_rng(3).uniform(-160, 160, (200, 2))
    for point in shapely.points(places):
        assert measured(np.array([point]), star, 400.0) == pytest.approx(star.distance(point), abs=1e-6)


@settings(max_examples=CASES // 3, deadline=None)
@given(lines(), lines(), footprints())
def test_more_features_are_never_further_and_a_longer_reach_changes_nothing(layer, more, footprint):
    if footprint.is_empty:
        return
    near, far = measured(layer, footprint, 60.0), measured(layer, footprint, 400.0)
    assert math.isnan(near) or abs(near - far) <= 1e-6
    assert math.isnan(far) or measured(np.concatenate([layer, more]), footprint, 400.0) <= far + 1e-6
