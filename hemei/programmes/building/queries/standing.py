"""How a permit stands at its gates: what the registers say, what was found on site, what was set aside.

These look wider than anybody's scope (one household, one homestead): they answer with numbers, never with records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import translation

from hemei.core.access import Scope
from hemei.core.models import Holding, HoldingRole, Household, Region
from hemei.core.queries.parameter import parameter
from hemei.core.registry import registry
from hemei.office.rulings import sorted_out
from hemei.programmes.building.gates import Facts, Limit, Passage, passages
from hemei.programmes.building.life import LIFE
from hemei.programmes.building.models import OnSite, Permit, SetAside
from hemei.programmes.building.queries.placing import proposed
from hemei.programmes.building.queries.styles import held_against, style_of
from hemei.terms.day import today
from hemei.terms.proposal import Ruled
from hemei.terms.region import Level
from hemei.terms.verdict import Kind, Outcome

DWELLING = "house"
"""The kind of place that a finished house becomes, and that counts as a homestead, where it is registered."""


@dataclass(frozen=True)
class Stood:
    """A gate of one permit, with what people decided about it.

    `was` tells its answer from others, as decisions keep it; `said` is the answer in the source language.
    """

    passage: Passage
    was: str
    said: str
    on_site: OnSite | None = None
    set_aside: SetAside | None = None

    @property
    def outcome(self) -> Outcome:
        """As the register says, or as it was found on site where the register could not."""
        return Outcome(self.on_site.outcome) if self.on_site else self.passage.answer.outcome

    @property
    def is_set_aside(self) -> bool:
        return self.outcome is Outcome.FAIL and self.set_aside is not None and self.set_aside.signed_at is not None

    @property
    def blocks(self) -> bool:
        """Whether the step that the gate stands before cannot be taken yet."""
        if self.outcome is Outcome.FAIL:
            return not self.is_set_aside
        return self.outcome is Outcome.UNKNOWN and self.passage.answer.decides


def stood(permit: Permit, *, before: str | None = None) -> list[Stood]:
    """Every gate of a permit, or those before one step, in their order."""
    facts = facts_of(permit, on=today())
    with translation.override(settings.LANGUAGE_CODE):
        kept = {one.gate.id: (str(one.answer.said), one.answer.key) for one in passages(facts, before)}
    settled = {(row.gate, row.was): row for row in OnSite.objects.filter(permit=permit).order_by("pk")}
    aside = {(row.gate, row.was): row for row in SetAside.objects.filter(permit=permit).order_by("pk")}
    found = []
    for one in passages(facts, before):
        said, word = kept[one.gate.id]
        key = (one.gate.id, word or said)
        on_site = settled.get(key) if one.answer.outcome is Outcome.UNKNOWN else None
        found.append(Stood(one, key[1], said, on_site, aside.get(key)))
    return found


def facts_of(permit: Permit, *, on: date) -> Facts:
    meeting = permit.meeting
    old = permit.old_place_id
    others, offices = _other_homesteads(permit)
    protected = registry.facts.get("culture.protected")
    ruled = _ruled(permit, on)
    return Facts(
        work=permit.work,
        land=permit.land,
        plot_m2=permit.plot_m2,
        storeys=permit.storeys,
        design=permit.design,
        conversion=permit.conversion,
        forest=permit.forest,
        forest_consent=permit.forest_consent,
        reserve=permit.reserve,
        reserve_consent=permit.reserve_consent,
        old_house=old is not None,
        old_grade=str(_of_place("houses.grade", old, on) or ""),
        old_protected=_of_place("culture.protected", old, on),
        protection_known=protected is not None,
        old_fate=permit.old_fate,
        other_homesteads=others,
        other_offices=offices,
        other_permits=_other_permits(permit),
        verdicts=_verdicts(ruled),
        unset=frozenset(one.title for one in sorted_out(ruled)["unset"]) if ruled else frozenset(),
        **_style(permit, ruled.zone if ruled else ""),
        relocation=frozenset(permit.relocation.values_list("stage", flat=True)),
        convened=str(meeting.get("convened", "")),
        entitled=int(meeting.get("entitled", 0)),
        present=int(meeting.get("present", 0)),
        in_favour=int(meeting.get("in_favour", 0)),
        notice_worked_days=permit.notice_worked_days,
        objections_open=permit.objections_open,
        builder="firm" if permit.builder_firm else "craftsman" if permit.builder_id else "",
        builder_certified=certified(permit.builder_id, region=permit.region, on=on),
        **_limits(permit.region, on),
    )


LIMITS = {
    "area_farmland": "area.farmland",
    "area_other": "area.other",
    "storeys_max": "storeys.max",
    "notice_days": "notice.days",
}


def _limits(region: str, on: date) -> dict[str, Any]:
    return {name: _limit(key, region, on) for name, key in LIMITS.items()}


def _limit(key: str, region: str, on: date) -> Limit:
    said = parameter(f"building.{key}", region=region, on=on)
    return Limit(said.value, said.ours)


def _of_place(name: str, place: int | None, on: date) -> Any:
    """The value of a fact about one place, None where nobody publishes it or nothing is known."""
    fact = registry.facts.get(name)
    if fact is None or place is None:
        return None
    told = fact.read(within=Scope(places=(place,)), on=on, places=[place]).get(place)
    return told[0] if told else None


def certified(person: int | None, *, region: str, on: date) -> bool | None:
    """Whether somebody may be on duty on a site that day, None where no register knows them."""
    fact = registry.person_facts.get("craftsmen.certified")
    if fact is None or person is None:
        return None
    told = fact.read(within=Scope.of(region[: Level.DISTRICT]), on=on, persons=[person]).get(person)
    return bool(told[0]) if told else None


def certified_persons(region: str, *, within: Scope, on: date) -> dict[int, bool]:
    """Every craftsman of the district of a region, and whether they may be on duty that day."""
    fact = registry.person_facts.get("craftsmen.certified")
    there = Scope.of(region[: Level.DISTRICT])
    return {key: bool(told[0]) for key, told in fact.read(within=there, on=on).items()} if fact and within else {}


def _ruled(permit: Permit, on: date) -> Ruled | None:
    """What the control map says of the proposal; None where nothing is configured or no spot is known."""
    proposal = proposed(permit)
    if proposal is None:
        return None
    ruled = registry.ask("control.verdicts", [proposal], on=on)[proposal.id]
    return ruled if ruled.configured else None


def _verdicts(ruled: Ruled | None) -> tuple[tuple[str, Outcome], ...] | None:
    """Rule by rule, but for those that only warn."""
    if ruled is None:
        return None
    return tuple((one.title, one.outcome) for one in ruled.rulings if one.kind is not Kind.WARN)


def _style(permit: Permit, zone: str) -> dict[str, Any]:
    """How the house is to look there, and where it departs from that."""
    style = style_of(permit.region, zone)
    if style is None:
        return {}
    held = held_against(style, permit)
    return {
        "style": style.name,
        "style_document": style.document,
        "style_is_limit": style.as_limit,
        "style_apart": tuple(f"{one.label} {one.filed} / {one.asked}" for one in held if one.fits is False),
        "style_unsaid": tuple(one.label for one in held if one.fits is None),
    }


def _same_people(household: Household) -> Q | None:
    """The households that share a person's number with this one; None where no number is registered."""
    people = [household.head] if household.head else []
    people += [member.person for member in household.members.select_related("person")]
    prints = [one.id_fingerprint for one in people if one.id_fingerprint]
    if not prints:
        return None
    return Q(head__id_fingerprint__in=prints) | Q(members__person__id_fingerprint__in=prints)


