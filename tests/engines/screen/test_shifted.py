"""Layers and buildings in GCJ-02 that do not say so are suspected; others are not."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from hemei.engines.screen.measuring import Run, Task
from hemei.engines.screen.shifted import gcj_shift, off_neighbours
from hemei.engines.tables import coordinates

METRIC = "EPSG:4546"
X, Y = 501_000.0, 3_515_000.0
DEGREES = Transformer.from_crs(METRIC, "OGC:CRS84", always_xy=True)


def as_gcj(geometry):
    """What a file holds whose points were taken from a Chinese web map."""

    def shifted(xy):
        lon, lat = coordinates.gcj(*DEGREES.transform(xy[:, 0], xy[:, 1]))
        return np.column_stack(DEGREES.transform(lon, lat, direction="INVERSE"))

    return shapely.transform(geometry, shifted)


@pytest.fixture(scope="module")
def valley():
    """A river with houses on both banks, parcels with a house in most, and fields with few houses, over 12 km."""
    rng = np.random.default_rng(11)
    along = np.linspace(0, 12_000, 400)
    river = np.column_stack([X + along, Y + 1500 * np.sin(along / 1500)])
    middle = river[rng.integers(0, 400, 3000)] + rng.normal(0, 150, (3000, 2))
    corner = np.stack(np.meshgrid(X + np.arange(0, 12_000, 60), Y + np.arange(-2500, 2500, 60)), -1).reshape(-1, 2)
    parcels = shapely.box(*corner.T, corner[:, 0] + 55, corner[:, 1] + 55)
    cell = np.floor((middle - (X, Y - 2500)) / 60)
    middle = (X, Y - 2500) + cell * 60 + 27.5 + rng.uniform(-8, 8, (3000, 2))
    houses = shapely.box(*(middle - 9).T, *(middle + 9).T)
    free = np.setdiff1d(np.arange(len(parcels)), shapely.STRtree(parcels).query(houses)[1])
    return {
        "buildings": houses,
        "river": np.array([shapely.LineString(river)]),
        "parcels": parcels,
        "fields": parcels[rng.permutation(free)[:6000]],
        "elsewhere": shapely.buffer(shapely.points(np.array([X, Y - 6000]) + rng.uniform(0, 12_000, (60, 2))), 300),
    }


def remarks(folder, layers):
    name = {}
    for layer, geometry in layers.items():
        name[layer] = str(folder / f"{layer}.parquet")
        gpd.GeoDataFrame({"id": range(len(geometry))}, geometry=geometry, crs=METRIC).to_parquet(name[layer])
    areas = (name["fields"], name["elsewhere"])
    task = Task(name["buildings"], (name["parcels"],), areas, ((name["river"], 50.0),), keep_maps=False)
    run = Run(task)
    assert sum(done.table.num_rows for done in run.batches()) == len(layers["buildings"])
    return [remark for remark in run.report.remarks if "GCJ-02" in remark]


def test_layers_that_lie_right_are_not_suspected(tmp_path, valley):
    assert remarks(tmp_path, valley) == []


@pytest.mark.parametrize("layer", ["river", "parcels", "fields"])
def test_a_layer_in_gcj02_is_suspected_and_no_other(tmp_path, valley, layer):
    said = remarks(tmp_path, valley | {layer: as_gcj(valley[layer])})
    assert [remark.partition("：")[0] for remark in said] == [layer]
    assert "向提供数据的单位核实" in said[0]


def test_buildings_in_gcj02_are_suspected(tmp_path, valley):
    said = remarks(tmp_path, valley | {"buildings": as_gcj(valley["buildings"])})
    assert len(said) == 1
    assert said[0].startswith("buildings：建筑疑似是 GCJ-02")
    assert "对照 parcels、fields、river" in said[0]


def test_a_layer_that_has_nothing_to_do_with_the_houses_is_not_suspected(tmp_path, valley):
    assert remarks(tmp_path, valley | {"elsewhere": as_gcj(valley["elsewhere"])}) == []


@pytest.fixture(scope="module")
def neighbours(valley):
    """Zones that follow the parcels' borders, a river apart from both, and patches that share lines with nothing."""
    rng = np.random.default_rng(4)
    block = np.floor(shapely.get_coordinates(shapely.centroid(valley["parcels"])) / 600.0)
    of = np.unique(block, axis=0, return_inverse=True)[1].reshape(-1)
    zones = np.array([shapely.convex_hull(shapely.union_all(valley["parcels"][of == k])) for k in range(of.max() + 1)])
    patches = shapely.buffer(shapely.points(np.array([X, Y - 2500]) + rng.uniform(0, 12_000, (300, 2)) * [1, 0.4]), 90)
    return {"parcels": valley["parcels"], "zones": zones, "river": valley["river"], "patches": patches}


def test_layers_that_share_lines_or_none_are_not_suspected(neighbours):
    assert list(off_neighbours(neighbours, CRS.from_user_input(METRIC))) == []


@pytest.mark.parametrize(("layer", "other"), [("zones", "parcels"), ("parcels", "zones")])
def test_a_layer_off_its_neighbours_as_gcj02_is_suspected(neighbours, layer, other):
    said = list(off_neighbours(neighbours | {layer: as_gcj(neighbours[layer])}, CRS.from_user_input(METRIC)))
    assert [one.partition("：")[0] for one in said] == [layer]
    assert f"才与 {other} 相合" in said[0]
    assert "没有自动移动" in said[0]


@pytest.mark.parametrize("layer", ["river", "patches"])
def test_a_layer_that_shares_no_line_says_nothing(neighbours, layer):
    moved = neighbours | {layer: as_gcj(neighbours[layer])}
    assert list(off_neighbours(moved, CRS.from_user_input(METRIC))) == []


def test_all_layers_in_gcj02_together_are_no_matter_of_neighbours(neighbours):
    moved = {name: as_gcj(geometry) for name, geometry in neighbours.items()}
    assert list(off_neighbours(moved, CRS.from_user_input(METRIC))) == []


def test_the_shift_is_the_one_that_the_published_formula_makes():
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(75, 130, 500), rng.uniform(18, 52, 500)
    there = coordinates.gcj(lon, lat)
    east, north = gcj_shift(lon, lat).T
    plain = (there[0] - lon) * 111_320 * np.cos(np.radians(lat)), (there[1] - lat) * 110_950
    assert np.abs(east - plain[0]).max() < 5
    assert np.abs(north - plain[1]).max() < 5
