"""Numbers of the law by date: a new decree is a new line, the old one stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations, pairwise
from pathlib import Path

from hemei.terms.day import meet
from hemei.terms.measure import Measure

from .yaml_lines import Entry, LawError, read_entries

KEYS = ("id", "title", "unit", "values")
VALUE_KEYS = ("from", "to", "value", "class", "zone", "tier")
UNITS = tuple(dict.fromkeys(measure.unit for measure in Measure))
Of = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Dated:
    """One value (None: 未配置) from a day on, for a class of feature, a zone class and a tier ("" : any).

    `place` is the file and line where it is written, for those who find a mistake in it only beside the rules.
    """

    start: date
    end: date | None
    value: float | None
    of: Of
    place: Path = field(default=Path(), compare=False, repr=False)

    def holds(self, on: date) -> bool:
        """Whether the value holds on a day; both ends count."""
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
        best = max(fitting, key=lambda dated: sum(map(bool, dated.of)), default=None)
        return best.value if best else None


def read_parameters(*paths: Path) -> Mapping[str, Parameter]:
    """The parameters of some files by id. Raises LawError for a gap or an overlap of dates, with file and line.

    A later file may give values to a number that an earlier one left empty: so a district writes what the nation leaves
    to it. A number that has values is nobody's to change.
    """
    found: dict[str, Parameter] = {}
    for path in paths:
        for entry in read_entries(path):
            entry.only(*KEYS)
            unit = entry.need_text("unit")
            if unit not in UNITS:
                raise LawError(entry, f"unit: 没有单位“{unit}”，可用：{'、'.join(UNITS)}", "unit")
            if "values" not in entry:
                raise LawError(entry, "缺少 values：还没有数值的，写 values: []（未配置，不作判定）")
            made = Parameter(entry.name(), entry.need_text("title"), unit, tuple(_values(entry)))
            before = found.get(made.id)
            if before is not None and before.values:
                raise LawError(entry, f"参数 {made.id} 已经有了数值；区里另有规定时，请用新的 id 登记并另写一条规则")
            if before is not None and before.unit != unit:
                raise LawError(entry, f"参数 {made.id} 的单位原是 {before.unit}", "unit")
            found[made.id] = made
    return found


def _values(entry: Entry) -> list[Dated]:
    rows = [(_dated(row), row) for row in entry.rows("values")]
    for of in {dated.of for dated, _ in rows}:
        line = sorted(((dated, row) for dated, row in rows if dated.of == of), key=lambda pair: pair[0].start)
        for (before, _), (after, row) in pairwise(line):
            if before.end is None or before.end >= after.start:
                raise LawError(row, f"与前一条的日期重叠（前一条到 {before.end or '今后'}）：请给前一条写 to")
            if before.end + timedelta(days=1) != after.start:
                raise LawError(row, f"与前一条之间有空档（前一条到 {before.end}）：请接上，或补一条")
    _refuse_ties(rows)
    return [dated for dated, _ in rows]


def _refuse_ties(rows: list[tuple[Dated, Entry]]) -> None:
    """Two rows that fit the same place equally well (one by its zone, one by its tier) leave the choice to chance."""
    written = {dated.of for dated, _ in rows}
    for (one, _), (two, row) in combinations(rows, 2):
        both = tuple(a or b for a, b in zip(one.of, two.of, strict=True))
        alike = all(a == b or "" in (a, b) for a, b in zip(one.of, two.of, strict=True))
        tie = one.of != two.of and alike and sum(map(bool, one.of)) == sum(map(bool, two.of))
        if tie and meet((one.start, one.end), (two.start, two.end)) and both not in written:
            said = "、".join(filter(None, both))
            raise LawError(row, f"与另一条同样适用于“{said}”，分不出用哪个：请补一条把 {said} 都写明的")


def _dated(row: Entry) -> Dated:
    row.only(*VALUE_KEYS)
    start, end = row.day("from"), row.day("to")
    if start is None:
        raise LawError(row, "缺少 from：从哪天起")
    if end is not None and end < start:
        raise LawError(row, "to 早于 from", "to")
    value = row.number("value")
    if value is None:
        raise LawError(row, "缺少 value：请写数值；还没有数值的，不写这一条")
    place = Path(f"{row.file}:{row.line}")
    return Dated(start, end, value, (row.text("class"), row.text("zone"), row.text("tier")), place)
