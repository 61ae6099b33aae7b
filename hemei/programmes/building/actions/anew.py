"""New layers or rules changed what is said of applications that are not decided yet: that is kept, to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from hemei.core.access import SYSTEM
from hemei.core.inserting import insert_all
from hemei.core.models import AuditEntry
from hemei.core.writing import about, audit_all, entry_for
from hemei.programmes.building.life import OPEN_TO_RULES
from hemei.programmes.building.models import Permit, RuledAnew
from hemei.terms.proposal import Anew, Turn
from hemei.terms.verdict import Outcome

AT_ONCE = 500


def keep_ruled_anew(told: Mapping[int, Anew]) -> None:
    """Part of the transaction of whoever found it out. See `core.registry.AnewWriter`."""
    keys, now = sorted(told), timezone.now()
    for first in range(0, len(keys), AT_ONCE):
        some = Permit.objects.filter(pk__in=keys[first : first + AT_ONCE], state__in=OPEN_TO_RULES)
        regions = dict(some.order_by("pk").values_list("pk", "region"))
        rows = [_row(pk, told[pk], now) for pk in regions]
        insert_all(rows)
        with about(Permit.matter):
            audit_all([_entry(row, regions[row.permit_id], now) for row in rows])


def _row(permit: int, anew: Anew, now: datetime) -> RuledAnew:
    turns = [_kept(turn) for turn in anew.turns]
    return RuledAnew(permit_id=permit, on=anew.on, because=list(anew.because), turns=turns, recorded_at=now)


def _entry(row: RuledAnew, region: str, now: datetime) -> AuditEntry:
    detail = {"row": row.pk, "rules": len(row.turns)}
    subject = f"permit:{row.permit_id}"
    return entry_for(SYSTEM, "permit.ruled_anew", subject, region, values=row.turns, detail=detail, at=now)


def _kept(turn: Turn) -> dict[str, Any]:
    shown = turn.after or turn.before
    assert shown is not None
    return {
        "rule": shown.rule,
        "title": shown.title,
        "clause": shown.clause,
        "before": str(turn.before.outcome) if turn.before else "",
        "after": str(turn.after.outcome) if turn.after else "",
        "said_before": turn.before.said if turn.before else "",
        "said_after": turn.after.said if turn.after else "",
        "told_before": _word(turn.told_before),
        "told_after": _word(turn.told_after),
    }


def _word(outcome: Outcome | None) -> str:
    return str(outcome) if outcome else ""
