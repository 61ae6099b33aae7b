"""Any file a clerk sends → its tables."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath

from hemei.engines.tables.delimited import read_csv
from hemei.engines.tables.geojson import read_geojson
from hemei.engines.tables.geopackage import read_geopackage
from hemei.engines.tables.spreadsheet import read_workbook
from hemei.engines.tables.table import BadFile, Table

KINDS = (".xlsx", ".csv", ".gpkg", ".geojson", ".json")


def read(source: bytes | Path, filename: str = "", *, expected: Iterable[str] = ()) -> list[Table]:
    """The tables of a file: each visible sheet, each layer, or the one table of a CSV or GeoJSON file.

    Parameters: `filename` names the kind where `source` is bytes; `expected` are headings one looks for, by which a
    header below titles is found. Raises BadFile where the file as a whole cannot be read, also while its rows are
    being walked through; a single cell is judged by the parsers of `cells`.
    """
    name = PurePath(filename or (source.name if isinstance(source, Path) else ""))
    match name.suffix.lower():
        case ".xlsx":
            return read_workbook(source, expected)
        case ".csv":
            return [read_csv(source, name.stem, expected)]
        case ".gpkg":
            return read_geopackage(source)
        case ".geojson" | ".json":
            return [read_geojson(source, name.stem)]
        case ".xls" | ".et":
            raise BadFile(f"“{name.name}”是旧格式：请在 Excel 或 WPS 中另存为“Excel 工作簿（.xlsx）”。")
        case _:
            raise BadFile(f"还不能读“{name.name}”：请使用 {'、'.join(KINDS)} 文件。")
