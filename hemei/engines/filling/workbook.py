"""Forms that are workbooks: merged headers, widths, heights and borders stay; a row of a list is repeated."""

from __future__ import annotations

import copy
import io
import unicodedata
from collections.abc import Iterator
from datetime import date
from math import ceil
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from hemei.engines.filling.following import follow
from hemei.engines.filling.form import UNREADABLE, BadForm, Values
from hemei.engines.filling.marks import NAMED, list_named, lookup, replaced

MARK = "xl/workbook.xml"
MOST_CELLS = 200_000
LINE = 1.5  # the height of a line of text, in its letters'


def opened(content: bytes) -> Any:
    """A workbook from its bytes. Raises BadForm where it is none, or too large."""
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
            _fill_row(book, sheet, row, values)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill_row(book: Any, sheet: Worksheet, row: int, values: Values) -> None:
    texts = [cell.value for cell in sheet[row] if isinstance(cell.value, str)]
    if not any(NAMED.search(text) for text in texts):
        return
    of = list_named(texts, values.lists)
    items: list[Any] = [(of, item) for item in values.lists[of]] if of else [None]
    if len(items) > 1:
        _repeat(sheet, row, len(items) - 1)
        follow(book, sheet, row, len(items) - 1)
    for number, item in enumerate(items or [None]):
        find = lookup(values.single, values.lists, item)
        for cell in sheet[row + number]:
            if isinstance(cell.value, str) and NAMED.search(cell.value):
                _put(cell, find)
        _make_room(sheet, row + number)


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


def _make_room(sheet: Worksheet, row: int) -> None:
    """A row whose height the form leaves open gets as many lines as its wrapped texts need: not every program asks."""
    if sheet.row_dimensions[row].height is not None:
        return
    spans = {(one.min_row, one.min_col): one for one in sheet.merged_cells.ranges if one.min_row == one.max_row == row}
    lines, size = 1, 11.0
    for column, cell in enumerate(sheet[row], 1):
        if not (isinstance(cell.value, str) and cell.alignment.wrap_text):
            continue
        last = spans[row, column].max_col if (row, column) in spans else column
        widths = (sheet.column_dimensions[get_column_letter(at)].width for at in range(column, last + 1))
        size = max(size, cell.font.sz or size)
        room = max(sum(widths) * 11 / (cell.font.sz or 11) - 1, 2)
        lines = max(lines, sum(ceil(max(_width(text), 1) / room) for text in cell.value.splitlines() or [""]))
    if lines > 1:
        sheet.row_dimensions[row].height = lines * size * LINE


def _width(text: str) -> int:
    """In digits' widths, as columns are measured: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


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
