"""`hemei screen measure` at the keyboard: what a clerk gets wrong is said in one line, and nothing is written."""

from __future__ import annotations

import errno
import math
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from click.testing import CliRunner

from hemei.engines.screen import writing
from hemei.site.screen_cli import screen

X, Y = 501_000.0, 3_515_000.0


def put(path: Path, *geometry, crs: int = 4546) -> None:
    gpd.GeoDataFrame({"id": range(len(geometry))}, geometry=list(geometry), crs=crs).to_parquet(path)


@pytest.fixture(autouse=True)
def _in_chinese(monkeypatch):
    monkeypatch.setenv("HEMEI_LANG", "zh")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of good and of bad files, in which the command is run."""
    monkeypatch.chdir(tmp_path)
    house = shapely.box(X, Y, X + 10, Y + 10)
    put(Path("b.parquet"), house)
    put(Path("l.parquet"), shapely.box(X - 50, Y - 50, X + 5, Y + 50))
    put(Path("degrees.parquet"), shapely.box(110.0, 31.0, 110.001, 31.001), crs=4490)
    put(Path("swapped.parquet"), shapely.box(31.0, 110.0, 31.001, 110.001), crs=4490)
    put(Path("not-metres.parquet"), shapely.box(110.0, 31.0, 110.001, 31.001))
    pd.DataFrame({"id": [1]}).to_parquet("plain.parquet")
    Path("cut.parquet").write_bytes(Path("b.parquet").read_bytes()[:3000])
    Path("empty.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    Path("cut.geojson").write_text('{"type": "FeatureCollection", "features": [{"type": "Fea')
    Path("blank.geojson").write_text("")
    Path("table.csv").write_text("id,a\n1,2\n")
    Path("folder.parquet").mkdir()
    return tmp_path


def run(*words: str):
    return CliRunner().invoke(screen, ["measure", *words])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nosuch.parquet"], "没有这个文件。请核对"),
        (["folder.parquet"], "是文件夹"),
        (["blank.geojson"], "文件是空的（0 字节）"),
        (["cut.geojson"], "打不开，文件不完整"),
        (["cut.parquet"], "不是完整的 Parquet 文件，可能没有传完"),
        (["plain.parquet"], "没有 GeoParquet 元数据"),
        (["table.csv"], "是表格，没有几何"),
        (["empty.geojson"], "文件里没有几何，无从建议"),
        (["degrees.parquet"], "请加上 --crs EPSG:4546"),
        (["swapped.parquet"], "坐标轴顺序可能颠倒"),
        (["not-metres.parquet"], "坐标像是经纬度"),
        (["b.parquet", "--crs", "foo"], "没有这个坐标系。请写投影坐标系的 EPSG 代码"),
        (["b.parquet", "--crs", "EPSG:999999"], "没有这个坐标系"),
        (["b.parquet", "--near", "=50"], "请写成 文件=米数"),
        (["b.parquet", "--near", "l.parquet=many"], "请写成 文件=米数"),
        *(
            (["b.parquet", "--near", f"l.parquet={metres}"], "不是可用的米数：请写大于 0")
            for metres in ("nan", "-5", "1e9")
        ),
        (["b.parquet", "--density-radius", "inf"], "不是可用的米数：请写大于 0"),
        (["b.parquet", "--dem", "nosuch.tif"], "没有这个文件"),
        (["b.parquet", "--dem", "b.parquet"], "不是能读的 TIFF"),
        (["b.parquet", "--parcel", "l.parquet", "--storeys", "层数"], "没有列“层数”"),
    ],
)
def test_what_cannot_be_measured_is_said_and_nothing_is_written(folder, words, said):
    before = sorted(path.name for path in folder.iterdir())
    done = run(*words, "-o", "out.parquet")
    assert done.exit_code == 2
    assert said in done.output
    assert sorted(path.name for path in folder.iterdir()) in (before, sorted([*before, ".control-maps"]))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "folder.parquet"], "是文件夹。请写文件名"),
        (["-o", "out.xyz"], "请用 .parquet"),
        (["-o", "b.parquet"], "就是要读的 b.parquet"),
        (["--area", "l.parquet", "-o", "l.parquet"], "就是要读的 l.parquet"),
        (["-o", "out.csv", "--geometry"], "CSV 放不下轮廓"),
        (["-o", "out.shp"], "Shapefile 要有轮廓"),
        (["-o", "b.parquet/out.parquet"], "路径里有一段是文件"),
    ],
)
def test_a_place_that_takes_no_result_is_refused(folder, words, said):
    kept = {path: path.read_bytes() for path in folder.glob("*.parquet") if path.is_file()}
    done = run("b.parquet", *words)
    assert (done.exit_code, said in done.output) == (2, True), done.output
    assert {path: path.read_bytes() for path in kept} == kept


@pytest.mark.parametrize("name", ["out.parquet", "out.gpkg"])
def test_a_full_disk_leaves_what_was_there(folder, monkeypatch, name):
    def full(*_rest, **_named):
        raise OSError(errno.ENOSPC, "No space left on device")

    assert run("b.parquet", "--geometry", "-o", name).exit_code == 0
    before = (folder / name).read_bytes()
    monkeypatch.setattr(writing.pq.ParquetWriter, "write_table", full)
    monkeypatch.setattr(writing, "_with_gdal", full)
    done = run("b.parquet", "--geometry", "-o", name)
    assert done.exit_code == 2
    assert "原有文件未动：磁盘已满。请腾出空间" in done.output
    assert (folder / name).read_bytes() == before
    assert not list(folder.glob(f".{Path(name).stem}*"))


def test_rows_that_cannot_be_measured_are_named_by_id(folder):
    flat = shapely.Polygon([(X, Y), (X + 9, Y), (X + 5, Y)])
    bow_tie = shapely.Polygon([(X, Y), (X + 10, Y + 10), (X + 10, Y), (X, Y + 10)])
    broken = shapely.set_coordinates(flat, [[X, Y], [X, math.nan], [X + 9, Y], [X, Y]])
    put(Path("mixed.parquet"), shapely.box(X, Y, X + 1, Y + 1), None, flat, bow_tie, broken, shapely.Point(X, Y))
    done = run("mixed.parquet", "--area", "l.parquet", "-o", "out.parquet")
    assert done.exit_code == 0
    for line in (
        "几何为空，没有量：id 1",
        "面积为零，没有量：id 2",
        "自相交，已按 make_valid(structure) 修复后再量：id 3",
        "几何损坏或坐标不是数，没有量：id 4",
        "不是面，没有量：id 5",
    ):
        assert line in done.output
    assert pq.read_table("out.parquet").column("l_m2").null_count == 4
