"""Rounds: planned as a draft with its load shown, then published to those who owe it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, At, Scope, require
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Account, Due, Duty, Place, Round, RoundState
from hemei.core.queries.duty import on_duty, prefixes_of
from hemei.core.queries.parameter import parameter
from hemei.core.registry import registry
from hemei.core.roles import ROLES, right_to_look
from hemei.core.writing import action, audit
from hemei.terms.day import today


@dataclass(frozen=True)
class RoundDraft:
    """What an officer writes down to plan a round."""

    name: str
    matter: str
    tier: str
    region: str
    starts: date
    ends: date
    reason: str = ""
    everything: bool = False  # every place, whatever its cadence: after a storm, a quake


@action(verb="round.plan", on="where")
def plan_round(*, where: At, draft: RoundDraft, by: Actor) -> Round:
    """Make a draft: which places are due by their cadence, and who would look at them. Nobody is told yet."""
    programme = registry.programmes.get(draft.matter)
    if programme is None:
        raise Mistaken(_("没有这个事项。"), field="matter")
    require(by, "round.plan", At(where.region, draft.matter))
    if where.region != draft.region:
        raise Mistaken(_("轮次的范围与所选区域不一致。"), field="region")
    if not draft.name.strip():
        raise Mistaken(_("请给这一轮起个名字，例如“2026 年汛前排查”。"), field="name")
    if draft.ends < draft.starts:
        raise Mistaken(_("截止日期早于开始日期。"), field="ends")
    turn = Round.objects.create(
        matter=draft.matter,
        tier=draft.tier,
        name=draft.name.strip(),
        region=draft.region,
        starts=draft.starts,
        ends=draft.ends,
        reason=draft.reason,
        minutes_each=_minutes(draft),
    )
    count = add_dues(turn, due_places(draft))
    if not count:
        raise Mistaken(
            _("按设定的间隔，这段时间没有到期的对象。可改日期，或勾选“全部查看”。"), field="ends", code="none_due"
        )
    audit(by, "round.plan", f"round:{turn.pk}", turn.region, values=[turn.name, count], detail={"due": count})
    return turn


def _minutes(draft: RoundDraft) -> int:
    try:
        return int(parameter(f"{draft.matter}.minutes.{draft.tier}", region=draft.region, on=draft.starts).value)
    except KeyError:
        return 20


def due_places(draft: RoundDraft) -> list[tuple[int, date]]:
    """Which places the round is to look at, and by when."""
    programme = registry.programmes[draft.matter]
    within = Scope.of(draft.region)
    if programme.due is not None and not draft.everything:
        return list(programme.due(within=within, tier=draft.tier, starts=draft.starts, ends=draft.ends))
    kinds = [kind.key for kind in programme.kinds]
    everything = Place.objects.filter(within.q(matter="kind"), kind__in=kinds, removed_on=None)
    return [(pk, draft.ends) for pk in everything.values_list("pk", flat=True)]


def add_dues(turn: Round, wanted: Iterable[tuple[int, date]]) -> int:
    """The dues of a round, shared out among those on duty: neighbours go to the same person. Returns how many."""
    by_when = dict(wanted)
    regions: dict[str, list[int]] = defaultdict(list)
    kinds = [kind.key for kind in registry.programmes[turn.matter].kinds]
    standing = Place.objects.filter(Scope.of(turn.region).q(matter="kind"), kind__in=kinds, removed_on=None)
    for pk, region in standing.order_by("region", "tile", "pk").values_list("pk", "region"):
        if pk in by_when:
            regions[region].append(pk)
    desk = _Desk(turn)
    rows = []
    for region, places in regions.items():
        people = desk.of(region)
        for number, pk in enumerate(places):
            account, unit = people[number * len(people) // len(places)] if people else (None, None)
            rows.append(
                Due(round=turn, place_id=pk, region=region, due_on=by_when[pk], account_id=account, unit_id=unit)
            )
    Due.objects.bulk_create(rows, batch_size=2000)
    return len(rows)


class _Desk:
    """Who looks in which region: those with the nearest duty, read once for the whole round."""

    def __init__(self, turn: Round) -> None:
        verb = right_to_look(turn.tier)
        roles = [key for key, role in ROLES.items() if verb in role.rights]
        self._duties: dict[str, list[Duty]] = defaultdict(list)
        for duty in Duty.objects.on(turn.starts).filter(role__in=roles, matter__in=["*", turn.matter]):
            self._duties[duty.region].append(duty)

    def of(self, region: str) -> list[tuple[int, int]]:
        for prefix in prefixes_of(region):
            if here := self._duties.get(prefix):
                first = {duty.account_id: (duty.account_id, duty.unit_id) for duty in here}
                return sorted(first.values())
        return []


@action(verb="round.plan", on="turn")
def publish_round(*, turn: Round, by: Actor) -> Round:
    """Send the round out: from now on it is owed."""
    if turn.state != RoundState.DRAFT:
        raise Conflict(_("这一轮已经发布过了。"), code="published")
    turn.state, turn.published_at = RoundState.PUBLISHED, timezone.now()
    turn.save(update_fields=["state", "published_at"])
    audit(by, "round.publish", f"round:{turn.pk}", turn.region, values=[turn.name])
    return turn


@action(verb="round.plan", on="turn")
def close_round(*, turn: Round, by: Actor) -> Round:
    """End a round: what was not looked at stays on the board as not looked at."""
    if turn.state != RoundState.PUBLISHED:
        raise Conflict(_("只有已发布的轮次可以结束。"), code="not_published")
    turn.state = RoundState.CLOSED
    turn.save(update_fields=["state"])
    audit(by, "round.close", f"round:{turn.pk}", turn.region, values=[turn.name])
    return turn


@action(verb="round.plan", on="turn")
def discard_round(*, turn: Round, by: Actor) -> None:
    """Throw a draft away."""
    if turn.state != RoundState.DRAFT or hasattr(turn, "draw"):
        raise Conflict(_("只有未发布的草稿可以删除。"), code="published")
    audit(by, "round.discard", f"round:{turn.pk}", turn.region, values=[turn.name])
    turn.delete()


@action(verb="round.plan", on="due")
def hand_over(*, due: Due, to: Account, by: Actor) -> Due:
    """Give one due to somebody else on duty there."""
    verb = right_to_look(due.round.tier)
    if to not in on_duty(verb, region=due.region, matter=due.round.matter, on=today()):
        raise Mistaken(_("这个人在该区域没有相应岗位。"), field="to", code="not_on_duty")
    due.account = to
    due.save(update_fields=["account"])
    audit(by, "round.hand_over", f"due:{due.pk}", due.region, values=[to.pk])
    return due
