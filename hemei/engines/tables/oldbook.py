"""What calamine does not say of an old .xls workbook: hidden rows and columns, struck-out cells, formulas that ended in
an error, texts of digits that are the result of a formula, numbers that are shown with noughts before them, and from
when its days are counted. xlrd does."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import xlrd

from hemei.engines.tables.unsaid import NOUGHTS, Unsaid


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
    sheet, unsaid = book.sheet_by_name(name), Unsaid(since_1904=book.datemode == 1)
    unsaid.hidden = {number + 1 for number, row in sheet.rowinfo_map.items() if row.hidden}
    unsaid.columns = [(at, at) for at, column in sheet.colinfo_map.items() if column.hidden or not column.width]
    for number in range(sheet.nrows):
        cells = {}
        for column, cell in enumerate(sheet.row(number)):
            if cell.ctype == xlrd.XL_CELL_ERROR:
                cells[column] = xlrd.error_text_from_code.get(cell.value, "#N/A")
            elif cell.ctype == xlrd.XL_CELL_TEXT and cell.value.strip().isdigit():
                cells[column] = cell.value
            elif cell.ctype == xlrd.XL_CELL_NUMBER and (digits := _noughts(book, cell.xf_index)):
                cells[column] = f"{cell.value:.0f}".zfill(digits) if cell.value.is_integer() else str(cell.value)
        if cells:
            unsaid.cells[number + 1] = cells
        if struck := {
            at for at, cell in enumerate(sheet.row(number)) if cell.value != "" and _struck(book, sheet, number, at)
        }:
            unsaid.struck[number + 1] = struck
    book.unload_sheet(name)
    return unsaid


def _struck(book: Any, sheet: Any, number: int, column: int) -> bool:
    """Whether the cell's text, or a part of it, is struck out."""
    style, runs = sheet.cell(number, column).xf_index, sheet.rich_text_runlist_map.get((number, column), ())
    fonts = [font for _start, font in runs] + ([] if style is None else [book.xf_list[style].font_index])
    return any(book.font_list[font].struck_out for font in fonts)


def _noughts(book: Any, style: int | None) -> int:
    """How many digits a number in this style is shown with at least, 0 where its format is another one."""
    if style is None:
        return 0
    found = NOUGHTS.fullmatch(book.format_map[book.xf_list[style].format_key].format_str)
    return len(found[1]) if found else 0
