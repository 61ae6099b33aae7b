"""What a step changes in the permit besides its state. Each returns what its step keeps of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from hemei.core import signing
from hemei.core.access import Actor
from hemei.core.actions.case import Brought
from hemei.core.errors import Mistaken
from hemei.core.models import Region
from hemei.programmes.building.actions.applying import OF_A_RECTANGLE, Filed, refile
from hemei.programmes.building.actions.house import enter_house
from hemei.programmes.building.life import FILING
from hemei.programmes.building.lists import listed_in
from hemei.programmes.building.models import Permit
from hemei.programmes.building.queries.calendar import calendar_of, notice_ends
from hemei.programmes.building.queries.standing import Stood, stood
from hemei.terms.day import day_of
from hemei.terms.region import Level

Effect = Callable[[Permit, Brought, datetime, Actor], dict[str, Any]]
EFFECTS: dict[str, Effect] = {}


def effect(verb: str) -> Callable[[Effect], Effect]:
    def declare(function: Effect) -> Effect:
        EFFECTS[verb] = function
        return function

    return declare


@effect("permit.agree")
def _agree(permit: Permit, brought: Brought, at: datetime, by: Actor) -> dict[str, Any]:
    permit.meeting = {name: brought.data[name] for name in ("convened", "entitled", "present", "in_favour")}
    return {}


@effect("permit.publicise")
def _publicise(permit: Permit, brought: Brought, at: datetime, by: Actor) -> dict[str, Any]:
    permit.notice_ends = notice_ends(permit, day_of(at)).day
    return {"ends": permit.notice_ends.isoformat()}


@effect("permit.close_notice")
def _close_notice(permit: Permit, brought: Brought, at: datetime, by: Actor) -> dict[str, Any]:
    started = permit.steps.filter(verb="permit.publicise").order_by("-id")[0]
    permit.notice_worked_days = calendar_of(permit.region).between(day_of(started.at), day_of(at))
    permit.objections_open = bool(brought.data.get("objections")) and not brought.data.get("settled")
    return {"worked_days": permit.notice_worked_days}


@effect("permit.resubmit")
def _resubmit(permit: Permit, brought: Brought, at: datetime, by: Actor) -> dict[str, Any]:
    said = brought.data.get("filed")
    if not isinstance(said, dict) or set(said) != {one.name for one in fields(Filed)}:
        raise Mistaken(_("请填写申请的各项。"), code="nothing_filed")
    anew = back_to(permit, said, at) == "applied"
    if anew:
        permit.filed_at = at
    refile(permit, Filed(**said), anew=anew)
    return {}


ON_NOTICE = (
    "work", "address", "bounds", "land", "plot_m2", "footprint_m2", "floor_area_m2", "storeys", "eaves_m", "height_m",
    "old_place", "old_fate", "lon", "lat", "width_m", "depth_m", "turn", "plot_shape", "house_shape",
)  # fmt: skip
"""What the collective agreed to and neighbours could object to: where any of it changes, they are asked again."""


def _noticed(said: Mapping[str, Any]) -> dict[str, Any]:
    """What of an application neighbours were told; from the corners of a house, where drawn, its spot follows."""
    left_out = OF_A_RECTANGLE if said.get("house_shape") else ()
    return {name: said.get(name) or "" for name in ON_NOTICE if name not in left_out}


def back_to(permit: Permit, said: Mapping[str, Any], at: datetime) -> str:
    """The state to which a mended application goes: its beginning, or where it was returned from if the district so
    chose and nothing that was publicised has changed."""
    if listed_in("return.to", region=permit.region, on=day_of(at)) != ["退回的那一步"]:
        return "applied"
    filings = permit.steps.filter(verb__in=FILING).order_by("-id")
    before = filings.values_list("data__filed", flat=True).first() or {}
    if _noticed(before) != _noticed(said):
        return "applied"
    returned = permit.steps.filter(verb="permit.return").order_by("-id").first()
    return str(returned.from_state) if returned else "applied"


@effect("permit.approve")
def _approve(permit: Permit, brought: Brought, at: datetime, by: Actor) -> dict[str, Any]:
    for name in ("planning_number", "planning_issuer", "land_number", "land_issuer"):
        setattr(permit, name, str(brought.data[name]).strip())
    permit.approved_on = day_of(at)
    permit.number = _next_number(permit)
    permit.code = signing.sign(carried(permit))
    return {"number": permit.number, "gates": as_decided(stood(permit, before="permit.approve"))}


def as_decided(found: Sequence[Stood]) -> list[dict[str, str]]:
    """How each gate stood at the decision: what it said, and what people made of it."""
    return [
        {
            "gate": one.passage.gate.id,
            "outcome": "set_aside" if one.is_set_aside else str(one.outcome),
            "said": one.said,
            "by": _by(one),
        }
        for one in found
    ]


def _by(one: Stood) -> str:
    if one.is_set_aside and one.set_aside:
        return one.set_aside.document
    return one.on_site.note if one.on_site else ""


def _next_number(permit: Permit) -> str:
    """Township, year, and the next number there. The township's row is locked: two approvals come one by one."""
    township = permit.region[: Level.TOWNSHIP]
    Region.objects.select_for_update().filter(code=township).first()
    assert permit.approved_on is not None
    prefix = f"{township}-{permit.approved_on.year}-"
    given = Permit.objects.filter(number__startswith=prefix).values_list("number", flat=True)
    last = max((int(number.removeprefix(prefix)) for number in given), default=0)
    return f"{prefix}{last + 1:04d}"


def carried(permit: Permit) -> dict[str, object]:
    """What a permit's code says, under one-letter keys: every character makes the printed squares smaller."""
    return {
        "v": 1,
        "k": permit.number,
        "n": permit.household.head.name if permit.household.head else "",
        "p": permit.plot_m2,
        "f": permit.footprint_m2,
        "s": permit.storeys,
        "h": permit.height_m,
        "i": permit.approved_on.isoformat() if permit.approved_on else "",
    }


@effect("permit.accept")
def _accept(permit: Permit, brought: Brought, at: datetime, by: Actor) -> dict[str, Any]:
    permit.as_built, permit.accepted_on = dict(brought.data["as_built"]), day_of(at)
    return {}


@effect("permit.register")
def _register(permit: Permit, brought: Brought, at: datetime, by: Actor) -> dict[str, Any]:
    return enter_house(permit, str(brought.data.get("certificate", "")).strip(), at, by)
