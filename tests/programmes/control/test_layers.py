"""A layer comes in by what its file holds, stands with its versions, and says where it lies."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from hemei.core.access import Refused
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Evidence, Job, Region
from hemei.engines.screen.shifted import gcj_shift
from hemei.programmes.control.actions.layers import withdraw_layer
from hemei.programmes.control.keeping import copy_of, copy_path, in_force
from hemei.programmes.control.models import LayerVersion
from hemei.terms.day import today
from tests.conftest import DISTRICT, People
from tests.programmes.control.conftest import (
    DEGREES,
    FIELDS,
    FIRST,
    ROAD,
    ZONES,
    X,
    Y,
    geojson,
    house_at,
    in_degrees,
    take_in,
    wkb,
)

pytestmark = pytest.mark.django_db
SHAPE = shapely.box(100, 100, 300, 300)


def written(tmp_path: Path, suffix: str) -> bytes:
    """The same square, as a file of that sort."""
    frame = geopandas.GeoDataFrame({"名": ["田"]}, geometry=[in_degrees(SHAPE)], crs="EPSG:4490")
    path = tmp_path / f"f{suffix}"
    if suffix == ".parquet":
        frame.to_parquet(path)
    elif suffix == ".zip":
        frame.to_file(tmp_path / "f.shp", encoding="utf-8")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for part in tmp_path.glob("f.*"):
                archive.write(part, part.name)
        return packed.getvalue()
    else:
        frame.to_file(path)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet", ".zip"])
def test_every_sort_of_file_is_read_alike(home: Region, people: People, tmp_path: Path, suffix: str) -> None:
    row = take_in("permanent_farmland", written(tmp_path, suffix), people.district, name=f"田{suffix}")
    found = geopandas.read_parquet(copy_of(row))
    assert row.features == 1
    assert found.geometry[0].symmetric_difference(in_degrees(SHAPE)).area < 1e-15
    assert Evidence.objects.get(pk=row.original_id).name == f"田{suffix}"
    assert Job.objects.filter(kind="control.prepare").count() == 1


def test_a_shapefile_in_gbk_that_does_not_say_so_is_read_and_said(home: Region, people: People, tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"等级": ["县道"]}, geometry=[in_degrees(SHAPE)], crs="EPSG:4490")
    frame.to_file(tmp_path / "f.shp", encoding="gb18030")
    (tmp_path / "f.cpg").unlink()
    dbf = bytearray((tmp_path / "f.dbf").read_bytes())
    dbf[29] = 0x57  # "ANSI", as a Chinese Windows writes it
    (tmp_path / "f.dbf").write_bytes(dbf)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in tmp_path.glob("f.*"):
            archive.write(part, part.name)
    row = take_in("highway_land", packed.getvalue(), people.district, name="路.zip", class_column="等级")
    assert row.classes == {"县道": "county"}
    assert any("按 GBK（GB18030） 读的" in remark for remark in row.remarks), row.remarks


def test_areas_mixed_with_lines_and_points_are_said_by_their_ids(home: Region, people: People) -> None:
    line, point = shapely.LineString([(100, 100), (200, 200)]), shapely.Point(150, 150)
    row = take_in("permanent_farmland", geojson((SHAPE, {}), (line, {}), (SHAPE, {}), (point, {})), people.district)
    assert any("面 2 个、线 1 个（id 1）、点 1 个（id 3）" in remark for remark in row.remarks), row.remarks


def test_a_working_copy_that_is_lost_is_made_again(home: Region, people: People) -> None:
    row = take_in("permanent_farmland", FIELDS, people.district)
    before = geopandas.read_parquet(copy_of(row))
    copy_path(row).unlink()
    assert geopandas.read_parquet(copy_of(row)).equals(before)


@pytest.mark.parametrize(
    ("content", "name", "field", "said"),
    [
        (b"SQLite format 3\0 no", "x.geojson", "file", "内容不是"),
        (b'{"type": "gdal_streamed_alg"}', "x.geojson", "file", "内容不是"),
        (b"<OGRVRTDataSource/>", "x.json", "file", "内容不是"),
        (FIELDS, "x.gpkg", "file", "内容不是"),
        (b"hello", "x.exe", "file", "不能导入"),
        (FIELDS, "涉密红线.geojson", "file", "涉密"),
        (b'{"type": "FeatureCollection", "features": []}', "x.geojson", "file", ""),
    ],
)
def test_what_is_no_layer_is_refused_and_nothing_kept(
    home: Region, people: People, content: bytes, name: str, field: str, said: str
) -> None:
    with pytest.raises(Mistaken) as mistake:
        take_in("permanent_farmland", content, people.district, name=name)
    assert said in str(mistake.value)
    assert not LayerVersion.objects.exists()
    assert not Evidence.objects.exists()


def test_a_road_needs_its_class(home: Region, people: People) -> None:
    with pytest.raises(Mistaken, match="哪一列是类别"):
        take_in("highway_land", ROAD, people.district)
    with pytest.raises(Mistaken, match="没有列 gräde"):
        take_in("highway_land", ROAD, people.district, class_column="gräde")
    lane = geojson((SHAPE, {"grade": "机耕路"}))
    with pytest.raises(Mistaken, match="机耕路"):
        take_in("highway_land", lane, people.district, class_column="grade")
    mixed = geojson((SHAPE, {"grade": "县道"}), (SHAPE, {"grade": "机耕路"}))
    row = take_in("highway_land", mixed, people.district, class_column="grade")
    assert row.classes == {"县道": "county"}
    assert any("机耕路（1）" in remark for remark in row.remarks)


def test_a_layer_that_lies_elsewhere_is_refused(home: Region, people: People) -> None:
    with pytest.raises(Mistaken, match="以外"):
        take_in("permanent_farmland", geojson((shapely.box(9000, 9000, 9100, 9100), {})), people.district)
    partly = geojson((SHAPE, {}), (shapely.box(9000, 9000, 9100, 9100), {}))
    assert any("1 个要素" in remark for remark in take_in("permanent_farmland", partly, people.district).remarks)


def test_what_the_rules_call_internal_is_not_made_public(home: Region, people: People) -> None:
    with pytest.raises(Mistaken) as mistake:
        take_in("permanent_farmland", FIELDS, people.district, visibility="public")
    assert mistake.value.field == "visibility"


def test_of_several_versions_the_last_that_has_begun_holds(home: Region, people: People) -> None:
    old = take_in("permanent_farmland", FIELDS, people.district)
    new = take_in("permanent_farmland", geojson((SHAPE, {})), people.district, starts=date(2025, 1, 1))
    later = take_in("permanent_farmland", FIELDS, people.district, starts=date(2090, 1, 1))

    def holding(on: date) -> list[int]:
        return [row.pk for row in in_force(DISTRICT, on)]

    assert holding(date(2019, 12, 31)) == []
    assert holding(date(2024, 12, 31)) == [old.pk]
    assert holding(today()) == [new.pk]
    assert holding(date(2090, 1, 1)) == [later.pk]
    withdraw_layer(layer=new, why="界线有误", by=people.district)
    assert holding(today()) == [old.pk]
    with pytest.raises(Conflict):
        withdraw_layer(layer=new, why="再停", by=people.district)


def test_a_layer_past_its_last_day_holds_no_more(home: Region, people: People) -> None:
    take_in("permanent_farmland", FIELDS, people.district, ends=date(2021, 1, 1))
    assert in_force(DISTRICT, date(2021, 1, 1))
    assert not in_force(DISTRICT, date(2021, 1, 2))


def test_the_same_file_from_the_same_day_is_there_already(home: Region, people: People) -> None:
    take_in("permanent_farmland", FIELDS, people.district)
    with pytest.raises(Conflict):
        take_in("permanent_farmland", FIELDS, people.district)


@pytest.mark.parametrize("who", ["village", "township", "inspector", "administrator", "auditor", "neighbour", "nobody"])
def test_only_the_district_takes_in_layers(home: Region, people: People, who: str) -> None:
    with pytest.raises(Refused):
        take_in("permanent_farmland", FIELDS, getattr(people, who))


def test_zones_are_told_by_class_and_tier(home: Region, people: People) -> None:
    with pytest.raises(Mistaken, match="管控类别"):
        take_in("zones", ZONES, people.district)
    row = take_in("zones", ZONES, people.district, class_column="zone", tier_column="tier")
    assert row.classes == {"甲类": "甲类", "乙类": "乙类"}
    assert list(geopandas.read_parquet(copy_of(row)).tier) == ["一档", "二档"]
    assert row.starts == FIRST


def test_a_layer_that_fits_the_houses_only_when_moved_is_suspected(home: Region, people: People) -> None:
    home.boundary = wkb(shapely.box(-3000, -3000, 13_000, 13_000))
    home.save()
    rows = []
    for number in range(64):
        x, y = 1400 * (number % 8) + 37 * (number % 5), 1400 * (number // 8) + 53 * (number % 3)
        house_at(x, y)
        rows.append((shapely.box(x - 15, y - 15, x + 25, y + 25), {}))
    straight = take_in("permanent_farmland", geojson(*rows), people.district)
    assert not any("GCJ-02" in remark for remark in straight.remarks)
    lon, lat = np.array([DEGREES.transform(X + 5000, Y + 5000)]).T
    east, north = gcj_shift(lon, lat)[0]
    moved = geojson(*((shapely.affinity.translate(shape, east, north), said) for shape, said in rows))
    shifted = take_in("permanent_farmland", moved, people.district, starts=date(2021, 1, 1))
    assert any("疑似是 GCJ-02" in remark for remark in shifted.remarks)
