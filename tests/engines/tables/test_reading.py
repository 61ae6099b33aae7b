import io
import json
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
import xlsxwriter
import xlwt
from openpyxl import Workbook
from openpyxl.styles import PatternFill

from hemei.engines.tables import BadFile, Row, Table, as_code, as_date, as_int, read

HEADER: list[object] = ["村代码", "户主", "建成年份"]
RECORDS: list[list[object]] = [["429021103200", "张三", 1998], ["429021103201", "李四", None]]


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    assert book.active is not None
    book.active.title = "农房"
    for row in rows:
        book.active.append(list(row))
    return saved(book)


def only(tables: list[Table]) -> Table:
    (table,) = tables
    return table


def values(rows: Sequence[Row]) -> list[list[object]]:
    return [list(row.values.values()) for row in rows]


def test_a_workbook_is_read_with_the_row_numbers_that_excel_shows() -> None:
    table = only(read(workbook([HEADER, RECORDS[0], [None, "  ", None], RECORDS[1]]), "农房.xlsx"))
    assert (table.name, table.header, table.crs) == ("农房", HEADER, None)
    rows = list(table.rows)
    assert [row.number for row in rows] == [2, 4]
    assert rows[0].values == {"村代码": "429021103200", "户主": "张三", "建成年份": 1998}
    assert rows[1].values["建成年份"] is None


def test_a_title_above_the_header_and_an_empty_first_column_do_no_harm() -> None:
    rows: list[list[object]] = [
        [],
        [None, "红坪镇农房台账"],
        [],
        [None, "村\n代码 ", "户主"],
        [None, "429021103200", "张三"],
    ]
    table = only(read(workbook(rows), "农房.xlsx"))
    assert table.header == ["村代码", "户主"]
    assert [(row.number, row.values["户主"]) for row in table.rows] == [(5, "张三")]


def test_expected_headings_find_the_header_below_notes_with_several_cells() -> None:
    rows: list[list[object]] = [["填报单位", "红坪镇", "填报日期", "2026-11-01"], HEADER, RECORDS[0]]
    assert only(read(workbook(rows), "农房.xlsx", expected=["村 代码", "户主"])).header == HEADER
    lines = "填报单位,红坪镇,填报日期,2026\n村代码,户主,建成年份\n429021103200,张三,1998\n".encode()
    table = only(read(lines, "农房.csv", expected=["户主"]))
    assert table.header == HEADER
    assert [row.number for row in table.rows] == [3]


def test_a_cell_merged_down_several_rows_stands_in_each_of_them() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows: list[list[str | None]] = [
        ["台账", None],
        ["村", "户主"],
        ["红河", "张三"],
        [None, "李四"],
        ["温水", "王五"],
        [None, "赵六"],
    ]
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("A3:A4")
    table = only(read(saved(book), "a.xlsx"))
    assert values(list(table.rows)) == [["红河", "张三"], ["红河", "李四"], ["温水", "王五"], [None, "赵六"]]


def test_hidden_and_empty_sheets_are_passed_over() -> None:
    book = Workbook()
    book["Sheet"].append(["编号", "户主"])
    book.create_sheet("空")
    hidden = book.create_sheet("代码表")
    hidden.append(["x", "y"])
    hidden.sheet_state = "hidden"
    assert [table.name for table in read(saved(book), "a.xlsx")] == ["Sheet"]


def test_cells_that_are_only_coloured_far_out_do_no_harm() -> None:
    book = Workbook()
    book["Sheet"].append(["编号", "户主"])
    book["Sheet"]["ZZ1048576"].fill = PatternFill("solid", fgColor="FF0000")
    assert only(read(saved(book), "a.xlsx")).header == ["编号", "户主"]


def test_a_cell_filled_far_out_is_refused_before_room_is_made_for_all_between() -> None:
    book = Workbook()
    book["Sheet"].append(["编号", "户主"])
    book["Sheet"]["ZZ1048576"] = "x"
    with pytest.raises(BadFile, match="ZZ1048576"):
        read(saved(book), "a.xlsx")


