"""Whole runs, file to file: equality with plain overlays, bad rows by id, bad files refused, nothing half written."""

from __future__ import annotations

import json
import math

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from hemei.engines.screen.crs import Unmeasurable, proposed
from hemei.engines.screen.footprints import BROKEN, FLAT, NULL, OTHER, REPAIRED
from hemei.engines.screen.measuring import Run, Task
from hemei.engines.screen.reading import Unreadable
from hemei.engines.screen.writing import write_results

from .nasty import CORNER

X, Y = CORNER
METRIC = "EPSG:4546"


def box(x, y, width=10.0, height=10.0):
    return shapely.box(X + x, Y + y, X + x + width, Y + y + height)


def put(path, geometry, ids=None, crs=METRIC):
    frame = gpd.GeoDataFrame({"id": ids or range(len(geometry))}, geometry=list(geometry), crs=crs)
    frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_file(path)
    return str(path)


def measure(folder, buildings, **layers):
    run = Run(Task(buildings, **layers))
    out = folder / "out.parquet"
    write_results(out, ((done.table, None) for done in run.batches()), run.source.crs)
    return pq.read_table(out).to_pydict(), run.report


@pytest.fixture
def district(tmp_path):
    """Forty houses of several shapes, two zones, overlapping red lines, a river."""
    rng = np.random.default_rng(5)
    houses = []
    for x, y in rng.uniform(0, 300, (40, 2)):
        house = box(x, y, *rng.uniform(6, 20, 2))
        houses.append(house if rng.random() < 0.5 else house.union(box(x + 3, y + 3, 15, 4)))
    layers = {
        "zones": [box(0, 0, 150, 400), box(150, 0, 250, 400)],
        "redline": [box(50, 50, 120, 90), box(100, 20, 90, 120)],
        "rivers": [shapely.LineString([(X, Y), (X + 170, Y + 130), (X + 320, Y + 330)])],
    }
    return houses, layers, {name: put(tmp_path / f"{name}.parquet", made) for name, made in layers.items()}


@pytest.mark.parametrize("workers", [1, 2])
def test_every_column_equals_plain_geos(tmp_path, district, workers):
    houses, layers, files = district
    buildings = put(tmp_path / "buildings.parquet", houses)
    got, report = measure(
        tmp_path,
        buildings,
        zones=(files["zones"],),
        areas=(files["redline"],),
        near=((files["rivers"], 50.0),),
        workers=workers,
    )
    assert report.rows == 40
    held = np.array([[h.intersection(z).area for z in layers["zones"]] for h in houses])
    assert got["zones"] == held.argmax(axis=1).tolist()
    np.testing.assert_allclose(
        got["redline_m2"], [h.intersection(shapely.union_all(layers["redline"])).area for h in houses], atol=1e-6
    )
    for metres, house in zip(got["rivers_m"], houses, strict=True):
        expected = house.distance(layers["rivers"][0])
        assert (metres is None and expected > 50.0) or math.isclose(metres, expected, abs_tol=1e-6)


def test_kept_maps_give_the_same_columns(tmp_path, district):
    houses, _, files = district
    buildings = put(tmp_path / "buildings.parquet", houses)
    task = {"zones": (files["zones"],), "areas": (files["redline"],), "near": ((files["rivers"], 50.0),)}
    first, _ = measure(tmp_path, buildings, **task)
    kept = sorted((tmp_path / ".control-maps").iterdir())
    assert len([path for path in kept if path.suffix == ".map"]) == 3
    again, _ = measure(tmp_path, buildings, **task)
    assert first == again
    for path in kept:
        path.write_bytes(path.read_bytes()[:5000])
    assert measure(tmp_path, buildings, **task)[0] == first


def test_rows_that_cannot_be_measured_are_named_and_stay(tmp_path):
    bow_tie = shapely.Polygon([(X, Y), (X + 10, Y + 10), (X + 10, Y), (X, Y + 10)])
    flat = shapely.Polygon([(X, Y), (X + 10, Y), (X + 20, Y)])
    unbounded = shapely.set_coordinates(
        box(0, 0), np.array([[X, Y], [X, math.nan], [X + 9, Y + 9], [X + 9, Y], [X, Y]])
    )
    rows = [box(0, 0), None, shapely.Polygon(), shapely.Point(X, Y), bow_tie, flat, unbounded]
    buildings = put(tmp_path / "buildings.parquet", rows, ids=list("abcdefg"))
    redline = put(tmp_path / "redline.parquet", [box(-50, -50, 100, 100)])
    got, report = measure(tmp_path, buildings, areas=(redline,))
    assert got["id"] == list("abcdefg")
    assert [None if v is None else round(v, 6) for v in got["redline_m2"]] == [100, None, None, None, 50, None, None]
    assert report.faults == {NULL: ["b", "c"], OTHER: ["d"], REPAIRED: ["e"], FLAT: ["f"], BROKEN: ["g"]}


