"""New layers or rules changed what is said of applications that are not decided yet: that is kept, to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from hemei.core.access import SYSTEM, Actor
from hemei.core.writing import action, audit
from hemei.programmes.building.life import OPEN_TO_RULES
from hemei.programmes.building.models import Permit, RuledAnew
from hemei.terms.proposal import Anew, Turn
from hemei.terms.verdict import Outcome

AT_ONCE = 500


def keep_ruled_anew(told: Mapping[int, Anew]) -> None:
    """Part of the transaction of whoever found it out. See `core.registry.AnewWriter`."""
    keys = sorted(told)
    for first in range(0, len(keys), AT_ONCE):
        some = Permit.objects.filter(pk__in=keys[first : first + AT_ONCE], state__in=OPEN_TO_RULES)
        for permit in some.order_by("pk"):
            rule_anew(permit=permit, anew=told[permit.pk], by=SYSTEM)


@action(verb="permit.measure", on="permit")
def rule_anew(*, permit: Permit, anew: Anew, by: Actor) -> RuledAnew:
    row = RuledAnew.objects.create(
        permit=permit,
        on=anew.on,
        because=list(anew.because),
        turns=[_kept(turn) for turn in anew.turns],
        recorded_at=timezone.now(),
    )
    detail = {"row": row.pk, "rules": len(row.turns)}
    audit(by, "permit.ruled_anew", f"permit:{permit.pk}", permit.region, values=row.turns, detail=detail)
    return row


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
