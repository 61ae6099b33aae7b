"""CSV in, as Excel and WPS write it: UTF-8 with or without BOM, GB18030, or Excel's "Unicode text" (UTF-16)."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from hemei.engines.tables.header import LOOK_FOR_HEADER, distinct, find_header, remarks_on, shown, squeezed
from hemei.engines.tables.sifting import Marks, rows_below
from hemei.engines.tables.table import Aside, BadFile, Row, Table

CHUNK = 1 << 20
LONGEST_CELL = 1 << 20
SEPARATORS = ",\t;|"
WIDE = "，"  # a comma typed by hand on a Chinese keyboard, which also stands in texts
BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
UNMARKED = ("utf-8", "gb18030")


CUT_OFF = "文件最后是半个字，没有拷贝完整：请重新拷贝一次，再传。"


def read_csv(
    source: bytes | Path,
    name: str,
    expected: Iterable[str] = (),
    header_at: tuple[int, int] | None = None,
    others: Collection[str] = (),
) -> Table:
    """The one table of a CSV file; `header_at` (row from 1, depth) where somebody has said which row is the header,
    `others` headings of other tables that may follow it.

    Raises BadFile where it is empty or its characters cannot be read.
    """
    encoding = encoding_of(source)
    records = records_of(source, encoding)
    first = list(islice(records, LOOK_FOR_HEADER))
    if not any(cell for line in first for cell in line):
        raise BadFile("文件是空的，或前 40 行都没有内容：请核对文件。")
    found = find_header(first, expected, at=(header_at[0] - 1, header_at[1]) if header_at else None)
    header, aside = distinct(found.headings), Aside()
    below = islice(enumerate(chain(first, records), start=1), found.below, None)
    top = [[shown(cell) for cell in line] for line in first]
    at = (found.first + 1, found.depth)
    known = {squeezed(heading) for heading in (*expected, *others)}
    remarks, last = remarks_on(first, found, known), Last()
    rows = rows_below(header, last.seen(below), aside, Marks(known=known))
    if is_open(source, encoding):
        remarks.append("最后一行后面没有换行，文件可能没有拷贝完整：请核对最后一行，看看后面还有没有。")
        rows = last.judged(rows, len(header))
    return Table(name, header, rows, header_at=at, top=top, remarks=remarks, aside=aside)


class Last:
    """The last record of a file, known once it has been walked through."""

    def __init__(self) -> None:
        self.number = self.width = 0

    def seen(self, numbered: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        for number, cells in numbered:
            if any(cells):
                self.number, self.width = number, len(cells)
            yield number, cells

    def judged(self, rows: Iterable[Row], width: int) -> Iterator[Row]:
        """The rows, the last one refused where the file breaks off in it: before all its cells, and without an end."""
        held = None
        for row in rows:
            if held is not None:
                yield held
            held = row
        if held is not None and held.number == self.number and self.width < width:
            fault = f"文件在这一行断了：只有 {self.width} 格，表头有 {width} 格。请重新拷贝文件，或把这一行补全。"
            held = replace(held, fault=held.fault or fault)
        if held is not None:
            yield held


def is_open(source: bytes | Path, encoding: str) -> bool:
    """Whether the last line has no end, as no program that writes such files leaves it."""
    with opened(source) as file:
        file.seek(-min(4, file.seek(0, io.SEEK_END)), io.SEEK_END)
        end = file.read().rstrip(b"\0\x1a") if encoding.startswith("utf-16") else file.read().rstrip(b"\x1a")
    return not end.endswith((b"\n", b"\r"))


def opened(source: bytes | Path) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def encoding_of(source: bytes | Path) -> str:
    """The encoding, found by reading the whole file once: a single byte of GBK may stand on its last line.

    Raises BadFile.
    """
    with opened(source) as file:
        start = file.read(4)
        marked = [name for mark, name in BYTE_ORDER_MARKS.items() if start.startswith(mark)]
        tried: list[Decoded] = []
        for name in marked or UNMARKED:
            tried.append(decoded(file, name))
            if tried[-1].good:
                break
    good = tried[-1] if tried[-1].good else None
    cut = next((one for one in tried if one.cut and one.foreign), None) or next((one for one in tried if one.cut), None)
    if cut is not None and (good is None or cut.foreign):
        raise BadFile(CUT_OFF)
    return good.encoding if good is not None else unreadable(max(one.lines for one in tried))


def is_text(source: bytes | Path) -> bool:
    """Whether the file holds nothing but text, in an encoding that is known, and any at all."""
    try:
        encoding_of(source)
    except BadFile:
        return False
    with opened(source) as file:
        return bool(file.read(1))


@dataclass(frozen=True)
class Decoded:
    """What became of a file read in an encoding: whether it is one, or would be but for half a character at its end;
    whether there were letters by which that shows; on which line the reading ended."""

    encoding: str
    good: bool = False
    cut: bool = False
    foreign: bool = False
    lines: int = 1


def decoded(file: BinaryIO, encoding: str) -> Decoded:
    decoder, lines, foreign = codecs.getincrementaldecoder(encoding)(), 1, False
    file.seek(0)
    while chunk := file.read(CHUNK):
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as fault:
            return Decoded(encoding, lines=lines + chunk[: fault.start].count(b"\n"))
        if "\0" in text:
            return Decoded(encoding)  # no text has these; a picture or a workbook renamed to .csv does
        lines, foreign = lines + text.count("\n"), foreign or not text.isascii()
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return Decoded(encoding, cut=True, foreign=foreign, lines=lines)
    return Decoded(encoding, good=True, foreign=foreign, lines=lines)


def unreadable(line: int) -> str:
    """Raises BadFile: nobody knows how its letters are written."""
    raise BadFile(
        f"文件的文字编码看不懂，到第 {line} 行读不下去：请在 Excel 或 WPS 中打开核对，另存为“CSV UTF-8（逗号分隔）”。"
    )


def records_of(source: bytes | Path, encoding: str) -> Iterator[list[str]]:
    """The records; a quoted cell may hold line breaks, so the number of a record is its row in Excel.

    Raises BadFile.
    """
    with io.TextIOWrapper(opened(source), encoding, newline="") as file:
        separator = separator_of(list(islice(file, LOOK_FOR_HEADER)))
        file.seek(0)
        csv.field_size_limit(LONGEST_CELL)
        begun = 1
        reader = csv.reader(file, delimiter=separator, strict=True)  # else a quote left open swallows what follows
        try:
            for record in reader:
                begun = reader.line_num + 1
                yield record
        except csv.Error:
            raise BadFile(
                f"从第 {begun} 行起读不下去：那里的引号没有成对，或一格太长，或文件没有传完整。请核对那一行，"
                "或在 Excel、WPS 中另存为“Excel 工作簿（.xlsx）”再传。"
            ) from None


def separator_of(lines: Sequence[str]) -> str:
    """The sign that stands in most of the first lines; of two, the one that stands there more often.

    The wide comma only where none of the others stands at all.
    """
    there = [sign for sign in SEPARATORS if any(sign in line for line in lines)]
    return max(
        there or WIDE, key=lambda sign: (sum(sign in line for line in lines), sum(line.count(sign) for line in lines))
    )
