"""How tables of one shape were read before: remembered by their headings, proposed for the next one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from hemei.core.access import Actor, Scope
from hemei.core.actions.register.layout import Sheet
from hemei.core.models import TableShape
from hemei.core.queries.register import shapes
from hemei.engines.tables import squeezed

KEPT = ("columns", "choices", "header", "hidden", "crs", "kind", "matter", "code", "title", "severity")
Memory = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Shape → register → what was said of it."""


def shape_of(header: Sequence[str]) -> str:
    """A digest of the headings, whatever their order and blanks."""
    return hashlib.sha256("\n".join(sorted(map(squeezed, header))).encode()).hexdigest()


def recall(district: str) -> Memory:
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in shapes(within=Scope.of(district)):
        found.setdefault(row.shape, {})[row.register] = row.said
    return found


def remember(by: Actor, district: str, register: str, header: Sequence[str], said: Mapping[str, Any]) -> None:
    kept = {name: said[name] for name in KEPT if said.get(name)}
    TableShape.objects.update_or_create(
        region=district, shape=shape_of(header), register=register, defaults={"said": kept, "by": by.account}
    )


def as_before(sheet: Sheet, header: Sequence[str], memory: Memory) -> Sheet:
    """The sheet with what was said before of tables like it; what is said of this one is stronger."""
    before = memory.get(shape_of(header), {}).get(sheet.register)
    if before is None:
        return sheet
    columns = {**before.get("columns", {}), **sheet.columns}
    choices = {**before.get("choices", {}), **sheet.choices}
    return Sheet(**{**asdict(sheet), "columns": columns, "choices": choices})
