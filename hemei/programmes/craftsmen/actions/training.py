"""Training sessions, and who was there. No hour counts twice: whoever is at one session is at no other meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.errors import Conflict, Mistaken
from hemei.core.writing import action, audit
from hemei.programmes.craftsmen.actions.people import require_reason
from hemei.programmes.craftsmen.models import Arrival, Attendance, Craftsman, LessonKind, Session
from hemei.programmes.craftsmen.queries.people import counted
from hemei.terms.region import Level

EARLY = timedelta(minutes=60)  # ours: so long before it begins the list is open
LONGEST = timedelta(hours=12)  # ours: a longer sitting is a slip of the pen


@dataclass(frozen=True)
class Lesson:
    """A sitting as it is planned."""

    title: str
    kind: str
    venue: str
    starts: datetime
    ends: datetime
    teacher: str = ""


@action(verb="training.hold", on="where")
def plan_session(*, where: At, lesson: Lesson, by: Actor) -> Session:
    _check(lesson)
    row = Session.objects.create(
        region=where.region,
        title=lesson.title.strip(),
        kind=lesson.kind,
        venue=lesson.venue.strip(),
        teacher=lesson.teacher.strip(),
        starts=lesson.starts,
        ends=lesson.ends,
        actor=str(by),
    )
    detail = {"kind": row.kind, "minutes": row.minutes}
    audit(by, "training.plan", f"session:{row.pk}", row.region, values=lesson.title, detail=detail)
    return row


def _check(lesson: Lesson) -> None:
    if not lesson.title.strip():
        raise Mistaken(_("请写明培训内容。"), field="title")
    if not lesson.venue.strip():
        raise Mistaken(_("请写明地点。"), field="venue")
    if lesson.kind not in LessonKind.values:
        raise Mistaken(_("请选择课程类别。"), field="kind")
    if lesson.ends <= lesson.starts:
        raise Mistaken(_("结束时间要晚于开始时间。"), field="ends")
    if lesson.ends - lesson.starts > LONGEST:
        raise Mistaken(_("一场不能超过 12 小时；跨天的培训请分场登记。"), field="ends")


@action(verb="training.attend", on="session")
def attend(*, session: Session, craftsman: Craftsman, how: str, at: datetime, by: Actor) -> Attendance:
    """Somebody has come. By scanning only while the session lasts; the clerk may enter the paper list later."""
    if session.called_off_at is not None:
        raise Conflict(_("这场培训已经取消。"), code="called_off")
    if craftsman.left_on is not None:
        raise Conflict(_("这名工匠已经退出名册，请先恢复。"), code="left")
    if craftsman.region[: Level.DISTRICT] != session.region[: Level.DISTRICT]:
        raise Mistaken(_("这名工匠不在本区名册里。"), field="craftsman", code="elsewhere")
    if at < session.starts - EARLY:
        raise Mistaken(_("还没有到签到时间，开始前一小时起可以签到。"), code="too_early")
    if how == Arrival.SCAN and at > session.ends:
        raise Mistaken(_("这场培训已经结束，请找经办人补签。"), code="too_late")
    Craftsman.objects.select_for_update().get(pk=craftsman.pk)  # two sessions at once ask one after the other
    known = Attendance.objects.filter(session=session, craftsman=craftsman, struck_at=None).first()
    if known:
        raise Conflict(_("%(name)s 这一场已经签过到了。") % {"name": craftsman}, code="known")
    if other := _meanwhile(session, craftsman):
        raise Conflict(
            _("%(name)s 在同一时间的“%(title)s”（%(venue)s）已经签到，一个人不能同时在两处。")
            % {"name": craftsman, "title": other.title, "venue": other.venue},
            code="two_places",
        )
    row = Attendance.objects.create(
        session=session,
        craftsman=craftsman,
        region=session.region,
        how=how,
        arrived_at=at,
        minutes=session.minutes,
        actor=str(by),
    )
    detail = {"session": session.pk, "how": str(how)}
    audit(by, "training.attend", f"craftsman:{craftsman.pk}", session.region, detail=detail)
    return row


def _meanwhile(session: Session, craftsman: Craftsman) -> Session | None:
    """Another session that overlaps this one, at which they already are."""
    theirs = counted(Attendance.objects.filter(craftsman=craftsman))
    clash = theirs.filter(session__starts__lt=session.ends, session__ends__gt=session.starts).exclude(session=session)
    found = clash.select_related("session").first()
    return found.session if found else None


@action(verb="training.hold", on="attendance")
def strike(*, attendance: Attendance, why: str, by: Actor) -> Attendance:
    """Strike out an entry that is not true: it counts no more, and stays to be seen."""
    if attendance.struck_at is not None:
        raise Conflict(_("这一条已经划掉了。"), code="struck")
    require_reason(why)
    attendance.struck_at, attendance.struck_why = timezone.now(), why.strip()
    attendance.save(update_fields=["struck_at", "struck_why"])
    detail = {"session": attendance.session_id}
    audit(by, "training.strike", f"craftsman:{attendance.craftsman_id}", attendance.region, values=why, detail=detail)
    return attendance


@action(verb="training.hold", on="session")
def call_off(*, session: Session, why: str, by: Actor) -> Session:
    """A session that does not take place, or is not to count: nobody's hours come from it."""
    if session.called_off_at is not None:
        raise Conflict(_("这场培训已经取消。"), code="called_off")
    require_reason(why)
    session.called_off_at, session.called_off_why = timezone.now(), why.strip()
    session.save(update_fields=["called_off_at", "called_off_why"])
    audit(by, "training.call_off", f"session:{session.pk}", session.region, values=why)
    return session
