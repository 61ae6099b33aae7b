"""What calamine does not say of an old .xls workbook: hidden rows and columns, struck-out cells, formulas that ended in
an error, texts of digits that are the result of a formula, numbers that are shown with noughts before them, and from
when its days are counted. xlrd does."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlrd

from hemei.engines.tables.unsaid import NOUGHTS, Unsaid

HEAD, NO_SECTOR = 512, 0xFFFFFFFA


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


def runs_in_a_circle(content: bytes) -> bool:
    """Whether a chain of sectors of an old workbook comes back to itself, so that reading it would never end."""

    def sector(number: int) -> tuple[int, ...]:
        piece = content[(number + 1) * size : (number + 2) * size]
        return struct.unpack(f"<{len(piece) // 4}I", piece[: len(piece) // 4 * 4])

    if len(content) < HEAD:
        return False
    shift, first_mini, further = *struct.unpack_from("<H", content, 30), *struct.unpack_from("<I4xI", content, 60)
    if shift not in (9, 12):
        return True
    size = 1 << shift
    tables, seen = list(struct.unpack_from("<109I", content, 76)), set[int]()
    while further < NO_SECTOR:
        if further in seen:
            return True
        seen.add(further)
        *more, further = sector(further) or (NO_SECTOR,)
        tables += more
    following = [after for table in tables if table < NO_SECTOR for after in sector(table)]
    if _circular(following):
        return True
    mini: list[int] = []
    while first_mini < len(following):
        mini += sector(first_mini)
        first_mini = following[first_mini]
    return _circular(mini)


def _circular(following: Sequence[int]) -> bool:
    seen = [0] * len(following)
    for start in range(len(following)):
        at = start
        while at < len(following) and not seen[at]:
            seen[at] = start + 1
            at = following[at]
        if at < len(following) and seen[at] == start + 1:
            return True
    return False
