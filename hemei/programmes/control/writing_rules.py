"""A rule as a person writes it on a page, and the entries of the district's own law that it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from hemei.core.errors import Mistaken
from hemei.law.rules import EVERYWHERE
from hemei.programmes.control.keeping import Entries
from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind

GROUND = (Measure.AREA, Measure.SHARE)
PREFIX = "own.R"


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


def with_rule(entries: Entries, wrote: Written, rule: str = "") -> tuple[Entries, str]:
    """The entries with the rule in them, and its id: a new one, or one of the district's own that is changed."""
    made = deepcopy(entries)
    old = next((one for one in made["rules"] if one["id"] == rule), None) if rule else None
    if rule and old is None:
        raise Mistaken(_("国家规定的规则不能改；区里另有规定时，请另写一条。"), code="national")
    name = rule or _next(made)
    clause = _clause(made, old["clause"] if old else f"{name}.clause", wrote)
    threshold: str | float = 0
    if wrote.measure not in GROUND:
        known = old.get("threshold") if old else None
        threshold = known if isinstance(known, str) else f"{name}.number"
        _number(made, threshold, wrote)
    row = {
        "id": name,
        "title": wrote.title,
        "kind": wrote.kind.value,
        "clause": clause,
        "layer": wrote.layer,
        "class": wrote.of,
        "within_m": 0 if wrote.layer == EVERYWHERE else wrote.within_m,
        "measure": wrote.measure.value,
        "unit": wrote.measure.unit,
        "threshold": threshold,
        "uses": list(wrote.uses),
        "works": list(wrote.works),
        "allows": list(wrote.allows),
        "priority": (old or {}).get("priority", "zone"),
        "from": (old or {}).get("from") or wrote.starts.isoformat(),
        "to": wrote.ends.isoformat() if wrote.ends else "",
        "note": wrote.note,
    }
    kept = {key: value for key, value in row.items() if value not in ("", [], None) and (key, value) != ("within_m", 0)}
    made["rules"] = [one for one in made["rules"] if one["id"] != name] + [kept]
    return made, name


def _next(entries: Entries) -> str:
    taken = {one["id"] for one in entries["rules"]}
    return next(f"{PREFIX}{n:02d}" for n in range(1, 10_000) if f"{PREFIX}{n:02d}" not in taken)


def _clause(entries: Entries, name: str, wrote: Written) -> str:
    old = next((one for one in entries["clauses"] if one["id"] == name), {})
    row: dict[str, Any] = {
        "id": name,
        "document": wrote.document,
        "number": wrote.number or "-",
        "article": wrote.article,
        "issuer": wrote.issuer or "-",
        "valid_from": old.get("valid_from") or wrote.starts.isoformat(),
        "valid_from_is": "施行",
        "limit": "district",
    }
    if wrote.text:
        row |= {"text": wrote.text, "seen": old.get("seen") or {"where": "区里录入", "when": wrote.starts.isoformat()}}
    entries["clauses"] = [one for one in entries["clauses"] if one["id"] != name] + [row]
    return name


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


def as_written(entries: Entries, rule: str) -> dict[str, Any]:
    """What a form is first filled with, of one of the district's own rules. Empty where there is none."""
    row = next((one for one in entries["rules"] if one["id"] == rule), None)
    if row is None:
        return {}
    clause = next((one for one in entries["clauses"] if one["id"] == row["clause"]), {})
    number: dict[str, Any] = next((p for p in entries["parameters"] if p["id"] == row.get("threshold")), {"values": []})
    last: dict[str, Any] = max(number["values"], key=lambda one: one["from"], default={})
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
