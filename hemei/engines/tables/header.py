"""Which rows of a clerk's sheet are the header, and what its columns are called."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from hemei.engines.tables.cells import BLANKS, BadCell, as_text

LOOK_FOR_HEADER = 40
"""The header is sought in this many rows: titles and notes stand above it."""

DEEPEST = 3
"""A header has at most this many rows."""

SAYS = re.compile(r"[^（(：:]{2,12}[：:].+")
"""What a cell above a table says of it ("填报单位：青石镇"): no heading."""

SURELY_A_HEADER = 3
"""So many known headings in one row are a header, wherever it stands."""

SHOWN_OF = 1_000
"""So much of a cell is looked at to show or to recognise it; a whole one may be a hundred megabytes."""

DATA_LIKE = re.compile(r"[\d.,:/\-\sXx]{4,}")
Spans = Mapping[tuple[int, int], tuple[int, int]]
"""Merged cells: (top, left) → (bottom, right), rows and columns counted from 0 as in the rows given."""


@dataclass(frozen=True)
class Header:
    """The header of a sheet: its first row (counted from 0), how many rows it takes, what the columns are called."""

    first: int
    depth: int
    headings: list[str]

    @property
    def below(self) -> int:
        return self.first + self.depth


def heading_of(cell: object) -> str:
    """A heading without the blanks and line breaks that make it fit its column."""
    return re.sub(rf"[{BLANKS}]+", "", "" if cell is None else str(cell))


def squeezed(heading: str) -> str:
    """A heading without what varies from clerk to clerk: blanks, the star of a required column, brackets' width.

    >>> squeezed("* 村（社区） "), squeezed("户主·姓名")
    ('村(社区)', '户主姓名')
    """
    plain = heading_of(heading).strip("*＊").replace("（", "(").replace("）", ")").replace("·", "").lower()
    return plain.removesuffix("(必填)").removesuffix("(选填)")


def find_header(
    rows: Sequence[Sequence[object]],
    expected: Iterable[str],
    spans: Spans | None = None,
    at: tuple[int, int] | None = None,
) -> Header:
    """The header among the first rows: the one with most expected headings, else the first that is not a title.

    A title is a row with a single filled cell above a row with several. Merged cells, and a second row that makes more
    headings known, give a header of several rows. `at` is (first row from 0, depth) where somebody has said so.
    """
    wanted, spans = {squeezed(heading) for heading in expected}, spans or {}
    if at:
        first, depth = min(at[0], len(rows) - 1), at[1]
        return Header(first, depth, _named(rows[first : first + depth], first, wanted, spans))
    return max(
        _candidates(rows, wanted, spans), key=lambda one: _rank(one, wanted), default=_untitled(rows, wanted, spans)
    )


def says_of_itself(row: Sequence[object]) -> bool:
    """Whether a row above a table says who filled it in and when."""
    return any(SAYS.fullmatch(heading_of(cell)) for cell in row)


def is_header_of(row: Sequence[object], known: Collection[str]) -> bool:
    """Whether a row is a table's header: three or more cells, most of them known headings (squeezed), all texts."""
    filled = [cell for cell in row if cell is not None and heading_of(cell)]
    if len(filled) < SURELY_A_HEADER or not all(isinstance(cell, str) for cell in filled):
        return False
    found = {squeezed(str(cell)) for cell in filled} & set(known)
    return len(found) >= SURELY_A_HEADER and 2 * len(found) > len(filled)


def remarks_on(rows: Sequence[Sequence[object]], header: Header, expected: Iterable[str]) -> list[str]:
    """What a person should know of where the header stands: another table above it, the same columns side by side."""
    known, found = {squeezed(heading) for heading in expected}, []
    above = next((k for k, row in enumerate(rows[: header.first]) if is_header_of(row, known)), None)
    if above is not None:
        found.append(
            f"第 {above + 1} 行也像表头，上面的第 {above + 1}–{header.first} 行没有读：请把两张表分到两个工作表，"
            "或者在选列名时改“表头是第几行”。"
        )
    if on_its_side(rows, header, known):
        found.append(
            "列名像是在第一列里从上往下排的：请在 Excel 或 WPS 中复制整张表，用“选择性粘贴”里的“转置”贴到新的工作表，"
            "另存以后再传。"
        )
    if times := side_by_side(header.headings):
        found.append(
            f"同样的列左右并排放了 {times} 份，只能读其中一份：请把右边的各份剪下来，接到最左边那一份的下面，再传。"
        )
    return found


def on_its_side(rows: Sequence[Sequence[object]], header: Header, known: set[str]) -> bool:
    """Whether the headings stand below each other in the first filled column, and hardly any beside each other."""
    if len(known & {squeezed(heading) for heading in header.headings}) >= SURELY_A_HEADER:
        return False
    columns = list(zip_longest(*rows[: DEEPEST * 10]))
    first = next((column for column in columns if any(map(heading_of, column))), ())
    return is_header_of(first, known)


