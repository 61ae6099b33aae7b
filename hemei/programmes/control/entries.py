"""The district's own law as it is kept: lists of entries, which `hemei.law` reads as files."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from hemei.engines.screen.writing import partial_of
from hemei.law.book import NATIONAL, Book, read_book
from hemei.law.plan import Row, read_plan

Entries = dict[str, list[dict[str, Any]]]
Plan = dict[str, tuple[Row, ...]]
PARTS = ("clauses", "layers", "parameters", "rules", "plan")
DAYS = frozenset({"from", "to", "valid_from", "valid_to", "when", "in_force_checked"})
BY_HAND = "区里录入"
"""Where a text was seen that somebody copied into a form."""


def written(entries: Entries, folder: Path) -> Path:
    """The district's own law as the files of `hemei.law`, in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        if rows := _with_days(entries.get(part) or []):
            with partial_of(folder / f"{part}.yaml") as partial:
                partial.write_text(yaml.safe_dump(rows, allow_unicode=True, sort_keys=False), "utf-8")
    return folder


def _with_days(value: Any, key: str = "") -> Any:
    """Days, which are kept as text, as days again; what is no day stays as it is, for the law to say so."""
    if isinstance(value, list):
        return [_with_days(one) for one in value]
    if isinstance(value, dict):
        return {name: _with_days(one, name) for name, one in value.items()}
    if key in DAYS and isinstance(value, str):
        with suppress(ValueError):
            return date.fromisoformat(value)
    return value


def settled(entries: Entries, written_on: date) -> Entries:
    """The entries in which no text was copied into a form later than on the day of the writing.

    Rules that were to begin later were once written with their first day there.
    """
    made = deepcopy(entries)
    day = written_on.isoformat()
    for clause in made.get("clauses", []):
        seen = clause.get("seen")
        if isinstance(seen, dict) and seen.get("where") == BY_HAND and str(seen.get("when", "")) > day:
            seen["when"] = day
    return made


def read_from(folder: Path) -> tuple[Book, Plan]:
    """The nation's law with what stands in a folder, and the plan there. Raises LawError."""
    book = read_book(NATIONAL, folder)
    return book, read_plan(folder / "plan.yaml", book.clauses)
