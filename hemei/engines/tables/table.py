"""A table of a clerk's file, row by row, whatever kind of file it came in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hemei.engines.tables.cells import BLANKS

MOST_NOTED = 200
LONGEST_CELL = 32_767
"""As Excel has it. No register takes a text so long: what is cut off here is refused there by its length."""


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


@dataclass
class Aside:
    """What a table's rows leave out, known as far as they have been walked through."""

    count: int = 0
    rows: list[tuple[int, str, str]] = field(default_factory=list)  # the first of them: number, how it begins, why
    hidden: list[int] = field(default_factory=list)  # the first hidden rows that were read all the same
    hidden_count: int = 0
    struck: list[int] = field(default_factory=list)  # the first rows struck out whole that were read all the same
    struck_count: int = 0
    partly: list[tuple[int, str]] = field(default_factory=list)  # rows of which some cells are struck out, and which
    partly_count: int = 0
    others: list[int] = field(default_factory=list)  # where another table begins below this one

    def leave(self, number: int, text: str, why: str) -> None:
        self.count += 1
        if len(self.rows) < MOST_NOTED:
            self.rows.append((number, text, why))

    def note_hidden(self, number: int) -> None:
        self.hidden_count += 1
        if len(self.hidden) < MOST_NOTED:
            self.hidden.append(number)

    def note_struck(self, number: int) -> None:
        self.struck_count += 1
        if len(self.struck) < MOST_NOTED:
            self.struck.append(number)

    def note_partly(self, number: int, headings: str) -> None:
        self.partly_count += 1
        if len(self.partly) < MOST_NOTED:
            self.partly.append((number, headings))


@dataclass(frozen=True)
class Table:
    """A sheet, a layer or a whole file. `rows` can be walked through once; nothing is read before that.

    `crs` is the coordinate system that the file itself names ("EPSG:4490"), None where it names none. `header_at` is
    the header's first row (from 1) and how many rows it takes, (0, 0) where the kind of file has none above its data.
    `top` are the first rows as they stand, for a person who has to say which of them is the header;
    `spans` the cells merged among them: top, left, bottom, right, counted from 0, from the column `left` on.
    `remarks` say of the table as a whole what a person should look at; `hidden_columns` are the headings of columns
    that nobody sees, `struck` the first rows in which something is struck out; `beside` are the sheets of the same file
    that are not read, each with the reason.
    """

    name: str
    header: Sequence[str]
    rows: Iterator[Row]
    crs: str | None = None
    has_geometry: bool = False
    header_at: tuple[int, int] = (0, 0)
    top: Sequence[Sequence[str]] = ()
    spans: Sequence[tuple[int, int, int, int]] = ()
    left: int = 0
    remarks: Sequence[str] = ()
    hidden_columns: Sequence[str] = ()
    struck: Sequence[int] = ()
    beside: Sequence[tuple[str, str]] = ()
    aside: Aside = field(default_factory=Aside)


def value_of(cell: object) -> object:
    """The cell; None where it is empty or only blanks, cut off where no cell goes on."""
    if not isinstance(cell, str):
        return cell
    return cell[:LONGEST_CELL] if cell.strip(BLANKS) else None