def _households(household: Household) -> tuple[list[int], bool]:
    """This household and those with the same people, and whether numbers were there to look by."""
    same = _same_people(household)
    if same is None:
        return [household.pk], False
    return [household.pk, *Household.objects.filter(same).values_list("pk", flat=True)], True


def _other_homesteads(permit: Permit) -> tuple[int | None, tuple[str, ...]]:
    """How many other dwellings the same people own, None where they cannot be looked up; and the townships to ask."""
    households, looked = _households(permit.household)
    rows = Holding.objects.filter(household__in=households, ends=None, role=HoldingRole.OWNER)
    held = rows.filter(place__kind=DWELLING, place__removed_on=None).exclude(place=permit.old_place_id or 0)
    if permit.house_id:
        held = held.exclude(place=permit.house_id)
    places = dict(held.values_list("place", "place__region"))
    townships = {region[: Level.TOWNSHIP] for region in places.values()}
    offices = Region.objects.filter(code__in=townships).order_by("code").values_list("name", flat=True)
    return (len(places) if places or looked else None), tuple(offices)


def _other_permits(permit: Permit) -> int:
    households, _looked = _households(permit.household)
    rows = Permit.objects.filter(household__in=households, state__in=LIFE.open_states)
    return rows.exclude(pk=permit.pk).count()


def blocking(found: Sequence[Stood]) -> list[Stood]:
    return [one for one in found if one.blocks]
