"""Clerks' files: Excel, CSV, GeoPackage and GeoJSON in as rows, out as files that are safe to open."""

from hemei.engines.tables.cells import (
    BadCell,
    as_code,
    as_date,
    as_decimal,
    as_int,
    as_text,
    as_year,
    as_yes_no,
)
from hemei.engines.tables.degrees import as_degrees, as_latitude, as_longitude
from hemei.engines.tables.geopackage import write_gpkg
from hemei.engines.tables.header import LOOK_FOR_HEADER, headings_at, squeezed
from hemei.engines.tables.persons import as_id_number, as_name, as_phone
from hemei.engines.tables.reading import KINDS, read
from hemei.engines.tables.spreadsheet import Said
from hemei.engines.tables.table import BadFile, Row, Table
from hemei.engines.tables.writing import Sheet, write_csv, write_xlsx

__all__ = [
    "KINDS",
    "LOOK_FOR_HEADER",
    "BadCell",
    "BadFile",
    "Row",
    "Said",
    "Sheet",
    "Table",
    "as_code",
    "as_date",
    "as_decimal",
    "as_degrees",
    "as_id_number",
    "as_int",
    "as_latitude",
    "as_longitude",
    "as_name",
    "as_phone",
    "as_text",
    "as_year",
    "as_yes_no",
    "headings_at",
    "read",
    "squeezed",
    "write_csv",
    "write_gpkg",
    "write_xlsx",
]
