import doctest

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from hemei.engines.tables import coordinates
from hemei.engines.tables.coordinates import (
    UnknownSystem,
    bd,
    gcj,
    geometry_to_cgcs2000,
    point_fault,
    shifted_by,
    to_cgcs2000,
)

ON_EARTH = pyproj.Geod(ellps="GRS80")
HONGPING = (110.45, 31.67)
in_china = st.tuples(st.floats(75, 134), st.floats(4, 53))


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(ON_EARTH.inv(*one, *other)[2])


def brought(x: float, y: float, system: str) -> tuple[float, float]:
    lon, lat = to_cgcs2000(x, y, system)
    return float(lon[0]), float(lat[0])


def shifted(lon: float, lat: float) -> tuple[float, float]:
    x, y = gcj(np.array([lon]), np.array([lat]))
    return float(x[0]), float(y[0])


def test_the_examples_in_the_docstrings() -> None:
    assert doctest.testmod(coordinates).attempted
    assert not doctest.testmod(coordinates).failed


@pytest.mark.parametrize(
    ("wgs", "published"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_the_shift_is_the_published_one(wgs: tuple[float, float], published: tuple[float, float]) -> None:
    """The test points of the eviltransform libraries."""
    assert shifted(*wgs) == pytest.approx(published, abs=1e-9)
    assert metres_between(brought(*published, "GCJ-02"), wgs) < 0.1


@given(in_china)
def test_gcj02_is_undone_to_less_than_a_tenth_of_a_metre(place: tuple[float, float]) -> None:
    there = shifted(*place)
    assert 50 < metres_between(place, there) < 900
    assert metres_between(brought(*there, "GCJ-02"), place) < 0.1


@given(in_china)
def test_bd09_is_undone_to_less_than_a_tenth_of_a_metre(place: tuple[float, float]) -> None:
    lon, lat = bd(*gcj(np.array([place[0]]), np.array([place[1]])))
    assert metres_between(brought(float(lon[0]), float(lat[0]), "bd09"), place) < 0.1


def test_outside_china_gcj02_is_wgs84() -> None:
    assert brought(1.52, 42.51, "GCJ-02") == (1.52, 42.51)


@pytest.mark.parametrize("system", ["EPSG:4326", "EPSG:4490", "wgs84", "CGCS2000", "ｅｐｓｇ：４４９０"])
def test_degrees_of_the_same_datum_stay_as_they_are(system: str) -> None:
    assert brought(*HONGPING, system) == HONGPING


@given(st.floats(-1.4, 1.4), st.floats(20, 52), st.sampled_from([0, 12, 20]))
def test_the_plane_with_and_without_zone_number(off: float, lat: float, which: int) -> None:
    """Zone 25 has its central meridian at 75°E; EPSG numbers both families in steps of one zone."""
    zone = 25 + which
    lon = 3 * zone + off
    meridian = f"+proj=tmerc +lat_0=0 +lon_0={3 * zone} +k=1 +x_0=500000 +y_0=0 +ellps=GRS80"
    easting, northing = pyproj.Proj(meridian)(lon, lat)
    for system, x in ((f"EPSG:{4534 + which}", easting), (f"EPSG:{4513 + which}", easting + zone * 1_000_000)):
        assert metres_between(brought(x, northing, system), (lon, lat)) < 0.01
        assert point_fault(x, northing, system) == ""


@pytest.mark.parametrize("system", [None, "", "  "])
def test_coordinates_that_nobody_labelled_are_refused(system: str | None) -> None:
    with pytest.raises(UnknownSystem, match="没有写明坐标系"):
        to_cgcs2000(*HONGPING, system)


@pytest.mark.parametrize("system", ["EPSG:4214", "EPSG:4610", "EPSG:2383", "EPSG:2434", "EPSG:27700", "EPSG:5773"])
def test_datums_without_public_parameters_are_refused(system: str) -> None:
    with pytest.raises(UnknownSystem, match="测绘部门"):
        to_cgcs2000(500_000, 3_500_000, system)


@pytest.mark.parametrize("system", ["EPSG:999999", "火星坐标", "4490"])
def test_what_is_no_system_is_refused(system: str) -> None:
    if system == "4490":  # a bare number is what people write for EPSG:4490, and what pyproj understands
        assert brought(*HONGPING, system) == HONGPING
    else:
        with pytest.raises(UnknownSystem, match="不认识"):
            to_cgcs2000(*HONGPING, system)


@pytest.mark.parametrize(
    ("x", "y", "system", "said"),
    [
        (None, None, "EPSG:4490", "没有坐标"),
        (float("nan"), 31.0, "EPSG:4490", "没有坐标"),
        (0.0, 0.0, "EPSG:4490", "请留空"),
        (31.67, 110.45, "EPSG:4490", "写反"),
        (31.67, 110.45, "GCJ-02", "写反"),
        (11045.0, 3167.0, "EPSG:4490", "小数点"),
        (3_505_000.0, 447_800.0, "EPSG:4546", "X坐标 是纵坐标"),
        (3_505_000.0, 37_447_800.0, "EPSG:4525", "X坐标 是纵坐标"),
        (37_447_800.0, 3_505_000.0, "EPSG:4546", "EPSG:4525"),
        (447_800.0, 3_505_000.0, "EPSG:4525", "没有带号"),
        (38_447_800.0, 3_505_000.0, "EPSG:4525", "不在 EPSG:4525 这一带"),
    ],
)
def test_a_point_without_a_place_is_explained(x: float | None, y: float | None, system: str, said: str) -> None:
    assert said in point_fault(x, y, system)
    if x is not None and y is not None:
        assert all(np.isnan(part).all() for part in to_cgcs2000(x, y, system))


def test_one_bad_point_among_many_spoils_no_other() -> None:
    lon, lat = to_cgcs2000([447_800.0, np.nan, 3_505_000.0], [3_505_000.0, 1.0, 447_800.0], "EPSG:4546")
    assert np.isnan(lon).tolist() == np.isnan(lat).tolist() == [False, True, True]
    assert metres_between((lon[0], lat[0]), HONGPING) < 1_000


def test_a_footprint_is_brought_vertex_by_vertex_with_its_heights() -> None:
    there = shapely.Polygon([(*shifted(110.45 + dx, 31.67 + dy), 1800.0) for dx, dy in ((0, 0), (1e-4, 0), (0, 1e-4))])
    here = shapely.from_wkb(geometry_to_cgcs2000(bytes(shapely.to_wkb(there)), "GCJ-02"))
    assert here.exterior.coords[0] == pytest.approx((110.45, 31.67, 1800.0), abs=1e-8)
    assert len(here.exterior.coords) == 4


def test_a_hundred_thousand_points_at_once() -> None:
    lon, lat = np.linspace(109, 112, 100_000), np.linspace(30, 33, 100_000)
    x, y = to_cgcs2000(*gcj(lon, lat), "GCJ-02")
    assert np.abs(x - lon).max() < 1e-8
    assert np.abs(y - lat).max() < 1e-8


@given(in_china, st.floats(0, 360), st.floats(0, 0.2))
def test_a_spot_that_differs_as_gcj02_does_is_noticed_whichever_of_the_two_is_shifted(
    place: tuple[float, float], bearing: float, off: float
) -> None:
    length = metres_between(place, shifted(*place))
    lon, lat, _back = ON_EARTH.fwd(*shifted(*place), bearing, off * length)
    apart = metres_between(place, (lon, lat))
    assert shifted_by(*place, lon, lat) == pytest.approx(apart, abs=0.51)
    assert shifted_by(lon, lat, *place) == pytest.approx(apart, abs=0.51)


@given(in_china, st.floats(40, 140), st.sampled_from([-1, 1]), st.floats(0.5, 2))
def test_as_far_off_in_another_direction_is_not(
    place: tuple[float, float], turn: float, side: int, times: float
) -> None:
    bearing, _back, length = ON_EARTH.inv(*place, *shifted(*place))
    lon, lat, _back = ON_EARTH.fwd(*place, bearing + side * turn, times * length)
    assert shifted_by(*place, lon, lat) is None


def test_where_nothing_is_shifted_there_is_nothing_to_notice() -> None:
    assert shifted_by(2.3, 48.9, 2.3, 48.9) is None
    assert shifted_by(*HONGPING, *HONGPING) is None
