"""More files of clerks and surveyors, each with what makes it hard; uploaded as they are, on the page."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
import xlsxwriter
import xlwt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

from tests.core.actions.register.workbooks import (
    HOUSEHOLDS,
    ONE,
    TWO,
    N,
    V,
    of_formulas,
    repacked,
    saved,
    sheet_of,
    simple,
    with_sheet,
)

HOUSES = ["村代码", "房屋编号", "坐落", "经度", "纬度", "结构类型", "建成年份", "层数", "建筑面积"]
LON, LAT = 110.5, 31.5
Files = dict[str, bytes]
FILES: dict[str, Callable[[], Files]] = {}  # what it is about → the files of one upload


def case(name: str) -> Callable[[Callable[[], Files | bytes]], Callable[[], Files]]:
    def keep(maker: Callable[[], Files | bytes]) -> Callable[[], Files]:
        def made() -> Files:
            files = maker()
            return files if isinstance(files, dict) else {"表.xlsx": files}

        FILES[name] = made
        return made

    return keep


def house(number: str, **said: object) -> list[object]:
    """A row of houses; `said` by heading."""
    row = {"村代码": V, "房屋编号": number, "坐落": f"{number}号", "结构类型": "砖混", **said}
    return [row.get(heading) for heading in HOUSES]


def lines(rows: Sequence[Sequence[object]], separator: str = ",", end: str = "\r\n") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=separator, lineterminator=end).writerows(rows)
    return file.getvalue()


@case("codes as text with .0, behind straight and curly apostrophes")
def apostrophes() -> bytes:
    rows = [f"{V}.0", f"'{V}", f"’{V}", f"‘{V}", f"`{V}", f"{V}.00"]
    return simple(HOUSEHOLDS, *([code, "一组", f"000{k}", f"王{k}", None, 4] for k, code in enumerate(rows, 1)))


@case("codes in groups of digits, with dashes, with a mark at the end")
def spaced_codes() -> bytes:
    rows = ["42 9999 103 200", "429999-103-200", "429999103200，", "429999.103.200", f"代码{V}"]
    return simple(HOUSEHOLDS, *([code, "一组", f"000{k}", f"王{k}", None, 4] for k, code in enumerate(rows, 1)))


@case("numbers of plots with every kind of dash")
def dashes() -> bytes:
    numbers = ["01－1", "01—1", "01-1", "01–1", "01−1", "02―1", "０３-１", "04ー1"]
    return simple(HOUSES, *(house(number, 坐落=f"{k}号") for k, number in enumerate(numbers, 1)))


@case("names of district, township and village run together instead of codes")
def run_together() -> bytes:
    names = [
        "云岭林区青石镇上河村",
        "青石镇上河村",
        "湖北省云岭林区青石镇下河村",
        "青石镇 上河村",
        "上河村村民委员会",
        "云岭林区白水镇上河村",
    ]
    return simple(HOUSEHOLDS, *([name, "一组", f"000{k}", f"王{k}", None, 4] for k, name in enumerate(names, 1)))


@case("two villages of one name, the township said or not")
def one_name() -> bytes:
    names = ["同名村", "青石镇同名村", "白水镇同名村", "白水镇上河村"]
    return simple(HOUSEHOLDS, *([name, "一组", f"000{k}", f"王{k}", None, 4] for k, name in enumerate(names, 1)))


@case("village and township in two columns, two villages of one name")
def township_apart() -> bytes:
    rows = [
        ["青石镇", "同名村", "0001", "王一"],
        ["白水镇", "同名村", "0001", "王二"],
        ["白水镇", "上河村", "0002", "王三"],
    ]
    return simple(["乡镇", "村", "户号", "户主"], *rows)


@case("villages merged down and a filter set over them")
def merged_and_filtered() -> bytes:
    book, sheet = sheet_of(HOUSEHOLDS, ONE, [None, None, *TWO[2:]], [N, "二组", "0003", "孙七", None, 1])
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:B3")
    sheet.auto_filter.ref = "A1:F4"
    sheet.auto_filter.add_filter_column(0, [N])
    for row in (2, 3):
        sheet.row_dimensions[row].hidden = True
    return saved(book)


@case("a table on its side: headings down the first column")
def transposed() -> bytes:
    return simple(*([heading, one, two] for heading, one, two in zip(HOUSEHOLDS, ONE, TWO, strict=True)))


@case("the header on each printed page, 续表, totals of pages, page numbers")
def printed_pages() -> bytes:
    first: list[list[object]] = [
        ["青石镇农户台账"],
        HOUSEHOLDS,
        ONE,
        ["本页小计", None, None, 1, None, 4],
        ["第1页 共2页"],
    ]
    second: list[list[object]] = [["青石镇农户台账（续表）"], HOUSEHOLDS, TWO, ["本页合计", None, None, 1, None, 2]]
    foot: list[object] = ["第 2 页，共 2 页", None, None, None, None, "2026年10月"]
    return simple(*first, *second, ["总计", None, None, 2, None, 6], foot)


@case("comments on cells, a text in several colours, choices to pick from")
def comments() -> bytes:
    book, sheet = sheet_of(HOUSEHOLDS, ONE, TWO)
    sheet["D2"].comment = Comment("户主已搬走？请核实", "张三")
    sheet["D3"] = CellRichText("李", TextBlock(InlineFont(color="FF0000", b=True), "大山"))
    choice = DataValidation(type="list", formula1='"一组,二组"')
    sheet.add_data_validation(choice)
    choice.add("B2:B9")
    return saved(book)


@case("thousands, 万, units behind numbers, two areas in one cell")
def units() -> bytes:
    areas = [
        "1,200",
        "0.12万",
        "120㎡",
        "120m²",
        "120平方米",
        "约120",
        "120+30",
        "120/240",
        "０.５亩",
        "1，200",
        "120.5.3",
    ]
    return simple(HOUSES, *(house(f"F-{k:02d}", 建筑面积=area) for k, area in enumerate(areas, 1)))


@case("years in words")
def years() -> bytes:
    said = [
        "1998年前后",
        "八十年代",
        "不详",
        "1998-1999",
        "98年",
        "1998年5月",
        "1998.5",
        "二〇〇三年",
        "1998年",
        "民国",
        1998.0,
        date(1998, 5, 1),
        "90",
        35915,
    ]
    return simple(HOUSES, *(house(f"F-{k:02d}", 建成年份=year) for k, year in enumerate(said, 1)))


@case("storeys in words")
def storeys() -> bytes:
    said = ["二层半", "3F", "2+1", "二层", "两层", "2.5", "3层", "地上2层地下1层", "一", "2～3", "5-4", "平房"]
    return simple(HOUSES, *(house(f"F-{k:02d}", 层数=storey) for k, storey in enumerate(said, 1)))


@case("degrees, minutes and seconds in every spelling")
def degrees() -> bytes:
    said = [
        ("110°30′00.0″", "31°30′00.0″"), ("110度30分0秒", "31度30分0秒"), ("E110°30'00\"", "N31°30'00\""),
        ("110:30:00", "31:30:00"), ("110 30 00", "31 30 00"), ("110.30.00", "31.30.00"), ("110°30.0′", "31°30.0′"),
        ("110-30-00", "31-30-00"), ("110.5E", "31.5N"), ("110，5", "31，5"),
    ]  # fmt: skip
    return simple(HOUSES, *(house(f"F-{k:02d}", 经度=lon, 纬度=lat) for k, (lon, lat) in enumerate(said, 1)))


@case("coordinates the wrong way round, or both in one cell")
def one_cell() -> bytes:
    said = [(LAT, LON), ("110.5,31.5", None), (None, "31.5，110.5"), ("110.5 31.5", "110.5 31.5"), (110.5, 131.5)]
    return simple(HOUSES, *(house(f"F-{k:02d}", 经度=lon, 纬度=lat) for k, (lon, lat) in enumerate(said, 1)))


@case("a column 坐标 that holds both")
def coordinates_column() -> bytes:
    said = ["110.5123,31.5123", "31.5123，110.5123", "110.5,31.5"]
    return simple(["村代码", "房屋编号", "坐标"], *([V, f"F-{k}", both] for k, both in enumerate(said, 1)))


@case("two telephones in one cell, a telephone with its area code, too short, with a name")
def telephones() -> bytes:
    said = [
        "13800001234/13900005678",
        "13800001234 13900005678",
        "13800001234、13900005678",
        "0719-3331234",
        "138-0000-1234",
        "1380000",
        "13800001234（儿子）",
        "+86 13800001234",
        13800001234.0,
        "13800001234;",
    ]
    return simple(HOUSEHOLDS, *([V, "一组", f"{k:04d}", f"王{k}", phone, 4] for k, phone in enumerate(said, 1)))


@case("two heads in one cell, remarks behind a name, an ID number as a number, of 15 digits, with a blank")
def heads() -> bytes:
    header = ["村代码", "户号", "户主", "身份证号"]
    said = [
        ("王一/李二", None),
        ("王三、李四", None),
        ("王五（已故）", None),
        ("王六", "110105 19491231 002X"),
        ("王七", 110105194912310021),
        ("王八", "110105491231002"),
        ("王九", "11010519491231002x"),
        ("王十", "身份证丢失"),
    ]
    return simple(header, *([V, f"{k:04d}", *row] for k, row in enumerate(said, 1)))


@case("the same house twice with differing data, and the same number in another spelling")
def twice() -> bytes:
    return simple(HOUSES, house("F-01", 层数=2), house("F-01", 层数=3), house("f-01", 层数=1), house("F-0１", 层数=1))


@case("a very wide sheet")
def wide() -> bytes:
    header = [*HOUSEHOLDS, *(f"指标{k}" for k in range(600))]
    return simple(header, [*ONE, *range(600)], [*TWO, *range(600)])


@case("formulas that ask another file, their results kept")
def other_file() -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    of_formulas(book, "'[去年.xlsx]农户'")
    book.close()
    return file.getvalue()


@case("absolute targets, as WPS writes them")
def absolute() -> bytes:
    def change(name: str, content: bytes) -> bytes:
        if name == "xl/_rels/workbook.xml.rels":
            content = re.sub(rb'Target="(?!/)(?:xl/)?', b'Target="/xl/', content)
        return content

    return repacked(simple(HOUSEHOLDS, ONE, TWO), change)


@case("strict Office Open XML")
def strict() -> bytes:
    def change(_name: str, content: bytes) -> bytes:
        for old, new in (
            (
                b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                b"http://purl.oclc.org/ooxml/spreadsheetml/main",
            ),
            (
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            ),
        ):
            content = content.replace(old, new)
        return content

    return repacked(simple(HOUSEHOLDS, ONE, TWO), change)


@case("texts in the cells themselves, no part of shared ones")
def inline() -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet("农户")
    for number, row in enumerate((HOUSEHOLDS, ONE, TWO)):
        sheet.write_row(number, 0, row)
    book.close()

    def change(name: str, content: bytes) -> bytes | None:
        if name == "xl/sharedStrings.xml":
            return None
        if name == "[Content_Types].xml":
            content = re.sub(rb"<Override[^>]*sharedStrings[^>]*/>", b"", content)
        if name == "xl/_rels/workbook.xml.rels":
            content = re.sub(rb"<Relationship [^>]*sharedStrings[^>]*/>", b"", content)
        return content

    return repacked(file.getvalue(), change)


@case("cells coloured down to the last row there is")
def all_rows() -> bytes:
    def change(content: bytes) -> bytes:
        content = content.replace(b"</sheetData>", b'<row r="1048576"><c r="A1048576" s="1"/></row></sheetData>')
        return re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1:XFD1048576"/>', content)

    return with_sheet(simple(HOUSEHOLDS, ONE, TWO), change)


@case("one forgotten cell in the last row there is")
def last_row() -> bytes:
    cell = b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
    return with_sheet(simple(HOUSEHOLDS, ONE, TWO), lambda content: content.replace(b"</sheetData>", cell))


@case("a workbook with macros, and a chart's sheet before the table")
def macros() -> Files:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    drawn = book.add_chart({"type": "column"})
    sheet = book.add_worksheet("农户")
    for number, row in enumerate((HOUSEHOLDS, ONE, TWO)):
        sheet.write_row(number, 0, row)
    drawn.add_series({"values": "=农户!$F$2:$F$3"})
    book.add_chartsheet("图表").set_chart(drawn)
    book.close()
    return {"表.xlsm": file.getvalue()}


@case("an old workbook whose years and codes are dates and doubles")
def old_dates() -> Files:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1")
    year = xlwt.easyxf(num_format_str="yyyy")
    for number, row in enumerate([HOUSES, house("F-1", 村代码=float(V), 层数=2.0), house("F-2", 层数="2层")]):
        for column, cell in enumerate(row):
            if cell is not None:
                sheet.write(number, column, cell)
    sheet.write(1, 6, date(1998, 5, 1), year)
    file = io.BytesIO()
    book.save(file)
    return {"表.xls": file.getvalue()}


@case("CSV that begins with sep=; and has blank lines")
def sep() -> Files:
    text = "sep=;\r\n" + lines([HOUSEHOLDS, ONE], ";") + "\r\n\r\n" + lines([TWO], ";")
    return {"表.csv": text.encode("gbk")}


@case("CSV whose lines end as on an old Mac")
def old_mac() -> Files:
    return {"表.csv": lines([HOUSEHOLDS, ONE, TWO], end="\r").encode("gb18030")}


@case("CSV in UTF-16 whose cells hold line breaks and quotes")
def utf16() -> Files:
    rows = [[*HOUSEHOLDS, "备注"], [*ONE, '说"好"，\n再看'], [*TWO, "无"]]
    return {"表.csv": lines(rows, "\t").encode("utf-16")}


@case("CSV with a comma at the end of each line, numbers in thousands without quotes")
def commas() -> Files:
    rows = ["村代码,户号,户主,人口,", f"{V},0001,王小明,4,", f"{V},0002,李大山,1,200,"]
    return {"表.csv": ("\r\n".join(rows) + "\r\n").encode()}


def layer(name: str, fields: dict[str, Sequence[object]], shapes: Sequence[object], **options: object) -> bytes | Files:
    """A layer as a file of that name; of a Shapefile and a FileGDB every part."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        drivers = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".gdb": "OpenFileGDB", ".geojson": "GeoJSON"}
        columns = [np.array(c, dtype=None if isinstance(c, np.ndarray) else object) for c in fields.values()]
        pyogrio.raw.write(
            str(path),
            geometry=np.array([shapely.to_wkb(shape) for shape in shapes], dtype=object),
            field_data=columns,
            fields=np.array(list(fields), dtype=object),
            driver=drivers[path.suffix],
            **{"geometry_type": "Polygon", "crs": "EPSG:4490", **options},
        )
        if path.is_file() and path.suffix in (".gpkg", ".geojson"):
            return path.read_bytes()
        return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(Path(folder).rglob("*")) if p.is_file()}


