"""Clauses and kinds of layers that a district writes of its own, as entries of its law."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from hemei.core.errors import Mistaken
from hemei.programmes.control.entries import BY_HAND, Entries
from hemei.terms.day import today

Row = dict[str, Any]
LAYER_PREFIX = "own.L"


@dataclass(frozen=True)
class Cited:
    """A clause as somebody writes it."""

    document: str
    article: str
    starts: date
    number: str = ""
    issuer: str = ""
    text: str = ""


def clause_kept(entries: Entries, name: str, wrote: Cited, rule: str, holders: Sequence[Row]) -> str:
    """The id under which a clause stands in the entries, put there where it does not.

    `name` is the one that it is a new wording of. It is kept where it says the same, written over where none of
    `holders` (rules) and no row of a list cites it, and else left as it is beside a new one.
    """
    old: Row = next((one for one in entries["clauses"] if one["id"] == name), {})
    start = wrote.starts.isoformat()
    row: Row = {
        "id": name,
        "document": wrote.document,
        "number": wrote.number or "-",
        "article": wrote.article,
        "issuer": wrote.issuer or "-",
        "valid_from": min(old.get("valid_from") or start, start),
        "valid_from_is": "施行",
        "limit": "district",
    }
    if wrote.text:
        row |= {"text": wrote.text, "seen": old.get("seen") or _seen()}
    said = ("document", "number", "article", "issuer", "text")
    if old and all(old.get(key) == row.get(key) for key in said):
        row = old | {"valid_from": row["valid_from"]}
    elif _cited(entries, name, holders) or not name or (not old and name != f"{rule}.clause"):
        taken = {one["id"] for one in entries["clauses"]}
        row |= {"id": free_name(f"{rule}.clause", taken), "valid_from": start}
        row |= {"seen": _seen()} if wrote.text else {}
    entries["clauses"] = [one for one in entries["clauses"] if one["id"] != row["id"]] + [row]
    return str(row["id"])


def _seen() -> Row:
    """Who copies a text into the form has it before them that day, whenever it takes effect."""
    return {"where": BY_HAND, "when": today().isoformat()}


def _cited(entries: Entries, name: str, holders: Sequence[Row]) -> bool:
    by_rules = any(name == one["clause"] or name in one.get("also", []) for one in holders)
    return by_rules or any(one.get("clause") == name for one in entries["plan"])


def free_name(stem: str, taken: set[str]) -> str:
    """The stem, or the first number behind it that is free."""
    if stem not in taken:
        return stem
    return next(f"{stem}.{n}" for n in range(2, 10_000) if f"{stem}.{n}" not in taken)


def with_layer(
    entries: Entries, *, title: str, visibility: str, classes: Sequence[str], note: str, layer: str = ""
) -> tuple[Entries, str]:
    """The entries with a kind of layer in them, and its id: a new one, or one of the district's own that is changed."""
    made = deepcopy(entries)
    taken = {one["id"] for one in made["layers"]}
    if layer and layer not in taken:
        raise Mistaken(_("国家规则的图层不能改；区里另有图层时，请另声明一种。"), code="national")
    name = layer or next(f"{LAYER_PREFIX}{n:02d}" for n in range(1, 10_000) if f"{LAYER_PREFIX}{n:02d}" not in taken)
    row: Row = {"id": name, "title": title, "visibility": visibility, "classes": list(classes), "note": note}
    kept = {key: value for key, value in row.items() if value not in ("", [])}
    if layer:
        made["layers"] = [kept if one["id"] == layer else one for one in made["layers"]]
    else:
        made["layers"].append(kept)
    return made, name
