"""Files as somebody sends them who means harm, each small: what it would do stands in its name."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from PIL import Image

from tests.site.test_uploads import (
    LAUGHS,
    OUTSIDE,
    SCRIPT,
    SHEET,
    SVG,
    archive,
    linked,
    lying,
    png,
    with_part,
    workbook,
)

Made = Callable[[], tuple[str, bytes]]
SECRET = "root:x:0:0"  # begins the file that entities and links would read
DOCUMENT = (
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>%s</w:t>'
    b"</w:r></w:p></w:body></w:document>"
)
KINDS = (
    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    b'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Override PartName="/word/document.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
    b"</Relationships>"
)


def docx(document: bytes) -> bytes:
    return archive(
        **{"[Content_Types].xml": KINDS, "_rels/.rels": RELATIONS, "word/document.xml": document}
    )  # fmt: skip


def laughing(inner: bytes) -> bytes:
    return LAUGHS[: LAUGHS.index(b"<worksheet")] + inner


def flat_bomb(name: str = SHEET, megabytes: int = 1_500) -> bytes:
    out = io.BytesIO()
    written = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
    with written, written.open(name, "w", force_zip64=True) as part:
        for _turn in range(megabytes):
            part.write(b" " * 2**20)
    return out.getvalue()


def nested() -> bytes:
    inner = archive(**{"0.csv": b"0" * 20_000_000})
    for level in range(4):
        inner = archive(**{f"{level}-{n}.zip": inner for n in range(8)})
    return inner


def overlapping(times: int = 60) -> bytes:
    """Entries that all point at one kernel of 50 MB."""
    content, kernel = zlib.compress(b"0" * 50_000_000, 9)[2:-4], b"k.csv"
    crc, size = zlib.crc32(b"0" * 50_000_000), 50_000_000
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, crc, len(content), size, len(kernel), 0)
    body, central = local + kernel + content, b""
    for n in range(times):
        name = b"%d.csv" % n
        central += (
            struct.pack(
                "<IHHHHHHIIIHHHHHII",
                *(0x02014B50, 20, 20, 0, 8, 0, 0, crc, len(content), size, len(name), 0, 0, 0, 0, 0, 0),
            )
            + name
        )
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, times, times, len(central), len(body), 0)
    return body + central + end


def jpeg(size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, "JPEG", **options)
    return out.getvalue()


def exif_bomb() -> bytes:
    """A directory of tags that points at itself, and tags that say they hold four billion values."""
    tags = b"".join(struct.pack("<HHII", 0x9003 + n, 2, 0xFFFFFFFF, 8) for n in range(200))
    tiff = b"II*\0" + struct.pack("<IH", 8, 203) + struct.pack("<HHII", 0x8769, 4, 1, 8)
    tiff += struct.pack("<HHII", 0x8825, 4, 1, 8) + struct.pack("<HHII", 0x0112, 3, 1, 99) + tags + struct.pack("<I", 8)
    return jpeg(exif=b"Exif\0\0" + tiff)


def moving(form: str, frames: int) -> bytes:
    out = io.BytesIO()
    pictures = [Image.new("RGB", (32, 32), (n % 256, n // 256, 7)) for n in range(frames)]
    pictures[0].save(out, form, save_all=True, append_images=pictures[1:], duration=1)
    return out.getvalue()


def large(form: str, side: int) -> bytes:
    out = io.BytesIO()
    Image.new("L" if form != "WEBP" else "RGB", (side, side)).save(out, form)
    return out.getvalue()


def tiff(width: int, height: int, *, strips: int = 1, at: int = 8, count: int = 8, kind: int = 1) -> bytes:
    """A raster of heights whose tags lie about where its strips are and how long."""
    tags = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 32), (259, 3, 1, kind), (262, 3, 1, 1),
        (273, 4, strips, at), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, strips, count), (339, 3, 1, 3),
    ]  # fmt: skip
    body = b"".join(struct.pack("<HHII", *one) for one in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + body + struct.pack("<I", 0) + b"\0" * 64


def geotiff(side: int) -> bytes:
    """Zeros of so many pixels each way, packed, with a place on the earth."""
    packed = zlib.compress(b"\0" * (side * side * 4), 9)
    tags = [
        (256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 32), (259, 3, 1, 8), (262, 3, 1, 1), (273, 4, 1, 1024),
        (277, 3, 1, 1), (278, 4, 1, side), (279, 4, 1, len(packed)), (339, 3, 1, 3), (33550, 12, 3, 512),
        (33922, 12, 6, 544), (34735, 3, 16, 640),
    ]  # fmt: skip
    head = (
        b"II*\0" + struct.pack("<IH", 8, len(tags)) + b"".join(struct.pack("<HHII", *one) for one in tags) + b"\0" * 4
    )
    head = head.ljust(512, b"\0") + struct.pack("<3d", 1e-4, 1e-4, 0) + b"\0" * 8
    head = head[:544] + struct.pack("<6d", 0, 0, 0, 110.4, 31.6, 0)
    head = head.ljust(640, b"\0") + struct.pack("<16H", 1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4490)
    return head.ljust(1024, b"\0") + packed


def geopackage(*more: str, rows: int = 2) -> bytes:
    """One layer, as small as it can be, and whatever else somebody puts in."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        base = sqlite3.connect(path)
        base.executescript(
            "PRAGMA application_id=1196444487; PRAGMA user_version=10300;"
            "CREATE TABLE gpkg_spatial_ref_sys(srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT"
            " NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);"
            "INSERT INTO gpkg_spatial_ref_sys VALUES('CGCS2000',4490,'EPSG',4490,'undefined','');"
            "CREATE TABLE gpkg_contents(table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,"
            " identifier TEXT, description TEXT, last_change DATETIME, min_x DOUBLE, min_y DOUBLE,"
            " max_x DOUBLE, max_y DOUBLE,"
            " srs_id INTEGER);"
            "CREATE TABLE gpkg_geometry_columns(table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name"
            " TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL);"
            "CREATE TABLE own(fid INTEGER PRIMARY KEY, geom BLOB, name TEXT);"
            "INSERT INTO gpkg_contents VALUES('own','features','own','',NULL,110,31,111,32,4490);"
            "INSERT INTO gpkg_geometry_columns VALUES('own','geom','POINT',4490,0,0);"
        )
        point = b"GP\0\1" + struct.pack("<i", 4490) + b"\1" + struct.pack("<Idd", 1, 110.5, 31.5)
        base.executemany("INSERT INTO own(geom, name) VALUES(?, 'a')", [(point,)] * rows)
        for statement in more:
            base.execute(statement)
        base.commit()
        base.close()
        return path.read_bytes()


