"""Somebody looked: the check is stored once, its findings become cases, what was due is done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, ActorKind
from hemei.core.actions.case import require_moment
from hemei.core.actions.evidence import NewFile, keep
from hemei.core.actions.opening import findings_of, open_from, take_back
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Case, Channel, Check, Due, Place, Round, RoundState, Tier
from hemei.core.prepared import Changes, Given, Prepared, insert_once, new
from hemei.core.registry import Form as RegisteredForm
from hemei.core.registry import registry
from hemei.core.roles import right_to_look
from hemei.core.writing import action, audit, nothing_new
from hemei.engines.forms import AnswerError, Form, complete, examine
from hemei.terms.day import day_of
from hemei.terms.finding import FindingKind


@dataclass(frozen=True)
class Answered:
    """A filled-in form as it arrives."""

    instance_id: str
    form: str
    answers: dict[str, Any]
    at: datetime
    channel: str = Channel.STAFF
    on_behalf: str = ""
    device: str = ""
    raw: bytes = b""
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    files: Sequence[NewFile] = ()
    replaces: str = ""
    version: str = ""

    # What follows from these alone, worked out once: before the turn to write, where somebody asks for it there.

    @cached_property
    def problem(self) -> AnswerError | None:
        """What first does not fit the form."""
        return next(iter(examine(self.asked, self.answers, self.day)), None)

    @cached_property
    def asked(self) -> Form:
        """The form as it was filled in."""
        form = registry.forms[self.form]
        return form.versions.get(self.version, form.read)

    @property
    def day(self) -> date | None:
        """The form's day, which is today() in its conditions."""
        try:
            return day_of(self.at)
        except OverflowError:
            return None

    @cached_property
    def complete(self) -> dict[str, Any]:
        """Answers that fit, with what the form calculates from them."""
        return complete(self.asked, self.answers, self.day)

    @cached_property
    def found(self) -> list[FindingKind]:
        """What the answers show to be wrong."""
        return findings_of(self.form.partition(".")[0], self.asked, self.complete)

    @cached_property
    def bytes_sent(self) -> bytes:
        """The raw bytes, or what stands for them where the client sent none."""
        return self.raw or canonical(self)

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.bytes_sent).hexdigest()

    def look_over(self) -> None:
        """Work out all of that now, while nobody waits for it. Says nothing yet of what is wrong."""
        if self.form in registry.forms and self.problem is None:
            _ = self.found, self.digest


@dataclass(frozen=True)
class Stored:
    check: Check
    cases: list[Case] = field(default_factory=list)
    repeated: bool = False


def verb_for(answered: Answered, by: Actor) -> str:
    """Which right it takes to look in that tier; a staff member's self-check is 代报."""
    form = registry.forms.get(answered.form)
    if form is None:
        raise Mistaken(_("没有这张表：%(form)s。") % {"form": answered.form}, field="form", code="unknown_form")
    if form.tier == Tier.SELF and by.kind in (ActorKind.DOOR, ActorKind.PHONE):
        return "check.selfcheck"
    return right_to_look(form.tier)


OF_INSTANCE = Prepared(lambda: Check.objects.filter(instance_id=Given("instance")))
NEWER = Prepared(
    lambda: (
        Check.objects.filter(place=Given("place"), form=Given("form"), at__gt=Given("at"))
        .order_by()
        .values_list("id")[:1]
    )
)
SETTLE = Changes(
    lambda: Due.objects.filter(
        place=Given("place"),
        done_at=None,
        # not by a join, which an UPDATE would have to make of a second reading of all dues
        round__in=Round.objects.filter(matter=Given("matter"), tier=Given("tier"), state=RoundState.PUBLISHED),
    ).order_by(),
    "check_made",
    "done_at",
)


