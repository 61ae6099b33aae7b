"""Excel workbooks in, new and old: every visible sheet, its header found below titles, merged cells spread."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TypeGuard

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from hemei.engines.tables.cells import Since1904
from hemei.engines.tables.header import LOOK_FOR_HEADER, distinct, find_header, remarks_on, shown, squeezed
from hemei.engines.tables.oldbook import runs_in_a_circle, unsaid_of_old
from hemei.engines.tables.sifting import Marks, rows_below
from hemei.engines.tables.struck import Struck, crossed_out, struck_in
from hemei.engines.tables.table import MOST_NOTED, Aside, BadFile, Table
from hemei.engines.tables.unsaid import (
    HIDDEN,
    Unsaid,
    by_sheet,
    computed,
    number_of,
    padded,
    unseen_columns,
    widths_of,
)

MOST_CELLS = 8_000_000
"""The reader makes room for every cell up to the last one, filled or not: about 250 MB at this number."""
LARGEST_UNPACKED = 2_000_000_000
FEW_BYTES, MOST_PACKED = 50_000_000, 300
"""A sheet whose rows are all the same, but for their numbers, is packed 30 times; a bomb a thousand times."""
CHUNK = 1 << 20
LONGEST_TAG = 4_096
TAG = re.compile(
    rb"""<(?:\w+:)?(c|row)(?=[\s>])(?:[^>]*?\sr\s*=\s*["']([A-Z]*)(\d+)["'])?[^>]*(?<!/)>(?!</(?:\w+:)?c>)"""
)
HIDDEN_SHEET = "这个工作表是隐藏的：要导入，请先取消隐藏再传。"
SAVE_AGAIN = "请在 Excel 或 WPS 中打开后另存为“Excel 工作簿（.xlsx）”，不要加密码。"


@dataclass(frozen=True)
class Said:
    """What somebody has said of a sheet: its header's first row (from 1) and depth, whether rows that are hidden or
    struck out whole are left out; `others` are headings of other tables that may stand on it."""

    header_at: tuple[int, int] | None = None
    skip_hidden: bool = False
    skip_struck: bool = False
    others: Collection[str] = ()


def read_workbook(
    source: bytes | Path, expected: Iterable[str] = (), said: Said | None = None, *, old: bool = False
) -> list[Table]:
    """The visible sheets that are not empty, of an .xlsx workbook or an `old` .xls one. Raises BadFile."""
    if old and runs_in_a_circle(source if isinstance(source, bytes) else source.read_bytes()):
        raise BadFile(f"打不开这个工作簿，它有损坏：{SAVE_AGAIN}")
    unsaid = unsaid_of_old(source) if old else check_workbook(source)
    wanted, said = tuple(expected), said or Said()
    try:
        workbook = CalamineWorkbook.from_object(io.BytesIO(source) if isinstance(source, bytes) else source)
        known = workbook.sheets_metadata
        sheets = (workbook.get_sheet_by_name(one.name) for one in known if is_shown(one.typ, one.visible))
        beside = [(one.name, HIDDEN_SHEET) for one in known if is_hidden(one.typ, one.visible)]
        filled = (one for one in sheets if one.start is not None)
        return [table_of(one, wanted, said, unsaid.get(one.name, Unsaid()), beside) for one in filled]
    except BaseException as error:  # a fault inside the reader (Rust) is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | BadFile):
            raise
        raise BadFile(f"打不开这个工作簿，它有损坏，没有传完整，或设了打开密码：{SAVE_AGAIN}") from None


def is_shown(kind: SheetTypeEnum, visible: SheetVisibleEnum) -> bool:
    return kind is SheetTypeEnum.WorkSheet and visible is SheetVisibleEnum.Visible


def is_hidden(kind: SheetTypeEnum, visible: SheetVisibleEnum) -> bool:
    return kind is SheetTypeEnum.WorkSheet and visible is not SheetVisibleEnum.Visible


def table_of(
    sheet: CalamineSheet, expected: Iterable[str], said: Said, unsaid: Unsaid, beside: Sequence[tuple[str, str]] = ()
) -> Table:
    lines = spread(sheet, unsaid)
    first = list(islice(lines, LOOK_FOR_HEADER + first_row(sheet)))
    left = sheet.start[1] if sheet.start else 0
    spans = {(top, at - left): (bottom, right - left) for (top, at), (bottom, right) in sheet.merged_cell_ranges or ()}
    stated = (said.header_at[0] - 1, said.header_at[1]) if said.header_at else None
    found = find_header(first, expected, spans, stated)
    header, aside = distinct(found.headings, left), Aside()
    below = islice(enumerate(chain(first, lines), start=1), found.below, None)
    struck = {number: {at - left for at in columns} for number, columns in unsaid.struck.items()}
    known = {squeezed(heading) for heading in (*expected, *said.others)}
    marks = Marks(unsaid.hidden, struck, said.skip_hidden, said.skip_struck, known)
    rows = rows_below(header, below, aside, marks)
    top = [[shown(cell) for cell in line] for line in first[:LOOK_FOR_HEADER]]
    merged = [(*corner, *end) for corner, end in spans.items() if corner[0] < LOOK_FOR_HEADER]
    at = (found.first + 1, found.depth)
    return Table(
        sheet.name,
        header,
        rows,
        header_at=at,
        top=top,
        spans=merged,
        left=left,
        remarks=remarks_on(first, found, known),
        hidden_columns=[header[k] for k in range(len(header)) if any(a <= k + left <= b for a, b in unsaid.columns)],
        struck=sorted(number for number in struck if number > found.below)[:MOST_NOTED],
        beside=beside,
        aside=aside,
    )


def first_row(sheet: CalamineSheet) -> int:
    return sheet.start[0] if sheet.start else 0


def spread(sheet: CalamineSheet, unsaid: Unsaid) -> Iterator[list[object]]:
    """The sheet's rows from row 1 on, each merged cell's content repeated down all its rows (not across: a merged title
    is one cell), and what the reader does not say of formulas put in."""
    left = sheet.start[1] if sheet.start else 0
    ends = {(top, column): bottom for (top, column), (bottom, _) in sheet.merged_cell_ranges or () if bottom > top}
    held: dict[int, tuple[int, object]] = {}
    for number, line in enumerate(sheet.iter_rows()):
        cells: list[object] = list(line)
        if unsaid.since_1904:
            cells = [Since1904(cell) if is_number(cell) else cell for cell in cells]
        for column, text in unsaid.cells.get(number + 1, {}).items():
            if left <= column < left + len(cells):
                cells[column - left] = text
        for column, (bottom, content) in list(held.items()):
            if number <= bottom and column < len(cells):
                cells[column] = content
            else:
                del held[column]
        for column, cell in enumerate(cells if ends else ()):
            if (number, left + column) in ends:
                held[column] = (ends[number, left + column], cell)
        yield cells


def is_number(cell: object) -> TypeGuard[int | float]:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def check_workbook(source: bytes | Path) -> dict[str, Unsaid]:
    """Refuse what is no workbook, and what would not fit in memory once it is read; what the reader does not say of
    each sheet. Raises BadFile."""
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise BadFile("工作簿解压后超过 2 GB：请分成几个文件。")
            if any(part.file_size > max(FEW_BYTES, MOST_PACKED * part.compress_size) for part in parts):
                raise BadFile(f"工作簿里有一部分几乎全是同样的字，不像表格：{SAVE_AGAIN}")
            widths, struck = widths_of(archive), struck_in(archive)
            unsaid = {
                part: check_extent(archive, part, widths, struck)
                for part in archive.namelist()
                if part.startswith("xl/worksheets/") and part.endswith(".xml")
            }
            return by_sheet(archive, unsaid)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError):
        raise BadFile(f"这不是完好的 .xlsx 工作簿：{SAVE_AGAIN}") from None