ENDLESS = (
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS fid, NULL AS geom, 'a' AS name FROM n"
)


def viewed(query: str, *, spatial: bool = True) -> bytes:
    sort = "features" if spatial else "attributes"
    return geopackage(
        f"CREATE VIEW seen AS {query}",
        f"INSERT INTO gpkg_contents VALUES('seen','{sort}','seen','',NULL,110,31,111,32,4490)",
        *(["INSERT INTO gpkg_geometry_columns VALUES('seen','geom','POINT',4490,0,0)"] if spatial else []),
    )


def parquet(rows: int, cell: str, **options: object) -> bytes:
    out = io.BytesIO()
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, "int32")), pa.array([cell]))
    meta = {b"geo": json.dumps({"version": "1.1.0", "primary_column": "geometry", "columns": {
        "geometry": {"encoding": "WKB", "geometry_types": []}}}).encode()}  # fmt: skip
    point = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(rows, "int32")), pa.array([struct.pack("<BIdd", 1, 1, 110.5, 31.5)], pa.binary())
    )
    table = pa.table({"名称": column, "geometry": point})
    table = table.cast(pa.schema([("名称", pa.string()), ("geometry", pa.binary())])) if rows < 100 else table
    pq.write_table(table.replace_schema_metadata(meta), out, compression="zstd", **options)
    return out.getvalue()


def listed(values: pa.Array, rows: int = 1) -> bytes:
    """All values in the list of the first row."""
    ends = pa.array([0, *[len(values)] * rows], pa.int32())
    out = io.BytesIO()
    pq.write_table(pa.table({"名称": pa.ListArray.from_arrays(ends, values)}), out, compression="zstd")
    return out.getvalue()


