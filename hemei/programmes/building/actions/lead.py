"""Leads to enforcement: handed over with a document, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.errors import Conflict, Mistaken, filled
from hemei.core.models import Check, Place
from hemei.core.writing import action, audit
from hemei.programmes.building.models import Lead, Permit, Wrong
from hemei.terms.day import today
from hemei.terms.region import Level


@dataclass(frozen=True)
class Seen:
    """What a survey or patrol saw, and to whom it is handed."""

    wrong: str
    where: str
    found: str
    seen_on: date
    handed_to: str
    document: str
    handed_on: date


@action(verb="lead.keep", on="where")
def hand_over(
    *,
    where: At,
    seen: Seen,
    by: Actor,
    permit: Permit | None = None,
    place: Place | None = None,
    check: Check | None = None,
) -> Lead:
    """Hand over what was seen; `place` and `check` say which house, and by which look at it."""
    if len(where.region) < Level.VILLAGE:
        raise Mistaken(_("请选到村。"), field="region")
    if seen.wrong not in Wrong.values:
        raise Mistaken(_("请选是什么问题。"), field="wrong", code="unknown")
    for name in ("where", "found", "handed_to", "document"):
        filled(getattr(seen, name), name)
    if seen.handed_on > today():
        raise Mistaken(_("日期在将来，请核对。"), field="handed_on", code="in_the_future")
    if seen.handed_on < seen.seen_on:
        raise Mistaken(_("移交早于发现，请核对。"), field="handed_on", code="before_it_began")
    if place is not None and place.region != where.region:
        raise Mistaken(_("请选这处房屋所在的村。"), field="region", code="elsewhere")
    if check is not None and check.place_id != (place.pk if place else None):
        raise Mistaken(_("请选这处房屋的一次检查。"), field="check", code="elsewhere")
    row = Lead.objects.create(
        region=where.region, permit=permit, place=place, check_seen=check, actor=str(by), **vars(seen)
    )
    values, detail = [seen.where, seen.found, seen.document], {"wrong": seen.wrong}
    audit(by, "lead.hand_over", f"lead:{row.pk}", row.region, values=values, detail=detail)
    return row


@action(verb="lead.keep", on="lead")
def close(*, lead: Lead, outcome: str, outcome_document: str, ended_on: date, by: Actor) -> Lead:
    """What the enforcing office decided, by its document."""
    if lead.ended_on is not None:
        raise Conflict(_("这条线索已经登记过处理结果。"), code="ended")
    filled(outcome, "outcome")
    filled(outcome_document, "outcome_document")
    if not lead.handed_on <= ended_on <= today():
        raise Mistaken(_("处理日期要在移交以后、今天以前。"), field="ended_on", code="out_of_range")
    lead.outcome, lead.outcome_document, lead.ended_on = outcome.strip(), outcome_document.strip(), ended_on
    lead.save(update_fields=["outcome", "outcome_document", "ended_on"])
    audit(by, "lead.close", f"lead:{lead.pk}", lead.region, values=[outcome, outcome_document, ended_on])
    return lead