def side_by_side(headings: Sequence[str]) -> int:
    """How many times the same two or more headings stand beside each other, 0 where they do not."""
    for width in range(2, len(headings) // 2 + 1):
        block, rest = list(headings[:width]), list(headings[width:])
        times = len(headings) // width
        if all(block) and len(headings) % width == 0 and rest == block * (times - 1):
            return times
    return 0


def _rank(header: Header, wanted: set[str]) -> tuple[int, int, int]:
    known = len(wanted & {squeezed(heading) for heading in header.headings})
    return known, -header.depth, -header.first


def _candidates(rows: Sequence[Sequence[object]], wanted: set[str], spans: Spans) -> list[Header]:
    """Every block of rows that has a known heading."""
    found = []
    for first, row in enumerate(rows):
        if says_of_itself(row):
            continue
        merged = _merged_depth(rows, first, spans)
        if first and not says_of_itself(rows[first - 1]) and _merged_depth(rows, first - 1, spans) > 1:
            continue  # the lower half of a header
        if merged == 1 and first + 1 < len(rows) and _may_go_on(row, rows[first + 1]):
            found.append(Header(first, 2, _named(rows[first : first + 2], first, wanted, spans)))
        found.append(Header(first, merged, _named(rows[first : first + merged], first, wanted, spans)))
    return [one for one in found if _rank(one, wanted)[0]]


def _untitled(rows: Sequence[Sequence[object]], wanted: set[str], spans: Spans) -> Header:
    filled = [sum(bool(heading_of(cell)) for cell in row) for row in rows]
    first = next((k for k, n in enumerate(filled) if n > 1), next((k for k, n in enumerate(filled) if n), 0))
    depth = _merged_depth(rows, first, spans) if rows else 1
    return Header(first, depth, _named(rows[first : first + depth], first, wanted, spans))


def _merged_depth(rows: Sequence[Sequence[object]], first: int, spans: Spans) -> int:
    """How many rows a header that begins in this row takes, by its merged cells: those merged down, beside others that
    are merged across with headings below them."""
    starting = [(left, *spans[top, left]) for top, left in spans if top == first]
    bottoms = [bottom for left, bottom, right in starting if bottom > first]
    width = len(rows[first]) if first < len(rows) else 0
    across = [(left, right) for left, bottom, right in starting if bottom == first and right > left]
    whole = any(right - left + 1 >= width for left, right in across)
    if bottoms and (len(starting) > 1 or sum(bool(heading_of(c)) for c in rows[first]) > 1):
        return min(max(bottoms) - first + 1, DEEPEST, len(rows) - first)
    if across and not whole and first + 1 < len(rows):
        below = rows[first + 1]
        under = [heading_of(below[k]) for left, right in across for k in range(left, min(right + 1, len(below)))]
        if under and all(under) and _texts(below):
            return 2
    return 1


def _may_go_on(row: Sequence[object], below: Sequence[object]) -> bool:
    """Whether the row below may be the header's second: texts, some of which stand where the first row is empty."""
    filled = [heading_of(cell) for cell in row]
    fills = any(heading_of(cell) for k, cell in enumerate(below) if k >= len(filled) or not filled[k])
    return sum(map(bool, filled)) > 1 and fills and _texts(below)


def _texts(row: Sequence[object]) -> bool:
    filled = [cell for cell in row if heading_of(cell)]
    return all(isinstance(cell, str) and not DATA_LIKE.fullmatch(cell) for cell in filled)


def _named(block: Sequence[Sequence[object]], first: int, wanted: set[str], spans: Spans) -> list[str]:
    """The headings of a block of rows: what stands lowest, with what stands above it where that is what is expected or
    where it tells two columns apart."""
    width = max((len(row) for row in block), default=0)
    cells = [[heading_of(row[k]) if k < len(row) else "" for k in range(width)] for row in block]
    for (top, left), (bottom, right) in spans.items() if len(block) > 1 else ():
        if first <= top < first + len(block):
            for row in range(top, min(bottom + 1, first + len(block))):
                for k in range(left, min(right + 1, width)):
                    cells[row - first][k] = cells[top - first][left]
    if len(block) > 1 and not spans:
        _carry_right(cells)
    stacks = [list(dict.fromkeys(row[k] for row in cells if row[k])) for k in range(width)]
    lowest = [stack[-1] if stack else "" for stack in stacks]
    named = [_called(stack, lowest, wanted) for stack in stacks]
    while named and not named[-1]:  # formatted but empty columns at the right are nobody's
        named.pop()
    return named


def _carry_right(cells: list[list[str]]) -> None:
    """Without merged cells (CSV), a heading of the upper row holds for the empty cells at its right with one below."""
    for upper, lower in pairwise(cells):
        held = ""
        for k, text in enumerate(upper):
            held = text or (held if lower[k] else "")
            upper[k] = held if lower[k] else text


def _called(stack: list[str], lowest: list[str], wanted: set[str]) -> str:
    if len(stack) < 2:
        return stack[0] if stack else ""
    whole = "·".join(stack)
    if squeezed(whole) in wanted:
        return whole
    if squeezed(stack[-1]) in wanted and lowest.count(stack[-1]) == 1:
        return stack[-1]
    return stack[-1] if lowest.count(stack[-1]) == 1 else whole


def headings_at(
    top: Sequence[Sequence[str]],
    spans: Sequence[Sequence[int]],
    left: int,
    at: tuple[int, int],
    expected: Iterable[str],
) -> list[str]:
    """The headings of a table whose first rows are `top`, its header beginning in row `at[0]` (from 1)."""
    merged = {(up, column): (down, right) for up, column, down, right in spans}
    return distinct(find_header(top, expected, merged, (at[0] - 1, at[1])).headings, left)


def distinct(headings: Sequence[str], first_column: int = 0) -> list[str]:
    """The headings, an empty one called after its column ("C 列"), those that stand twice with their columns
    ("姓名（C 列）"): which of them is meant is for a person to say."""
    letters = [f"{letters_of(first_column + k)} 列" for k in range(len(headings))]
    plain = [heading_of(heading) or letter for heading, letter in zip(headings, letters, strict=True)]
    return [
        f"{heading}（{letter}）" if plain.count(heading) > 1 else heading
        for heading, letter in zip(plain, letters, strict=True)
    ]


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


def shown(cell: object) -> str:
    """A cell as a person reads it, on one line."""
    try:
        return heading_of(as_text(cell[:SHOWN_OF] if isinstance(cell, str) else cell))[:60]
    except BadCell:
        return str(cell)[:60]
