"""Files that cannot be where they say, or are nowhere near: a clerk reads what is wrong and what helps."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import CRS

from hemei.engines.screen.crs import misplaced
from hemei.engines.screen.measuring import ELSEWHERE, Run, Task
from hemei.engines.screen.reading import Unreadable

from .test_measuring import METRIC, X, Y, box, measure, put

HOUSES = [box(x, y) for x, y in np.random.default_rng(1).uniform(0, 900, (60, 2))]
WRITTEN = [".parquet", ".gpkg", ".geojson", ".shp"]


def moved(how):
    return [shapely.transform(house, how) for house in HOUSES]


def degrees():
    return gpd.GeoSeries(HOUSES, crs=METRIC).to_crs(4490).to_list()


def turned(xy):
    return xy[:, ::-1]


BELT = np.array([37_000_000.0, 0.0])
MISPLACED = {
    "metres, axes changed over": (
        moved(turned),
        4546,
        "东坐标在前，北坐标在后；测量成果表里的 X 是北坐标",
    ),
    "degrees, axes changed over": (
        [shapely.transform(h, turned) for h in degrees()],
        4490,
        "坐标轴顺序",
    ),
    "a belt's number too many": (moved(lambda xy: xy + BELT), 4546, "像是带着带号 37"),
    "a belt's number lacking": (HOUSES, 4525, "却要带带号 37"),
    "degrees said to be metres": (degrees(), 4546, "坐标像是经纬度"),
}


@pytest.mark.parametrize("suffix", WRITTEN)
@pytest.mark.parametrize("case", MISPLACED)
def test_buildings_and_layers_that_cannot_be_there_are_refused(tmp_path, case, suffix):
    geometry, crs, said = MISPLACED[case]
    wrong = put(tmp_path / f"wrong{suffix}", geometry, crs=crs)
    right = put(tmp_path / "right.parquet", HOUSES)
    for task in (
        Task(wrong, crs=None if crs == 4490 else METRIC),
        Task(wrong, crs=METRIC),
        Task(right, areas=(wrong,)),
        Task(right, near=((wrong, 50.0),)),
    ):
        with pytest.raises(Unreadable, match=rf"wrong.{suffix[1:]}：.*{said}.*请改正坐标系后重新导出"):
            list(Run(task).batches())


@pytest.mark.parametrize(
    ("place", "crs"),
    [
        ((501_000.0, 3_515_000.0), 4546),
        ((37_501_000.0, 3_515_000.0), 4525),
        ((110.68, 31.74), 4490),
        ((2.3, 48.9), 4326),
        ((378_000.0, 4_708_000.0), 32631),
        ((900_000.0, 3_515_000.0), 4546),  # four degrees beyond its belt: some districts do
        ((1_000.0, 2_000.0), 4546),  # a made-up or local system: no slip explains it
        ((12_320_000.0, 3_720_000.0), 3857),
    ],
)
def test_what_is_there_or_explained_by_no_slip_is_let_pass(place, crs):
    assert misplaced(np.array([place, np.add(place, 0.001)]), CRS.from_epsg(crs)) is None


def test_a_system_of_nobody_knows_where_is_let_pass():
    local = CRS.from_proj4("+proj=tmerc +lat_0=31 +lon_0=110.6 +x_0=3000 +y_0=4000 +ellps=GRS80 +units=m")
    assert misplaced(np.array([[4_000.0, 3_000.0]]), local) is None


def test_a_layer_that_no_building_meets_is_named(tmp_path):
    """Where a layer lies in another county everything would pass, in silence."""
    layers = {"zones": HOUSES[:3], "far": [box(90_000, 0, 400, 400)], "river": [box(0, 50_000, 5, 5)]}
    files = {name: put(tmp_path / f"{name}.parquet", shapes) for name, shapes in layers.items()}
    _, report = measure(
        tmp_path,
        put(tmp_path / "b.parquet", HOUSES),
        zones=(files["zones"],),
        areas=(files["far"],),
        near=((files["river"], 50.0),),
    )
    assert report.remarks == [
        f"far：没有一栋建筑在这个图层里。{ELSEWHERE}",
        f"river：50 米以内没有一栋建筑。{ELSEWHERE}",
    ]


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_a_shapefile_cut_short_is_refused_as_buildings_and_as_a_layer(tmp_path, share):
    """GDAL reads it with features that have no geometry: half of a red line would be gone."""
    right = put(tmp_path / "right.parquet", HOUSES)
    wrong = put(tmp_path / "wrong.shp", HOUSES)
    data = (tmp_path / "wrong.shp").read_bytes()
    (tmp_path / "wrong.shp").write_bytes(data[: int(len(data) * share)])
    for task in (Task(wrong), Task(right, areas=(wrong,)), Task(right, near=((wrong, 9.0),))):
        with pytest.raises(Unreadable, match=r"wrong.shp：文件不完整，应有 [\d,]+ 字节，只有 [\d,]+ 字节。请重新"):
            Run(task)


def test_doubled_ids_in_a_geojson_are_named_in_our_words_only(tmp_path, recwarn):
    path = put(tmp_path / "double.geojson", HOUSES[:3], ids=[5, 5, 6])
    assert measure(tmp_path, path)[1].faults == {"id 重复，各行都量了": [5]}
    assert not recwarn.list


@pytest.mark.parametrize("shape", [shapely.Point(X, Y), shapely.LineString([(X, Y), (X + 90, Y + 90)])])
def test_a_layer_without_polygons_is_said_to_hold_nothing(tmp_path, shape):
    layer = put(tmp_path / "spots.parquet", [shape])
    _, report = measure(tmp_path, put(tmp_path / "b.parquet", HOUSES), areas=(layer,))
    assert report.remarks[0] == "spots：没有面，量不出里外。请换成面；要量距离请用 --near"


def test_buildings_as_java_writes_them_are_measured(tmp_path):
    """Well-known binary may be of either byte order, and of both in one file."""
    holed = box(0, 0, 30, 30).difference(box(5, 5, 8, 8))
    rows = [box(0, 0), holed, shapely.MultiPolygon([box(0, 0), box(50, 0)]), None, shapely.Point(X, Y), box(7, 7)]
    plain = put(tmp_path / "b.parquet", rows)
    expected, report = measure(tmp_path, plain)
    table = pq.read_table(plain)
    wkb = [None if row is None else shapely.to_wkb(row, byte_order=i % 6 == 5) for i, row in enumerate(rows)]
    swapped = table.set_column(table.schema.get_field_index("geometry"), table.schema.field("geometry"), pa.array(wkb))
    (tmp_path / "java").mkdir()
    pq.write_table(swapped, tmp_path / "java" / "b.parquet")
    got, said = measure(tmp_path, str(tmp_path / "java" / "b.parquet"))
    assert got == expected
    assert said.faults == report.faults
