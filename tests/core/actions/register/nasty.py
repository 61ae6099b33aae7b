"""Three districts' folders, each kept in its own way: other columns, other coordinate systems, other gaps."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely
import xlwt
from openpyxl import Workbook

# One point in every system, computed by the published formulas outside this code base.
LON, LAT = 110.4523, 31.7441


def gcj(lon: float, lat: float) -> tuple[float, float]:
    """WGS 84 → GCJ-02, written out from the published formula, apart from the code under test."""
    from math import cos, pi, radians, sin, sqrt

    x, y = lon - 105, lat - 35
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3 + (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3 + (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    a, ee = 6378245.0, 0.00669342162296594323
    bend = 1 - ee * sin(radians(lat)) ** 2
    north = north * 180 / ((a * (1 - ee)) / (bend * sqrt(bend)) * pi)
    return lon + east * 180 / (a / sqrt(bend) * cos(radians(lat)) * pi), lat + north


def bd(lon: float, lat: float) -> tuple[float, float]:
    """GCJ-02 → BD-09, likewise."""
    from math import atan2, cos, pi, sin, sqrt

    factor = pi * 3000 / 180
    z, theta = sqrt(lon * lon + lat * lat) + 0.00002 * sin(lat * factor), atan2(lat, lon) + 0.000003 * cos(lon * factor)
    return z * cos(theta) + 0.0065, z * sin(theta) + 0.006


def plane(epsg: int) -> tuple[float, float]:
    """Easting and northing of the point in a CGCS2000 plane."""
    return pyproj.Transformer.from_crs(4490, epsg, always_xy=True).transform(LON, LAT)


def table(path: Path, encoding: str, rows: Sequence[Sequence[object]], separator: str = ",") -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=separator).writerows(rows)
    path.write_bytes(file.getvalue().encode(encoding))


def mountain(folder: Path) -> Path:
    """Old workbooks, village names instead of codes, 高德 coordinates, members apart, a ledger without numbers."""
    folder.mkdir(parents=True)
    east, north = gcj(LON, LAT)
    regions = [["行政区划名称", "12位代码"], ["山岭县", 421199000000], ["石门镇", 421199101000]]
    regions += [["大坪村", 421199101201], ["石门社区", 421199101202]]
    _old(folder / "01区划.xls", "山岭县行政区划", regions)
    households = [["村名", "小组", "编号", "户主姓名", "身份证", "电话", "家庭人口"]]
    households += [["大坪村", "三组", 1.0, "胡大海", "11010519491231002x", "１３８００００１２３４", "3人"]]
    households += [["大坪村", "三组", 2.0, "龙四", 110105194912310000.0, None, 2]]
    households += [["大平村", "1组", 3.0, "向五", "", "", 1]]
    _old(folder / "02农户.xls", "农户花名册", households)
    houses = [["所属村", "宅号", "编号", "位置", "结构", "建成年代", "层", "高德经度", "高德纬度", "备注"]]
    houses += [["大坪村", "DP-1", 1.0, "大坪村三组", "土坯", "1978年", 1, east, north, "无"]]
    houses += [["大坪村", "DP-2", 2.0, "大坪村三组", "砖混", 1999, 2, None, None, None]]
    houses += [["合计", None, None, None, None, None, 3]]
    _old(folder / "03住房.xls", "住房台账", houses)
    table(folder / "04成员.csv", "gb18030", [["村", "户号", "成员姓名", "关系"], ["大坪村", "1", "胡小海", "儿子"]])
    (folder / "district.yaml").write_text(MOUNTAIN, "utf-8")
    return folder


MOUNTAIN = """\
district: "421199"
crs: GCJ-02
registers:
  regions: {file: 01区划.xls, columns: {code: 12位代码, name: 行政区划名称}}
  households: {file: 02农户.xls, columns: {number: 编号, id_number: 身份证}}
  members: {file: 04成员.csv}
  places:
    file: 03住房.xls
    kind: house
    columns: {village_ledger: 宅号, label: 位置, structure: 结构, lon: 高德经度, lat: 高德纬度, storeys: 层}
    choices: {structure: {土坯: 土木}}