def forged_sheet(path: Path, rows: str) -> None:
    """A workbook whose one sheet has just these rows, as programs other than Excel may write them."""
    packed = io.BytesIO(workbook([HEADER]))
    with zipfile.ZipFile(packed) as archive, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as forged:
        for name in archive.namelist():
            if name == "xl/worksheets/sheet1.xml":
                space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
                forged.writestr(name, f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>')
            else:
                forged.writestr(name, archive.read(name))


def test_cells_without_references_are_counted_by_the_row_around_them(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row><row r="1048576"><c><v>2</v></c></row>'
    forged_sheet(tmp_path / "a.xlsx", rows)
    with pytest.raises(BadFile, match="1048576"):
        read(tmp_path / "a.xlsx")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process its own peak")
def test_a_hundred_thousand_rows_are_read_within_300_mb(tmp_path: Path) -> None:
    """In a process of its own, so that the peak is its own; a third of it is what the libraries take."""
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in ["429021103200", *["红坪镇红河村"] * 8])
    lines = "".join(f'<row r="{k}">{cells}<c><v>{k}</v></c></row>' for k in range(2, 100_002))
    head = "".join(f'<c t="inlineStr"><is><t>列{k}</t></is></c>' for k in range(10))
    forged_sheet(tmp_path / "a.xlsx", f'<row r="1">{head}</row>{lines}')
    program = """
import re, sys
from pathlib import Path
from hemei.engines.tables import read
(table,) = read(Path(sys.argv[1]))
total = sum(row.values["列9"] for row in table.rows)
print(total, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""
    run = [sys.executable, "-c", program, str(tmp_path / "a.xlsx")]
    total, peak = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    assert float(total) == sum(range(2, 100_002))
    assert int(peak) < 300 * 1024


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_in_every_encoding_and_separator_that_excel_writes(encoding: str, separator: str, tmp_path: Path) -> None:
    lines = [
        ["村代码", "户主", "建成年份"],
        ["429021103200", "张三", "1998"],
        ["", "", ""],
        ["429021103201", "李\n四", ""],
    ]
    text = "\r\n".join(separator.join(f'"{cell}"' if "\n" in cell else cell for cell in line) for line in lines)
    (tmp_path / "农房.csv").write_bytes(text.encode(encoding))
    for source in (tmp_path / "农房.csv", text.encode(encoding)):
        table = only(read(source, "农房.csv"))
        assert (table.name, table.header) == ("农房", HEADER)
        assert [(row.number, row.values["户主"]) for row in table.rows] == [(2, "张三"), (4, "李\n四")]


def test_a_character_of_gbk_on_the_last_line_of_a_long_file_is_found() -> None:
    lines = b"a,b\n" + b"1,2\n" * 300_000 + "红,坪\n".encode("gbk")
    assert list(only(read(lines, "a.csv")).rows)[-1].values == {"a": "红", "b": "坪"}


def test_wide_commas_within_texts_part_no_cells() -> None:
    (table,) = read('编号,说明\n1,"裂缝，漏雨，\n，墙倾，\n，"\n'.encode(), "a.csv")
    assert table.header == ["编号", "说明"]
    assert [list(row.values.values()) for row in table.rows] == [["1", "裂缝，漏雨，\n，墙倾，\n，"]]


def test_a_title_line_without_separators_does_not_hide_the_tabs() -> None:
    lines = "红坪镇, 2026 年\n户主\t地址\n张三\t红河村\n".encode("utf-16")
    table = only(read(lines, "a.csv", expected=["户主"]))
    assert [(row.number, row.values) for row in table.rows] == [(3, {"户主": "张三", "地址": "红河村"})]


def test_a_row_with_more_cells_than_headings_is_marked() -> None:
    good, bad = only(read("户主,地址\n张三,红河\n李四,红河,2组\n".encode(), "a.csv")).rows
    assert not good.fault
    assert "多出 1 格" in bad.fault


def test_a_short_row_has_its_last_cells_empty() -> None:
    (row,) = only(read("户主,地址\n张三\n".encode(), "a.csv")).rows
    assert row.values == {"户主": "张三", "地址": None}


@pytest.mark.parametrize(
    ("source", "name", "said"),
    [
        (b"", "a.csv", "空的"),
        (b"\n,\n", "a.csv", "空的"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" * 9, "a.csv", "编码"),
        (b"\xef\xbb\xbfa,b\n1,\xce\n", "a.csv", "编码"),
        (b"PK\x03\x04", "a.xlsx", "工作簿"),
        (b"not a database", "a.gpkg", "GeoPackage"),
        (b'<OGRVRTDataSource><OGRVRTLayer name="passwd"/></OGRVRTDataSource>', "a.gpkg", "GeoPackage"),
        (b"{", "a.geojson", "读不懂"),
        (b"[" * 100_000, "a.geojson", "读不懂"),
        (b'{"type": "Point", "coordinates": [110, 31]}', "a.geojson", "要素集合"),
        (b'{"type": "FeatureCollection", "crs": null, "features": []}', "a.geojson", "坐标系不明"),
        (b'{"features": [], "crs": {"type": "name", "properties": {"name": ""}}}', "a.geojson", "坐标系不明"),
        (b'{"features": [1]}', "a.geojson", "读不懂"),
        (b'{"features": [{}', "a.geojson", "读不懂"),
        (b'{"features": [{"properties": {"a": NaN}}]}', "a.geojson", "读不懂"),
        ('{"name": "红坪", "features": []}'.encode("gbk"), "a.geojson", "读不懂"),
        (b"", "a.xls", "空的"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "a.xls", "网页格式"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.xls", "打不开"),
        (b"PAR1 and no more", "a.parquet", "有损坏"),
        (b"", "a.et", "旧格式"),
        (b"", "a.docx", "还不能读"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_way_out(source: bytes, name: str, said: str) -> None:
    with pytest.raises(BadFile, match=said):
        read(source, name)


def test_an_unclosed_quote_ends_the_reading_with_a_reason() -> None:
    lines = b'a,b\n1,2\n"' + b"x" * 2_000_000
    with pytest.raises(BadFile, match="引号"):
        list(only(read(lines, "a.csv")).rows)


def geojson(**members: object) -> bytes:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [110.68, 31.744]},
        "properties": {"code": "007", "houses": 3, "tags": ["a"], "none": None},
    }
    broken = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": "?"}, "properties": {"code": "008"}}
    nowhere = {"type": "Feature", "geometry": None, "properties": None}
    return json.dumps({"type": "FeatureCollection", "features": [feature, broken, nowhere], **members}).encode()


def test_geojson_without_a_system_is_wgs84_and_keeps_what_has_no_place() -> None:
    table = only(read(geojson(), "农房.geojson"))
    assert (table.name, table.crs, table.has_geometry) == ("农房", "EPSG:4326", True)
    placed, broken, nowhere = table.rows
    assert placed.values == {"code": "007", "houses": 3, "tags": '["a"]', "none": None}
    assert placed.geometry is not None
    assert shapely.from_wkb(placed.geometry).equals(shapely.Point(110.68, 31.744))
    assert (placed.number, broken.number, nowhere.number) == (1, 2, 3)
    assert "几何" in broken.fault
    assert (nowhere.geometry, nowhere.fault) == (None, "")


def test_geojson_that_names_half_a_sign_or_none_lands_as_text() -> None:
    feature = r'{"type":"Feature","properties":{"\ud800":"a\ud800b\u0000","deep":["\udfff"]},"geometry":null}'
    (table,) = read(f'{{"type":"FeatureCollection","features":[{feature}]}}'.encode(), "a.geojson")
    (row,) = table.rows
    assert row.values == {"\ufffd": "a\ufffdb\ufffd", "deep": '["\ufffd"]'}


def test_geojson_may_be_empty_and_may_name_its_system_last() -> None:
    assert list(only(read(b' { "features" : [ ] } ', "a.json")).rows) == []
    features = b'"features":[{"properties":{"a":1}},{"properties":{"b":2}}]'
    table = only(read(b"\xef\xbb\xbf{" + features + b',"crs":{"properties":{"name":"EPSG:4490"}}}', "a.geojson"))
    assert (table.header, table.crs) == (["a", "b"], "EPSG:4490")
    assert values(list(table.rows)) == [[1, None], [None, 2]]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("urn:ogc:def:crs:EPSG::4490", "EPSG:4490"),
        ("EPSG:4546", "EPSG:4546"),
    ],
)
def test_geojson_that_names_its_system_is_believed(name: str, label: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    assert only(read(geojson(crs=crs), "a.geojson")).crs == label


Layer = Callable[[str | None], Path]


@pytest.fixture
def layer(tmp_path: Path) -> Layer:
    """A GeoPackage of two houses as a GIS writes it, in a named coordinate system or none."""

    def write(crs: str | None) -> Path:
        path = tmp_path / "农房.gpkg"
        pyogrio.raw.write(
            path,
            geometry=np.array([shapely.to_wkb(shapely.Point(110.68, 31.744)), None], dtype=object),
            field_data=[
                np.array(["007", "008"], dtype=object),
                np.array([1998, 0]),
                np.array(["2026-11-03", "NaT"], dtype="datetime64[D]"),
            ],
            field_mask=[None, np.array([False, True]), None],
            fields=np.array(["编号", "年份", "日期"], dtype=object),
            layer="房屋",
            driver="GPKG",
            geometry_type="Point",
            crs=crs,
        )
        return path

    return write


def test_a_geopackage_names_its_layers_and_their_system(layer: Layer) -> None:
    path = layer("EPSG:4490")
    for source in (path, path.read_bytes()):
        table = only(read(source, "农房.gpkg"))
        assert (table.name, table.header, table.crs, table.has_geometry) == (
            "房屋",
            ["编号", "年份", "日期"],
            "EPSG:4490",
            True,
        )
        first, second = table.rows
        assert (as_code(first.values["编号"]), as_int(first.values["年份"])) == ("007", 1998)
        assert as_date(first.values["日期"]) == date(2026, 11, 3)
        assert (second.values["年份"], second.values["日期"], second.geometry) == (None, None, None)
        assert (first.number, second.number) == (1, 2)


def test_a_damaged_geopackage_is_refused_when_its_rows_are_read(layer: Layer) -> None:
    path = layer("EPSG:4490")
    with sqlite3.connect(path) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')  # they call functions that only GDAL has
        database.execute("UPDATE 房屋 SET geom = substr(geom, 1, 20) WHERE 编号 = '007'")
    database.close()
    with pytest.raises(BadFile, match="损坏"):
        list(only(read(path)).rows)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_geopackage_without_a_system_says_so(layer: Layer) -> None:
    assert only(read(layer(None), "")).crs is None


def test_a_table_without_geometry_is_read_too(layer: Layer) -> None:
    path = layer("EPSG:4490")
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE households (fid INTEGER PRIMARY KEY, name TEXT)")
        database.execute("INSERT INTO households (name) VALUES ('张三')")
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('households', 'attributes', 'h')"
        )
    database.close()
    tables = {table.name: table for table in read(path)}
    assert not tables["households"].has_geometry
    assert [(row.values, row.geometry) for row in tables["households"].rows] == [({"name": "张三"}, None)]


def test_a_layer_longer_than_a_batch_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hemei.engines.tables.geopackage.BATCH", 7)
    path = tmp_path / "a.gpkg"
    points = shapely.to_wkb(shapely.points(np.arange(21.0), 30))
    pyogrio.raw.write(
        path, points, [np.arange(21)], np.array(["n"]), driver="GPKG", geometry_type="Point", crs="EPSG:4490"
    )
    assert [row.values["n"] for row in only(read(path)).rows] == list(range(21))


@pytest.mark.real
def test_the_houses_of_a_real_district(real_data: Path) -> None:
    tables = {table.name: table for table in read(real_data / "andorra" / "andorra_2025-01-19.gpkg")}
    buildings = next(table for name, table in tables.items() if "building" in name)
    assert buildings.crs == "EPSG:4326"
    assert sum(row.geometry is not None for row in buildings.rows) == 7383


@pytest.mark.real
def test_the_villages_of_a_real_district(real_data: Path) -> None:
    table = only(read(real_data / "divisions" / "shennongjia_429021_2021.csv"))
    rows = list(table.rows)
    assert len(rows) == 88
    assert any("429021103200" in map(as_code, row.values.values()) for row in rows)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('村,户号,户主\n甲,1,"王小明\n甲,2,李大山\n', 2),
        ('村,户号,户主\n甲,1,王\n甲,2,"李"大山\n甲,3,赵\n', 3),
        (f"村,户号,户主\n甲,1,{'王' * 1_100_000}\n", 2),
    ],
    ids=["a quote left open", "a quote closed too early", "a cell without end"],
)
def test_a_quote_that_is_left_open_swallows_no_rows(text: str, line: int) -> None:
    with pytest.raises(BadFile, match=f"从第 {line} 行起读不下去"):
        [list(table.rows) for table in read(text.encode(), "表.csv")]


def test_a_workbook_with_a_password_is_told_from_a_broken_one() -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    for name in ("表.xlsx", "表.xls"):
        with pytest.raises(BadFile, match="打开密码：请在 Excel 或 WPS 中去掉"):
            read(locked, name)


def test_days_are_counted_from_where_the_workbook_counts_them() -> None:
    new = io.BytesIO()
    book = xlsxwriter.Workbook(new, {"date_1904": True})
    book.add_worksheet().write_column(0, 0, ["日期", 43585])
    book.close()
    old, file = xlwt.Workbook(), io.BytesIO()
    old.dates_1904 = True
    sheet = old.add_sheet("一")
    sheet.write(0, 0, "日期")
    sheet.write(1, 0, 43585)
    old.save(file)
    for content, name in ((new.getvalue(), "表.xlsx"), (file.getvalue(), "表.xls")):
        [table] = read(content, name)
        [row] = table.rows
        assert as_date(row.values["日期"]) == date(2023, 5, 1)


def test_half_a_character_at_the_end_is_told_from_an_unknown_encoding() -> None:
    text = "村,户主\r\n上河村,李大山"
    for encoding in ("gbk", "utf-8"):
        with pytest.raises(BadFile, match="半个字"):
            read(text.encode(encoding)[:-1], "户.csv")


def test_bytes_of_another_encoding_are_named_by_their_line() -> None:
    with pytest.raises(BadFile, match="到第 3 行读不下去"):
        read("村,户主\r\n上河村,王\r\n".encode("gbk") + b"\xff\xfe,x\r\n", "户.csv")


def test_the_same_columns_beside_each_other_are_said() -> None:
    (table,) = read("村,户主,村,户主\r\n甲,乙,丙,丁\r\n".encode(), "户.csv")
    assert "左右并排放了 2 份" in table.remarks[0]
