"""Our tiles, read back by an independent decoder."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from hemei.maps import mvt
from hemei.terms import tile

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False), st.text(max_size=8)
)


def read(data: bytes) -> dict[str, Any]:
    decoded: dict[str, Any] = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
    return decoded


@given(st.lists(st.tuples(st.integers(-64, 4160), st.integers(-64, 4160), VALUES, VALUES), min_size=1, max_size=30))
def test_points_come_back_as_they_were_given(rows: list[tuple[int, int, Any, Any]]) -> None:
    x, y, first, second = zip(*rows, strict=True)
    features = read(mvt.points("places", x, y, {"state": first, "label": second}, ids=range(len(rows))))["places"][
        "features"
    ]
    for index, feature in enumerate(features):
        expected = {"state": first[index], "label": second[index]}
        assert feature["id"] == index
        assert feature["geometry"]["coordinates"] == [x[index], y[index]]
        assert feature["properties"] == {key: value for key, value in expected.items() if value is not None}
        for key, value in feature["properties"].items():
            assert type(value) is type(expected[key])


@given(st.floats(-180, 179.99), st.floats(-84, 84), st.integers(0, 18))
def test_a_point_lies_inside_the_tile_its_key_names(lon: float, lat: float, z: int) -> None:
    shift = 2 * (tile.ZOOM - z)
    column = row = 0
    for bit in range(z):
        pair = (tile.key(lon, lat) >> shift) >> (2 * bit)
        column |= (pair & 1) << bit
        row |= (pair >> 1 & 1) << bit
    x, y = mvt.project(z, column, row, lon, lat)
    assert -0.01 <= float(x) <= mvt.EXTENT + 0.01
    assert -0.01 <= float(y) <= mvt.EXTENT + 0.01


def test_an_empty_layer_is_no_layer() -> None:
    assert mvt.points("places", [], [], {"state": []}) == b""


def test_layers_add_up_to_a_tile() -> None:
    both = mvt.points("places", [1], [2], {"state": ["found"]}) + mvt.points("truncated", [0], [0], {"left_out": [7]})
    decoded = read(both)
    assert set(decoded) == {"places", "truncated"}
    assert decoded["truncated"]["features"][0]["properties"] == {"left_out": 7}


def test_an_area_is_cut_to_the_tile_and_keeps_its_hole() -> None:
    west, south, east, north = tile.bounds(10, 826, 417)
    width, height = east - west, north - south
    village = shapely.box(west - width, south + 0.2 * height, west + 0.8 * width, south + 0.8 * height)
    pond = shapely.box(west + 0.2 * width, south + 0.4 * height, west + 0.4 * width, south + 0.6 * height)
    elsewhere = shapely.transform(pond, lambda at: at + 5)
    data = mvt.areas("regions", (10, 826, 417), [elsewhere, village - pond], {"name": ["外村", "云台村"]})
    (feature,) = read(data)["regions"]["features"]
    assert feature["properties"] == {"name": "云台村"}
    drawn = shapely.geometry.shape(feature["geometry"])
    assert drawn.geom_type == "Polygon"
    assert len(drawn.interiors) == 1
    assert drawn.bounds[0] == -mvt.BUFFER
    assert drawn.area == pytest.approx((0.8 * 0.6 - 0.2 * 0.2) * mvt.EXTENT**2 + 64 * 0.6 * mvt.EXTENT, rel=0.01)


def test_it_is_at_least_twice_as_fast_as_the_public_encoder() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.integers(0, mvt.EXTENT, (2, 2000))
    columns = {"state": ["found", "accepted"] * 1000, "label": [f"青石村 {n} 号" for n in range(2000)]}
    features = [
        {"geometry": f"POINT({a} {b})", "properties": {"state": state, "label": label}}
        for a, b, state, label in zip(x, y, *columns.values(), strict=True)
    ]

    def fastest(encode: Callable[[], bytes]) -> float:
        times = []
        for _ in range(5):
            start = time.process_time()
            encode()
            times.append(time.process_time() - start)
        return min(times)

    ours = fastest(lambda: mvt.points("places", x, y, columns))
    theirs = fastest(lambda: mapbox_vector_tile.encode({"name": "places", "features": features}))
    assert 2 * ours < theirs