def compound(*, fat: int = 0xFFFFFFFE, size: int = 512 * 3) -> bytes:
    """The shell of an old workbook: a file system in a file, whose chain of sectors runs in a circle."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, fat, 0, 0xFFFFFFFE, 0) + struct.pack(
        "<109I", 0, *[0xFFFFFFFF] * 108
    )
    table = struct.pack("<128I", 0xFFFFFFFD, 1, 2, *[0xFFFFFFFF] * 125)
    name = "Workbook".encode("utf-16-le").ljust(64, b"\0")
    entry = name + struct.pack("<HBBIII", 18, 2, 1, *[0xFFFFFFFF] * 3) + b"\0" * 36 + struct.pack("<IQ", 2, 0x7FFFFFF0)
    root = "Root Entry".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBBIII", 22, 5, 1, *[0xFFFFFFFF] * 2, 1)
    root += b"\0" * 36 + struct.pack("<IQ", 0xFFFFFFFE, 0)
    return (head + table + (root + entry).ljust(512, b"\0") + b"\x09\x08\x10\0".ljust(512, b"\xff")).ljust(size, b"\0")


def xls_of_cells() -> bytes:
    """BIFF: a sheet that says it is 65,536 rows by 256 columns, with records longer than the file."""
    return (
        b"\x09\x08\x10\0\0\x06\x10\0"
        + b"\xbb\x0d\xcc\x07"
        + b"\0" * 8
        + struct.pack("<HH", 0x200, 0xFFFF)
        + b"\xff" * 900
    )


def wide_sheet() -> bytes:
    inner = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    inner += b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
    inner += b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>b</t></is></c></row></sheetData></worksheet>'
    return with_part(workbook(["a"]), SHEET, inner)


def merged_sheet() -> bytes:
    inner = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    inner += b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row></sheetData>'
    inner += b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    return with_part(workbook(["a"]), SHEET, inner)


def one_cell(megabytes: int) -> bytes:
    inner = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    inner += b'<c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>'
    inner += b"x" * (megabytes * 2**20) + b"</t></is></c></row></sheetData></worksheet>"
    return with_part(workbook(["a"], ["b"]), SHEET, inner)


def form_book(*survey: list[object], settings: list[object] | None = None) -> bytes:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in (["type", "name", "label", "relevant", "constraint", "calculation"], *survey):
        sheet.append(row)
    book.create_sheet("choices").append(["list_name", "name", "label"])
    book.create_sheet("settings").append(["form_title", "form_id", "version"])
    book["settings"].append(settings or ["表", "houses.survey", "1"])
    book.save(out)
    return out.getvalue()


GEOJSON = '{"type":"FeatureCollection","features":[%s]}'
FEATURE = '{"type":"Feature","properties":{"a":%s},"geometry":%s}'

HOSTILE: dict[str, Made] = {
    "an empty file": lambda: ("a.xlsx", b""),
    "an empty photo": lambda: ("a.jpg", b""),
    "an SVG as a photo": lambda: ("a.jpg", SVG),
    "an SVG": lambda: ("a.svg", SVG),
    "a page as a photo": lambda: ("a.jpg", SCRIPT),
    "a photo with a page behind it": lambda: ("a.html", jpeg() + SCRIPT),
    "a page before a photo": lambda: ("a.jpg", SCRIPT + jpeg()),
    "a PDF that is a page": lambda: ("a.pdf", b"%PDF-1.4\n" + SCRIPT),
    "half a photo": lambda: ("a.jpg", jpeg((900, 700))[:4000]),
    "a photo that says it is 65,500 wide": lambda: ("a.jpg", jpeg().replace(b"\0\x30\0\x40", b"\xff\xdc\xff\xdc", 1)),
    "a photo of 50 megapixels in a few bytes": lambda: ("a.png", large("PNG", 7_071)),
    "a photo of 144 megapixels in a few bytes": lambda: ("a.png", large("PNG", 12_000)),
    "a WebP of 50 megapixels": lambda: ("a.webp", large("WEBP", 7_071)),
    "a photo whose camera's notes point in a circle": lambda: ("a.jpg", exif_bomb()),
    "a WebP of 2,000 pictures": lambda: ("a.webp", moving("WEBP", 2_000)),
    "a PNG of 2,000 pictures": lambda: ("a.png", moving("PNG", 2_000)),
    "a GIF of 2,000 pictures": lambda: ("a.gif", moving("GIF", 2_000)),
    "a PNG of no pixels": lambda: ("a.png", png(0, 0)),
    "a zip that unpacks to 1.5 GB": lambda: ("a.zip", flat_bomb("农房.csv")),
    "a zip of zips of zips": lambda: ("a.zip", nested()),
    "a zip whose entries overlap": lambda: ("a.zip", overlapping()),
    "a zip that lies": lambda: ("a.zip", lying()),
    "a zip that climbs out": lambda: ("a.zip", archive(**{"../../evil.csv": b"1", "..\\evil.csv": b"1"})),
    "a zip with a link": lambda: ("a.zip", linked("农房.csv", "/etc/passwd")),
    "a zip with a Shapefile that is a link": lambda: ("a.zip", linked("a.shp", "/etc/passwd")),
    "a FileGDB of rubbish": lambda: (
        "a.zip",
        archive(**{f"x.gdb/a0000000{n}.gdbtable": b"\xff" * 300 for n in range(1, 9)}),
    ),
    "a FileGDB that climbs out": lambda: ("a.zip", archive(**{"../x.gdb/../../a00000001.gdbtable": b"1"})),
    "a FileGDB that is a link": lambda: ("a.zip", linked("x.gdb/a00000001.gdbtable", "/etc/passwd")),
    "a workbook that unpacks to 1.5 GB": lambda: ("a.xlsx", flat_bomb()),
    "a workbook that reads a file": lambda: ("a.xlsx", with_part(workbook(["a"], ["b"]), SHEET, OUTSIDE)),
    "a workbook of laughs": lambda: ("a.xlsx", with_part(workbook(["a"], ["b"]), SHEET, LAUGHS)),
    "a workbook whose texts laugh": lambda: (
        "a.xlsx",
        with_part(workbook(["a"], ["b"]), "xl/sharedStrings.xml", laughing(b"<sst><si><t>&m;</t></si></sst>")),
    ),
    "a workbook whose styles read a file": lambda: (
        "a.xlsx",
        with_part(
            workbook(["a"]),
            "xl/styles.xml",
            b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><styleSheet>&x;</styleSheet>',
        ),
    ),
    "a workbook with a cell in its last corner": lambda: ("a.xlsx", wide_sheet()),
    "a workbook merged into one cell": lambda: ("a.xlsx", merged_sheet()),
    "a workbook with a cell of 100 MB": lambda: ("a.xlsx", one_cell(100)),
    "a workbook without a part": lambda: ("a.xlsx", archive(**{"[Content_Types].xml": b"<Types/>"})),
    "an old workbook that is none": lambda: ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 2_000),
    "an old workbook in a circle": lambda: ("a.xls", compound()),
    "an old workbook in another circle": lambda: ("a.xls", compound(fat=0)),
    "an old workbook of broken records": lambda: ("a.xls", xls_of_cells()),
    "a document that reads a file": lambda: (
        "a.docx",
        docx(b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + DOCUMENT % b"&x;{{x}}"),
    ),
    "a document of laughs": lambda: ("a.docx", docx(laughing(DOCUMENT % b"&m;"))),
    "a document that unpacks to 1.5 GB": lambda: ("a.docx", flat_bomb("word/document.xml")),
    "a document of elements in elements": lambda: (
        "a.docx",
        docx(DOCUMENT.replace(b"%s", b"<w:r>" * 100_000 + b"</w:r>" * 100_000)),
    ),
    "a form whose condition goes deep": lambda: (
        "a.xlsx",
        form_book(["integer", "a", "甲", "(" * 20_000 + "1" + ")" * 20_000, "", ""]),
    ),
    "a form whose pattern runs for ever": lambda: (
        "a.xlsx",
        form_book(["text", "a", "甲", "", "regex(., '^(a+)+$')", ""], ["calculate", "b", "", "", "", "${b} + ${b}"]),
    ),
    "a form called like a path": lambda: (
        "a.xlsx",
        form_book(["text", "../../a", "甲", "", "", ""], settings=["<x>", "../../etc", "\x09"]),
    ),
    "a CSV with a cell of 90 MB": lambda: ("a.csv", b"a,b\n1," + b"x" * 90 * 2**20),
    "a CSV of a million columns": lambda: ("a.csv", b"," * 1_000_000 + b"\n1"),
    "a GeoJSON of lists in lists": lambda: ("a.geojson", (GEOJSON % ("[" * 200_000 + "]" * 200_000)).encode()),
    "a GeoJSON of impossible places": lambda: (
        "a.geojson",
        (
            GEOJSON
            % ",".join(
                FEATURE % (n, '{"type":"Polygon","coordinates":[[[1e308,1],[-1e308,NaN],[1e308,1]]]}') for n in range(9)
            )
        ).encode(),
    ),
    "a GeoJSON of one number": lambda: ("a.geojson", (GEOJSON % (FEATURE % ("9" * 5_000_000, "null"))).encode()),
    "a KML that reads a file": lambda: (
        "a.kml",
        b'<!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><Placemark><name>&x;</name></Placemark></kml>',
    ),
    "a GeoPackage with an endless view": lambda: ("a.gpkg", viewed(ENDLESS)),
    "a GeoPackage with an endless table": lambda: ("a.gpkg", viewed(ENDLESS, spatial=False)),
    "a GeoPackage that multiplies itself": lambda: (
        "a.gpkg",
        viewed("SELECT a.fid, a.geom, 'a' AS name FROM own a, " + ", ".join(f"own b{n}" for n in range(40))),
    ),
    "a GeoPackage with a huge value": lambda: (
        "a.gpkg",
        viewed("SELECT fid, geom, hex(zeroblob(400000000)) AS name FROM own"),
    ),
    "a GeoPackage that reckons a huge value": lambda: (
        "a.gpkg",
        geopackage("ALTER TABLE own ADD COLUMN much TEXT GENERATED ALWAYS AS (hex(zeroblob(400000000))) VIRTUAL"),
    ),
    "a GeoPackage that loads a program": lambda: (
        "a.gpkg",
        viewed("SELECT load_extension('/tmp/x') AS fid, geom, name FROM own"),
    ),
    "a GeoPackage with triggers": lambda: (
        "a.gpkg",
        geopackage("CREATE TRIGGER t AFTER INSERT ON own BEGIN SELECT hex(zeroblob(900000000)); END"),
    ),
    "a GeoPackage whose table names a file": lambda: (
        "a.gpkg",
        geopackage(
            "INSERT INTO gpkg_contents VALUES('/vsicurl/http://127.0.0.1:1/x','features','../../etc','',NULL,1,1,2,2,4490)"
        ),
    ),
    "a GeoPackage whose table is not there": lambda: (
        "a.gpkg",
        geopackage("DROP TABLE own", "CREATE VIRTUAL TABLE own USING fts5(geom, name)"),
    ),
    "a GeoPackage cut off": lambda: ("a.gpkg", geopackage(rows=5_000)[:20_000]),
    "a Parquet of 20 GB": lambda: ("a.parquet", parquet(20_000, "x" * 1_000_000)),
    "a Parquet of 6 million rows": lambda: ("a.parquet", parquet(6_000_000, "x")),
    "a Parquet with a cell of 200 MB": lambda: ("a.parquet", parquet(3, "x" * 200_000_000)),
    "a Parquet of one text a million times in a list": lambda: (
        "a.parquet",
        listed(pa.DictionaryArray.from_arrays(pa.array(np.zeros(1_000_000, "int32")), pa.array(["x" * 10_000]))),
    ),
    "a Parquet of 6 million numbers in a row": lambda: ("a.parquet", listed(pa.array(np.zeros(6_000_000, "int8")))),
    "a Parquet cut off": lambda: ("a.parquet", parquet(3, "x")[:-40] + b"PAR1"),
    "a TIFF whose strips lie outside": lambda: ("a.tif", tiff(500, 500, at=0x7FFFFFFF, count=0x7FFFFFFF)),
    "a TIFF of a billion strips": lambda: ("a.tif", tiff(500, 500, strips=1_000_000_000)),
    "a TIFF of four billion pixels each way": lambda: ("a.tif", tiff(0xFFFFFFFF, 0xFFFFFFFF)),
    "a TIFF that points at itself": lambda: ("a.tif", b"II*\0\x08\0\0\0\0\0\x08\0\0\0" * 3),
    "a GeoTIFF of 24 million pixels in a few bytes": lambda: ("a.tif", geotiff(4_900)),
    "a GeoTIFF of 400 million pixels in a few bytes": lambda: ("a.tif", geotiff(20_000)),
}

LONG_TO_MAKE = (
    "a photo of 50 megapixels in a few bytes",
    "a photo of 144 megapixels in a few bytes",
    "a WebP of 50 megapixels",
    "a WebP of 2,000 pictures",
    "a PNG of 2,000 pictures",
    "a GIF of 2,000 pictures",
    "a zip that unpacks to 1.5 GB",
    "a zip that lies",
    "a workbook that unpacks to 1.5 GB",
    "a workbook with a cell of 100 MB",
    "a document that unpacks to 1.5 GB",
    "a CSV with a cell of 90 MB",
    "a Parquet with a cell of 200 MB",
    "a GeoTIFF of 24 million pixels in a few bytes",
    "a GeoTIFF of 400 million pixels in a few bytes",
    "a GeoJSON of one number",
)
NAMES = ("nul\0", "\u202excod", "../../../../etc/x", "C:\\x\\y", "长" * 500, "a\r\nX: y", "...", "<b>")
