"""What the other programmes may ask about craftsmen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from hemei.core.access import Scope
from hemei.programmes.craftsmen.queries.people import craftsmen, standings


def certified(*, within: Scope, on: date, persons: Sequence[int] | None = None) -> dict[int, Any]:
    """Whether somebody may be on duty on that day, and until when as things stand: {person: (bool, until or None)}."""
    rows = craftsmen(within=within)
    if persons is not None:
        rows = rows.filter(person__in=persons)
    some = list(rows)
    found = standings(some, on=on)
    return {one.person_id: (found[one.pk].may, found[one.pk].until) for one in some}
