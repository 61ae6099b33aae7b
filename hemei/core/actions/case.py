"""The steps of a case. Every one goes through `take`, and `take` asks the declared graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import SYSTEM, Actor
from hemei.core.actions.evidence import NewFile, as_taken, keep
from hemei.core.actions.placestate import recolour
from hemei.core.errors import Conflict, Mistaken
from hemei.core.lifecycle import LIFE, Need, Step
from hemei.core.models import Account, Case, CaseStep, Unit
from hemei.core.prepared import change, insert
from hemei.core.queries.duty import on_duty, responsible_unit
from hemei.core.queries.parameter import deadline_days
from hemei.core.registry import registry
from hemei.core.remedies import REMEDIES
from hemei.core.wording import stored
from hemei.core.writing import action, audit, nothing_new
from hemei.terms.day import FIRST_DAY, day_of, today
from hemei.terms.finding import Severity
from hemei.terms.region import Level, RegionCode

CLOCK_SKEW = timedelta(minutes=10)
ROUTED = gettext_lazy("按区域自动交办")
LOOK_AGAIN_DAYS = 7  # ours: how often a contained danger is looked at


@dataclass(frozen=True)
class Brought:
    """What somebody brings to a step."""

    at: datetime | None = None  # None: the moment of writing, when nobody else can write to the case
    note: str = ""
    files: Sequence[NewFile] = ()
    unit: Unit | None = None
    assignee: Account | None = None
    remedy: str = ""
    witnesses: Sequence[str] = ()
    data: dict[str, Any] = field(default_factory=dict)
    after: int | None = None  # the last step that the person saw: what they did since is not done twice

    @property
    def moment(self) -> datetime:
        return self.at or timezone.now()

    def said(self) -> dict[str, Any]:
        """What the step keeps besides its note and its files."""
        remedy = {"remedy": self.remedy} if self.remedy else {}
        witnesses = {"witnesses": list(self.witnesses)} if self.witnesses else {}
        return {**self.data, **remedy, **witnesses}


class Lived(Protocol):
    """What has a life of steps: a case, or what a programme leads through a graph of its own."""

    @property
    def steps(self) -> Any: ...


def already(lived: Lived, verb: str, *, by: Actor, brought: Brought) -> Any:
    """The same step by the same person since what they saw: a button pressed twice, a form sent again after a break.
    None where there is none."""
    if brought.after is None:
        return None
    since = lived.steps.filter(id__gt=brought.after, verb=verb, actor=str(by), note=brought.note)
    return next((step for step in since.order_by("id") if step.data == brought.said()), None)


def take(case: Case, verb: str, *, by: Actor, brought: Brought) -> CaseStep:
    """Take one step: the graph, its needs and the programme's guards say whether; then state, step and entry."""
    repeated: CaseStep | None = already(case, verb, by=by, brought=brought)
    if repeated:
        nothing_new()
        return repeated
    step = LIFE.by_verb[verb]
    if case.state not in step.sources:
        raise Conflict(
            _("这条隐患现在是“%(state)s”，不能“%(step)s”。请刷新页面看看最新情况。")
            % {"state": LIFE.by_key[case.state].name, "step": step.name},
            code="wrong_state",
        )
    at = time_of(case, brought)
    brought = replace(brought, at=at, files=[as_taken(file) for file in brought.files])
    _check_needs(case, step, by, brought)
    for programme in registry.programmes.values():
        for guard in programme.guards:
            if guard.verb == verb and case.matter == programme.key and (why := guard.why_not(case, at)):
                raise Mistaken(why, code="guarded")
    return _write(case, step, by, brought, at)


def require_moment(at: datetime, *, now: datetime) -> None:
    """Raise Mistaken for a moment that is yet to come, or in which nobody meant to have looked."""
    if at > now + CLOCK_SKEW:
        raise Mistaken(_("时间在将来，请检查手机的日期和时间。"), field="at", code="future")
    if at.year < FIRST_DAY.year:
        raise Mistaken(_("时间太早，请检查年份。"), field="at", code="too_early")


def time_of(lived: Lived, brought: Brought) -> datetime:
    """When the step was taken: as somebody says, else now. Never before the last one: clocks of two servers differ."""
    now = timezone.now()
    last = lived.steps.order_by("-id").values_list("at", flat=True).first() or now
    at = brought.at or max(now, last)
    require_moment(at, now=now)
    if at < last and brought.at:
        raise Mistaken(_("时间早于上一步，请核对。"), field="at", code="before_last")
    return at


