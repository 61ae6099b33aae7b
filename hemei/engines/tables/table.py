"""A table of a clerk's file, row by row, whatever kind of file it came in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hemei.engines.tables.cells import BLANKS

LOOK_FOR_HEADER = 20
"""The header is sought in this many rows: titles and notes stand above it."""


class BadFile(ValueError):
    """The file as a whole cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the file's own program shows it, the cells by heading, the geometry as WKB.

    An empty cell is None. `fault` is not empty where the row as a whole cannot be trusted (more cells than headings:
    everything after an unquoted comma stands one column too far right); the values are then what was found.
    """

    number: int
    values: Mapping[str, object]
    geometry: bytes | None = None
    fault: str = ""


@dataclass(frozen=True)
class Table:
    """A sheet, a layer or a whole file. `rows` can be walked through once; nothing is read before that.

    `crs` is the coordinate system that the file itself names ("EPSG:4490"), None where it names none.
    """

    name: str
    header: Sequence[str]
    rows: Iterator[Row]
    crs: str | None = None
    has_geometry: bool = False


def heading_of(cell: object) -> str:
    """A heading without the blanks and line breaks that make it fit its column."""
    return re.sub(rf"[{BLANKS}]+", "", "" if cell is None else str(cell))


def value_of(cell: object) -> object:
    """The cell; None where it is empty or only blanks."""
    return None if cell is None or (isinstance(cell, str) and not cell.strip(BLANKS)) else cell


def header_among(rows: Sequence[Sequence[object]], expected: Iterable[str]) -> int:
    """Which of the first rows is the header: the one with most expected headings, else the first that is not a title.

    A title is a row with a single filled cell above a row with several.
    """
    wanted = {heading_of(heading) for heading in expected}
    known = [len(wanted & {heading_of(cell) for cell in row}) for row in rows]
    if any(known):
        return known.index(max(known))
    filled = [sum(value_of(cell) is not None for cell in row) for row in rows]
    return next((k for k, count in enumerate(filled) if count > 1), next((k for k, n in enumerate(filled) if n), 0))


def checked_header(cells: Sequence[object], first_column: int = 0) -> list[str]:
    """The headings; an empty one is called after its column ("C 列"). Raises BadFile where one stands twice."""
    headings = [heading_of(cell) or f"{letters_of(first_column + k)} 列" for k, cell in enumerate(cells)]
    twice = sorted({heading for heading in headings if headings.count(heading) > 1})
    if twice:
        raise BadFile(f"表头“{'”“'.join(twice)}”出现了两次：请改成不同的列名。")
    return headings


def letters_of(column: int) -> str:
    """The letters that Excel shows for a column counted from 0.

    >>> letters_of(0), letters_of(25), letters_of(26)
    ('A', 'Z', 'AA')
    """
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def row_of(number: int, header: Sequence[str], cells: Sequence[object]) -> Row | None:
    """The row, or None where all its cells are empty."""
    values = [value_of(cell) for cell in cells]
    if not any(value is not None for value in values):
        return None
    surplus = [value for value in values[len(header) :] if value is not None]
    values += [None] * (len(header) - len(values))
    fault = f"这一行比表头多出 {len(surplus)} 格：内容里有逗号时请用英文引号括起来。" if surplus else ""
    return Row(number, dict(zip(header, values, strict=False)), fault=fault)


def rows_of(header: Sequence[str], numbered: Iterable[tuple[int, Sequence[object]]]) -> Iterator[Row]:
    """The rows that are not empty, from (number, cells)."""
    return filter(None, (row_of(number, header, cells) for number, cells in numbered))
