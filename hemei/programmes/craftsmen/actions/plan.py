"""Training plans, and how those who attended did in the examination."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.errors import Conflict, Mistaken
from hemei.core.writing import action, audit
from hemei.programmes.craftsmen.actions.training import Lesson, plan_session
from hemei.programmes.craftsmen.models import Attendance, Craftsman, ExamResult, Plan, PlanSession, Session
from hemei.programmes.craftsmen.queries.people import counted
from hemei.terms.day import day_of, today


@dataclass(frozen=True)
class NewPlan:
    title: str
    starts_on: date
    ends_on: date
    body: str = ""
    places: int | None = None
    basic: int | None = None
    skill: int | None = None
    practice: int | None = None


@action(verb="training.hold", on="where")
def make_plan(*, where: At, plan: NewPlan, by: Actor) -> Plan:
    if not plan.title.strip():
        raise Mistaken(_("请填写计划名称。"), field="title")
    if plan.ends_on < plan.starts_on:
        raise Mistaken(_("结束日期早于开始日期。"), field="ends_on")
    row = Plan.objects.create(region=where.region, actor=str(by), **asdict(plan))
    audit(by, "plan.make", f"plan:{row.pk}", row.region, values=asdict(plan))
    return row


@action(verb="training.hold", on="plan")
def add_session(*, plan: Plan, lesson: Lesson, by: Actor) -> Session:
    """A session of the plan, where and for whom the plan is."""
    if not plan.starts_on <= day_of(lesson.starts) <= plan.ends_on:
        raise Mistaken(
            _("这一场不在计划的日期里（%(first)s 到 %(last)s）。")
            % {"first": plan.starts_on.isoformat(), "last": plan.ends_on.isoformat()},
            field="on",
        )
    made: Session = plan_session(where=At(plan.region, plan.matter), lesson=lesson, by=by)
    PlanSession.objects.create(plan=plan, session=made)
    return made


@dataclass(frozen=True)
class Marks:
    on: date
    passed: bool
    theory: int | None = None
    practice: int | None = None


@action(verb="training.hold", on="plan")
def record_exam(*, plan: Plan, craftsman: Craftsman, marks: Marks, by: Actor) -> ExamResult:
    """The result of somebody who attended the plan's sessions. Whether they passed is the examiners' word, not ours."""
    if marks.on > today():
        raise Mistaken(_("考试日期在将来，请核对。"), field="on")
    if marks.on < plan.starts_on:
        raise Mistaken(_("考试日期早于培训开始，请核对。"), field="on")
    for name in ("theory", "practice"):
        score = getattr(marks, name)
        if score is not None and not 0 <= score <= 100:
            raise Mistaken(_("成绩填 0 到 100。"), field=name)
    if not counted(Attendance.objects.filter(craftsman=craftsman, session__in_plan__plan=plan)).exists():
        raise Mistaken(_("%(name)s 没有参加过这个计划的培训。") % {"name": craftsman}, code="not_attended")
    if ExamResult.objects.filter(plan=plan, craftsman=craftsman, on=marks.on).exists():
        raise Conflict(_("%(name)s 这一天的成绩已经登记了。") % {"name": craftsman}, field="on", code="known")
    row = ExamResult.objects.create(
        plan=plan,
        craftsman=craftsman,
        region=plan.region,
        recorded_at=timezone.now(),
        actor=str(by),
        **asdict(marks),
    )
    detail = {"craftsman": craftsman.pk, "passed": marks.passed}
    audit(by, "plan.exam", f"plan:{plan.pk}", plan.region, values=asdict(marks), detail=detail)
    return row