def require_words_and_files(step: Step, brought: Brought) -> None:
    """Raise Mistaken where a step lacks the note or the file that the graph says it needs."""
    if Need.NOTE in step.needs and not brought.note.strip():
        raise Mistaken(_("请写明原因或情况。"), field="note", code="no_note")
    if Need.EVIDENCE in step.needs and not brought.files:
        raise Mistaken(_("请至少拍一张现场照片或上传一份扫描件。"), field="files", code="no_evidence")


def _check_needs(case: Case, step: Step, by: Actor, brought: Brought) -> None:
    require_words_and_files(step, brought)
    if Need.UNIT in step.needs and brought.unit is None:
        raise Mistaken(_("请选择由哪个单位负责。"), field="unit", code="no_unit")
    if Need.REMEDY_KIND in step.needs:
        _check_remedy(brought.remedy)
    if Need.TWO_WITNESSES in step.needs and len({w.strip() for w in brought.witnesses if w.strip()}) < 2:
        raise Mistaken(_("拒不整改须有两名见证人，请填写两个不同的姓名。"), field="witnesses", code="witnesses")
    if Need.ANOTHER_PERSON in step.needs:
        _check_other_person(case, step, by, brought)


def _check_remedy(kind: str) -> None:
    if kind not in REMEDIES:
        raise Mistaken(_("请选择整治方式。"), field="remedy", code="no_remedy")
    if not REMEDIES[kind].ends_danger:
        raise Mistaken(
            _("“%(kind)s”没有消除危险，不能报整治完成；请登记为“已管控”。") % {"kind": REMEDIES[kind].name},
            field="remedy",
            code="danger_remains",
        )


def _check_other_person(case: Case, step: Step, by: Actor, brought: Brought) -> None:
    if step.verb == "case.accept":
        if case.remedied_by == str(by):
            raise Mistaken(_("自己整治的不能自己验收，请由另一人到现场验收。"), code="own_remedy")
        remedied = case.steps.filter(verb="case.remedy").order_by("-id").first()
        if remedied and all(file.device_at and file.device_at < remedied.at for file in brought.files):
            raise Mistaken(_("照片拍摄于整治之前，请到现场重新拍照。"), field="files", code="old_evidence")
    elif step.verb == "case.withdraw":
        asked = case.steps.filter(verb="case.ask_withdrawal").order_by("-id").first()
        if asked is None:
            raise Mistaken(_("撤销须先有人申请，再由另一人同意。"), code="not_asked")
        if asked.actor == str(by):
            raise Mistaken(_("自己申请的撤销不能自己同意，请由另一人核实。"), code="own_request")


def _write(case: Case, step: Step, by: Actor, brought: Brought, at: datetime) -> CaseStep:
    now = timezone.now()
    before = case.state
    case.state = step.target or case.state
    if brought.unit:
        case.unit, case.assignee = brought.unit, brought.assignee
    elif case.unit is None and step.target == "assigned":  # found when nobody was on duty; now somebody may be
        case.unit = _answers_for(case, now)
    if step.verb == "case.remedy":
        case.remedied_by = str(by)
    if step.verb == "case.confirm":
        becomes_known(case, at, now)
    case.look_again_on = look_again_on(case.state, at)
    if LIFE.by_key[case.state].ending:
        case.ended_at, case.ended_recorded_at = at, now
    case.save()
    row = add_step(case, step.verb, by=by, before=before, at=at, now=now, note=brought.note, data=brought.said())
    keep(brought.files, by=by, region=case.region, now=now, place=case.place, step=row)
    if step.verb == "case.confirm":
        hand_over(case, _answers_for(case, now), at=at, now=now)
    recolour(case.place)
    return row


def _answers_for(case: Case, now: datetime) -> Unit | None:
    return responsible_unit(region=case.region, matter=case.matter, on=day_of(now))


def hand_over(case: Case, unit: Unit | None, *, at: datetime, now: datetime) -> None:
    """What is found goes to the unit that answers for its region at once, where there is one."""
    if unit is None:
        return
    before, case.state, case.unit = case.state, "assigned", unit
    change(case, "state", "unit")
    add_step(case, "case.assign", by=SYSTEM, before=before, at=at, now=now, note=stored(ROUTED), data={})


