"""Screening is asked for, and an officer says what a failing verdict about something that stands is."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.actions.opening import open_case
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Job, JobState, Place
from hemei.core.writing import action, audit
from hemei.programmes.control.keeping import district_code
from hemei.programmes.control.models import Decided, Decision, Run
from hemei.terms.day import today

FINDING = "control.F01"


@action(verb="control.keep", on="where")
def start_run(*, where: At, by: Actor, waiting: bool = True) -> Run:
    """Screen everything that stands in a district, as background work."""
    region = district_code(where.region)
    going = Run.objects.filter(region=region, job__state__in=(JobState.WAITING, JobState.RUNNING))
    if going.exists():
        raise Conflict(_("已经有一次筛查在进行，等它结束或先停止。"), code="going")
    taken = {} if waiting else {"state": JobState.RUNNING, "heartbeat_at": timezone.now(), "attempts": 1}
    job = Job.objects.create(kind="control.screen", region=region, by=by.account, **taken)
    run = Run.objects.create(region=region, on=today(), job=job)
    job.arguments = {"run": run.pk}
    job.save(update_fields=["arguments"])
    audit(by, "control.screen", f"run:{run.pk}", region)
    return run


@action(verb="control.decide", on="where")
def decide(
    *, where: At, place: Place, rule: str, decided: str, why: str, layer_version: str = "", by: Actor
) -> Decision:
    """What an officer says of a failing verdict. Only 立案 makes a case of it; 既有 is a state of its own."""
    if decided not in Decided.values:
        raise Mistaken(_("请选一种认定。"), field="decided")
    if not why.strip():
        raise Mistaken(_("请写明依据，例如现场核实的日期、批准文号或建成年份。"), field="why", code="no_reason")
    before = Decision.objects.filter(place=place, rule=rule).order_by("-id").first()
    if before is not None and before.decided == Decided.CASE and before.case and before.case.ended_at is None:
        raise Conflict(_("这一条已经立案，还没有办结。"), code="known")
    now, case = timezone.now(), None
    if decided == Decided.CASE:
        case = open_case(where=At(place.region, "control", place.pk), place=place, code=FINDING, at=now, by=by)
    row = Decision.objects.create(
        region=place.region,
        place=place,
        rule=rule,
        decided=decided,
        why=why.strip(),
        layer_version=layer_version,
        case=case,
        recorded_at=now,
        actor=str(by),
    )
    detail = {"rule": rule, "decided": decided, "case": case.pk if case else None}
    audit(by, "control.decide", f"place:{place.pk}", place.region, values=why, detail=detail)
    return row
