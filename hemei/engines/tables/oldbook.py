"""What calamine does not say of an old .xls workbook: hidden rows, formulas that ended in an error, and texts of digits
that are the result of a formula. xlrd does."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import xlrd

from hemei.engines.tables.unsaid import Unsaid


def unsaid_of_old(source: bytes | Path) -> dict[str, Unsaid]:
    """By the sheet's name; empty where this reader cannot make sense of the file: the other one judges it."""
    content = source if isinstance(source, bytes) else source.read_bytes()
    for with_formats in (True, False):  # rows are hidden by their format, and some programs' formats are broken
        try:
            book = xlrd.open_workbook(
                file_contents=content,
                formatting_info=with_formats,
                ragged_rows=True,
                on_demand=True,
                logfile=io.StringIO(),
            )
            return {name: _unsaid(book, name) for name in book.sheet_names()}
        except Exception:  # noqa: S112 (whatever a broken file makes it raise)
            continue
    return {}


def _unsaid(book: Any, name: str) -> Unsaid:
    sheet, unsaid = book.sheet_by_name(name), Unsaid()
    unsaid.hidden = {number + 1 for number, row in sheet.rowinfo_map.items() if row.hidden}
    for number in range(sheet.nrows):
        cells = {}
        for column, cell in enumerate(sheet.row(number)):
            if cell.ctype == xlrd.XL_CELL_ERROR:
                cells[column] = xlrd.error_text_from_code.get(cell.value, "#N/A")
            elif cell.ctype == xlrd.XL_CELL_TEXT and cell.value.strip().isdigit():
                cells[column] = cell.value
        if cells:
            unsaid.cells[number + 1] = cells
    book.unload_sheet(name)
    return unsaid
