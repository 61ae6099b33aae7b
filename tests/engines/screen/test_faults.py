"""Malformed files and broken runs: each gives a clear error or a line by id, and nothing half written."""

from __future__ import annotations

import math
import os
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from hemei.engines.screen import columns, near_map
from hemei.engines.screen.footprints import BROKEN, HUGE, NULL
from hemei.engines.screen.layers import LARGE
from hemei.engines.screen.measuring import Run, Stopped, Task
from hemei.engines.screen.reading import Unreadable, open_source
from hemei.engines.screen.writing import write_results

from .test_measuring import METRIC, X, Y, box, measure, put


def ring_of(vertices, radius):
    turn = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    reach = radius + 0.1 * radius * np.sin(40 * turn)
    return shapely.Polygon(np.column_stack([X + reach * np.cos(turn), Y + reach * np.sin(turn)]))


def test_a_footprint_of_too_many_vertices_is_named(tmp_path):
    buildings = put(tmp_path / "buildings.parquet", [box(0, 0), ring_of(100_001, 50.0)], ids=["a", "b"])
    got, report = measure(tmp_path, buildings, areas=(put(tmp_path / "redline.parquet", [box(-9, -9, 50, 50)]),))
    assert report.faults == {HUGE: ["b"]}
    assert got["redline_m2"] == [100.0, None]


def test_swapped_axes_are_named_before_a_system_is_proposed(tmp_path):
    degrees = gpd.GeoSeries([box(0, 0), box(30, 0)], crs=METRIC).to_crs(4490)
    swapped = shapely.transform(degrees.to_numpy(), lambda xy: xy[:, ::-1])
    gpd.GeoDataFrame({"id": [1, 2]}, geometry=swapped, crs=4490).to_parquet(tmp_path / "swapped.parquet")
    with pytest.raises(Unreadable, match="坐标轴顺序可能颠倒"):
        Run(Task(str(tmp_path / "swapped.parquet")))


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_geojson_that_names_no_system_is_refused(tmp_path, place):
    features = '"features": [{"type": "Feature", "properties": {"crs": null}, "geometry": null}]'
    parts = (
        ['"type": "FeatureCollection"', '"crs": null', features]
        if place == "before"
        else ['"type": "FeatureCollection"', features, '"crs": null']
    )
    path = tmp_path / "none.geojson"
    path.write_text("{" + ", ".join(parts) + "}")
    with pytest.raises(Unreadable, match="crs: null"):
        open_source(path)
    path.write_text("{" + ", ".join(part for part in parts if part != '"crs": null') + "}")
    assert open_source(path).rows == 1


def test_a_footprint_of_nearly_as_many_is_measured(tmp_path):
    star, red = ring_of(20_000, 300.0), box(-50, -500, 77, 1000)
    buildings = put(tmp_path / "buildings.parquet", [star])
    got, report = measure(tmp_path, buildings, areas=(put(tmp_path / "redline.parquet", [red]),))
    assert report.faults == {}
    assert got["redline_m2"][0] == pytest.approx(star.intersection(red).area, abs=1e-5)


def test_a_layer_s_polygon_of_very_many_vertices_is_used(tmp_path):
    area = ring_of(400_000, 3000.0)
    houses = [box(x, y) for x, y in np.random.default_rng(1).uniform(-3300, 3300, (300, 2))]
    buildings, layer = put(tmp_path / "buildings.parquet", houses), put(tmp_path / "redline.parquet", [area])
    got, _ = measure(tmp_path, buildings, areas=(layer,))
    shapely.prepare(area)
    np.testing.assert_allclose(got["redline_m2"], shapely.area(shapely.intersection(houses, area)), atol=1e-6)


OF_MILLIONS = """
import resource, sys
from hemei.engines.screen.layers import area_map_of, read_layer
from pyproj import CRS

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

for name in sys.argv[1:]:
    before = most()
    layer = read_layer(name, CRS.from_epsg(4546))
    area = layer.geometry[0].area
    area_map_of(layer, dissolved=True, beside=None, crs=CRS.from_epsg(4546))
    used = most() - before
assert layer.geometry[0].area == area
print(used)
"""