"""


def _old(path: Path, title: str, rows: Sequence[Sequence[object]]) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1")
    sheet.write_merge(0, 0, 0, len(rows[0]) - 1, title)
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if cell is not None:
                sheet.write(number, column, cell)
    book.save(str(path))


def plain(folder: Path) -> Path:
    """A survey: Shapefile in a plane with zone numbers, X坐标 the northing in the table, offices and duties."""
    folder.mkdir(parents=True)
    easting, northing = plane(4525)
    regions = [["code", "name"], ["321299", "平川区"], ["321299104", "东塘镇"], ["321299104211", "塘北村"]]
    table(folder / "regions.csv", "utf-8-sig", regions)
    units = [["单位名称", "单位类型", "区划代码"], ["东塘镇人民政府", "乡镇办公室", "321299104"]]
    table(folder / "units.csv", "utf-8-sig", units)
    people = [["姓名", "账号", "单位名称", "岗位", "责任区域"]]
    people += [["钱主任", "qian", "东塘镇人民政府", "乡镇经办", "321299104"]]
    table(folder / "people.csv", "utf-8-sig", people)
    pyogrio.raw.write(
        str(folder / "houses.shp"),
        geometry=np.array([shapely.to_wkb(shapely.box(easting, northing, easting + 10, northing + 8))], dtype=object),
        field_data=[np.array([cell], dtype=object) for cell in ("321299104211", "FW0001", "框架")],
        fields=np.array(["XZQDM", "FWBH", "JG"], dtype=object),
        driver="ESRI Shapefile",
        geometry_type="Polygon",
        crs="EPSG:4525",
        encoding="GB18030",
    )
    survey: list[list[object]] = [["村代码", "房屋编号", "坐落", "X坐标", "Y坐标"]]
    survey += [["321299104211", "FW0002", "塘北村2号", round(northing, 3), round(easting, 3)]]
    survey += [["321299104211", "FW0003", "塘北村3号", round(easting, 3), round(northing, 3)]]
    table(folder / "points.csv", "utf-16", survey, "\t")
    (folder / "district.yaml").write_text(PLAIN, "utf-8")
    return folder


PLAIN = """\
district: 321299
registers:
  regions: regions.csv
  units: regions_units.csv
  people: people.csv
  places:
    - {file: houses.shp, kind: house, columns: {region: XZQDM, village_ledger: FWBH, structure: JG}}
    - {file: points.csv, kind: house, crs: EPSG:4525}
""".replace("regions_units.csv", "units.csv")


def lake(folder: Path) -> Path:
    """GeoJSON boundaries, one workbook with a sheet a village that has household and house in each row, 百度
    coordinates, GeoParquet, and a ledger with holes."""
    folder.mkdir(parents=True)
    square = [[[110, 31], [111, 31], [111, 32], [110, 32], [110, 31]]]
    named = {"430699": "湖滨区", "430699105": "洲头镇", "430699105231": "洲头村", "430699105232": "洲尾村"}
    shape = {"type": "Polygon", "coordinates": square}
    features = [
        {"type": "Feature", "properties": {"PAC": code, "NAME": name}, "geometry": shape}
        for code, name in named.items()
    ]
    (folder / "界线.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    book, (east, north) = Workbook(), bd(*gcj(LON, LAT))
    book.remove(book.active)  # type: ignore[arg-type]
    note = book.create_sheet("填表说明")
    note.append(["请各村如实填写"])
    for number, village in enumerate(("洲头村", "洲尾村"), 1):
        sheet = book.create_sheet(village)
        sheet.append([f"{village}一户一档"])
        sheet.append(["行政村", "户", None, "房屋", None, None, "百度坐标", None])
        sheet.append([None, "户号", "户主", "编号", "结构类型", "是否有人居住", "经度", "纬度"])
        sheet.append([village, f"{number:03d}", f"户主{number}", f"H{number}", "砖木", "是", east, north])
        sheet.append([village, f"1{number:02d}", "空户", f"E{number}", "竹草", "否", None, None])
        for cells in ("A1:H1", "A2:A3", "B2:C2", "D2:F2", "G2:H2"):
            sheet.merge_cells(cells)
    book.save(folder / "一户一档.xlsx")
    geo = {"version": "1.0.0", "primary_column": "geom", "columns": {"geom": {"encoding": "WKB", "geometry_types": []}}}
    made = pa.table({"cun": ["430699105232"], "bh": ["P9"], "geom": [shapely.to_wkb(shapely.Point(LON, LAT))]})
    pq.write_table(made.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), folder / "补测.parquet")
    ledger = [["序号", "村", "主要问题", "隐患等级", "排查日期", "销号日期", "整改情况"]]
    ledger += [["1", "洲头村", "墙体开裂", "较重", "2025.3.1", "2025/6/1", "已整改"]]
    ledger += [["2", "洲头村", "屋面漏雨", "一般", "2025年4月", "", ""]]
    ledger += [["3", "洲尾村", "地基下沉", "紧急", "20250501", "", "整改中"]]
    ledger += [["4", "洲尾村", "墙体倾斜", "一般", "2025-05-02", "", "已销号"]]
    table(folder / "台账.csv", "gbk", ledger, ";")
    (folder / "district.yaml").write_text(LAKE, "utf-8")
    return folder


LAKE = """\
district: "430699"
crs: BD09
registers:
  regions: {file: 界线.geojson, columns: {code: PAC, name: NAME}}
  households: {file: 一户一档.xlsx}
  places:
    - {file: 一户一档.xlsx, kind: house, columns: {village_ledger: 编号}}
    - {file: 补测.parquet, kind: house, columns: {region: cun, village_ledger: bh}}
  cases: {file: 台账.csv, matter: houses}
"""