@action(verb=lambda given: verb_for(given["answered"], given["by"]), on="place", together=True)
def submit_check(*, place: Place, answered: Answered, by: Actor) -> Stored:
    """Store a check and what follows from it.

    The same instance again is answered with what is stored; the same instance with other content is a Conflict.
    Raises Mistaken if the answers do not fit the form.
    """
    now = timezone.now()
    try:
        check = examined(place, answered, by=by, now=now)
    except Mistaken:
        if known := OF_INSTANCE.first(instance=answered.instance_id):
            return _repeated(known, place, answered)
        raise
    lesson = expect_lesson(check) if check.counts else None
    if not insert_once(check, by="instance_id"):
        return _repeated(OF_INSTANCE(instance=answered.instance_id)[0], place, answered)
    keep(answered.files, by=by, region=place.region, now=now, place=place, check=check)
    certain = by.kind is not ActorKind.DOOR
    cases = [
        open_from(kind, place, by=by, at=check.at, now=now, check=check, certain=certain) for kind in answered.found
    ]
    if check.replaces:
        take_back(check, by=by, now=now)
    if check.counts:
        _settle_dues(check)
    if lesson:
        lesson.give()
    audit(**entry_of(check, findings=len(cases)), by=by, at=now)
    return Stored(check, cases)


def _repeated(known: Check, place: Place, answered: Answered) -> Stored:
    """What is stored already of the same record. Raises Conflict where it is not the same."""
    require_same(known, place, answered)
    nothing_new()
    return with_cases(known)


def with_cases(known: Check) -> Stored:
    """What is stored already, as it is answered to whoever sends it again."""
    return Stored(known, [f.case for f in known.findings.select_related("case") if f.case], repeated=True)


@action(verb=lambda given: right_to_look(given["check"].tier), on="check")
def attach_files(*, check: Check, files: Sequence[NewFile], by: Actor) -> int:
    """Add photos that came after their check, in parts or once more; those that are there are not added again."""
    there = set(check.evidence.values_list("name", "sha256"))
    new = [file for file in files if (file.name, file.sha256) not in there]
    if not new:
        nothing_new()
        return 0
    now = timezone.now()
    kept = keep(new, by=by, region=check.region, now=now, place=check.place, check=check)
    values = [file.sha256 for file in kept]
    audit(by, "check.attach", f"check:{check.pk}", check.region, values=values, detail={"files": len(kept)}, at=now)
    return len(kept)


def entry_of(check: Check, *, findings: int) -> dict[str, Any]:
    """What the audit entry of a stored check says."""
    return {
        "verb": "check.submit",
        "subject": f"check:{check.pk}",
        "region": check.region,
        "values": [check.instance_id, check.digest],
        "detail": {"tier": check.tier, "channel": check.channel, "place": check.place_id, "findings": findings},
    }


def require_same(known: Check, place: Place, answered: Answered) -> None:
    """Raise Conflict unless what is stored under this instance id is what has come again."""
    if known.digest != answered.digest or known.place_id != place.pk:
        raise Conflict(_("这份记录已经提交过，内容与这次不同。"), code="instance_differs")


def canonical(answered: Answered) -> bytes:
    """What stands for the raw bytes where the client sent none: its answers as canonical JSON."""
    content = [answered.form, answered.answers, answered.at, answered.channel, answered.on_behalf]
    return json.dumps(content, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":")).encode()


def examined(place: Place, answered: Answered, *, by: Actor, now: datetime) -> Check:
    """The check that would be stored, not yet stored. Raises Mistaken if it does not fit its form or its place."""
    require_moment(answered.at, now=now)
    form = registry.forms[answered.form]
    if form.kind != place.kind:
        raise Mistaken(_("这张表不是用来查这类对象的。"), field="form", code="wrong_kind")
    _require_open(form, answered.day)
    if answered.problem:
        raise Mistaken(answered.problem.problem, field=answered.problem.question, code="answer")
    replaced = _replaced(place, answered)
    check = new(
        Check,
        id=None,
        instance_id=answered.instance_id,
        place_id=place.pk,
        region=place.region,
        matter=form.id.partition(".")[0],
        tier=form.tier,
        channel=answered.channel,
        form=form.id,
        version=answered.asked.version,
        answers=answered.complete,
        raw=answered.bytes_sent,
        digest=answered.digest,
        device=answered.device[:80],
        at=answered.at,
        recorded_at=now,
        actor=str(by),
        account_id=by.account.pk if by.account else None,
        on_behalf=answered.on_behalf,
        lon=answered.lon,
        lat=answered.lat,
        accuracy_m=answered.accuracy_m,
        replaces_id=replaced.pk if replaced else None,
        counts=by.kind is not ActorKind.DOOR,
        without_findings=not answered.found,
    )
    check.place, check.replaces = place, replaced
    return check


