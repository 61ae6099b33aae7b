"""One permit from beginning to end: what is to do now on top, what is done folded below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from hemei.core.access import Actor, may
from hemei.core.doors import reach
from hemei.core.lifecycle import Step
from hemei.core.queries.regions import names
from hemei.office.request import OfficeRequest
from hemei.programmes.building.actions.asked import compared
from hemei.programmes.building.actions.relocation import open_stage
from hemei.programmes.building.gates import GATES, OPENED_BY_THE_NEXT, SETTLED_BY_STEPS, clause
from hemei.programmes.building.life import LIFE, LOOKS
from hemei.programmes.building.lists import listed_in
from hemei.programmes.building.models import Demonstration, Opinion, Permit, PermitFile, Stage
from hemei.programmes.building.offers import offers, slug
from hemei.programmes.building.papers import offered
from hemei.programmes.building.queries.patterns import against
from hemei.programmes.building.queries.placing import house_of_permit
from hemei.programmes.building.queries.relocations import stages_of
from hemei.programmes.building.queries.reviews import (
    inspections_lacking,
    latest_opinions,
    mending,
    objecting_offices,
    silent_offices,
    visits_lacking,
)
from hemei.programmes.building.queries.standing import Stood, stood
from hemei.programmes.building.views.permits import MATTER, one
from hemei.programmes.building.wording import CONVENED, next_step
from hemei.terms.day import today
from hemei.terms.verdict import Outcome

VISITED_BEFORE = {
    "village_reviewed": "permit.town_review",
    "town_reviewed": "permit.approve",
    "approved": "permit.set_out",
    "building": "permit.accept",
}
"""State → the step before which visits must have been made."""
LATEST = 2
"""How many steps of the story are shown at once."""


def detail(request: OfficeRequest, pk: int) -> HttpResponse:
    row = one(request, pk)
    first, others = offers(row, request.actor)
    gates = stood(row, before=None if row.number else "permit.approve")
    if row.number:  # what was decided stands as it was decided
        gates = [one for one in gates if one.passage.gate.before != "permit.approve"]
    scope = reach(request.actor, "permit.view", MATTER)
    said = latest_opinions(row)
    context = {
        "one": row,
        "state": LIFE.by_key[row.state].name,
        "look": LOOKS[row.state],
        "next": next_step(row),
        "first": _button(first) if first else None,
        "others": [_button(step) for step in others],
        "gates": gates,
        "counted": _counted(gates),
        "decided": _decided(row),
        "near": house.around().near if not row.number and (house := house_of_permit(row)) else 0,
        "anew": row.ruled_anew.order_by("-id"),
        "papers": offered(row),
        "unlike": against(row),
        "today": today(),
        "convened": CONVENED.get(row.meeting.get("convened", ""), ""),
        "may": {verb: may(request.actor, f"permit.{verb}", row) for verb in ("opine", "visit", "measure", "set_aside")},
        **_shown(row, request.actor),
        "running": not LIFE.by_key[row.state].ending,
        "region_names": names(within=scope),
        **_lacking(row, gates, said),
        **_review(row, said),
        **_story(row),
    }
    return render(request, "building/one.html", context)


def _shown(row: Permit, actor: Actor) -> dict[str, Any]:
    """Whether the house is to be shown to others, and what somebody may do about that."""
    rows = list(row.demonstrations.order_by("-pk"))
    stands = next((one for one in rows if one.outcome != Demonstration.Outcome.DECLINED), None)
    waits = stands is not None and stands.outcome == Demonstration.Outcome.NOMINATED
    return {
        "demonstrations": rows,
        "may_nominate": bool(row.accepted_on) and stands is None and may(actor, "permit.nominate", row),
        "may_demonstrate": waits and may(actor, "permit.demonstrate", row),
    }


def _button(step: Step) -> tuple[str, Any]:
    return slug(step.verb), step.name


def _counted(gates: Sequence[Stood]) -> list[tuple[str, Any]]:
    """How many conditions stand how, in words, what stands in the way first."""
    told = {
        "fail": _("%(n)d 项不符合"),
        "unknown": _("%(n)d 项没有查明"),
        "aside": _("%(n)d 项已搁置"),
        "pass": _("%(n)d 项符合"),
        "unset": _("%(n)d 项未配置"),
    }
    found = Counter(_how(one) for one in gates)
    return [(key, words % {"n": found[key]}) for key, words in told.items() if found[key]]


def _how(one: Stood) -> str:
    if one.is_set_aside:
        return "aside"
    if one.outcome is Outcome.UNKNOWN and not one.passage.answer.decides:
        return "unset"
    return str(one.outcome)


def _lacking(row: Permit, gates: Sequence[Stood], said: Mapping[str, Opinion]) -> dict[str, Any]:
    """What still lacks before the next step, but for what that step itself brings; and the stage of a relocation, which
    is recorded beside the steps and after the last of them."""
    relocating = {"relocating": Stage(stage).label if (stage := open_stage(row)) else ""}
    if LIFE.by_key[row.state].ending or row.state == "returned":
        return relocating
    day, at_review = today(), row.state == "village_reviewed"
    ahead = not row.number or row.state == "approved"
    return {
        "in_the_way": [one for one in gates if one.blocks and ahead and not _comes_by_itself(one)],
        "silent": silent_offices(row, said, on=day) if at_review else [],
        "objecting": objecting_offices(said) if at_review else [],
        "unvisited": visits_lacking(row, VISITED_BEFORE.get(row.state, ""), on=day),
        "uninspected": inspections_lacking(row, on=day) if row.state == "building" else [],
        "mending": row.state == "building" and mending(row),
        **relocating,
    }


def _comes_by_itself(one: Stood) -> bool:
    """Whether the next steps open it, so that nobody need be told of it."""
    key = one.passage.gate.id
    return key in SETTLED_BY_STEPS and (one.outcome is not Outcome.FAIL or key in OPENED_BY_THE_NEXT)


def _decided(row: Permit) -> list[tuple[Any, Any, dict[str, str]]]:
    """The gates as they stood at the approval: title, clause, what was said."""
    step = row.steps.filter(verb="permit.approve").order_by("-pk").first()
    known = {one.id: one for one in GATES}
    kept = step.data.get("gates", []) if step else []
    return [(known[one["gate"]].title, clause(known[one["gate"]].clause), one) for one in kept if one["gate"] in known]


def _review(row: Permit, said: Mapping[str, Opinion]) -> dict[str, Any]:
    day = today()
    visits = {kind: [] for kind in listed_in("visits", region=row.region, on=day)}  # type: dict[str, list[Any]]
    for made in row.visits.order_by("on", "pk"):
        visits.setdefault(made.kind, []).append(made)
    offices = dict.fromkeys([*listed_in("offices", region=row.region, on=day), *said])
    return {
        "offices": [(name, said.get(name)) for name in offices],
        "heard": sum(name in said for name in offices),
        "opining": row.state == "village_reviewed",
        "visits": list(visits.items()),
        "visited": sum(bool(made) for made in visits.values()),
        "compared": compared(row, row.as_built, row.filed_at) if row.as_built else [],
    }


def _story(row: Permit) -> dict[str, Any]:
    of_steps: dict[int, list[Any]] = {}
    of_visits: dict[int, list[Any]] = {}
    of_stages: dict[int, list[Any]] = {}
    for file in PermitFile.objects.filter(permit=row).select_related("evidence").order_by("evidence"):
        for key, kept in ((file.step_id, of_steps), (file.visit_id, of_visits), (file.stage_id, of_stages)):
            if key is not None:
                kept.setdefault(key, []).append(file.evidence)
    told = [
        (
            step,
            LIFE.by_verb[step.verb].name if step.verb in LIFE.by_verb else _("登记申请"),
            LOOKS[step.to_state],
            of_steps.get(step.pk, []),
        )
        for step in row.steps.select_related("account").order_by("-id")
    ]
    return {
        "story": told[:LATEST],
        "earlier": told[LATEST:],
        "returned_for": told[0][0].note if row.state == "returned" else "",
        "visit_files": of_visits,
        "relocation": [(name, stage, of_stages.get(getattr(stage, "pk", 0), [])) for name, stage in stages_of(row)],
    }
