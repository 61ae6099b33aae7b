"""Rules: one clause made computable, declared in YAML; an author's mistake is refused with file and line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from hemei.terms.clause import Clause
from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind

from .parameters import Parameter
from .yaml_lines import Entry, LawError, read_entries

KEYS = (
    "id", "title", "kind", "clause", "also", "layer", "class", "within_m", "measure", "unit", "threshold", "uses",
    "works", "allows", "approvals", "priority", "from", "to", "note",
)  # fmt: skip
Name = TypeVar("Name", Kind, Measure)
PRIORITIES = ("baseline", "zone", "list")
WORKS = ("existing", "new", "rebuild", "extend", "repair", "public_project", "settlement", "necessary_in_place")
USES = ("house", "public", "production", "ancillary")


@dataclass(frozen=True, slots=True)
class Rule:
    """What `kind` does where `layer` (and `class`) is, for some uses and kinds of work.

    `threshold` is the id of a parameter or a number. `within_m` is the distance from the layer inside which a limit on
    density, height or the like applies (0: only on the layer itself). `allows` and `approvals` are what an `allow-only`
    rule lets through. Rules of an earlier `priority` are shown first and win a tie in what binds.
    """

    id: str
    title: str
    kind: Kind
    clause: str
    also: tuple[str, ...]
    layer: str
    of: str
    within_m: float
    measure: Measure
    threshold: str | float
    uses: frozenset[str]
    works: frozenset[str]
    allows: frozenset[str]
    approvals: frozenset[str]
    priority: str
    start: date
    end: date | None
    note: str

    def holds(self, on: date) -> bool:
        return self.start <= on and (self.end is None or on <= self.end)


def read_rules(
    paths: Sequence[Path],
    *,
    clauses: Mapping[str, Clause],
    parameters: Mapping[str, Parameter],
    layers: frozenset[str],
) -> tuple[Rule, ...]:
    """The rules of some files, baseline before zone before list. Raises LawError.

    Two versions of one id are allowed where their dates neither overlap nor leave a gap.
    """
    made: list[tuple[Rule, Entry]] = []
    for path in paths:
        for entry in read_entries(path):
            rule = _rule(entry, clauses, parameters, layers)
            for other, _ in made:
                if other.id == rule.id and _overlap(other, rule):
                    raise LawError(entry, f"规则 {rule.id} 的两个版本在同一天都有效")
            made.append((rule, entry))
    _refuse_gaps(made)
    return tuple(sorted((rule for rule, _ in made), key=lambda rule: (PRIORITIES.index(rule.priority), rule.id)))


def _overlap(one: Rule, two: Rule) -> bool:
    return (one.end is None or two.start <= one.end) and (two.end is None or one.start <= two.end)


def _refuse_gaps(made: Sequence[tuple[Rule, Entry]]) -> None:
    for rule, entry in made:
        earlier = [other for other, _ in made if other.id == rule.id and other.start < rule.start]
        if earlier and not any(other.end and (rule.start - other.end).days == 1 for other in earlier):
            raise LawError(entry, f"规则 {rule.id} 的两个版本之间有空档")


def _rule(
    entry: Entry, clauses: Mapping[str, Clause], parameters: Mapping[str, Parameter], layers: frozenset[str]
) -> Rule:
    entry.only(*KEYS)
    kind = _one_of(entry, "kind", Kind)
    measure = _one_of(entry, "measure", Measure)
    if entry.need("unit") != measure.unit:
        raise LawError(entry, f"{measure.label}的单位是 {measure.unit}，这里写的是 {entry['unit']}")
    also = tuple(entry.get("also") or ())
    for clause in (entry.need("clause"), *also):
        if clause not in clauses:
            raise LawError(entry, f"没有登记过的条款：{clause}")
    if entry.need("layer") not in layers:
        raise LawError(entry, f"没有声明过的图层：{entry['layer']}，有：{'、'.join(sorted(layers))}")
    start, end = entry.day("from") or clauses[entry["clause"]].valid_from, entry.day("to")
    if end is not None and end < start:
        raise LawError(entry, "to 早于 from")
    if kind is Kind.ALLOW_ONLY and not (entry.get("allows") or entry.get("approvals")):
        raise LawError(entry, "allow-only 要写明允许什么（allows 或 approvals）")
    return Rule(
        id=entry.need("id"),
        title=entry.need("title"),
        kind=kind,
        clause=entry["clause"],
        also=also,
        layer=entry["layer"],
        of=str(entry.get("class") or ""),
        within_m=float(entry.get("within_m") or 0.0),
        measure=measure,
        threshold=_threshold(entry, measure, parameters),
        uses=_names(entry, "uses", USES),
        works=_names(entry, "works", WORKS),
        allows=_names(entry, "allows", WORKS),
        approvals=frozenset(entry.get("approvals") or ()),
        priority=_priority(entry),
        start=start,
        end=end,
        note=entry.get("note") or "",
    )


def _threshold(entry: Entry, measure: Measure, parameters: Mapping[str, Parameter]) -> str | float:
    value = entry.get("threshold")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value != 0:
            raise LawError(entry, "规则里不写数值：请在参数文件中按日期登记，这里写参数的 id（0 除外）")
        return 0.0
    if not isinstance(value, str) or value not in parameters:
        raise LawError(entry, f"没有这个参数：{value}")
    if parameters[value].unit != measure.unit:
        raise LawError(entry, f"参数 {value} 的单位是 {parameters[value].unit}，{measure.label}要用 {measure.unit}")
    return value


def _one_of(entry: Entry, key: str, kind: type[Name]) -> Name:
    try:
        return kind(entry.need(key))
    except ValueError as error:
        raise LawError(entry, f"{key}: {entry[key]!r} 不认识，可用：{'、'.join(kind)}") from error


def _names(entry: Entry, key: str, known: Sequence[str]) -> frozenset[str]:
    names = frozenset(entry.get(key) or ())
    if names - set(known):
        raise LawError(entry, f"{key}: {'、'.join(sorted(names - set(known)))} 不认识，可用：{'、'.join(known)}")
    return names


def _priority(entry: Entry) -> str:
    priority = entry.get("priority") or "baseline"
    if priority not in PRIORITIES:
        raise LawError(entry, f"priority: {priority!r} 应为 {'、'.join(PRIORITIES)}")
    return str(priority)
