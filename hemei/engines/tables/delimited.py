"""CSV in, as Excel and WPS write it: UTF-8 with or without BOM, GB18030, or Excel's "Unicode text" (UTF-16)."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from hemei.engines.tables.header import LOOK_FOR_HEADER, distinct, find_header, shown
from hemei.engines.tables.sifting import rows_below
from hemei.engines.tables.table import Aside, BadFile, Table

CHUNK = 1 << 20
LONGEST_CELL = 1 << 20
SEPARATORS = ",\t;"
BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
UNMARKED = ("utf-8", "gb18030")


def read_csv(
    source: bytes | Path, name: str, expected: Iterable[str] = (), header_at: tuple[int, int] | None = None
) -> Table:
    """The one table of a CSV file; `header_at` (row from 1, depth) where somebody has said which row is the header.

    Raises BadFile where it is empty or its characters cannot be read.
    """
    encoding = encoding_of(source)
    records = records_of(source, encoding)
    first = list(islice(records, LOOK_FOR_HEADER))
    if not any(cell for line in first for cell in line):
        raise BadFile("文件是空的，或前 20 行都没有内容：请核对文件。")
    found = find_header(first, expected, at=(header_at[0] - 1, header_at[1]) if header_at else None)
    header, aside = distinct(found.headings), Aside()
    below = islice(enumerate(chain(first, records), start=1), found.below, None)
    top = [[shown(cell) for cell in line] for line in first]
    at = (found.first + 1, found.depth)
    return Table(name, header, rows_below(header, below, aside), header_at=at, top=top, aside=aside)


def opened(source: bytes | Path) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def encoding_of(source: bytes | Path) -> str:
    """The encoding, found by reading the whole file once: a single byte of GBK may stand on its last line."""
    with opened(source) as file:
        start = file.read(4)
        marked = [name for mark, name in BYTE_ORDER_MARKS.items() if start.startswith(mark)]
        return next((name for name in marked or UNMARKED if decodes(file, name)), "") or unreadable()


def decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(CHUNK):
            if "\0" in decoder.decode(chunk):
                return False  # no text has these; a picture or a workbook renamed to .csv does
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def unreadable() -> str:
    """Raises BadFile: nobody knows how its letters are written."""
    raise BadFile("文件的文字编码看不懂：请在 Excel 或 WPS 中另存为“CSV UTF-8（逗号分隔）”。")


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
    """The sign that stands in most of the first lines; of two, the one that stands there more often."""
    return max(
        SEPARATORS, key=lambda sign: (sum(sign in line for line in lines), sum(line.count(sign) for line in lines))
    )
