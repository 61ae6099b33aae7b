"""What is wrong with a workbook, said so that whoever wrote it finds the cell and knows what to type instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend: sheet, row and cell as Excel shows them (0 and "" where no single one is meant), and how."""

    sheet: str
    row: int
    cell: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"工作表“{self.sheet}”" if self.sheet else "工作簿"
        if self.row:
            where += f"第 {self.row} 行"
        if self.cell:
            where += f"（{self.cell}）"
        return f"{where}：{self.problem}{self.remedy}"


def listed(names: Iterable[str], shown: int = 20) -> str:
    """The names as a sentence has them, the first ones of many.

    >>> listed(["有", "没有"]), listed("abc", 2)
    ('有、没有', 'a、b……（共 3 个）')
    """
    known = [name if len(name) <= 40 else f"{name[:40]}…" for name in names]
    return "、".join(known[:shown]) + (f"……（共 {len(known)} 个）" if len(known) > shown else "")


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Sheet by sheet, as the first of each comes, and in each from the top down and from left to right; each once."""
    told = list(dict.fromkeys(faults))
    sheets = list(dict.fromkeys(fault.sheet for fault in told))

    def place(fault: Fault) -> tuple[int, int, int, str]:
        letters = fault.cell.rstrip("0123456789")
        return sheets.index(fault.sheet), fault.row, len(letters), letters

    return tuple(sorted(told, key=place))


class FormRefused(ValueError):
    """The workbook is no form that every client can show alike; `errors` names everything found wrong with it."""

    def __init__(self, errors: Sequence[Fault]) -> None:
        self.errors = in_order(errors)
        super().__init__("\n".join(str(fault) for fault in self.errors))
