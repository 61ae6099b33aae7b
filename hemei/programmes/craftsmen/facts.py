"""What the other programmes may ask about craftsmen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from hemei.core.access import Scope
from hemei.programmes.craftsmen.models import Craftsman
from hemei.programmes.craftsmen.queries.people import craftsmen, standings
from hemei.terms.day import today


def told(some: Sequence[Craftsman]) -> dict[int, dict[str, Any]]:
    """How each stands today, as other systems are told."""
    found = standings(some, on=today())
    return {
        key: {"may_be_on_duty": one.may, "until": one.until, "lacks": [str(lack) for lack in one.lacks]}
        for key, one in found.items()
    }


def certified(*, within: Scope, on: date, persons: Sequence[int] | None = None) -> dict[int, Any]:
    """Whether somebody may be on duty on that day, and until when as things stand: {person: (bool, until or None)}."""
    rows = craftsmen(within=within)
    if persons is not None:
        rows = rows.filter(person__in=persons)
    some = list(rows)
    found = standings(some, on=on)
    return {one.person_id: (found[one.pk].may, found[one.pk].until) for one in some}