def zipped(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


BOX = shapely.box(LON, LAT, LON + 1e-4, LAT + 1e-4)


def two(**more: Sequence[object]) -> dict[str, Sequence[object]]:
    return {"村代码": [V, N], "编号": ["F-1", "F-2"], **more}


@case("a GeoPackage whose codes are doubles and whose years are dates")
def gpkg_doubles() -> Files:
    fields = {
        "村代码": np.array([float(V), float(N)]),
        "编号": np.array([1.0, 2.0]),
        "建成年份": np.array(["1998-01-01", "2003-01-01"], "datetime64[D]"),
    }
    content = layer("农房.gpkg", fields, [BOX, BOX])
    assert isinstance(content, bytes)
    return {"农房.gpkg": content}


@case("a GeoPackage of points with heights, one of them nowhere")
def gpkg_heights() -> Files:
    content = layer("农房.gpkg", two(), [shapely.Point(LON, LAT, 900), shapely.Point()], geometry_type="Unknown")
    assert isinstance(content, bytes)
    return {"农房.gpkg": content}


@case("a Shapefile deep in the folders of a zip, its code a number")
def shapefile() -> Files:
    parts = layer(
        "农房.shp", {"XZQDM": np.array([float(V), float(N)]), "BH": ["F-1", "F-2"]}, [BOX, BOX], encoding="GB18030"
    )
    assert isinstance(parts, dict)
    return {"成果.zip": zipped({f"2026 成果/矢量 数据/{name}": content for name, content in parts.items()})}


@case("a Shapefile without its .dbf")
def no_dbf() -> Files:
    parts = layer("农房.shp", two(), [BOX, BOX], encoding="UTF-8")
    assert isinstance(parts, dict)
    return {"成果.zip": zipped({name: content for name, content in parts.items() if not name.endswith(".dbf")})}


@case("a Shapefile without its .shx, and without its .prj")
def no_shx() -> Files:
    parts = layer("农房.shp", two(), [BOX, BOX], encoding="UTF-8")
    assert isinstance(parts, dict)
    return {
        "成果.zip": zipped({name: content for name, content in parts.items() if not name.endswith((".shx", ".prj"))})
    }


@case("two Shapefiles of one name in two folders of a zip")
def two_shapefiles() -> Files:
    parts = layer("农房.shp", two(), [BOX, BOX], encoding="UTF-8")
    assert isinstance(parts, dict)
    return {
        "成果.zip": zipped({f"{town}/{name}": content for town in ("甲镇", "乙镇") for name, content in parts.items()})
    }


@case("a Shapefile of lines where houses should be")
def outlines() -> Files:
    parts = layer(
        "农房.shp",
        two(),
        [shapely.LineString(BOX.exterior.coords), BOX.exterior],
        geometry_type="LineString",
        encoding="UTF-8",
    )
    assert isinstance(parts, dict)
    return dict(parts)


@case("a FileGDB in a zip, its name in Chinese")
def filegdb() -> Files:
    parts = layer("农房调查.gdb", two(), [BOX, BOX], layer="农房", geometry_type="MultiPolygon")
    assert isinstance(parts, dict)
    return {"农房调查.zip": zipped(parts)}


def parquet(named: bool) -> bytes:
    made = pa.table(
        {"村代码": pa.array([int(V), int(N)]), "编号": ["F-1", "F-2"], "geometry": [shapely.to_wkb(BOX)] * 2}
    )
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Polygon"]}},
    }
    file = io.BytesIO()
    pq.write_table(made.replace_schema_metadata({b"geo": json.dumps(geo).encode()}) if named else made, file)
    return file.getvalue()


@case("GeoParquet whose codes are whole numbers")
def geoparquet() -> Files:
    return {"农房.parquet": parquet(True)}


@case("Parquet without the words that make it GeoParquet")
def plain_parquet() -> Files:
    return {"农房.parquet": parquet(False)}


@case("GeoJSON with a mark before it, degrees the wrong way round in one of them")
def geojson() -> Files:
    features = [
        {
            "type": "Feature",
            "properties": {"村代码": V, "编号": f"F-{k}"},
            "geometry": {"type": "Point", "coordinates": at},
        }
        for k, at in enumerate(([LON, LAT], [LAT, LON], [LON, LAT, 900.5]), 1)
    ]
    return {
        "农房.geojson": "\ufeff".encode() + json.dumps({"type": "FeatureCollection", "features": features}).encode()
    }
