"""What a table may be, by its headings: a proposal that a person looks at before anything is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hemei.core.actions.register.catalogue import REGISTERS
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.shapes import Memory, shape_of
from hemei.core.actions.register.sheet import Field
from hemei.core.registry import registry
from hemei.engines.tables import headings_at, squeezed

TWO_IN_ONE = ("households", "places")  # a ledger may have the household and its house in one row
DEEPEST = 3


def blank(register: str, said: Mapping[str, Any] | None = None) -> Sheet:
    """A sheet of a register as it is while nobody has said more: of the first kind and programme there is."""
    told = dict(said or {})
    kind = str(told.get("kind") or next(iter(registry.kinds), ""))
    matter = str(told.get("matter") or next(iter(registry.programmes), ""))
    return Sheet(register, "", kind=kind, matter=matter, crs=str(told.get("crs") or ""))


def fields_of(register: str, said: Mapping[str, Any] | None = None) -> list[Field]:
    """The fields that a table of the register may fill, those of what its rows also say included."""
    sheet = blank(register, said)
    return REGISTERS[register].fields(sheet)


def every_heading() -> list[str]:
    return [heading for register in REGISTERS for one in fields_of(register) for heading in one.known_as]


def columns_of(register: str, header: Sequence[str], said: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Field → heading, by the usual headings."""
    standing = {squeezed(heading): heading for heading in header}
    found = {}
    for one in fields_of(register, said):
        heading = next((standing[squeezed(h)] for h in one.known_as if squeezed(h) in standing), None)
        if heading is not None:
            found[one.name] = heading
    return found


def guess(header: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Register → what would be said of the table, for the register that fits best; two where a row has both."""
    fits: dict[str, dict[str, str]] = {}
    for register in REGISTERS:
        columns = columns_of(register, header)
        if all(one.name in columns for one in fields_of(register) if one.needed):
            fits[register] = columns
    if not fits:
        return {}
    best = max(fits, key=lambda register: len(fits[register]))
    both = [register for register in TWO_IN_ONE if register in fits]
    own = set(fits.get("places", {}).values()) - set(fits.get("households", {}).values())
    if best in TWO_IN_ONE and len(both) == 2 and len(own) > 1:
        return {register: {"columns": fits[register]} for register in both}
    return {best: {"columns": fits[best]}}


def recognised(table: Mapping[str, Any], memory: Memory) -> tuple[list[int], dict[str, dict[str, Any]]] | None:
    """Where the header is and what was said, where a table of this shape was read before."""
    headings = every_heading()
    for first in range(1, len(table["top"]) + 1):
        for depth in range(1, DEEPEST + 1):
            at = (first, depth)
            shape = shape_of(headings_at(table["top"], table["spans"], table["left"], at, headings))
            if shape in memory:
                return list(at), {register: dict(said) for register, said in memory[shape].items()}
    if not table["top"] and (shape := shape_of(table["header"])) in memory:
        return [0, 0], {register: dict(said) for register, said in memory[shape].items()}
    return None