def becomes_known(case: Case, at: datetime, now: datetime) -> None:
    """A report was true: the case is found when somebody has called or looked."""
    case.found_at, case.found_recorded_at = at, now
    severity = Severity(case.severity)
    days = deadline_days(case.matter, severity, region=case.region, on=today())
    case.due_on = day_of(at) + timedelta(days=days)


def look_again_on(state: str, at: datetime) -> date | None:
    """When somebody must look again at what was contained, or last looked at, at that moment."""
    return day_of(at) + timedelta(days=LOOK_AGAIN_DAYS) if state == "contained" else None


def add_step(
    case: Case, verb: str, *, by: Actor, before: str, at: datetime, now: datetime, note: str, data: dict[str, Any]
) -> CaseStep:
    """The step and its audit entry, always together."""
    row = CaseStep(
        case=case,
        verb=verb,
        from_state=before,
        to_state=case.state,
        at=at,
        recorded_at=now,
        actor=str(by),
        account=by.account,
        unit=case.unit,
        note=note,
        data=data,
    )
    insert(row)
    audit(
        by,
        verb,
        f"case:{case.pk}",
        case.region,
        values=[row.pk, before, case.state, at, note, data],
        detail={"from": before, "to": case.state},
        at=now,
    )
    return row


def _step(verb: str) -> Callable[..., CaseStep]:
    @action(verb=verb, on="case")
    def perform(*, case: Case, by: Actor, brought: Brought) -> CaseStep:
        return take(case, verb, by=by, brought=brought)

    perform.__name__ = verb.replace(".", "_")
    return perform


confirm = _step("case.confirm")
dismiss = _step("case.dismiss")
contain = _step("case.contain")
look_again = _step("case.look_again")
release = _step("case.release")
serve = _step("case.serve")
remedy = _step("case.remedy")
return_remedy = _step("case.return")
accept = _step("case.accept")
ask_withdrawal = _step("case.ask_withdrawal")
withdraw = _step("case.withdraw")


@action(verb="case.assign", on="case")
def assign(*, case: Case, by: Actor, brought: Brought) -> CaseStep:
    """Hand a case to a unit, and to a person in it where one is named. Never to nobody."""
    if brought.unit:
        holders = on_duty(
            "case.remedy", region=case.region, matter=case.matter, on=day_of(brought.moment), unit=brought.unit.pk
        )
        if not holders:
            raise Mistaken(
                _("“%(unit)s”在这个区域没有负责此事的在岗人员，请换一个单位或先设岗位。") % {"unit": brought.unit},
                field="unit",
                code="nobody_there",
            )
        if brought.assignee and brought.assignee not in holders:
            raise Mistaken(_("这个人不在该单位负责此事，请重新选择。"), field="assignee", code="not_on_duty")
    return take(case, "case.assign", by=by, brought=brought)


@action(verb="case.refuse", on="case")
def refuse(*, case: Case, by: Actor, brought: Brought) -> CaseStep:
    """拒不整改: two witnesses, and the case goes one tier up."""
    level = Level(min(len(case.region), Level.VILLAGE))
    held_at = RegionCode(case.unit.region).level if case.unit else level
    wider = held_at.above if held_at > Level.DISTRICT else held_at
    above = responsible_unit(region=case.region, matter=case.matter, on=day_of(brought.moment), above=wider)
    moved = Brought(**{**brought.__dict__, "unit": above or case.unit, "assignee": None})
    return take(case, "case.refuse", by=by, brought=moved)


@action(verb="case.file_away", on="case")
def file_away(*, case: Case, by: Actor, brought: Brought) -> CaseStep:
    """End a case of an old ledger as 历史台账: never counted as accepted."""
    if not case.historical:
        raise Mistaken(_("只有历史台账导入的记录可以这样结案。"), code="not_historical")
    return take(case, "case.file_away", by=by, brought=brought)


STEPS: dict[str, Callable[..., CaseStep]] = {
    "case.confirm": confirm,
    "case.dismiss": dismiss,
    "case.assign": assign,
    "case.contain": contain,
    "case.look_again": look_again,
    "case.release": release,
    "case.refuse": refuse,
    "case.serve": serve,
    "case.remedy": remedy,
    "case.return": return_remedy,
    "case.accept": accept,
    "case.ask_withdrawal": ask_withdrawal,
    "case.withdraw": withdraw,
    "case.file_away": file_away,
}
