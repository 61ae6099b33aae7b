"""A refused workbook with its faults marked, to be mended and sent in again: red cells, each with a note."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

import xlsxwriter

from hemei.engines.forms.faults import Fault
from hemei.engines.forms.workbook import Covered, Sheets, Unread, number_of, text_of

FORMATS = {"": "General", "day": "yyyy-mm-dd", "time": "[h]:mm"}
LISTED, MOST_CELLS, LONGEST_NOTE = "要改的地方", 100_000, 2_000


def marked(sheets: Sheets, faults: Sequence[Fault], headings: Sequence[str]) -> bytes | None:
    """The workbook's cells as they stand, without formats, and before them a list of the faults that leads to them.

    `headings` of the list say where, what and how to mend. None where there are too many cells.
    """
    if sum(len(line) for cells in sheets.values() for line in cells) > MOST_CELLS:
        return None
    places = defaultdict[tuple[str, str], list[str]](list)
    for fault in faults:
        if fault.cell:
            places[_called(fault.sheet), fault.cell].append(f"{fault.problem}{fault.remedy}")
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        looks = {
            name: book.add_format({"text_wrap": True, "valign": "top", "num_format": FORMATS[name]}) for name in FORMATS
        }
        colour = {"bg_color": "#F8D7D4", "border": 1, "border_color": "#B3261E", "text_wrap": True, "valign": "top"}
        red = {name: book.add_format({**colour, "num_format": FORMATS[name]}) for name in FORMATS}
        _list(book, faults, looks, headings, red)
        for name, cells in sheets.items():
            sheet: Any = book.add_worksheet(name)
            if name in sheets.hidden:
                sheet.hide()
            sheet.set_column(0, 40, 18)
            for row, line in enumerate(cells):
                for column, value in enumerate(line):
                    if not isinstance(value, Covered):
                        _write(sheet, row, column, value, looks)
            for (of, cell), said in places.items():
                if of == _called(name):
                    row, column = _at(cell)
                    known = cells[row][column] if row < len(cells) and column < len(cells[row]) else ""
                    if not str(known) and not isinstance(known, Unread | Covered):
                        sheet.write_blank(row, column, None, red[""])
                    _write(sheet, row, column, known, red)
                    sheet.write_comment(row, column, "\n".join(said)[:LONGEST_NOTE], {"x_scale": 2.5, "y_scale": 1.5})
    return file.getvalue()


def _list(book: Any, faults: Sequence[Fault], looks: Any, headings: Sequence[str], red: Any) -> None:
    sheet = book.add_worksheet(LISTED)
    sheet.freeze_panes(1, 0)
    for column, (heading, width) in enumerate(zip(headings, (24, 60, 80), strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, red[""])
    for row, fault in enumerate(faults, 1):
        where = f"{fault.sheet} {fault.cell or fault.row or ''}".strip()
        for column, text in enumerate((where, fault.problem, fault.remedy)):
            sheet.write_string(row, column, text[:LONGEST_NOTE], looks[""])


def _called(name: str) -> str:
    """A sheet's name as faults may have it."""
    return "".join(text_of(name).split()).lower()


def _write(sheet: Any, row: int, column: int, value: object, looks: Any) -> None:
    """A value as it is kept: a day stays a day, so that it is not taken for the text that it was meant to be."""
    if isinstance(value, Unread | Covered):  # it is refused until somebody writes something
        sheet.write_formula(row, column, "=NA()", looks[""], "#N/A")
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, looks[""])
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, looks[""])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, looks["day"])
    elif isinstance(value, time | timedelta):
        sheet.write_datetime(row, column, value, looks["time"])
    elif str(value):
        sheet.write_string(row, column, str(value), looks[""])


def _at(cell: str) -> tuple[int, int]:
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :]) - 1, number_of(letters) - 1
