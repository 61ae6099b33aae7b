"""Shapefile, FileGDB and GeoParquet, as surveyors hand them over."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely

from hemei.engines.tables import BadFile, read

SHAPES = shapely.to_wkb([shapely.box(37500000, 3400000, 37500010, 3400008), shapely.box(0, 0, 1, 1)])
NAMES, STOREYS = ["张三", "李四"], [2, 1]


def written(path: Path, driver: str, crs: str | None = "EPSG:4525", **options: str) -> Path:
    pyogrio.raw.write(
        str(path),
        geometry=np.array(SHAPES, dtype=object),
        field_data=[np.array(NAMES, dtype=object), np.array(STOREYS, dtype=np.int32)],
        fields=np.array(["户主", "层数"], dtype=object),
        driver=driver,
        geometry_type="Polygon",
        crs=crs,
        **options,
    )
    return path


def rows_of(path: Path) -> list[list[object]]:
    (table,) = read(path)
    return [list(row.values.values()) for row in table.rows]


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
@pytest.mark.parametrize("named", [True, False], ids=["with .cpg", "without"])
def test_a_shapefile_in_gbk_or_utf_8(tmp_path: Path, encoding: str, named: bool) -> None:
    path = written(tmp_path / "房屋.shp", "ESRI Shapefile", encoding=encoding)
    if not named:
        (tmp_path / "房屋.cpg").unlink()
        dbf = bytearray((tmp_path / "房屋.dbf").read_bytes())
        dbf[29] = 0
        (tmp_path / "房屋.dbf").write_bytes(dbf)
    (table,) = read(path)
    assert (list(table.header), table.crs, table.has_geometry) == (["户主", "层数"], "EPSG:4525", True)
    assert [list(row.values.values()) for row in table.rows] == [["张三", 2], ["李四", 1]]


def dbf_that_says(path: Path, page: int, cpg: str = "") -> None:
    """The encoding as a program has noted it beside the texts."""
    (path.with_suffix(".cpg")).unlink()
    if cpg:
        path.with_suffix(".cpg").write_text(cpg)
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    dbf[29] = page
    path.with_suffix(".dbf").write_bytes(dbf)


@pytest.mark.parametrize(
    ("page", "cpg", "said"),
    [(0, "", True), (0x57, "", True), (0, "ISO-8859-1", True), (0x4D, "", False), (0, "936", False)],
    ids=["nothing said", "called Latin by its byte", "called Latin by its .cpg", "GBK by its byte", "GBK by its .cpg"],
)
def test_gbk_is_known_whatever_the_files_say_and_a_guess_is_said(
    tmp_path: Path, page: int, cpg: str, said: bool
) -> None:
    path = written(tmp_path / "房屋.shp", "ESRI Shapefile", encoding="GB18030")
    dbf_that_says(path, page, cpg)
    (table,) = read(path)
    assert list(table.header) == ["户主", "层数"]
    assert ["GBK（GB18030）" in remark for remark in table.remarks] == [True] * said
    assert [list(row.values.values()) for row in table.rows] == [["张三", 2], ["李四", 1]]


@pytest.mark.filterwarnings("ignore")
def test_a_heading_that_was_cut_within_a_letter_harms_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "房屋.shp", "ESRI Shapefile", encoding="UTF-8")
    dbf = path.with_suffix(".dbf").read_bytes()
    heading = "房屋地址".encode()[:10]
    path.with_suffix(".dbf").write_bytes(dbf[:32] + heading.ljust(11, b"\0") + dbf[43:])
    (table,) = read(path)
    assert list(table.header) == ["房屋地", "层数"]
    assert [list(row.values.values()) for row in table.rows] == [["张三", 2], ["李四", 1]]


def test_a_shapefile_without_its_companions_says_which_are_missing(tmp_path: Path) -> None:
    path = written(tmp_path / "房屋.shp", "ESRI Shapefile")
    (tmp_path / "房屋.dbf").unlink()
    with pytest.raises(BadFile, match=r"缺少 \.dbf"):
        read(path)


def test_a_shapefile_without_prj_names_no_system(tmp_path: Path) -> None:
    path = written(tmp_path / "房屋.shp", "ESRI Shapefile")
    (tmp_path / "房屋.prj").unlink()
    assert read(path)[0].crs is None


def test_a_filegdb(tmp_path: Path) -> None:
    path = written(tmp_path / "房屋.gdb", "OpenFileGDB", layer="农房")
    (table,) = read(path)
    assert (table.name, table.crs) == ("农房", "EPSG:4525")
    assert rows_of(path) == [["张三", 2], ["李四", 1]]


def test_a_folder_that_is_no_filegdb_is_refused(tmp_path: Path) -> None:
    (tmp_path / "假.gdb").mkdir()
    with pytest.raises(BadFile, match="FileGDB"):
        read(tmp_path / "假.gdb")


@pytest.mark.parametrize(
    ("crs", "named"),
    [("absent", "EPSG:4326"), (None, None), ("EPSG:4525", "EPSG:4525")],
    ids=["not said: WGS 84", "null: nobody knows", "said"],
)
def test_geoparquet(tmp_path: Path, crs: str | None, named: str | None) -> None:
    about: dict[str, object] = {"encoding": "WKB", "geometry_types": ["Polygon"]}
    if crs != "absent":
        about["crs"] = None if crs is None else pyproj.CRS(crs).to_json_dict()
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
    table = pa.table({"户主": NAMES, "层数": STOREYS, "geometry": list(SHAPES)})
    path = tmp_path / "房屋.parquet"
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), path)
    (read_back,) = read(path)
    assert (list(read_back.header), read_back.crs, read_back.has_geometry) == (["户主", "层数"], named, True)
    rows = list(read_back.rows)
    assert [list(row.values.values()) for row in rows] == [["张三", 2], ["李四", 1]]
    assert shapely.from_wkb(rows[0].geometry).bounds == (37500000, 3400000, 37500010, 3400008)


def test_geoparquet_whose_geometry_is_not_in_it_is_refused(tmp_path: Path) -> None:
    geo = {"version": "1.1.0", "primary_column": "geom", "columns": {"geom": {"encoding": "WKB"}}}
    table = pa.table({"户主": NAMES}).replace_schema_metadata({b"geo": json.dumps(geo).encode()})
    pq.write_table(table, tmp_path / "房屋.parquet")
    with pytest.raises(BadFile, match="“geom”一列，文件里没有"):
        read(tmp_path / "房屋.parquet")


def test_a_shapefile_that_lies_about_its_encoding_says_what_to_do(tmp_path: Path) -> None:
    path = written(tmp_path / "房屋.shp", "ESRI Shapefile", encoding="GB18030")
    (tmp_path / "房屋.cpg").write_text("UTF-8")
    with pytest.raises(BadFile, match=r"删去 \.cpg"):
        rows_of(path)
