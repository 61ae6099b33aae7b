"""How a case begins: from a finding, found or merely reported, and handed at once to whoever answers for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Actor, At, require
from hemei.core.actions.case import add_step, becomes_known, hand_over, require_moment
from hemei.core.actions.evidence import NewFile, keep
from hemei.core.actions.notify import announce
from hemei.core.actions.placestate import recolour
from hemei.core.errors import Mistaken
from hemei.core.lifecycle import LIFE
from hemei.core.models import Case, Check, Finding, Place
from hemei.core.prepared import Given, Prepared, insert, leave, read_again
from hemei.core.queries.duty import responsible_unit
from hemei.core.queries.parameter import deadline_days
from hemei.core.registry import registry
from hemei.core.wording import stored
from hemei.core.writing import action, audit
from hemei.engines.forms import Form
from hemei.terms.day import day_of
from hemei.terms.finding import FindingKind, Severity

TAKEN_BACK = gettext_lazy("报告人更正了答案：更正后没有这一条。请打电话或上门核实。")
SEEN_TOO = gettext_lazy("核实前又有人看到同样的问题")
VERIFY_WITHIN = timedelta(days=1)  # ours: a report from an unpaired phone is called back or looked at within a day


OF_KIND = {"place": Given("place"), "code": Given("code")}
OPEN_CASE = Prepared(
    lambda: Case.objects.select_for_update(of=("self",)).filter(**OF_KIND, ended_at=None).order_by("-id")[:1]
)
ENDED_CASE = Prepared(
    lambda: Case.objects.filter(**OF_KIND, state__in=LIFE.endings - {"withdrawn"}).order_by("-ended_at", "-id")[:1]
)


def findings_of(matter: str, form: Form, answers: Mapping[str, Any]) -> list[FindingKind]:
    """What the answers of a look with this form show to be wrong."""
    return [kind for kind in registry.findings_by(matter, form) if kind.applies and kind.applies(answers)]


def open_from(
    kind: FindingKind, place: Place, *, by: Actor, at: datetime, now: datetime, check: Check | None, certain: bool
) -> Case:
    """The case of a finding: the one already open for this place and kind, else a new one."""
    case = OPEN_CASE.first(place=place.pk, code=kind.id)
    if case is None:
        stated = check.answers.get(kind.due_from) if check and kind.due_from else None
        case = _begin(kind, place, by=by, at=at, now=now, certain=certain, stated=stated)
    elif certain and case.state == "reported":
        _verify(case, by=by, at=max(at, case.opened_at), now=now)
    finding = Finding(
        check_made=check,
        place=place,
        region=place.region,
        code=kind.id,
        severity=kind.severity,
        at=at,
        recorded_at=now,
        case=case,
    )
    leave(finding)
    return case


def _begin(
    kind: FindingKind, place: Place, *, by: Actor, at: datetime, now: datetime, certain: bool, stated: str | None
) -> Case:
    day = day_of(at)
    forerunner = ENDED_CASE.soon(place=place.pk, code=kind.id)  # the ended case that this one is the return of
    unit = responsible_unit(region=place.region, matter=kind.matter, on=day_of(now))
    due_on = day + timedelta(days=deadline_days(kind.matter, kind.severity, region=place.region, on=day))
    if stated:
        due_on = min(due_on, date.fromisoformat(stated))
    case = Case(
        matter=kind.matter,
        place=place,
        region=place.region,
        code=kind.id,
        title=stored(kind.title),
        severity=kind.severity,
        state="found" if certain else "reported",
        unit=unit,
        found_at=at if certain else None,
        found_recorded_at=now if certain else None,
        due_on=due_on if certain else day + VERIFY_WITHIN,
        forerunner=next(iter(forerunner()), None),
        opened_at=at,
    )
    insert(case)
    add_step(case, "case.open" if certain else "case.report", by=by, before="", at=at, now=now, note="", data={})
    if certain:
        hand_over(case, unit, at=at, now=now)
    recolour(place)
    if kind.severity == Severity.URGENT:
        announce(case, now=now)
    return case


def take_back(check: Check, *, by: Actor, now: datetime) -> None:
    """What a correction no longer shows: whoever answers for the case is told so, and decides.

    A case that somebody else has seen too stays as it is. Nobody withdraws by a tap what has been reported: the
    correction asks for it, and another person agrees.
    """
    form = registry.forms[check.form]
    asked = form.versions.get(check.version, form.read)
    shown = {kind.id for kind in findings_of(check.matter, asked, check.answers)}
    earlier = _corrected_by(check)
    for case in Case.objects.filter(findings__check_made__in=earlier, ended_at=None).exclude(code__in=shown).distinct():
        newest = case.steps.order_by("-id").first()
        if case.findings.exclude(check_made__in=earlier).exists() or (newest and newest.note == stored(TAKEN_BACK)):
            continue
        asking = case.state in LIFE.by_verb["case.ask_withdrawal"].sources
        verb = "case.ask_withdrawal" if asking else "case.correct"
        note = stored(TAKEN_BACK)
        add_step(case, verb, by=by, before=case.state, at=check.at, now=now, note=note, data={})


def _corrected_by(check: Check) -> list[int]:
    """The checks that it replaces, one behind the other."""
    earlier = []
    while check.replaces is not None:
        check = check.replaces
        earlier.append(check.pk)
    return earlier


def _verify(case: Case, *, by: Actor, at: datetime, now: datetime) -> None:
    """Somebody who is believed saw what a stranger had reported: nobody needs to call any more."""
    before, case.state = case.state, "found"
    becomes_known(case, at, now)
    case.save(update_fields=["state", "found_at", "found_recorded_at", "due_on"])
    add_step(case, "case.confirm", by=by, before=before, at=at, now=now, note=stored(SEEN_TOO), data={})
    unit = responsible_unit(region=case.region, matter=case.matter, on=day_of(now))
    hand_over(case, unit, at=at, now=now)
    recolour(case.place)


@action(verb="case.open", on="where")
def open_case(*, where: At, place: Place, code: str, at: datetime, by: Actor, files: Sequence[NewFile] = ()) -> Case:
    """Record what somebody saw without a form, with photos of it where there are any."""
    kind = registry.findings.get(code)
    if kind is None:
        raise Mistaken(_("没有这个问题编号。"), field="code", code="unknown_finding")
    require(by, "case.open", At(place.region, code.partition(".")[0], place.pk))
    now = timezone.now()
    require_moment(at, now=now)
    read_again(place)  # before its cases, as whoever looks at it
    known = OPEN_CASE.first(place=place.pk, code=kind.id)
    case = open_from(kind, place, by=by, at=at, now=now, check=None, certain=True)
    if known:  # seen once more: no step of its life, but somebody did say so
        audit(by, "case.seen", f"case:{case.pk}", case.region, values=[code, at], at=now)
    keep(files, by=by, region=place.region, now=now, place=place, step=case.steps.order_by("-id").first())
    return case