def test_ids_that_come_twice_are_named(tmp_path):
    buildings = put(tmp_path / "buildings.parquet", [box(0, 0), box(20, 0), box(40, 0)], ids=[7, 8, 7])
    assert measure(tmp_path, buildings)[1].faults == {"id 重复，各行都量了": [7]}


def test_files_of_other_kinds_and_systems_are_converted(tmp_path, district):
    houses, _, files = district
    degrees = gpd.GeoSeries(houses, crs=METRIC).to_crs("EPSG:4490")
    plain = put(tmp_path / "buildings.parquet", houses)
    other = put(tmp_path / "buildings.gpkg", degrees.to_list(), crs="EPSG:4490")
    expected, _ = measure(tmp_path, plain, areas=(files["redline"],))
    got, _ = measure(tmp_path, other, areas=(files["redline"],), crs=METRIC)
    np.testing.assert_allclose(got["redline_m2"], expected["redline_m2"], atol=1e-3)


def test_degrees_are_refused_with_a_proposal(tmp_path):
    buildings = put(tmp_path / "buildings.geojson", [shapely.box(110.6, 31.7, 110.7, 31.8)], crs="EPSG:4326")
    with pytest.raises(Unmeasurable, match="EPSG:4546"):
        Run(Task(buildings))


@pytest.mark.parametrize(("place", "code"), [((110.68, 31.74), 4546), ((75.0, 40.0), 4534), ((1.6, 42.5), 32631)])
def test_the_proposal_fits_the_place(place, code):
    assert proposed(*place) == code


def test_degrees_said_to_be_metres_are_refused(tmp_path):
    buildings = put(tmp_path / "buildings.parquet", [shapely.box(110.6, 31.7, 110.7, 31.8)], crs=METRIC)
    with pytest.raises(Unreadable, match="经纬度"):
        measure(tmp_path, buildings)


def test_an_empty_crs_is_refused(tmp_path):
    path = tmp_path / "buildings.parquet"
    put(path, [box(0, 0)])
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    geo["columns"]["geometry"]["crs"] = None
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    with pytest.raises(Unreadable, match="crs: null"):
        Run(Task(str(path)))


def test_a_file_cut_short_is_refused(tmp_path):
    path = tmp_path / "buildings.parquet"
    put(path, [box(i, i) for i in range(1000)])
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(Unreadable, match="不是完整的 Parquet"):
        Run(Task(str(path)))


def test_geoarrow_polygons_are_read_as_they_are(tmp_path, district):
    houses, _, files = district
    plain = put(tmp_path / "plain.parquet", houses)
    frame = gpd.GeoDataFrame({"id": range(len(houses))}, geometry=houses, crs=METRIC)
    frame.to_parquet(tmp_path / "native.parquet", geometry_encoding="geoarrow")
    expected, _ = measure(tmp_path, plain, areas=(files["redline"],))
    got, _ = measure(tmp_path, str(tmp_path / "native.parquet"), areas=(files["redline"],))
    assert got == expected


def test_a_run_that_fails_leaves_no_output(tmp_path):
    def tables():
        yield pa.table({"id": [1]}), None
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        write_results(tmp_path / "out.parquet", tables(), None)
    assert list(tmp_path.iterdir()) == []


def test_two_layers_of_one_name_are_refused(tmp_path):
    (tmp_path / "b").mkdir()
    one, two = put(tmp_path / "z.parquet", [box(0, 0)]), put(tmp_path / "b" / "z.parquet", [box(0, 0)])
    with pytest.raises(Unreadable, match="都叫"):
        Run(Task(one, zones=(one,), areas=(two,)))


@pytest.mark.parametrize("name", ["out.parquet", "out.gpkg", "out.geojson", "out.shp", "out.csv"])
def test_results_are_written_in_the_asked_format(tmp_path, district, name):
    houses, _, files = district
    run = Run(Task(put(tmp_path / "buildings.parquet", houses), areas=(files["redline"],)))
    out = tmp_path / name
    shaped = name != "out.csv"
    rows = write_results(
        out, ((done.table, done.geometry if shaped else None) for done in run.batches()), run.source.crs
    )
    assert rows == 40
    if name == "out.parquet":
        assert gpd.read_parquet(out).geometry.iloc[3].equals(houses[3])
        assert gpd.read_parquet(out).crs == METRIC
    elif shaped:
        assert gpd.read_file(out).geometry.area.sum() == pytest.approx(sum(house.area for house in houses), rel=1e-6)
    else:
        assert out.read_text().splitlines()[0] == '"id","area_m2","redline_m2"'
