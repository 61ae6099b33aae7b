"""The style of a place as the district's document has it, and the mark of a demonstration house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.errors import Conflict, Mistaken
from hemei.core.writing import action, audit
from hemei.programmes.building.models import Demonstration, Permit, Style
from hemei.terms.day import today
from hemei.terms.region import Level


@dataclass(frozen=True)
class Look:
    """What a document says houses of a place are to look like; lists are written with 、 between their words."""

    name: str
    document: str
    zone: str = ""
    structures: str = ""
    roofs: str = ""
    roof_colours: str = ""
    walls: str = ""
    height_m: float | None = None
    eaves_m: float | None = None
    storeys: int | None = None
    as_limit: bool = False


@action(verb="parameter.edit", on="where")
def set_style(*, where: At, look: Look, by: Actor) -> Style:
    """Say what houses of a region are to look like; what was said of the same region and zone ends today."""
    if len(where.region) > Level.VILLAGE:
        raise Mistaken(_("风貌按区、乡镇或村设定。"), field="region", code="too_narrow")
    for name in ("name", "document"):
        if not getattr(look, name).strip():
            raise Mistaken(_("请填写这一项。"), field=name, code="empty")
    Style.objects.filter(region=where.region, zone=look.zone, replaced_on=None).update(replaced_on=today())
    row = Style.objects.create(region=where.region, starts=today(), actor=str(by), **vars(look))
    detail = {"style": look.name, "zone": look.zone, "limit": look.as_limit}
    audit(by, "style.set", f"region:{where.region}", where.region, values=list(vars(look).values()), detail=detail)
    return row


@action(verb="permit.accept", on="permit")
def mark_demonstration(
    *, permit: Permit, review: str, reviewed_by: str, document: str, on: date, by: Actor
) -> Demonstration:
    """Mark a finished house as one to be shown to others, by the document of its review."""
    if permit.state not in ("accepted", "registered") or permit.accepted_on is None:
        raise Mistaken(_("验收合格以后才能评为示范房。"), code="not_finished")
    if Demonstration.objects.filter(permit=permit).exists():
        raise Conflict(_("已经评为示范房。"), code="marked")
    for name, said in (("review", review), ("reviewed_by", reviewed_by), ("document", document)):
        if not said.strip():
            raise Mistaken(_("请填写这一项。"), field=name, code="empty")
    if not permit.accepted_on <= on <= today():
        raise Mistaken(_("评审日期要在验收以后、今天以前。"), field="on", code="out_of_range")
    kept = {"review": review.strip(), "reviewed_by": reviewed_by.strip(), "document": document.strip()}
    row = Demonstration.objects.create(region=permit.region, permit=permit, on=on, actor=str(by), **kept)
    audit(by, "permit.demonstrate", f"permit:{permit.pk}", permit.region, values=[*kept.values(), on])
    return row
