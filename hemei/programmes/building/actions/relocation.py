"""Ecological relocation (生态搬迁): who may move, the agreement, then the old house down and its ground greened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor
from hemei.core.actions.evidence import NewFile
from hemei.core.errors import Conflict, Mistaken, filled
from hemei.core.writing import action, audit
from hemei.programmes.building.actions.applying import attach
from hemei.programmes.building.life import UNDECIDED
from hemei.programmes.building.models import Permit, RelocationStage, Stage, Work
from hemei.terms.day import FIRST_DAY, today

BEFORE_THE_DECISION = (Stage.ELIGIBLE, Stage.AGREED)
FINISHED = ("accepted", "registered")


@action(verb="permit.visit", on="permit")
def reach_stage(
    *, permit: Permit, stage: str, on: date, document: str, note: str, by: Actor, files: Sequence[NewFile]
) -> RelocationStage:
    """Record that a stage was reached, in the order of the stages."""
    if permit.work != Work.ECOLOGICAL:
        raise Mistaken(_("只有生态搬迁才有这些阶段。"), code="no_relocation")
    following = next_stage(permit)
    if following is None or stage not in Stage.values:
        raise Conflict(_("各阶段都登记过了。"), code="ended")
    if stage != following:
        said = {"stage": Stage(following).label}
        raise Mistaken(_("要照先后登记，现在该登记“%(stage)s”。") % said, field="stage", code="early")
    if stage in BEFORE_THE_DECISION and permit.state not in UNDECIDED | {"returned"}:
        raise Conflict(_("资格和协议要在批准以前登记。"), code="wrong_state")
    if stage not in BEFORE_THE_DECISION and permit.state not in FINISHED:
        raise Mistaken(_("新房验收合格以后，才登记旧房拆除和复绿。"), field="stage", code="no_new_house")
    filled(document, "document")
    last = permit.relocation.order_by("-id").values_list("on", flat=True).first()
    if not (last or FIRST_DAY) <= on <= today():
        raise Mistaken(_("日期要在上一阶段以后、今天以前。"), field="on", code="out_of_range")
    if not files:
        raise Mistaken(_("请拍下文件或现场。"), field="files", code="no_evidence")
    row = RelocationStage.objects.create(
        permit=permit, stage=stage, on=on, document=document.strip(), note=note.strip(), actor=str(by)
    )
    attach(permit, files, by=by, now=timezone.now(), stage=row)
    values, detail = [stage, on, document, note], {"stage": stage}
    audit(by, "permit.relocate", f"permit:{permit.pk}", permit.region, values=values, detail=detail)
    return row


def next_stage(permit: Permit) -> str | None:
    """The stage that is to be reached next, None after the last."""
    done = set(permit.relocation.values_list("stage", flat=True))
    return next((stage for stage in Stage.values if stage not in done), None)


def open_stage(permit: Permit) -> str | None:
    """The stage that may be recorded now, None where it is not its time."""
    following = next_stage(permit) if permit.work == Work.ECOLOGICAL else None
    early = permit.state in UNDECIDED | {"returned"}
    return following if (early if following in BEFORE_THE_DECISION else permit.state in FINISHED) else None
