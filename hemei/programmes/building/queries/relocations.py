"""How far an ecological relocation has come."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from hemei.programmes.building.models import Permit, Stage, Work


def stages_of(permit: Permit) -> list[tuple[str, Any]]:
    """Every stage with what is recorded of it, the new house among them; nothing for other kinds of work."""
    if permit.work != Work.ECOLOGICAL:
        return []
    done = {row.stage: row for row in permit.relocation.all()}
    rows: list[tuple[str, Any]] = [(str(stage.label), done.get(stage.value)) for stage in Stage]
    house = {"on": permit.accepted_on, "document": permit.number} if permit.accepted_on else None
    return [*rows[:2], (_("新房验收合格"), house), *rows[2:]]
