"""What is wrong with a workbook, said so that whoever wrote it finds the cell and knows what to type instead."""

from __future__ import annotations

from collections.abc import Sequence
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


class FormRefused(ValueError):
    """The workbook is no form that every client can show alike; `errors` names everything found wrong with it."""

    def __init__(self, errors: Sequence[Fault]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(fault) for fault in self.errors))
