"""Forms that are workbooks: merged headers, widths, heights and borders stay; a row of a list is repeated."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from hemei.engines.filling.form import UNREADABLE, BadForm, Values
from hemei.engines.filling.marks import NAMED, list_named, lookup, replaced

MARK = "xl/workbook.xml"
MOST_CELLS = 200_000


def opened(content: bytes) -> Any:
    try:
        book = load_workbook(io.BytesIO(content))
    except (InvalidFileException, KeyError, ValueError, TypeError, OSError):
        raise BadForm(UNREADABLE) from None
    if sum(sheet.max_row * sheet.max_column for sheet in book.worksheets) > MOST_CELLS:
        raise BadForm("表格太大：请删去表格外面的空白行列。")
    return book


def texts_of(content: bytes) -> Iterator[str]:
    for sheet in opened(content).worksheets:
        for row in sheet.iter_rows():
            yield from (cell.value for cell in row if isinstance(cell.value, str))


def filled(content: bytes, values: Values) -> bytes:
    book = opened(content)
    for sheet in book.worksheets:
        for row in range(sheet.max_row, 0, -1):  # from below: what is inserted moves only what is done
            _fill_row(sheet, row, values)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill_row(sheet: Worksheet, row: int, values: Values) -> None:
    texts = [cell.value for cell in sheet[row] if isinstance(cell.value, str)]
    if not any(NAMED.search(text) for text in texts):
        return
    of = list_named(texts, values.lists)
    items: list[Any] = [(of, item) for item in values.lists[of]] if of else [None]
    if len(items) > 1:
        _repeat(sheet, row, len(items) - 1)
    for number, item in enumerate(items or [None]):
        find = lookup(values.single, values.lists, item)
        for cell in sheet[row + number]:
            if isinstance(cell.value, str) and NAMED.search(cell.value):
                _put(cell, find)


def _put(cell: Any, find: Any) -> None:
    """One placeholder alone keeps its type; a text is never taken for a formula."""
    whole = NAMED.fullmatch(cell.value.strip())
    value = find(whole[1]) if whole else replaced(cell.value, find)
    if value is None or value == "":
        cell.value = None
        return
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, date) and cell.number_format == "General":
        cell.number_format = "yyyy-mm-dd"


def _repeat(sheet: Worksheet, row: int, times: int) -> None:
    """Copies of a row below it; what stands further down moves, merged cells and heights with it."""
    heights = {at: sheet.row_dimensions[at].height for at in range(row, sheet.max_row + 1)}
    merged = list(sheet.merged_cells.ranges)
    below = [one for one in merged if one.min_row > row]
    across = [one for one in merged if one.min_row == one.max_row == row]
    for one in below:
        sheet.unmerge_cells(one.coord)
    sheet.insert_rows(row + 1, times)
    for one in below:
        moved = CellRange(one.coord)
        moved.shift(row_shift=times)
        sheet.merge_cells(moved.coord)
    for at, height in heights.items():
        if at > row:
            sheet.row_dimensions[at + times].height = height
    for number in range(1, times + 1):
        cells: list[Any] = list(sheet[row])
        for column, cell in enumerate(cells, 1):
            copied: Any = sheet.cell(row + number, column)
            copied._style = copy.copy(cell._style)
            if type(cell).__name__ != "MergedCell":
                copied.value = cell.value
        for one in across:
            moved = CellRange(one.coord)
            moved.shift(row_shift=number)
            sheet.merge_cells(moved.coord)
        sheet.row_dimensions[row + number].height = heights[row]
