"""Demonstration houses: the village or the township puts one forward, the district reviews it."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from hemei.core.access import Actor
from hemei.core.errors import Conflict, Mistaken, filled
from hemei.core.writing import action, audit
from hemei.programmes.building.actions.kin import require_no_kin
from hemei.programmes.building.models import Demonstration, Permit
from hemei.terms.day import today

Outcome = Demonstration.Outcome


@action(verb="permit.nominate", on="permit")
def nominate(*, permit: Permit, reason: str, by: Actor) -> Demonstration:
    """Put a finished house forward to be shown to others."""
    if permit.state not in ("accepted", "registered") or permit.accepted_on is None:
        raise Mistaken(_("验收合格以后才能推荐为示范房。"), code="not_finished")
    require_no_kin(permit, by)
    standing = permit.demonstrations.exclude(outcome=Outcome.DECLINED).first()
    if standing is not None:
        said = _("已经评为示范房。") if standing.outcome == Outcome.MARKED else _("已经推荐过，等区里评审。")
        raise Conflict(said, code="nominated")
    row = Demonstration.objects.create(
        region=permit.region,
        permit=permit,
        reason=filled(reason, "reason"),
        nominated_on=today(),
        nominated_by=str(by),
    )
    audit(by, "permit.nominate", f"permit:{permit.pk}", permit.region, values=row.reason, detail={"row": row.pk})
    return row


@action(verb="permit.demonstrate", on="permit")
def review_demonstration(
    *, permit: Permit, outcome: str, review: str, reviewed_by: str, document: str, on: date, by: Actor
) -> Demonstration:
    """What the review made of a house that was put forward, by its document."""
    row = permit.demonstrations.filter(outcome=Outcome.NOMINATED).first()
    if row is None:
        raise Conflict(_("没有等评审的推荐：先由村或乡镇推荐。"), code="not_nominated")
    require_no_kin(permit, by)
    if row.nominated_by == str(by):
        raise Mistaken(_("自己推荐的由另一人评审。"), code="own_nomination")
    if outcome not in (Outcome.MARKED, Outcome.DECLINED):
        raise Mistaken(_("请选评上还是没有评上。"), field="outcome", code="unknown")
    kept = {"review": review, "reviewed_by": reviewed_by, "document": document}
    for name, said in kept.items():
        setattr(row, name, filled(said, name))
    assert row.nominated_on is not None
    if not row.nominated_on <= on <= today():
        raise Mistaken(_("评审日期要在推荐以后、今天以前。"), field="on", code="out_of_range")
    row.outcome, row.on, row.actor = outcome, on, str(by)
    row.save(update_fields=[*kept, "outcome", "on", "actor"])
    values, detail = [*kept.values(), on], {"row": row.pk, "outcome": outcome}
    audit(by, "permit.demonstrate", f"permit:{permit.pk}", permit.region, values=values, detail=detail)
    return row
