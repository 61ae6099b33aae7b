"""Files for clerks: Excel and CSV in which a code stays a code and nothing runs when the file is opened."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import xlsxwriter

from hemei.terms.day import SHANGHAI

DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula; a Chinese or Japanese one the full-width signs too."""

MOST_ROWS = 1_048_575
LONGEST_CELL = 32_767
LOOK_AT = 100
EXACT = 10**15  # a longer number would lose its last digits: it is written as text
NARROWEST, WIDEST = 8, 48
NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Sheet:
    """A sheet to write: rows in the order of the header. A str stays text whatever it looks like; None is empty."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[object]]


def write_xlsx(target: Path | BinaryIO, sheets: Iterable[Sheet]) -> None:
    """Write a workbook row by row, in constant memory, the header bold and frozen, with a filter.

    Texts are written as texts, also where they look like numbers, formulas or links. More rows than a sheet holds go on
    in further sheets ("农房 2").
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "",
    }
    with xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, options) as book:
        formats = {
            "header": book.add_format({"bold": True, "bg_color": "#E4EFE9", "bottom": 1, "valign": "vcenter"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            str: book.add_format({"num_format": "@"}),
        }
        taken: set[str] = set()
        for sheet in sheets:
            rows, part = iter(sheet.rows), 1
            while (first := list(islice(rows, LOOK_AT))) or part == 1:
                name = free_name(sheet.name if part == 1 else f"{sheet.name} {part}", taken)
                write_sheet(book.add_worksheet(name), sheet.header, first, rows, formats)
                part += 1


def write_sheet(
    sheet: Any, header: Sequence[str], first: list[Sequence[object]], rows: Iterator[Sequence[object]], formats: Any
) -> None:
    """The header, the rows already taken, and as many more as the sheet holds."""
    for column, width in enumerate(widths(header, first)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 22)
    for column, heading in enumerate(header):
        sheet.write_string(0, column, heading, formats["header"])
    number = 0
    for number, values in enumerate(chain(first, islice(rows, MOST_ROWS - len(first))), start=1):
        for column, value in enumerate(values):
            write_cell(sheet, number, column, value, formats)
    if header:
        sheet.autofilter(0, 0, number, len(header) - 1)


def write_cell(sheet: Any, row: int, column: int, value: object, formats: Any) -> None:
    match value:
        case None | "":
            pass
        case bool():
            sheet.write_string(row, column, "是" if value else "否")
        case int() | float() | Decimal() if -EXACT < value < EXACT:
            sheet.write_number(row, column, value)
        case datetime():
            sheet.write_datetime(row, column, local(value), formats[datetime])
        case date():
            sheet.write_datetime(row, column, value, formats[date])
        case _:
            text = NOT_IN_XML.sub("", str(value))
            shown = text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
            sheet.write_string(row, column, shown, formats[str])


def local(moment: datetime, zone: ZoneInfo = SHANGHAI) -> datetime:
    """The moment as the district's clock shows it: Excel knows no time zones."""
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment


def widths(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[int]:
    """Column widths that fit the headings and the first rows, a Chinese character counting two."""
    columns = [[heading, *(row[k] for row in rows if k < len(row))] for k, heading in enumerate(header)]
    return [min(max(NARROWEST, 2 + max(width(cell) for cell in column)), WIDEST) for column in columns]


def width(cell: object) -> int:
    text = "0000-00-00 00:00" if isinstance(cell, datetime) else "" if cell is None else str(cell)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text[:WIDEST])


def free_name(name: str, taken: set[str]) -> str:
    """A sheet name that Excel allows and that no other sheet has."""
    plain = NOT_IN_SHEET_NAMES.sub(" ", name).strip()[:31] or "表"
    tried, count = plain, 1
    while tried.lower() in taken:
        count += 1
        tried = f"{plain[: 30 - len(str(count))]} {count}"
    taken.add(tried.lower())
    return tried


def write_csv(target: Path | BinaryIO, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write UTF-8 with BOM, as Excel opens it; a text that could begin a formula gets an apostrophe before it."""
    if isinstance(target, Path):
        with target.open("wb") as file:
            return write_csv(file, header, rows)
    text = io.TextIOWrapper(target, "utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text)
    writer.writerow([neutral(heading) for heading in header])
    writer.writerows([neutral(value) for value in row] for row in rows)
    text.flush()
    text.detach()  # the caller's file stays open
    return None


def neutral(value: object) -> object:
    """A cell that no spreadsheet runs.

    >>> neutral("=1+1"), neutral("红坪镇"), neutral(-3), neutral(None)
    ("'=1+1", '红坪镇', -3, '')
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return local(value).isoformat(" ", "minutes")
    if isinstance(value, str):
        return f"'{value}" if value.startswith(DANGEROUS) else value
    return value
