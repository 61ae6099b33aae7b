"""The random draw: the frame frozen and hashed, then a public event gives the seed, then the list opens on its day."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core import personal
from hemei.core.access import Actor, At, Scope, require
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Check, Draw, DrawState, Due, Place, Region, Round, RoundState, Tier
from hemei.core.queries.parameter import parameter
from hemei.core.queries.regionchange import here
from hemei.core.registry import registry
from hemei.core.writing import action, audit
from hemei.engines.draw import DrawError, Entry, Inspector, assign, draw, frame_bytes, read_frame
from hemei.terms import tile
from hemei.terms.day import today
from hemei.terms.region import Level

LATELY = timedelta(days=365)
WEIGHT, WEIGHT_LATELY = 4, 1  # ours: who was patrolled within a year is a quarter as likely, never impossible


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be drawn to inspect, and the townships they must not."""

    account: int
    avoids: tuple[str, ...] = ()


@dataclass(frozen=True)
class DrawPlan:
    """What is fixed before anybody can know the seed."""

    name: str
    matter: str
    region: str
    event: str
    event_on: date
    opens_on: date
    ends: date
    candidates: Sequence[Candidate]
    sizes: Mapping[str, int] | None = None  # township → houses; None: the district's number for each


@action(verb="draw.hold", on="where")
def freeze(*, where: At, plan: DrawPlan, by: Actor) -> Draw:
    """Freeze the frame and name the event whose outcome will be the seed. The hash may be published at once."""
    require(by, "draw.hold", At(where.region, plan.matter))
    _check_plan(where, plan)
    entries, codes = _frame(plan)
    if not entries:
        raise Mistaken(_("这个区域还没有登记对象，无法抽查。"), field="region")
    sizes = dict(plan.sizes) if plan.sizes is not None else _default_sizes(plan, entries)
    people = {f"I{number:02d}": person for number, person in enumerate(plan.candidates, 1)}
    published = [{"code": code, "avoids": sorted(person.avoids)} for code, person in people.items()]
    turn = Round.objects.create(
        matter=plan.matter,
        tier=Tier.PATROL,
        name=plan.name,
        region=plan.region,
        starts=plan.opens_on,
        ends=plan.ends,
        minutes_each=40,
    )
    frozen = frame_bytes(entries)
    held = Draw.objects.create(
        round=turn,
        region=plan.region,
        event=plan.event,
        event_on=plan.event_on,
        opens_on=plan.opens_on,
        frame=frozen,
        frame_hash=hashlib.sha256(frozen).hexdigest(),
        sizes=sizes,
        codes=personal.encrypt(
            json.dumps({"places": codes, "people": {code: person.account for code, person in people.items()}})
        ),
        inspectors=published,
        inspectors_hash=hashlib.sha256(canonical(published)).hexdigest(),
        frozen_at=timezone.now(),
    )
    audit(
        by,
        "draw.freeze",
        f"draw:{held.pk}",
        held.region,
        values=[held.frame_hash, held.inspectors_hash, sizes, plan.event],
        detail={"frame_hash": held.frame_hash, "inspectors_hash": held.inspectors_hash},
    )
    return held


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _check_plan(where: At, plan: DrawPlan) -> None:
    if where.region != plan.region:
        raise Mistaken(_("抽查的范围与所选区域不一致。"), field="region")
    if not plan.name.strip() or not plan.event.strip():
        raise Mistaken(_("请写明名称，以及用哪个公开事件的结果作种子，例如某日某期彩票的开奖号码。"), field="event")
    if plan.event_on <= today():
        raise Mistaken(_("公开事件必须在今天之后，否则有人可能已经知道结果。"), field="event_on")
    if not plan.event_on <= plan.opens_on <= plan.ends:
        raise Mistaken(_("名单启用日期应在事件之后、截止日期之前。"), field="opens_on")
    if not plan.candidates:
        raise Mistaken(_("请选择参加抽取的巡查人员。"), field="candidates")


