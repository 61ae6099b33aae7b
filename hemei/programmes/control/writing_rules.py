"""A rule as a person writes it on a page, and the entries of the district's own law that it becomes.

A change is a version that holds from a day: the one before it stays in its days. Versions that would begin on that day
or later give way to it, so that a mistaken one can be put right by writing it anew from its own day.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from hemei.core.errors import Mistaken
from hemei.law.rules import EVERYWHERE
from hemei.programmes.control.entries import Entries
from hemei.programmes.control.writing_clauses import Cited, clause_kept, free_name
from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind

GROUND = (Measure.AREA, Measure.SHARE)
PREFIX = "own.R"
DATED = ("from", "to")
Row = dict[str, Any]


@dataclass(frozen=True)
class Written:
    """A rule with its clause and its number."""

    title: str
    kind: Kind
    layer: str
    measure: Measure
    starts: date
    document: str
    article: str
    number: str = ""
    issuer: str = ""
    text: str = ""
    of: str = ""
    within_m: float = 0.0
    value: float | None = None
    zone: str = ""
    tier: str = ""
    ends: date | None = None
    uses: Sequence[str] = ()
    works: Sequence[str] = ()
    allows: Sequence[str] = ()
    note: str = ""

    @property
    def cited(self) -> Cited:
        return Cited(self.document, self.article, self.starts, self.number, self.issuer, self.text)


def with_rule(entries: Entries, wrote: Written, rule: str = "") -> tuple[Entries, str]:
    """The entries with the rule in them, and its id: a new one, or one of the district's own that is changed."""
    made = deepcopy(entries)
    versions = versions_of(made, rule) if rule else []
    if rule and not versions:
        raise Mistaken(_("国家规定的规则不能改；区里另有规定时，请另写一条。"), code="national")
    name = rule or _next(made)
    before = _before(made, versions, wrote.starts)
    old = before[-1] if before else (versions[0] if versions else None)
    made["rules"] = [one for one in made["rules"] if one not in versions] + [one for one in before if one is not old]
    same_day = old is not None and began(made, old) >= wrote.starts.isoformat()
    holders = made["rules"] if same_day or old is None else [*made["rules"], old]
    clause = clause_kept(made, old["clause"] if old else f"{name}.clause", wrote.cited, name, holders)
    threshold: str | float = 0
    if wrote.measure not in GROUND:
        threshold = _number_name(made, old, name, wrote)
        _number(made, threshold, wrote)
    row = _row(name, wrote, clause, threshold, old)
    if old is not None and not same_day and old is versions[-1] and _alike(row, old):
        row["from"] = began(made, old)  # only its number, or its end, is another: the number has days of its own
    elif old is not None and not same_day:
        made["rules"].append(_ended(old, wrote.starts))
    made["rules"].append(row)
    _drop_later(made, threshold)
    return made, name


def _drop_later(entries: Entries, number: str | float) -> None:
    """Leave out of a number what would begin after the last day of the rules that ask for it."""
    ends = [one.get("to") for one in entries["rules"] if one.get("threshold") == number]
    for row in entries["parameters"]:
        if row["id"] == number and ends and None not in ends:
            row["values"] = [one for one in row["values"] if one["from"] <= max(map(str, ends))]


def _before(entries: Entries, versions: Sequence[Row], starts: date) -> list[Row]:
    """The versions that begin by a day, in order."""
    return [one for one in versions if began(entries, one) <= starts.isoformat()]


def versions_of(entries: Entries, rule: str) -> list[Row]:
    """The versions of one of the district's own rules, the earliest first."""
    return sorted((one for one in entries["rules"] if one["id"] == rule), key=lambda one: began(entries, one))


def began(entries: Entries, row: Row) -> str:
    """The day from which a version holds: its clause's where it names none."""
    clause = next((one for one in entries["clauses"] if one["id"] == row["clause"]), {})
    return str(row.get("from") or clause.get("valid_from", ""))


def _ended(row: Row, starts: date) -> Row:
    """A version that ends the day before another begins. Raises Mistaken where days would lie between them."""
    last = (starts - timedelta(days=1)).isoformat()
    if row.get("to") and row["to"] < last:
        said = _("前一版到 %(last)s 为止，中间会空出几天：请从它的第二天起，或另写一条规则。")
        raise Mistaken(said % {"last": row["to"]}, field="starts", code="gap")
    return row | {"to": last}


def _row(name: str, wrote: Written, clause: str, threshold: str | float, old: Row | None) -> Row:
    row = {
        "id": name,
        "title": wrote.title,
        "kind": wrote.kind.value,
        "clause": clause,
        "also": (old or {}).get("also", []),
        "layer": wrote.layer,
        "class": wrote.of,
        "within_m": 0 if wrote.layer == EVERYWHERE else wrote.within_m,
        "measure": wrote.measure.value,
        "unit": wrote.measure.unit,
        "threshold": threshold,
        "uses": list(wrote.uses),
        "works": list(wrote.works),
        "allows": list(wrote.allows),
        "approvals": (old or {}).get("approvals", []) if wrote.kind is Kind.ALLOW_ONLY else [],
        "priority": (old or {}).get("priority", "zone"),
        "from": wrote.starts.isoformat(),
        "to": wrote.ends.isoformat() if wrote.ends else "",
        "note": wrote.note,
    }
    return {key: value for key, value in row.items() if value not in ("", [], None) and (key, value) != ("within_m", 0)}