def test_a_polygon_of_millions_of_vertices_takes_little_memory(tmp_path):
    """So that ten million stay below 1.5 GB; the small one before it is for what any run needs."""
    turn = np.linspace(0, 2 * np.pi, LARGE + 100_000, endpoint=False)
    reach = 15_000.0 + np.random.default_rng(2).uniform(-0.5, 0.5, len(turn))
    jagged = shapely.Polygon(np.column_stack([X + reach * np.cos(turn), Y + reach * np.sin(turn)]))
    small, large = put(tmp_path / "small.parquet", [ring_of(9_000, 300.0)]), put(tmp_path / "large.parquet", [jagged])
    ran = subprocess.run([sys.executable, "-c", OF_MILLIONS, small, large], capture_output=True, text=True, check=True)
    assert int(ran.stdout) < 150 * len(turn)


def test_a_line_too_fine_for_memory_is_refused(monkeypatch):
    monkeypatch.setattr(near_map, "MOST_LISTED", 10_000)
    with pytest.raises(ValueError, match=r"1,000 段.*请先在制图软件中简化图层"):
        near_map.build_near_map(np.random.default_rng(1).uniform(0, 300, (1000, 4)), 50.0)


def test_features_that_cannot_be_used_are_named(tmp_path):
    flat = shapely.Polygon([(X, Y), (X + 10, Y), (X + 20, Y)])
    bow_tie = shapely.Polygon([(X, Y), (X + 10, Y + 10), (X + 10, Y), (X, Y + 10)])
    rows = [box(0, 0), None, shapely.Polygon(), flat, bow_tie, box(2, 2)]
    layer = put(tmp_path / "redline.parquet", rows, ids=["a", "b", "c", "d", "e", "a"])
    got, report = measure(tmp_path, put(tmp_path / "buildings.parquet", [box(0, 0, 50, 50)]), areas=(layer,))
    assert got["redline_m2"] == [pytest.approx(shapely.union_all([box(0, 0), box(2, 2)]).area)]
    said = "；".join(report.remarks)
    for line in ("id 有重复", "id b、c 几何为空", "id d、e 自相交", "id d 面积为零"):
        assert line in said


def test_a_layer_with_a_coordinate_that_is_no_number_is_refused_by_id(tmp_path):
    broken = shapely.set_coordinates(box(0, 0), np.array([[X, Y], [X, math.nan], [X + 9, Y + 9], [X + 9, Y], [X, Y]]))
    layer = put(tmp_path / "redline.parquet", [box(0, 0), broken], ids=["a", "b"])
    with pytest.raises(Unreadable, match=r"id b 有坐标不是数"):
        Run(Task(layer, areas=(layer,)))


@pytest.mark.parametrize("share", [0.02, 0.4, 0.8, 0.999])
def test_a_parquet_cut_anywhere_is_refused(tmp_path, share):
    path = tmp_path / "layer.parquet"
    put(path, [box(i, i) for i in range(3000)])
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(Unreadable, match="不是完整的 Parquet"):
        Run(Task(put(tmp_path / "buildings.parquet", [box(0, 0)]), areas=(str(path),)))


