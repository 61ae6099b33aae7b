"""Whole runs, file to file, on made-up districts of every kind: each column against plain GEOS."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
import shapely.affinity

from hemei.engines.screen.density import DensityTask
from hemei.engines.screen.measuring import Run, Task
from hemei.engines.screen.writing import write_results
from tests.engines.screen.rasters import geotiff

from .nasty import tolerance
from .test_density import circle

SPAN = 1200.0
"""Side of a district, metres."""
PIXEL = 20.0
RADIUS, REACH, TOE = 60.0, 50.0, 120.0
WRITTEN = {"wkb": ".parquet", "geoarrow": ".parquet", "gpkg": ".gpkg", "shp": ".shp"}
"""How each of the districts is written; GeoJSON is in degrees."""


def boxes(rng, n, least, most):
    """Rectangles turned by any angle, with their corner at the origin."""
    sides = rng.uniform(least, most, (n, 2))
    return [
        shapely.affinity.rotate(shapely.box(0, 0, *side), turn)
        for side, turn in zip(sides, rng.uniform(0, 180, n), strict=True)
    ]


def star(rng):
    """A winding outline of some forty corners."""
    angle = np.sort(rng.uniform(0, 2 * np.pi, 40))
    reach = rng.uniform(6, 30, 40)
    return shapely.make_valid(
        shapely.Polygon(np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])), method="structure"
    )


def houses(rng):
    """Of every kind: plain, with wings, with a yard, in parts, winding, thin, tiny and very large."""
    plain, wide = boxes(rng, 40, 5, 25), boxes(rng, 20, 20, 60)
    winged = [a.union(b) for a, b in zip(boxes(rng, 40, 8, 20), boxes(rng, 40, 3, 30), strict=True)]
    yards = [a.difference(shapely.affinity.scale(a, 0.5, 0.6)) for a in wide]
    parts = [
        a.union(shapely.affinity.translate(b, 45, 10))
        for a, b in zip(boxes(rng, 20, 4, 20), boxes(rng, 20, 4, 20), strict=True)
    ]
    thin = [shapely.affinity.rotate(shapely.box(0, 0, 40, 0.02), turn) for turn in rng.uniform(0, 180, 10)]
    shapes = [
        *plain,
        *winged,
        *yards,
        *parts,
        *(star(rng) for _ in range(20)),
        *thin,
        *boxes(rng, 10, 0.05, 0.3),
        *boxes(rng, 4, 300, 700),
    ]
    return scattered(rng, shapes)


def scattered(rng, shapes):
    return np.array(
        [
            shapely.affinity.translate(s, *by)
            for s, by in zip(shapes, rng.uniform(-20, SPAN, (len(shapes), 2)), strict=True)
        ]
    )


def blobs(rng, n):
    """Polygons that overlap each other many times, a third of them with a hole and an island in it."""
    middle = shapely.points(rng.uniform(0, SPAN, (n, 2)))
    made = shapely.buffer(middle, rng.uniform(20, 260, n), quad_segs=7)
    hole = shapely.buffer(middle, 12.0)
    made[::3] = shapely.union(shapely.difference(made[::3], hole[::3]), shapely.buffer(middle[::3], 4.0))
    return made


def mosaic(rng, n):
    """Zones that share their bent edges and leave nothing between them."""
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(rng.uniform(0, SPAN, (n, 2)))))
    return shapely.segmentize(shapely.intersection(cells, shapely.box(0, 0, SPAN, SPAN)), 37.0)


def crossed(rng, n):
    """Rings that cross themselves."""
    rings = rng.uniform(0, 250, (n, 7, 2)) + rng.uniform(0, SPAN - 250, (n, 1, 2))
    return shapely.polygons(rings)


def rivers(rng, n):
    """Lines, one of them with a pond, and springs."""
    lines = [
        shapely.LineString(np.cumsum(rng.normal(0, 40, (60, 2)), axis=0) + rng.uniform(0, SPAN, 2)) for _ in range(n)
    ]
    return np.array(
        [*lines, shapely.Point(300, 300).buffer(90, quad_segs=9), *shapely.points(rng.uniform(0, SPAN, (6, 2)))],
        dtype=object,
    )


@pytest.fixture(scope="module", params=enumerate(WRITTEN), ids=lambda made: f"{made[0]}-{made[1]}")
def district(request, tmp_path_factory):
    """The shapes as they are in the files, at the origin, and the measured columns."""
    seed, way = request.param
    rng, folder = np.random.default_rng([seed, 4]), tmp_path_factory.mktemp("district")
    corner = np.array([(501_000.0, 3_515_000.0), (0.0, 0.0), (37_501_000.0, 4_000_000.0), (-300.0, 3_999_700.0)][seed])
    crs = "EPSG:4525" if seed == 2 else "EPSG:4546"
    made = {
        "buildings": houses(rng), "zones": mosaic(rng, 30), "parcels": mosaic(rng, 150),
        "redline": np.concatenate([blobs(rng, 50), crossed(rng, 8)]), "rivers": rivers(rng, 7),
    }  # fmt: skip
    shapes = {name: shapely.transform(geometry, lambda xy: xy + corner) for name, geometry in made.items()}
    files = {name: put(folder, name, geometry, way, crs) for name, geometry in shapes.items()}
    height = heights(rng)
    north_west = corner[0], corner[1] + len(height) * PIXEL - PIXEL
    (folder / "dem.tif").write_bytes(geotiff(height, north_west, pixel=PIXEL, code=int(crs[5:])))
    task = Task(
        files["buildings"],
        zones=(files["zones"],),
        areas=(files["redline"],),
        near=((files["rivers"], REACH),),
        dem=str(folder / "dem.tif"),
        toe_within_m=TOE,
        density=DensityTask(radius_m=RADIUS) if seed % 2 else DensityTask(parcels=files["parcels"]),
        workers=1 + seed % 2,
    )
    run = Run(task)
    write_results(folder / "out.parquet", ((done.table, None) for done in run.batches()), run.source.crs)
    got = {name: np.array(values, object) for name, values in pq.read_table(folder / "out.parquet").to_pydict().items()}
    home = {name: np.asarray(shapely.transform(geometry, lambda xy: xy - corner)) for name, geometry in shapes.items()}
    home["redline"] = shapely.make_valid(home["redline"], method="structure")
    return home, got, height, run.report


def put(folder, name, geometry, way, crs):
    """Write a layer; a Shapefile holds one kind of geometry, so its rivers are written as a GeoPackage."""
    suffix = ".gpkg" if name == "rivers" and way == "shp" else WRITTEN[way]
    frame = gpd.GeoDataFrame({"id": range(len(geometry))}, geometry=list(geometry), crs=crs)
    path = folder / f"{name}{suffix}"
    if suffix == ".parquet":
        mixed = len({shape.geom_type.removeprefix("Multi") for shape in geometry}) > 1
        frame.to_parquet(path, geometry_encoding="WKB" if mixed else way if way == "geoarrow" else "WKB")
    else:
        frame.to_file(path)
    return str(path)


def heights(rng):
    """Ground with steep and flat parts, as (row, column) from the north-west, and voids in it."""
    y, x = np.mgrid[0 : SPAN + 2 * PIXEL : PIXEL, 0 : SPAN + 2 * PIXEL : PIXEL]
    height = 900 + 140 * np.sin(x / 190) * np.cos(y / 230) + rng.normal(0, 1.5, x.shape)
    height[10:13, 20:24] = height[40, 5] = height[33, 50] = np.nan
    return height


def numbers(values):
    return np.array([np.nan if value is None else value for value in values], float)


def test_areas_inside_overlapping_and_self_crossing_features(district):
    home, got, _, report = district
    expected = shapely.area(shapely.intersection(home["buildings"], shapely.union_all(home["redline"])))
    assert (expected > 1.0).sum() > 40
    assert np.abs(numbers(got["redline_m2"]) - expected).max() <= tolerance(home["redline"], home["buildings"])
    assert np.abs(numbers(got["area_m2"]) - shapely.area(home["buildings"])).max() <= 1e-6
    assert report.rows == len(home["buildings"])
    assert any("自相交，已按 make_valid(structure) 修复" in remark for remark in report.remarks)


def test_the_zone_that_holds_most(district):
    home, got, _, _ = district
    held = shapely.area(shapely.intersection(home["buildings"][:, None], home["zones"][None, :]))
    slack = tolerance(home["zones"])
    for row, (zone, share) in enumerate(zip(got["zones"], got["zones_share"], strict=True)):
        if zone is None:
            assert held[row].max() <= slack
            continue
        assert held[row, zone] >= held[row].max() - slack
        assert abs(share * home["buildings"][row].area - held[row].max()) <= slack


def test_distances_to_lines_ponds_and_springs(district):
    home, got, _, _ = district
    expected = shapely.distance(home["buildings"][:, None], home["rivers"][None, :]).min(axis=1)
    found = numbers(got["rivers_m"])
    assert (expected[np.isnan(found)] > REACH - 1e-6).all()
    near = ~np.isnan(found)
    assert near.sum() > 30
    assert np.abs(found[near] - expected[near]).max() <= 1e-6


def test_density_of_circles_or_parcels(district):
    home, got, _, _ = district
    buildings = home["buildings"]
    if "density_in" not in got:
        for row, house in enumerate(buildings[:60]):
            around = circle(house.centroid, RADIUS)
            expected = shapely.area(shapely.intersection(buildings, around)).sum() / (np.pi * RADIUS**2)
            assert abs(got["density"][row] - expected) <= 1e-5
        return
    shared = shapely.area(shapely.intersection(buildings[:, None], home["parcels"][None, :]))
    density = shared.sum(axis=0) / shapely.area(home["parcels"])
    for row, parcel in enumerate(got["density_in"]):
        if parcel is None:
            assert shared[row].max() <= tolerance(home["parcels"])
        else:
            assert abs(got["density"][row] - density[parcel]) <= 1e-9


def test_elevation_and_slope_at_the_middle(district):
    home, got, height, _ = district
    height = height.astype(np.float32).astype(float)
    low = np.array([shapely.bounds(house) for house in home["buildings"]])
    x, y = (low[:, 0] + low[:, 2]) / 2, (low[:, 1] + low[:, 3]) / 2
    # The first pixel's outer corner lies at x = 0; its middle half a pixel further.
    column, row = (x - PIXEL / 2) / PIXEL, (len(height) * PIXEL - PIXEL - PIXEL / 2 - y) / PIXEL
    for i in range(len(x)):
        assert same(got["elevation_m"][i], bilinear(height, row[i], column[i]), 1e-6)
        assert same(got["slope_deg"][i], horn(height, round(row[i]), round(column[i])), 1e-6)


def same(got, expected, slack):
    return got is None if math.isnan(expected) else got is not None and abs(got - expected) <= slack


def bilinear(height, row, column):
    if not (0 <= row <= len(height) - 1 and 0 <= column <= height.shape[1] - 1):
        return math.nan
    r, c = min(int(row), len(height) - 2), min(int(column), height.shape[1] - 2)
    v, u = row - r, column - c
    top = height[r, c] + u * (height[r, c + 1] - height[r, c])
    below = height[r + 1, c] + u * (height[r + 1, c + 1] - height[r + 1, c])
    return top + v * (below - top)


def horn(height, r, c):
    """Slope of one pixel, written out."""
    if not (0 < r < len(height) - 1 and 0 < c < height.shape[1] - 1):
        return math.nan
    z = height[r - 1 : r + 2, c - 1 : c + 2]
    if np.isnan(z).any():
        return math.nan
    east = (z[0, 2] + 2 * z[1, 2] + z[2, 2] - z[0, 0] - 2 * z[1, 0] - z[2, 0]) / (8 * PIXEL)
    north = (z[0, 0] + 2 * z[0, 1] + z[0, 2] - z[2, 0] - 2 * z[2, 1] - z[2, 2]) / (8 * PIXEL)
    return math.degrees(math.atan(math.hypot(east, north)))


def test_the_slope_toe(district):
    home, got, height, _ = district
    height = height.astype(np.float32).astype(float)
    slope = np.array([[horn(height, r, c) for c in range(height.shape[1])] for r in range(len(height))])
    steep, void = pixels(slope >= 25.0), pixels(np.isnan(slope))
    metres = shapely.distance(home["buildings"], steep)
    hidden = shapely.distance(home["buildings"], void) < np.minimum(metres, TOE)
    assert (~hidden & (metres <= TOE)).sum() > 30
    assert hidden.any()
    for i, found in enumerate(got["slope_toe_m"]):
        assert same(found, math.nan if hidden[i] or metres[i] > TOE else metres[i], 1e-6)


def pixels(chosen):
    row, column = np.nonzero(chosen)
    x, y = column * PIXEL, len(chosen) * PIXEL - PIXEL - row * PIXEL
    return shapely.union_all(shapely.box(x, y - PIXEL, x + PIXEL, y))
