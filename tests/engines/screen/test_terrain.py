"""Slope, elevation and slope toe on made-up ground, with a void in it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pyproj import CRS

from hemei.engines.screen.reading import Unreadable
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import footprints_of
from hemei.engines.screen.terrain import (
    Terrain,
    keep_terrain,
    read_terrain,
    slope_around,
    slope_toe,
    terrain_at,
    toe_distance,
)

from .nasty import CASES
from .rasters import geotiff

places = st.floats(15, 80)
CRS_M = CRS.from_epsg(4546)
X, Y = 501_000.0, 3_515_000.0


def ground(void=False, shift=0):
    """Flat to the west of column 20 (and `shift`), rising 45° to the east of it; pixels of 10 m; perhaps a void in the
    flat part."""
    column = np.arange(40.0) - shift
    height = np.tile(100.0 + 10.0 * np.maximum(column - 20, 0), (40, 1))
    if void:
        height[20, 5] = np.nan
    return Terrain(height, CRS_M, X + 5, Y + 395, 10.0, 10.0)


def houses(*places):
    return footprints_of(rings_of(np.array([shapely.box(X + x, Y + y, X + x + 10, Y + y + 10) for x, y in places])))


def test_slope_and_elevation():
    found = terrain_at(ground(), houses((95, 195), (300, 200)), CRS_M)
    assert found["slope_deg"] == pytest.approx([0.0, 45.0])
    assert found["elevation_m"] == pytest.approx([100.0, 200.0])


def test_the_toe_is_where_steep_pixels_begin():
    toe = slope_toe(ground(), CRS_M, steeper_than=40.0, within_m=50.0)
    metres = toe_distance(toe, houses((180, 200), (250, 200), (100, 200)))
    # The pixel of column 20 has half the slope; the first steep one, column 21, begins at x = 210.
    assert metres[:2] == pytest.approx([20.0, 0.0])
    assert np.isnan(metres[2])


def test_over_and_near_a_void_nothing_is_known():
    terrain = ground(void=True)
    over = terrain_at(terrain, houses((50, 190)), CRS_M)
    assert np.isnan(over["slope_deg"]).all()
    toe = slope_toe(terrain, CRS_M, steeper_than=40.0, within_m=500.0)
    metres = toe_distance(toe, houses((80, 190), (190, 190)))
    assert np.isnan(metres[0])
    assert metres[1] == pytest.approx(10.0)


def test_slopes_within_the_position_error():
    low, high = slope_around(ground(), houses((95, 195), (201, 195), (203, 195)), CRS_M, np.array([5.0, 5.0, 0.0]))
    assert low == pytest.approx([0.0, 26.565, 26.565], abs=1e-3)
    assert high == pytest.approx([0.0, 45.0, 26.565], abs=1e-3)
    near_a_void, at_the_rim = slope_around(ground(void=True), houses((62, 190), (8, 195)), CRS_M, np.array([6.0, 6.0]))[
        0
    ]
    assert np.isnan([near_a_void, at_the_rim]).all()


@settings(max_examples=CASES // 3, deadline=None)
@given(
    st.integers(0, 2**31),
    st.floats(15, 80),
    st.floats(15, 80),
    st.floats(0, 25),
    st.floats(0, 0.999),
    st.floats(0, 6.3),
)
def test_wherever_a_house_stands_within_its_error_the_slope_is_in_the_range(seed, x, y, error, part, turn):
    terrain = Terrain(np.random.default_rng(seed).uniform(0, 9, (10, 10)), CRS_M, X + 5, Y + 95, 10.0, 10.0)
    low, high = slope_around(terrain, houses((x, y)), CRS_M, np.array([error]))
    there = houses((x + error * part * np.cos(turn), y + error * part * np.sin(turn)))
    slope = terrain_at(terrain, there, CRS_M)["slope_deg"][0]
    if np.isnan(slope):
        assert np.isnan([low[0], high[0]]).all()
    else:
        assert np.isnan(low[0]) or low[0] <= slope <= high[0]


def test_outside_the_raster_nothing_is_known():
    found = terrain_at(ground(), houses((-500, 0)), CRS_M)
    assert np.isnan(found["elevation_m"]).all()
    assert np.isnan(found["slope_deg"]).all()


def written(path, terrain):
    """The ground as a GeoTIFF."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(geotiff(terrain.height, (X, Y + 400)))
    return path


def test_a_geotiff_is_read_with_its_place_and_voids(tmp_path):
    terrain = read_terrain(written(tmp_path / "dem.tif", ground(void=True)))
    assert (terrain.x0, terrain.y0, terrain.dx, terrain.crs.to_epsg()) == (X + 5, Y + 395, 10.0, 4546)
    np.testing.assert_array_equal(np.isnan(terrain.height), np.isnan(ground(void=True).height))


def test_a_picture_without_a_place_is_refused(tmp_path):
    Image.new("F", (3, 3)).save(tmp_path / "dem.tif")
    with pytest.raises(Unreadable, match="带坐标系的 GeoTIFF"):
        read_terrain(tmp_path / "dem.tif")


def test_slope_is_the_same_whole_in_strips_and_pixel_by_pixel(monkeypatch):
    rng = np.random.default_rng(3)
    height = rng.normal(500, 30, (37, 23))
    height[5, 7] = height[30, 0] = np.nan
    for crs, size in ((CRS_M, 10.0), (CRS.from_epsg(4490), 0.0001)):
        terrain = Terrain(height, crs, 110.0, 31.0, size, size)
        whole = terrain.slope()
        monkeypatch.setattr("hemei.engines.screen.terrain.STRIP", 4)
        np.testing.assert_allclose(terrain.slope(), whole, rtol=1e-6)
        row, column = (axis.ravel() for axis in np.indices(height.shape))
        np.testing.assert_allclose(terrain.slope_at(row, column), whole.ravel(), rtol=1e-9)
        cropped = terrain.crop(slice(3, 30), slice(2, 20))
        np.testing.assert_allclose(cropped.slope()[1:-1, 1:-1], whole[4:29, 3:19], rtol=1e-6)
        monkeypatch.undo()


def test_kept_heights_are_mapped_and_the_same(tmp_path):
    terrain = ground(void=True)
    keep_terrain(terrain, tmp_path / "kept" / "dem.npy")
    again = read_terrain(tmp_path / "kept" / "dem.npy")
    assert isinstance(again.height, np.memmap)
    assert (again.x0, again.y0, again.dx, again.dy) == (terrain.x0, terrain.y0, terrain.dx, terrain.dy)
    assert again.crs == terrain.crs
    np.testing.assert_allclose(again.height, terrain.height)
    places = houses((95, 195), (300, 200), (50, 190))
    for name, values in terrain_at(again, places, CRS_M).items():
        np.testing.assert_allclose(values, terrain_at(terrain, places, CRS_M)[name], rtol=1e-6)