def test_a_parquet_damaged_in_the_middle_is_refused_and_nothing_is_written(tmp_path):
    path = tmp_path / "buildings.parquet"
    put(path, [ring_of(50 + i % 9, 5.0) for i in range(3000)])
    data = bytearray(path.read_bytes())
    data[4 : len(data) // 2] = os.urandom(len(data) // 2 - 4)
    path.write_bytes(data)
    with pytest.raises(Unreadable, match="读到一半出错"):
        measure(tmp_path, str(path))
    assert [left.name for left in tmp_path.iterdir()] == ["buildings.parquet"]


def as_geoarrow(path, geometry, ids):
    gpd.GeoDataFrame({"id": ids}, geometry=geometry, crs=METRIC).to_parquet(path, geometry_encoding="geoarrow")
    return str(path)


@pytest.mark.parametrize(
    "made",
    [
        [box(0, 0, 30, 30), None, box(30, 0, 20, 20).difference(box(33, 3, 4, 4))],
        [shapely.MultiPolygon([box(0, 0), box(20, 20)]), box(40, 0), None],
        [shapely.LineString([(X, Y), (X + 90, Y + 90)]), None],
        [shapely.MultiLineString([[(X, Y), (X + 9, Y)], [(X, Y + 50), (X + 40, Y + 50)]])],
        [shapely.Point(X + 5, Y + 5), shapely.Point(X + 70, Y)],
        [shapely.MultiPoint([(X + 5, Y + 5), (X + 70, Y)])],
    ],
)
def test_layers_in_geoarrow_are_read_as_they_are(tmp_path, made):
    ids = list(range(len(made)))
    buildings = put(tmp_path / "buildings.parquet", [box(x, y) for x in range(0, 60, 12) for y in range(0, 60, 12)])
    wkb, native = put(tmp_path / "layer.parquet", made), as_geoarrow(tmp_path / "native.parquet", made, ids)
    (tmp_path / "n").mkdir()
    os.rename(native, tmp_path / "n" / "layer.parquet")
    native = str(tmp_path / "n" / "layer.parquet")
    polygons = made[0].geom_type.endswith("Polygon")

    def options(name):
        return {"zones": (name,)} if polygons else {"near": ((name, 50.0),)}

    assert measure(tmp_path, buildings, **options(native))[0] == measure(tmp_path, buildings, **options(wkb))[0]


def test_buildings_in_geoarrow_with_faults_are_named(tmp_path):
    broken = shapely.set_coordinates(box(0, 0), np.array([[X, Y], [X, math.inf], [X + 9, Y + 9], [X + 9, Y], [X, Y]]))
    path = as_geoarrow(tmp_path / "buildings.parquet", [box(0, 0), None, broken, shapely.Polygon()], list("abcd"))
    assert measure(tmp_path, path)[1].faults == {NULL: ["b", "d"], BROKEN: ["c"]}


def test_buildings_that_are_points_in_geoarrow_are_refused(tmp_path):
    path = as_geoarrow(tmp_path / "buildings.parquet", [shapely.Point(X, Y)], [1])
    with pytest.raises(Unreadable, match="建筑应是面"):
        measure(tmp_path, path)


@pytest.mark.parametrize("workers", [1, 3])
def test_a_worker_that_dies_is_reported_with_its_rows(tmp_path, monkeypatch, workers):
    def dies(*_):
        raise MemoryError("no room")

    monkeypatch.setattr(columns, "area_inside", lambda _map, footprints, share: share(len(footprints), dies))
    monkeypatch.setattr("hemei.engines.screen.measuring.suspicions", lambda *_: [])
    buildings = put(tmp_path / "buildings.parquet", [box(i, 0) for i in range(40)])
    with pytest.raises(Stopped, match=r"量第 1–40 栋时，一个计算线程出错（MemoryError：no room）。结果没有写出"):
        measure(tmp_path, buildings, areas=(put(tmp_path / "redline.parquet", [box(0, 0)]),), workers=workers)
    assert not (tmp_path / "out.parquet").exists()


def test_a_killed_run_leaves_no_result_and_the_next_one_sweeps_up(tmp_path):
    """A process that dies without a word while it writes."""
    code = (
        "import os, sys, pyarrow as pa; from pathlib import Path;"
        "from hemei.engines.screen.writing import write_results;\n"
        "def tables():\n"
        "    yield pa.table({'id': [1]}), None\n"
        "    os.kill(os.getpid(), 9)\n"
        "write_results(Path(sys.argv[1]), tables(), None)"
    )
    out = tmp_path / "out.parquet"
    assert subprocess.run([sys.executable, "-c", code, out], check=False).returncode == -9
    assert not out.exists()
    run = Run(Task(put(tmp_path / "buildings.parquet", [box(0, 0)])))
    write_results(out, ((done.table, None) for done in run.batches()), run.crs)
    assert sorted(left.name for left in tmp_path.iterdir()) == ["buildings.parquet", "out.parquet"]
    assert pq.read_metadata(out).num_rows == 1


@pytest.mark.parametrize("name", ["none.parquet", "none.geojson", "none.gpkg"])
def test_a_file_without_buildings_gives_a_table_without_rows(tmp_path, name):
    zones, near = (put(tmp_path / f"{layer}.parquet", [box(0, 0)]) for layer in ("zones", "near"))
    frame = gpd.GeoDataFrame({"id": np.array([], np.int64)}, geometry=[], crs="EPSG:4546")
    frame.to_parquet(tmp_path / name) if name.endswith("parquet") else frame.to_file(tmp_path / name)
    found, report = measure(tmp_path, str(tmp_path / name), zones=(zones,), near=((near, 9.0),), crs="EPSG:4546")
    assert report.rows == 0
    assert found == {"id": [], "area_m2": [], "zones": [], "zones_share": [], "near_m": []}
