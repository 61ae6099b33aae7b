"""Areas, zones, distances and sums against plain GEOS elsewhere: near the origin, far north, in a numbered belt.

What is expected is computed at the origin, where GEOS's own rounding is least; moving there is exact.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.engines.screen.area_map import build_area_map
from hemei.engines.screen.columns import NearColumn
from hemei.engines.screen.inside import NOWHERE, add_up, area_inside, zone_of
from hemei.engines.screen.near_map import build_near_map, segments_of
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import footprints_of
from hemei.engines.screen.sharing import in_one_piece

from .nasty import CASES, CORNER, footprints, layers, placed, tolerance

CORNERS = {
    "origin": (0.0, 0.0),
    "across the origin": (-104.0, -88.0),
    "a city's own system": (3_217.25, 48_010.5),
    "north": (499_900.0, 5_900_000.0),
    "a belt with its number": (37_501_000.0, 4_015_000.0),
}
seeds = st.integers(0, 2**32)
corners = st.sampled_from(sorted(CORNERS))


def moved(geometry, by):
    return shapely.transform(geometry, lambda xy: xy + np.array(by))


def put(geometry, corner):
    """Polygons of `nasty` at another corner, valid there too; what rounding took away is left out."""
    there = moved(geometry, np.array(CORNERS[corner]) - CORNER)
    there = shapely.make_valid(there, method="structure")
    return there[(shapely.get_dimensions(there) == 2) & (shapely.area(there) > 1e-6)]


def at_home(geometry, corner):
    return moved(geometry, -np.array(CORNERS[corner]))


def shapes(houses):
    return footprints_of(rings_of(houses))


@settings(max_examples=CASES, deadline=None)
@given(corners, layers(), footprints(), seeds)
def test_areas_and_zones(corner, layer, footprint, seed):
    layer, houses = put(layer, corner), put(placed(footprint, seed), corner)
    ground, plain = at_home(layer, corner), at_home(houses, corner)
    held = shapely.area(shapely.intersection(plain[:, None], ground[None, :]))
    whole = shapely.area(shapely.intersection(plain, shapely.union_all(ground)))
    slack = tolerance(layer, houses[:1])
    got = area_inside(build_area_map(rings_of(layer), dissolved=True), shapes(houses))
    assert np.abs(got - whole).max(initial=0.0) <= slack
    zone, share = zone_of(build_area_map(rings_of(layer), dissolved=False), len(layer), shapes(houses))
    most = held.max(axis=1, initial=0.0)
    area = shapely.area(plain)
    for i in np.flatnonzero(most > slack):
        assert abs(share[i] * area[i] - most[i]) <= slack
        assert held[i, zone[i]] >= most[i] - slack
    assert (most[zone == NOWHERE] <= slack).all()


@settings(max_examples=CASES, deadline=None)
@given(corners, layers().filter(len), footprints(), st.sampled_from([5.0, 50.0, 500.0]), seeds)
def test_distances_to_polygons(corner, layer, footprint, reach, seed):
    """0 inside, also far from the edges; beside a polygon never 0 because of what clipping leaves over."""
    layer, houses = put(layer, corner), put(placed(footprint, seed), corner)
    ground = build_area_map(rings_of(layer), dissolved=True)
    column = NearColumn(None, build_near_map(segments_of(layer), reach), ground)
    found = column.metres(shapes(houses), in_one_piece)
    expected = shapely.distance(at_home(houses, corner)[:, None], at_home(layer, corner)[None, :]).min(
        axis=1, initial=np.inf
    )
    for got, metres in zip(found, expected, strict=True):
        if math.isnan(got):
            assert metres > reach - 1e-6
        else:
            assert abs(got - metres) <= 1e-6


@settings(max_examples=CASES // 3, deadline=None)
@given(corners, layers(), st.lists(footprints(), min_size=1, max_size=6))
def test_sums_of_parcels(corner, parcels, houses):
    parcels, houses = put(parcels, corner), put(np.array(houses, dtype=object), corner)
    sums = np.zeros((max(len(parcels), 1), 2))
    add_up(build_area_map(rings_of(parcels), dissolved=False), shapes(houses), np.full(len(houses), 2.0), sums)
    part = shapely.area(shapely.intersection(at_home(houses, corner)[:, None], at_home(parcels, corner)[None, :]))
    for p, parcel in enumerate(parcels):
        slack = max(len(houses), 1) * tolerance(parcel, houses)
        assert abs(sums[p, 0] - part[:, p].sum()) <= slack
        assert abs(sums[p, 1] - 2.0 * part[:, p].sum()) <= 2 * slack


def box(x, y, width=10.0, height=10.0):
    return shapely.box(x, y, x + width, y + height)


YARD = box(0, 0, 400, 400).difference(box(50, 50, 300, 300))
DEGENERATE = {
    "a building larger than any cell, over a small feature": (box(-3000, -3000, 7000, 6500), [box(3, 3, 1, 1)]),
    "a building larger than the layer's extent": (box(-900, -900, 2000, 2000), [box(0, 0, 64, 64), box(64, 0, 64, 64)]),
    "a building that is the feature": (box(0, 0, 64, 64), [box(0, 0, 64, 64)]),
    "a feature in the hole of a building": (YARD, [box(100, 100, 50, 50)]),
    "a feature in the hole, touching it": (YARD, [box(50, 50, 50, 50)]),
    "a feature that fills the hole": (YARD, [box(50, 50, 300, 300)]),
    "a building in the hole of a feature": (box(100, 100), [YARD]),
    "a building that fills the hole of a feature": (box(50, 50, 300, 300), [YARD]),
    "an island in the hole of a feature": (box(95, 95, 20, 20), [YARD.union(box(100, 100, 5, 5))]),
    "a shared edge": (box(10, 0), [box(0, 0), box(20, 0), box(10, 10), box(10, -10)]),
    "a shared edge on a cell's border": (box(32, 32, 32, 32), [box(0, 32, 32, 32), box(64, 32, 32, 32)]),
    "one shared corner": (box(10, 10), [box(0, 0), box(20, 20)]),
    "a sliver of a micrometre": (box(0, 0), [box(-5, 5, 20, 1e-6)]),
    "a sliver beside": (box(0, 0), [box(10, 0, 1e-6, 10)]),
    "a building of a micrometre": (box(0, 0, 30, 1e-6), [box(10, -5, 10, 10)]),
    "features one upon the other": (box(0, 0), [box(-5, -5, 20, 20)] * 5),
    "a feature in a hundred thin strips": (
        box(0, 0),
        [shapely.union_all([box(-5, y, 20, 0.05) for y in range(-50, 50)])],
    ),
    "a U round the feature": (
        shapely.union_all([box(0, 0, 200, 10), box(0, 0, 10, 200), box(190, 0, 10, 200)]),
        [box(40, 40, 100, 100)],
    ),
}


@pytest.mark.parametrize("corner", sorted(CORNERS))
@pytest.mark.parametrize("case", sorted(DEGENERATE))
@pytest.mark.parametrize("turn", [0.0, 29.0])
def test_degenerate_ground(corner, case, turn):
    house, layer = DEGENERATE[case]
    turned = [shapely.affinity.rotate(shape, turn, origin=(0, 0)) for shape in (house, *layer)]
    there = moved(np.array(turned, dtype=object), CORNERS[corner])
    home = at_home(there, corner)
    slack = tolerance(home)
    found = shapes(there[:1])
    inside = area_inside(build_area_map(rings_of(there[1:]), dissolved=True), found)[0]
    union = shapely.union_all(home[1:])
    assert abs(inside - home[0].intersection(union).area) <= slack
    held = shapely.area(shapely.intersection(home[0], home[1:]))
    zone, share = zone_of(build_area_map(rings_of(there[1:]), dissolved=False), len(layer), found)
    if held.max() > slack:
        assert held[zone[0]] >= held.max() - slack
        assert abs(share[0] * home[0].area - held.max()) <= slack
    column = NearColumn(
        None, build_near_map(segments_of(there[1:]), 500.0), build_area_map(rings_of(there[1:]), dissolved=True)
    )
    assert abs(column.metres(found, in_one_piece)[0] - home[0].distance(union)) <= 1e-6
