"""The district's own plan as a typed table: empty until the district writes it, and deciding nothing while empty.

The plan's contents are not public. Nothing here may be filled in by guess: an empty row is shown as 未配置.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .rules import WORKS
from .yaml_lines import Entry, LawError, read_entries

TABLES = {
    "control_class": 3,
    "control_tier": 5,
    "safety_baseline": 6,
    "style_type": 3,
    "positive_list": None,
    "negative_list": None,
}
"""三类、五档、6类安全底线、三大风貌、正面清单、负面清单: the tables and how many rows each is said to have."""
PLAN_TITLES = {
    "control_class": "三类",
    "control_tier": "五档",
    "safety_baseline": "6类安全底线",
    "style_type": "三大风貌",
    "positive_list": "正面清单",
    "negative_list": "负面清单",
}
ZONES, TIERS = "control_class", "control_tier"
"""The tables whose names the numbers' `zone` and `tier` are."""
NOT_SET = "未配置：待区里录入规划文本"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its number, its name (None: 未配置), what it says, and the clause it rests on.

    `zone` (a name of control_class, "": any) and `works` (kinds of work, (): any) say where and for what a row of the
    positive or negative list holds, `start` and `end` (None: not said) on which days.
    """

    table: str
    number: int
    name: str | None
    text: str = ""
    clause: str = ""
    is_demo: bool = False
    zone: str = ""
    works: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None

    def holds(self, on: date) -> bool:
        return (self.start is None or self.start <= on) and (self.end is None or on <= self.end)

    @property
    def shown(self) -> str:
        """Its name as it is shown: 未配置 where the district gave none, marked 演示 where it is made up."""
        if self.name is None:
            return NOT_SET
        return f"{self.name}（演示）" if self.is_demo else self.name


def read_plan(path: Path | None, clauses: Container[str] | None = None) -> dict[str, tuple[Row, ...]]:
    """The plan's tables; every row 未配置 where there is no file.

    Raises LawError for a row that has no place, and for a clause that is not among `clauses` (None: not asked).
    """
    given: dict[tuple[str, int], Row] = {}
    for entry in read_entries(path) if path is not None and path.is_file() else []:
        row = _row(entry)
        if row.clause and clauses is not None and row.clause not in clauses:
            raise LawError(entry, f"没有登记过的条款：{row.clause}；请先写进 clauses.yaml", "clause")
        if (row.table, row.number) in given:
            raise LawError(entry, f"{row.table} 第 {row.number} 行写了两次：请删去一个，或改 number", "number")
        given[row.table, row.number] = row
    plan = {}
    for table, count in TABLES.items():
        numbers = range(1, count + 1) if count else sorted(number for name, number in given if name == table)
        plan[table] = tuple(given.get((table, number), Row(table, number, None)) for number in numbers)
    return plan


def _row(entry: Entry) -> Row:
    entry.only("table", "number", "name", "text", "clause", "is_demo", "zone", "works", "from", "to")
    table, number = entry.need_text("table"), entry.need("number")
    if table not in TABLES:
        raise LawError(entry, f"没有表“{table}”，有：{'、'.join(TABLES)}", "table")
    count = TABLES[table]
    if not isinstance(number, int) or isinstance(number, bool) or number < 1 or (count is not None and number > count):
        raise LawError(entry, f"{table} 的 number 应为 1 到 {count or '…'} 的整数", "number")
    return Row(
        table,
        number,
        entry.need_text("name"),
        entry.text("text"),
        entry.text("clause"),
        entry.truth("is_demo"),
        *_where(entry, count),
    )


def _where(entry: Entry, count: int | None) -> tuple[str, tuple[str, ...], date | None, date | None]:
    """Zone, kinds of work and days of a row of a list; no other row has them."""
    given = next((key for key in ("zone", "works", "from", "to") if entry.get(key)), "")
    if count is not None and given:
        raise LawError(entry, "zone、works、from 和 to 只用于正面清单和负面清单", given)
    start, end = entry.day("from"), entry.day("to")
    if start is not None and end is not None and end < start:
        raise LawError(entry, "to 早于 from", "to")
    return entry.text("zone"), entry.words("works", WORKS), start, end
