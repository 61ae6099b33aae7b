"""The steps of a permit. Every one goes through `take`, and `take` asks the declared graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor
from hemei.core.actions.case import Brought, already, require_words_and_files, time_of
from hemei.core.actions.evidence import as_taken
from hemei.core.errors import Conflict, Mistaken
from hemei.core.lifecycle import Need
from hemei.core.writing import action, audit, nothing_new
from hemei.programmes.building.actions.applying import attach
from hemei.programmes.building.actions.asked import ASKED
from hemei.programmes.building.actions.effects import EFFECTS, back_to
from hemei.programmes.building.actions.kin import require_no_kin
from hemei.programmes.building.actions.stays import count_stay
from hemei.programmes.building.life import LIFE, NOT_BY_WHOEVER
from hemei.programmes.building.models import Permit, PermitStep
from hemei.programmes.building.queries.calendar import calendar_of, due_of
from hemei.programmes.building.queries.standing import blocking, stood
from hemei.terms.day import day_of


def take(permit: Permit, verb: str, *, by: Actor, brought: Brought) -> PermitStep:
    """Take one step: the graph, its needs and the gates say whether; then state, step and entry."""
    repeated: PermitStep | None = already(permit, verb, by=by, brought=brought)
    if repeated:
        nothing_new()
        return repeated
    step = LIFE.by_verb[verb]
    if permit.state not in step.sources:
        raise Conflict(
            _("这件申请现在是“%(state)s”，不能“%(step)s”。请刷新页面看看最新情况。")
            % {"state": LIFE.by_key[permit.state].name, "step": step.name},
            code="wrong_state",
        )
    at = time_of(permit, brought)
    brought = replace(brought, at=at, files=[as_taken(file) for file in brought.files])
    require_words_and_files(step, brought)
    if Need.ANOTHER_PERSON in step.needs:
        require_another(permit, verb, by)
    if verb == "permit.village_review":
        require_no_kin(permit, by)
    if ask := ASKED.get(verb):
        ask(permit, brought, at)
    if verb == "permit.approve":
        require_open_gates(permit, verb)
    return _write(permit, verb, by=by, brought=brought, at=at)


def require_another(permit: Permit, verb: str, by: Actor) -> None:
    """Raise Mistaken for whoever filed or reviewed it before, or bears the name of one of the household."""
    if permit.steps.filter(verb__in=NOT_BY_WHOEVER[verb], actor=str(by)).exists():
        raise Mistaken(_("自己登记或审查过的申请，请由另一人办理。"), code="own_application")
    require_no_kin(permit, by)


def require_open_gates(permit: Permit, verb: str) -> None:
    """Raise Mistaken where a gate fails and is not set aside, or is unknown and not settled on site."""
    if closed := blocking(stood(permit, before=verb)):
        names = _("、").join(str(one.passage.gate.title) for one in closed)
        raise Mistaken(
            _("还不能批准：%(gates)s。不符合的要两人签字搁置，查不清的要到现场认定。") % {"gates": names}, code="gates"
        )


def _write(permit: Permit, verb: str, *, by: Actor, brought: Brought, at: datetime) -> PermitStep:
    step, before, now = LIFE.by_verb[verb], permit.state, timezone.now()
    stayed = calendar_of(permit.region).between(permit.since, day_of(at)) if step.target else None
    data = brought.said()
    filed = data.get("filed") if verb == "permit.resubmit" else None
    target = back_to(permit, filed, at) if isinstance(filed, dict) else step.target
    if effect := EFFECTS.get(verb):
        data |= effect(permit, brought, at, by)
    if target:
        due = due_of(permit, target, at)
        permit.state, permit.since = target, day_of(at)
        permit.due_on, permit.due_provisional = (due.day, due.provisional) if due else (None, False)
    permit.save()
    row = PermitStep.objects.create(
        permit=permit,
        verb=verb,
        from_state=before,
        to_state=permit.state,
        at=at,
        recorded_at=now,
        worked_days=stayed,
        actor=str(by),
        account=by.account,
        note=brought.note,
        data=data,
    )
    if stayed is not None:
        count_stay(permit.region, before, stayed)
    attach(permit, brought.files, by=by, now=now, step=row)
    values = [row.pk, before, permit.state, at, brought.note, data]
    detail = {"from": before, "to": permit.state}
    audit(by, verb, f"permit:{permit.pk}", permit.region, values=values, detail=detail, at=now)
    return row


def _step(verb: str) -> Callable[..., PermitStep]:
    @action(verb=verb, on="permit")
    def perform(*, permit: Permit, by: Actor, brought: Brought) -> PermitStep:
        return take(permit, verb, by=by, brought=brought)

    perform.__name__ = verb.replace(".", "_")
    return perform


STEPS: dict[str, Callable[..., PermitStep]] = {step.verb: _step(step.verb) for step in LIFE.steps}