def _frame(plan: DrawPlan) -> tuple[list[Entry], dict[str, int]]:
    """Every house of the region under a code that says nothing, and which house that is."""
    within = Scope.of(plan.region)
    kinds = [kind.key for kind in registry.programmes[plan.matter].kinds]
    lately = set(
        Check.objects.filter(
            here(within=within), matter=plan.matter, tier=Tier.PATROL, at__gte=timezone.now() - LATELY
        ).values_list("place", flat=True)
    )
    centres = {
        region.code: tile.key(region.lon, region.lat) if region.lon is not None and region.lat is not None else 0
        for region in Region.objects.filter(within.q("code", matter=None))
    }
    entries, codes = [], {}
    standing = Place.objects.filter(within.q(matter="kind"), kind__in=kinds, removed_on=None)
    for pk, region, key in standing.values_list("pk", "region", "tile").iterator():
        code = f"H{secrets.token_hex(6)}"
        codes[code] = pk
        where = key if key is not None else centres.get(region, 0)
        entries.append(Entry(code, region[: Level.TOWNSHIP], where, WEIGHT_LATELY if pk in lately else WEIGHT))
    return entries, codes


def _default_sizes(plan: DrawPlan, entries: Sequence[Entry]) -> dict[str, int]:
    wanted = int(parameter(f"{plan.matter}.patrol.per_township", region=plan.region, on=today()).value)
    counts: dict[str, int] = {}
    for entry in entries:
        counts[entry.stratum] = counts.get(entry.stratum, 0) + 1
    return {township: min(wanted, count) for township, count in sorted(counts.items())}


@action(verb="draw.hold", on="held")
def hold(*, held: Draw, seed: str, by: Actor) -> Draw:
    """Draw by the seed that the event gave: houses, and who inspects which township."""
    if held.state != DrawState.FROZEN:
        raise Conflict(_("这次抽查已经抽过了，名单不能重抽。"), code="drawn")
    if held.event_on > today():
        raise Mistaken(_("公开事件还没有发生，不能提前录入种子。"), field="seed", code="too_early")
    try:
        drawn = draw(read_frame(bytes(held.frame)), held.sizes, seed)
        dealt = assign(
            [Inspector(person["code"], frozenset(person["avoids"])) for person in held.inspectors],
            [township for township, size in held.sizes.items() if size],
            seed,
        )
    except DrawError as fault:
        raise Mistaken(str(fault), field="seed", code="draw") from fault
    held.seed, held.state, held.drawn_at = seed, DrawState.DRAWN, timezone.now()
    held.drawn = [{"code": one.id, "stratum": one.stratum, "number": one.number} for one in drawn]
    held.assignments = {township: list(people) for township, people in dealt.items()}
    held.save()
    _owe(held)
    audit(by, "draw.hold", f"draw:{held.pk}", held.region, values=[seed, held.drawn, held.assignments])
    return held


def _owe(held: Draw) -> None:
    """The drawn houses are owed by the drawn inspectors; the list opens to them on its day."""
    secret = json.loads(personal.decrypt(held.codes))
    places = Place.objects.in_bulk([secret["places"][one["code"]] for one in held.drawn])
    Due.objects.bulk_create(
        Due(
            round=held.round,
            place=(place := places[secret["places"][one["code"]]]),
            region=place.region,
            due_on=held.round.ends,
            account_id=secret["people"][held.assignments[one["stratum"]][0]],
        )
        for one in held.drawn
    )
    held.round.state, held.round.published_at = RoundState.PUBLISHED, held.drawn_at
    held.round.save(update_fields=["state", "published_at"])


@action(verb="draw.hold", on="held")
def publish(*, held: Draw, by: Actor) -> Draw:
    """Publish everything needed to draw again, once the visits are over."""
    if held.state != DrawState.DRAWN:
        raise Conflict(_("抽取之后才能公布，且只公布一次。"), code="not_drawn")
    if held.round.ends > today() and Due.objects.filter(round=held.round, done_at=None).exists():
        raise Mistaken(_("还有未完成的巡查；全部完成或到截止日期后才能公布名单。"), code="too_early")
    held.state, held.published_at = DrawState.PUBLISHED, timezone.now()
    held.save(update_fields=["state", "published_at"])
    audit(by, "draw.publish", f"draw:{held.pk}", held.region, values=[held.frame_hash, held.seed])
    return held
