"""Any file a clerk sends → its tables."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath

from hemei.engines.tables.delimited import is_text, read_csv
from hemei.engines.tables.geojson import read_geojson
from hemei.engines.tables.geopackage import opening_bytes, read_filegdb, read_geopackage, read_shapefile
from hemei.engines.tables.spreadsheet import Said, read_workbook
from hemei.engines.tables.table import BadFile, Table

KINDS = (".xlsx", ".xls", ".csv", ".gpkg", ".geojson", ".shp", ".gdb", ".parquet", ".xlsm", ".json", ".geoparquet")
NAMED = "、".join(KINDS[:-3])
OLD_WORKBOOK, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
LOCKED = "EncryptedPackage".encode("utf-16-le")
NEW = (".xlsx", ".xlsm")
WEB_PAGE = "”其实是网页格式：请在 Excel 或 WPS 中打开，另存为“Excel 工作簿（.xlsx）”。"


def read(
    source: bytes | Path, filename: str = "", *, expected: Iterable[str] = (), said: Said | None = None
) -> list[Table]:
    """The tables of a file: each visible sheet, each layer, or the one table of a CSV, GeoJSON or Parquet file.

    Parameters: `filename` names the kind where `source` is bytes; `expected` are headings one looks for, by which a
    header below titles is found; `said` is what somebody has said of the sheet. Raises BadFile where the file as a
    whole cannot be read, also while its rows are being walked through; a single cell is judged by the parsers of
    `cells`. A Shapefile and a FileGDB are read from a path only.
    """
    name = PurePath(filename or (source.name if isinstance(source, Path) else ""))
    said = said or Said()
    match name.suffix.lower():
        case ".xlsx" | ".xlsm" | ".xls" | ".csv" as suffix:
            return read_rows(source, name, suffix, expected, said)
        case ".gpkg":
            return read_geopackage(source)
        case ".geojson" | ".json":
            return [read_geojson(source, name.stem)]
        case ".parquet" | ".geoparquet":
            return [read_geoparquet(source, name.stem)]
        case ".shp" if isinstance(source, Path):
            return read_shapefile(source)
        case ".gdb" if isinstance(source, Path):
            return read_filegdb(source)
        case ".et":
            raise BadFile(f"“{name.name}”是 WPS 旧格式：请在 WPS 中另存为“Excel 工作簿（.xlsx）”。")
        case _:
            raise BadFile(f"还不能读“{name.name}”：请使用 {NAMED} 文件。")


def read_geoparquet(source: bytes | Path, name: str) -> Table:
    from hemei.engines.tables import geoparquet  # imports pyarrow, which takes a while

    return geoparquet.read_geoparquet(source, name)


def read_rows(source: bytes | Path, name: PurePath, suffix: str, expected: Iterable[str], said: Said) -> list[Table]:
    """A workbook or lines of text by what the file holds, for clerks rename them: an old workbook, a new one, a web
    page, text. Raises BadFile.
    """
    start = source[:16] if isinstance(source, bytes) else opening_bytes(source)
    if start.startswith(OLD_WORKBOOK):
        content = source if isinstance(source, bytes) else source.read_bytes()
        if LOCKED in content:
            raise BadFile(f"“{name.name}”设了打开密码：请在 Excel 或 WPS 中去掉密码，保存以后再传。")
        return read_workbook(content, expected, said, old=True)
    if start.startswith(ZIP):  # the reader goes by a path's name
        if isinstance(source, Path) and suffix not in NEW:
            source = source.read_bytes()
        return read_workbook(source, expected, said)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"MIME-Version:")):
        raise BadFile(f"“{name.name}{WEB_PAGE}")
    if suffix in NEW and not is_text(source):
        return read_workbook(source, expected, said)  # says what is wrong with it
    return [read_csv(source, name.stem, expected, said.header_at, said.others)]