def _require_open(form: RegisteredForm, day: date | None) -> None:
    """What was filled in before the form ended is taken however late it comes; raises Conflict for what was not."""
    ends = form.ends
    if ends is not None and (day is None or day >= ends):
        told = {"title": form.title, "day": ends.isoformat()}
        message = _("“%(title)s”从 %(day)s 起停用，那天以前填的才收。请改用现在的表重新填。") % told
        raise Conflict(message, field="at", code="form_ended")


def _replaced(place: Place, answered: Answered) -> Check | None:
    if not answered.replaces:
        return None
    earlier = Check.objects.filter(instance_id=answered.replaces, form=answered.form).first()
    if earlier is None:
        raise Mistaken(_("要更正的那份记录不存在。"), field="replaces", code="nothing_to_replace")
    if earlier.place_id != place.pk:
        told = _("要更正的那份记录查看的是另一处。请在那一处更正，再给这一处另填一份。")
        raise Conflict(told, field="replaces", code="other_place")
    if hasattr(earlier, "replaced_by"):
        raise Conflict(_("那份记录已经更正过，请在最新的一份上更正。"), field="replaces", code="already_replaced")
    return earlier


@dataclass(frozen=True)
class Lesson:
    """What one look may teach the register: asked for before the look is stored, given after."""

    check: Check
    newer: Callable[[], list[Any]]
    known: Callable[[], Any] | None

    def give(self) -> None:
        """One that arrives late after a newer one teaches nothing."""
        learn = registry.programmes[self.check.matter].learn
        if learn is not None and not self.newer():
            learn([self.check], self.known)


def expect_lesson(check: Check) -> Lesson | None:
    programme = registry.programmes[check.matter]
    if programme.learn is None or check.tier not in programme.learns_from:
        return None
    newer = NEWER.soon(place=check.place_id, form=check.form, at=check.at)
    return Lesson(check, newer, programme.expect(check.place_id) if programme.expect else None)


def learn_from(checks: Sequence[Check]) -> None:
    """The register follows the newest looks at their places; those that arrive late after a newer one teach nothing."""
    taught: dict[str, list[Check]] = {}
    for check in sorted(checks, key=lambda check: check.at):
        programme = registry.programmes[check.matter]
        if programme.learn is not None and check.tier in programme.learns_from:
            taught.setdefault(check.matter, []).append(check)
    for matter, looks in taught.items():
        newest = _newest(looks)
        learn = registry.programmes[matter].learn
        if newest and learn is not None:
            learn(newest, None)


def _newest(checks: Sequence[Check]) -> list[Check]:
    """Those with no newer look at the same place by the same form, which are all stored by now."""
    stored = Check.objects.filter(
        place__in={check.place_id for check in checks},
        form__in={check.form for check in checks},
        at__gte=min(check.at for check in checks),  # they are stored themselves, and what is older takes nothing away
    )
    last = {(place, form): at for place, form, at in stored.values_list("place", "form").annotate(Max("at")).order_by()}
    return [check for check in checks if check.at >= last[check.place_id, check.form]]


def _settle_dues(check: Check) -> None:
    """Whatever round asked for this look has it now."""
    SETTLE(place=check.place_id, matter=check.matter, tier=check.tier, check_made=check.pk, done_at=check.at)
