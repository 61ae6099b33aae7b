"""What refers to rows that were moved: formulas, the area to print, choices in cells."""

from __future__ import annotations

import re
from typing import Any

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.worksheet.cell_range import MultiCellRange

REFERENCE = re.compile(r"(\$?[A-Za-z]{1,3}\$?)([0-9]+)")
SPAN = re.compile(r"^([^:]+):([^:]+)$")


def moved(reference: str, row: int, times: int) -> str:
    """A reference after `times` copies of `row` were put in below it. A range that ends at that row grows with it.

    >>> moved("A3", 5, 2), moved("$A$7", 5, 2), moved("B5:B5", 5, 2), moved("B6:C9", 5, 2)
    ('A3', '$A$9', 'B5:B7', 'B8:C11')
    """
    if span := SPAN.match(reference):
        return f"{_moved(span[1], row + 1, times)}:{_moved(span[2], row, times)}"
    return _moved(reference, row + 1, times)


def _moved(reference: str, first: int, times: int) -> str:
    return REFERENCE.sub(
        lambda found: f"{found[1]}{int(found[2]) + (times if int(found[2]) >= first else 0)}", reference
    )


def formula_moved(formula: str, row: int, times: int, *, sheet: str, here: bool) -> str:
    """A formula after rows were put in on `sheet`; `here`: it stands on that sheet itself.

    >>> formula_moved("=SUM(B5:B5)+表2!B9+LOG10(A7)", 5, 2, sheet="表1", here=True)
    '=SUM(B5:B7)+表2!B9+LOG10(A9)'
    """
    tokens = Tokenizer(formula)
    for token in tokens.items:
        if token.type != Token.OPERAND or token.subtype != Token.RANGE:
            continue
        named, mark, reference = token.value.rpartition("!")
        if (named.strip("'") == sheet) if mark else here:
            token.value = f"{named}{mark}{moved(reference, row, times)}"
    return str(tokens.render())  # type: ignore[no-untyped-call]


def follow(book: Any, sheet: Any, row: int, times: int) -> None:
    """Bring everything in line that names rows of `sheet`, after copies of `row` were put in below it."""
    for other in book.worksheets:
        for line in other.iter_rows():
            for cell in line:
                if cell.data_type == "f" and isinstance(cell.value, str):
                    cell.value = formula_moved(cell.value, row, times, sheet=sheet.title, here=other is sheet)
    if sheet.print_area:
        areas = (area.rpartition("!")[2] for area in str(sheet.print_area).split(","))
        sheet.print_area = ",".join(moved(area, row, times) for area in areas)
    if sheet.auto_filter.ref:
        sheet.auto_filter.ref = moved(sheet.auto_filter.ref, row, times)
    for rule in sheet.data_validations.dataValidation:
        rule.sqref = MultiCellRange(" ".join(_grown(str(one), row, times) for one in rule.sqref.ranges))


def _grown(area: str, row: int, times: int) -> str:
    """A choice that a repeated cell offers is offered in its copies too."""
    return moved(area if ":" in area else f"{area}:{area}", row, times)
