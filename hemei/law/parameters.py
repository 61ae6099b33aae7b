"""Numbers of the law by date: a new decree is a new line, the old one stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from .yaml_lines import Entry, LawError, read_entries

KEYS = ("id", "title", "unit", "values")
VALUE_KEYS = ("from", "to", "value", "class", "zone", "tier")


@dataclass(frozen=True, slots=True)
class Dated:
    """One value (None: 未配置) from a day on, for a class of feature, a zone class and a tier ("" : any)."""

    start: date
    end: date | None
    value: float | None
    of: tuple[str, str, str]

    def holds(self, on: date) -> bool:
        return self.start <= on and (self.end is None or on <= self.end)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number with its unit and its history."""

    id: str
    title: str
    unit: str
    values: tuple[Dated, ...]

    def on(self, day: date, *, of: str = "", zone: str = "", tier: str = "") -> float | None:
        """The value that holds on a day for what fits best; None where nothing was ever set (未配置).

        >>> p = Parameter("p", "", "m", (Dated(date(2020, 1, 1), None, 10.0, ("county", "", "")),))
        >>> p.on(date(2026, 11, 1), of="county"), p.on(date(2019, 1, 1), of="county"), p.on(date(2026, 11, 1))
        (10.0, None, None)
        """
        asked = (of, zone, tier)
        fitting = [
            dated
            for dated in self.values
            if dated.holds(day) and all(own in ("", want) for own, want in zip(dated.of, asked, strict=True))
        ]
        best = max(fitting, key=lambda dated: sum(bool(part) for part in dated.of), default=None)
        return best.value if best else None


def read_parameters(*paths: Path) -> Mapping[str, Parameter]:
    """The parameters of some files by id. Raises LawError for a gap or an overlap of dates, with file and line."""
    found: dict[str, Parameter] = {}
    for path in paths:
        for entry in read_entries(path):
            entry.only(*KEYS)
            if entry.need("id") in found:
                raise LawError(entry, f"参数 {entry['id']} 已经有了")
            found[entry["id"]] = Parameter(entry["id"], entry.need("title"), entry.need("unit"), tuple(_values(entry)))
    return found


def _values(entry: Entry) -> list[Dated]:
    rows = [(_dated(row), row) for row in entry.get("values") or []]
    for of in {dated.of for dated, _ in rows}:
        line = sorted(((dated, row) for dated, row in rows if dated.of == of), key=lambda pair: pair[0].start)
        for (before, _), (after, row) in pairwise(line):
            if before.end is None or before.end >= after.start:
                raise LawError(row, f"与前一条的日期重叠（前一条到 {before.end or '今后'}）")
            if before.end + timedelta(days=1) != after.start:
                raise LawError(row, f"与前一条之间有空档（前一条到 {before.end}）")
    return [dated for dated, _ in rows]


def _dated(row: Entry) -> Dated:
    row.only(*VALUE_KEYS)
    start = row.day("from")
    if start is None:
        raise LawError(row, "缺少 from：从哪天起")
    value = row.get("value")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise LawError(row, f"value: {value!r} 不是数")
    of = (str(row.get("class") or ""), str(row.get("zone") or ""), str(row.get("tier") or ""))
    return Dated(start, row.day("to"), None if value is None else float(value), of)
