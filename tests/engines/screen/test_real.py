"""All buildings of a real mountain district (© OpenStreetMap contributors, ODbL) against GEOS's plain overlay."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import CRS

from hemei.engines.screen.area_map import build_area_map
from hemei.engines.screen.inside import area_inside, zone_of
from hemei.engines.screen.layers import read_layer
from hemei.engines.screen.near_map import build_near_map, segments_of
from hemei.engines.screen.nearest import distance
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import footprints_of

REAL = Path(os.environ.get("HEMEI_REAL_DATA") or Path(__file__).parents[4] / "shared" / "data")
ANDORRA = REAL / "andorra" / "andorra_2025-01-19.gpkg"
UTM = CRS.from_epsg(32631)

pytestmark = [pytest.mark.real, pytest.mark.skipif(not ANDORRA.is_file(), reason=f"needs {ANDORRA}")]


@pytest.fixture(scope="module")
def layers():
    names = ("buildings", "landcover", "waterways", "roads")
    return {name: read_layer(f"{ANDORRA}|layername={name}", UTM).geometry for name in names}


def test_areas_in_an_overlapping_layer(layers):
    buildings, cover = layers["buildings"], layers["landcover"]
    got = area_inside(build_area_map(rings_of(cover), dissolved=True), footprints_of(rings_of(buildings)))
    row, feature = shapely.STRtree(cover).query(buildings, predicate="intersects")
    order = np.argsort(row, kind="stable")
    expected = np.zeros(len(buildings))
    for part in np.split(order, np.flatnonzero(np.diff(row[order])) + 1):
        i = row[part[0]]
        expected[i] = shapely.area(shapely.intersection(buildings[i], shapely.union_all(cover[feature[part]])))
    assert (expected > 0).sum() > 1000
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-6)


def test_the_feature_that_holds_most(layers):
    buildings, cover = layers["buildings"], layers["landcover"]
    zone, share = zone_of(
        build_area_map(rings_of(cover), dissolved=False), len(cover), footprints_of(rings_of(buildings))
    )
    row, feature = shapely.STRtree(cover).query(buildings, predicate="intersects")
    held = shapely.area(shapely.intersection(buildings[row], cover[feature]))
    most = np.zeros(len(buildings))
    np.maximum.at(most, row, held)
    some = most > 1e-6
    np.testing.assert_allclose((share * shapely.area(buildings))[some], most[some], rtol=0, atol=1e-6)
    own = dict(zip(zip(row.tolist(), feature.tolist(), strict=True), held.tolist(), strict=True))
    assert all(abs(own[i, int(zone[i])] - most[i]) <= 1e-6 for i in np.flatnonzero(some))


@pytest.mark.parametrize("name", ["waterways", "roads"])
def test_distances(layers, name):
    buildings, lines = layers["buildings"], layers[name]
    got = distance(build_near_map(segments_of(lines), 50.0), footprints_of(rings_of(buildings)))
    (row, _), metres = shapely.STRtree(lines).query_nearest(
        buildings, max_distance=50.0, return_distance=True, all_matches=False
    )
    expected = np.full(len(buildings), np.nan)
    expected[row] = metres
    np.testing.assert_array_equal(np.isnan(got), np.isnan(expected))
    np.testing.assert_allclose(got[row], metres, rtol=0, atol=1e-6)
