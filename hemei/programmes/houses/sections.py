"""What a house's page shows beyond what every place has."""

from __future__ import annotations

from typing import Any

from hemei.core.access import Actor, may, scope_of
from hemei.core.models import Place
from hemei.programmes.houses.parts import PARTS
from hemei.programmes.houses.queries import appraisals


def grading(place: Place, by: Actor) -> dict[str, Any]:
    """The appraisals of a house, newest first, each with its parts in words."""
    rows = appraisals(within=scope_of(by, "appraisal.view")).filter(place=place).order_by("-on", "-id")
    return {
        "place": place,
        "may_record": may(by, "appraisal.record", place),
        "appraisals": [
            {"row": row, "parts": [(label, row.parts[part]) for part, label in PARTS.items() if part in row.parts]}
            for row in rows
        ],
    }