def check_extent(archive: zipfile.ZipFile, part: str, widths: Mapping[int, int], struck: Struck) -> Unsaid:
    """What the reader does not say; `widths` of the styles that add noughts to a number. Raises BadFile where cells
    stand so far apart that the reader would make room for too many between them.

    Cells that are only coloured (`<c …/>`, `<c …></c>`) take no room; a filled cell without a reference stands in the
    row around it.
    """
    bottom, right, row, where, unsaid = 0, 1, 0, "", Unsaid()
    for tag, letters, digits in tags_of(archive, part, unsaid, widths, struck):
        if tag == b"row":
            row = int(digits or row + 1)
            continue
        below, column = int(digits or row), number_of(letters)
        if below > bottom or column > right:
            bottom, right, where = max(below, bottom), max(column, right), f"{letters.decode()}{below}"
    if bottom * right > MOST_CELLS:
        raise BadFile(f"表格一直延伸到 {where} 一带，中间大多是空的：请删去表格外面多余的内容，或分成几个工作表。")
    return unsaid


def tags_of(
    archive: zipfile.ZipFile, part: str, unsaid: Unsaid, widths: Mapping[int, int], struck: Struck
) -> Iterator[tuple[bytes, bytes, bytes]]:
    """The rows and filled cells of a sheet as (element, column letters, row digits), without unpacking it whole; what
    the reader will not say goes to `unsaid`."""
    tail = b""
    with archive.open(part) as xml:
        while chunk := xml.read(CHUNK):
            text = tail + chunk
            last = text.rfind(b">") + 1
            start = text.rfind(b"<", 0, last)
            whole = last if text.startswith(b"</", start) else start  # what follows an opening tag says if it is filled
            whole = min(whole, started(text, whole))
            unsaid.hidden.update(int(digits) for digits in HIDDEN.findall(text, 0, whole))
            piece = text[:whole]
            unseen_columns(piece, unsaid)
            computed(piece, unsaid)
            padded(piece, widths, unsaid)
            crossed_out(piece, struck, unsaid)
            yield from TAG.findall(text, 0, whole)
            tail = text[whole:][-LONGEST_TAG:]


def started(text: bytes, end: int) -> int:
    """Where the last cell begins that has not ended before `end`, else `end`; a longer one is no formula's."""
    begun = text.rfind(b"<", 0, max(text.rfind(b"<c ", 0, end), text.rfind(b":c ", 0, end), 0) + 1)
    return begun if begun >= 0 and end - begun < LONGEST_TAG and b"c>" not in text[begun:end] else end
