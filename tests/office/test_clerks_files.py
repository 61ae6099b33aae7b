"""More files of clerks, each uploaded, mapped and previewed on the page, with what whoever sent it sees of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hemei.core.models import BatchState, ImportBatch, Region, StagedRow
from tests.core.actions.register.clerks import FILES
from tests.core.actions.register.workbooks import N, V
from tests.office.test_imports import officer as plain_officer
from tests.office.test_imports import work
from tests.office.test_mapping import controls

__all__ = ["plain_officer"]
BOTH = {2: {"person": "王小明", "size": 4}, 3: {"person": "李大山", "size": 2}}


@dataclass(frozen=True)
class Seen:
    """By row: what is taken of it, or why it is refused; or why nothing is read."""

    taken: dict[int, dict[str, object]] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    left_out: dict[int, str] = field(default_factory=dict)
    remark: str = ""
    upload: str = ""  # why the upload is refused
    fault: str = ""  # why its table cannot be read
    columns: dict[str, str] = field(default_factory=dict)  # what somebody says, where nobody could know


def each(name: str, values: dict[int, object]) -> dict[int, dict[str, object]]:
    return {row: {name: value} for row, value in values.items()}


PHONE, HERE = "这一格不是一个电话号码", {"lon": 110.5, "lat": 31.5}
SEEN: dict[str, Seen] = {
    "codes as text with .0, behind straight and curly apostrophes": Seen(each("region", dict.fromkeys(range(2, 8), V))),
    "codes in groups of digits, with dashes, with a mark at the end": Seen(
        each("region", dict.fromkeys(range(2, 6), V)), {6: "没有叫“代码429999103200”"}
    ),
    "numbers of plots with every kind of dash": Seen(
        {2: {"label": "1号"}, 7: {"label": "6号"}, 8: {"label": "7号"}, 9: {"label": "8号"}},
        dict.fromkeys((3, 4, 5, 6), "与 表.xlsx 第 2 行重复"),
    ),
    "names of district, township and village run together instead of codes": Seen(
        each("region", {2: V, 3: V, 4: N, 5: V}), {6: "没有叫“上河村村民委员会”", 7: "没有叫“云岭林区白水镇上河村”"}
    ),
    "two villages of one name, the township said or not": Seen(
        each("region", {3: "429999103203", 4: "429999104203"}),
        {2: "429999103203（青石镇）、429999104203（白水镇）；或连乡镇一起写", 5: "没有叫“白水镇上河村”"},
    ),
    "village and township in two columns, two villages of one name": Seen(
        {4: {"region": V}}, dict.fromkeys((2, 3), "有 2 个地方叫“同名村”")
    ),
    "villages merged down and a filter set over them": Seen(
        {2: {"region": V}, 3: {"region": V, "group": "一组"}, 4: {"region": N}}
    ),
    "a table on its side: headings down the first column": Seen(
        refused=dict.fromkeys(range(2, 7), "区划里没有叫"), remark="转置"
    ),
    "the header on each printed page, 续表, totals of pages, page numbers": Seen(
        {3: {"person": "王小明"}, 8: {"person": "李大山"}},
        left_out={4: "合计行", 5: "页码", 6: "只有一格", 7: "重复的表头", 9: "合计行", 10: "合计行", 11: "页码"},
    ),
    "comments on cells, a text in several colours, choices to pick from": Seen(BOTH),
    "thousands, 万, units behind numbers, two areas in one cell": Seen(
        each("floor_area_m2", {2: 1200.0, 4: 120.0, 5: 120.0, 6: 120.0, 11: 1200.0}),
        {3: "“0.12万”不是数字", 7: "“约120”", 8: "“120+30”", 9: "“120/240”", 10: "“0.5亩”", 12: "“120.5.3”"},
    ),
    "years in words": Seen(
        {**each("year_built", dict.fromkeys((7, 8, 10, 12, 13), 1998)), 9: {"year_built": 2003}, 4: {}},
        {
            2: "“1998年前后”看不出是哪一年",
            3: "“八十年代”看不出",
            5: "“1998-1999”看不出",
            6: "98 不是年份",
            11: "“民国”看不出",
            14: "90 不是年份",
            15: "35915 不是年份",
        },
    ),
    "storeys in words": Seen(
        each("storeys", {5: 2, 6: 2, 8: 3, 10: 1}),
        {
            2: "“二层半”不是数字",
            3: "“3F”",
            4: "“2+1”",
            7: "“2.5”不是整数",
            9: "地上2层地下1",
            11: "“2~3”",
            12: "“5-4”",
            13: "“平房”不是数字。请只填整数，例如 3。",
        },
    ),
    "degrees, minutes and seconds in every spelling": Seen(
        dict.fromkeys((2, 3, 4, 5, 6, 8, 9, 10), HERE),
        {7: "“110.30.00”不是经度或纬度", 11: "“110,5”不是经度或纬度；纬度：“31,5”不是经度或纬度。请写成小数"},
    ),
    "coordinates the wrong way round, or both in one cell": Seen(
        refused={
            2: "经度和纬度写反了",
            3: "是两个数。请分成经度、纬度两列",
            4: "是两个数",
            5: "是两个数",
            6: "110.5，131.5 不是经纬度",
        }
    ),
    "a column 坐标 that holds both": Seen(
        {2: {"lon": 110.5123, "lat": 31.5123}, 3: {"lon": 110.5123, "lat": 31.5123}}, {4: "是两个数"}
    ),
    "two telephones in one cell, a telephone with its area code, too short, with a name": Seen(
        each(
            "phone",
            {
                5: "071*******34",
                6: "138********34",
                7: "138**00",
                9: "+86*********34",
                10: "138******34",
                11: "138******34",
            },
        ),
        dict.fromkeys((2, 3, 4, 8), PHONE),
    ),
    "two heads in one cell, remarks behind a name, an ID number as a number, of 15 digits, with a blank": Seen(
        {4: {"person": "王五（已故）"}, 5: {"id_last4": "002X"}, 7: {"id_doubtful": True}, 8: {"id_last4": "002X"}},
        {2: "“王一/李二”是几个人的姓名", 3: "“王三、李四”是几个人的姓名", 6: "身份证号：超过 15 位", 9: "没有证件号码"},
    ),
    "the same house twice with differing data, and the same number in another spelling": Seen(
        {2: {"storeys": 2}, 4: {"storeys": 1}}, {3: "与 表.xlsx 第 2 行重复", 5: "与 表.xlsx 第 2 行重复"}
    ),
    "a very wide sheet": Seen(BOTH),
    "formulas that ask another file, their results kept": Seen(BOTH),
    "absolute targets, as WPS writes them": Seen(BOTH),
    "strict Office Open XML": Seen(BOTH),
    "texts in the cells themselves, no part of shared ones": Seen(BOTH),
    "cells coloured down to the last row there is": Seen(BOTH),
    "one forgotten cell in the last row there is": Seen(BOTH, left_out={1048576: "只有一格"}),
    "a workbook with macros, and a chart's sheet before the table": Seen(BOTH),
    "an old workbook whose years and codes are dates and doubles": Seen(
        {2: {"region": V, "year_built": 1998, "storeys": 2}, 3: {"storeys": 2}}
    ),
    "CSV that begins with sep=; and has blank lines": Seen({3: BOTH[2], 6: BOTH[3]}),
    "CSV whose lines end as on an old Mac": Seen(BOTH),
    "CSV in UTF-16 whose cells hold line breaks and quotes": Seen(BOTH),
    "CSV with a comma at the end of each line, numbers in thousands without quotes": Seen(
        {2: BOTH[2]}, {3: "这一行比表头多出 1 格。内容里有逗号的，请用英文引号括起来"}
    ),
    "a GeoPackage whose codes are doubles and whose years are dates": Seen(
        {1: {"region": V, "year_built": 1998}, 2: {"region": N, "year_built": 2003}}
    ),
    "a GeoPackage of points with heights, one of them nowhere": Seen({1: HERE}, {2: "图形是空的"}),
    "a Shapefile deep in the folders of a zip, its code a number": Seen(
        {0: {"region": V}, 1: {"region": N}},
        columns={"t0.use": "places", "t0.places.region": "XZQDM", "t0.places.village_ledger": "BH"},
    ),
    "a Shapefile without its .dbf": Seen(fault="Shapefile 缺少 .dbf 文件"),
    "a Shapefile without its .shx, and without its .prj": Seen(fault="Shapefile 缺少 .shx 文件"),
    "two Shapefiles of one name in two folders of a zip": Seen(upload="有两个文件都叫“农房."),
    "a Shapefile of lines where houses should be": Seen(refused=dict.fromkeys((0, 1), "图形不是一个点，也不是一个面")),
    "a FileGDB in a zip, its name in Chinese": Seen({1: {"region": V, "lon": 110.50005}, 2: {"region": N}}),
    "GeoParquet whose codes are whole numbers": Seen({1: {"region": V, "lon": 110.50005}, 2: {"region": N}}),
    "Parquet without the words that make it GeoParquet": Seen(
        {1: {"region": V}, 2: {"region": N}}, remark="“geometry”里像是图形"
    ),
    "GeoJSON with a mark before it, degrees the wrong way round in one of them": Seen(
        {1: HERE, 3: HERE}, {2: "经度和纬度写反了"}
    ),
}


@pytest.fixture
def clerk(plain_officer: Client) -> Client:
    Region.objects.create(code="429999103203", name="同名村", level=12)
    Region.objects.create(code="429999104203", name="同名村", level=12)
    return plain_officer


def test_every_file_has_what_is_seen_of_it() -> None:
    assert SEEN.keys() == FILES.keys()


@pytest.mark.parametrize("name", FILES)
def test_what_is_seen_of(clerk: Client, name: str) -> None:
    wanted = SEEN[name]
    files = [SimpleUploadedFile(called, content) for called, content in FILES[name]().items()]
    sent = clerk.post("/office/imports/", {"files": files})
    if wanted.upload:
        assert (sent.status_code, wanted.upload in sent.content.decode()) == (422, True)
        return
    work()
    batch = ImportBatch.objects.latest("pk")
    assert (sent.status_code, batch.state) == (302, BatchState.ASKING), batch.message
    address = f"/office/imports/{batch.pk}/mapping/"
    asked = clerk.get(address).content.decode()
    assert wanted.fault in asked
    if wanted.fault:
        return
    assert wanted.remark in asked
    said = controls(asked) | {"t0.crs": "EPSG:4490", **wanted.columns}
    assert clerk.post(address, said).status_code == 302
    work()
    batch.refresh_from_db()
    assert batch.state == BatchState.READY, batch.message
    assert clerk.get(f"/office/imports/{batch.pk}/").status_code == 200
    check(batch, wanted)


def check(batch: ImportBatch, wanted: Seen) -> None:
    rows = {row.line: row for row in StagedRow.objects.filter(batch=batch)}
    refused = {line: f"{row.reason}{row.remedy}" for line, row in rows.items() if row.outcome == "refused"}
    assert refused.keys() == wanted.refused.keys(), refused
    assert {line: told for line, told in refused.items() if wanted.refused[line] not in told} == {}
    assert all(row.remedy for row in rows.values() if row.outcome == "refused")
    assert rows.keys() - refused.keys() == wanted.taken.keys()
    taken = {line: {name: rows[line].values.get(name) for name in said} for line, said in wanted.taken.items()}
    assert taken == wanted.taken
    [sheet] = batch.understood["sheets"]
    left_out = {number: why for number, _text, why in sheet["left_out"]["rows"]}
    assert left_out.keys() == wanted.left_out.keys(), left_out
    assert all(part in left_out[number] for number, part in wanted.left_out.items()), left_out