def _alike(one: Row, other: Row) -> bool:
    defaults = {"priority": "baseline"}
    return {k: v for k, v in (defaults | one).items() if k not in DATED} == {
        k: v for k, v in (defaults | other).items() if k not in DATED
    }


def with_further(
    entries: Entries, rule: str, starts: date, kept: Sequence[str], known: str = "", wrote: Cited | None = None
) -> Entries:
    """The entries in which a rule, from a day on, also rests on other clauses: some `known`, or one that is written."""
    made = deepcopy(entries)
    versions = versions_of(made, rule)
    before = _before(made, versions, starts)
    if not before:
        first = began(made, versions[0]) if versions else ""
        raise Mistaken(_("这条规则从 %(first)s 起才有。") % {"first": first}, field="starts", code="too_early")
    old = before[-1]
    also = [*kept, *([known] if known else [])]
    if wrote is not None:
        also.append(clause_kept(made, "", wrote, rule, made["rules"]))
    also = [name for name in dict.fromkeys(also) if name != old["clause"]]
    if also == old.get("also", []):
        raise Mistaken(_("没有改动：请勾去一条、选一条，或写一条。"), field="known", code="no_change")
    row = {key: value for key, value in old.items() if key not in ("also", "to")} | {"from": starts.isoformat()}
    row |= {"also": also} if also else {}
    row |= {"to": versions[-1]["to"]} if versions[-1].get("to") else {}
    made["rules"] = [one for one in made["rules"] if one not in versions] + before[:-1]
    if began(made, old) < starts.isoformat():
        made["rules"].append(_ended(old, starts))
    made["rules"].append(row)
    return made


def _next(entries: Entries) -> str:
    taken = {one["id"] for one in entries["rules"]}
    return next(f"{PREFIX}{n:02d}" for n in range(1, 10_000) if f"{PREFIX}{n:02d}" not in taken)


def _number_name(entries: Entries, old: Row | None, name: str, wrote: Written) -> str:
    """The rule's number: the one it has had, or another where it is in another unit."""
    units = {one["id"]: one["unit"] for one in entries["parameters"]}
    known = old.get("threshold") if old else None
    if isinstance(known, str) and units.get(known, wrote.measure.unit) == wrote.measure.unit:
        return known
    return free_name(f"{name}.number", set(units))


def _number(entries: Entries, name: str, wrote: Written) -> None:
    """The number from a day on; what held before stays in the line, up to the day before."""
    old = next((one for one in entries["parameters"] if one["id"] == name), None)
    values = list(old["values"]) if old else []
    of = {key: value for key, value in (("zone", wrote.zone), ("tier", wrote.tier)) if value}
    start = wrote.starts.isoformat()
    same = [one for one in values if all(one.get(key, "") == of.get(key, "") for key in ("class", "zone", "tier"))]
    holding = next((one for one in same if one["from"] <= start and not (one.get("to") and one["to"] < start)), None)
    if holding is not None and holding.get("value") == wrote.value:
        return
    if wrote.value is not None:
        for one in same:
            if one["from"] >= start:
                values.remove(one)
            elif not one.get("to") or one["to"] >= start:
                values[values.index(one)] = one | {"to": (wrote.starts - timedelta(days=1)).isoformat()}
        values.append({"from": start, "value": wrote.value, **of})
    row = {"id": name, "title": (old or {}).get("title") or wrote.title, "unit": wrote.measure.unit, "values": values}
    entries["parameters"] = [one for one in entries["parameters"] if one["id"] != name] + [row]


def as_written(entries: Entries, rule: str) -> Row:
    """What a form is first filled with, of the last version of one of the district's own rules. Empty: none."""
    versions = versions_of(entries, rule)
    if not versions:
        return {}
    row = versions[-1]
    clause = next((one for one in entries["clauses"] if one["id"] == row["clause"]), {})
    number: Row = next((p for p in entries["parameters"] if p["id"] == row.get("threshold")), {"values": []})
    last: Row = max(number["values"], key=lambda one: one["from"], default={})
    said = {key: row.get(key, "") for key in ("title", "kind", "layer", "measure", "uses", "works", "allows", "note")}
    said |= {key: clause.get(key, "") for key in ("document", "article", "text")}
    said |= {key: "" if clause.get(key) == "-" else clause.get(key, "") for key in ("number", "issuer")}
    return said | {
        "of": row.get("class", ""),
        "within_m": row.get("within_m", 0),
        "ends": row.get("to", ""),
        "value": last.get("value"),
        "zone": last.get("zone", ""),
        "tier": last.get("tier", ""),
    }
