"""Who may do what: the only place that says yes.

An actor's authority is their duties of the day: role × matter × region prefix. `may` asks whether one of them allows a
verb on a thing; `scope_of` turns them into the prefixes, each with its matter, that a query is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any, Protocol

from django.conf import settings
from django.db.models import Model, Q
from django.utils import timezone

from hemei.core.models import Account, Duty
from hemei.core.prepared import Given, Prepared
from hemei.core.roles import ACCEPT_LEVEL, BEARER_RIGHTS, DOOR_RIGHTS, PHONE_RIGHTS, ROLES, Role
from hemei.terms.day import today
from hemei.terms.finding import Severity
from hemei.terms.region import Level, contains, successor


class ActorKind(StrEnum):
    ACCOUNT = "account"
    DOOR = "door"
    PHONE = "phone"
    COLLECTOR = "collector"
    BEARER = "bearer"
    SYSTEM = "system"


MATTER_OF_KIND: dict[str, str] = {}
"""Which programme a kind of place belongs to; the registry fills it."""


@dataclass(frozen=True)
class Grant:
    """One duty of today, without its dates."""

    role: Role
    matter: str
    region: str
    unit: int


@dataclass(frozen=True)
class Actor:
    """Who did it."""

    kind: ActorKind
    id: int | str
    name: str = ""
    account: Account | None = None
    grants: tuple[Grant, ...] = ()
    place: int | None = None  # a door's or a paired phone's house
    holds: tuple[str, str, int] | None = None  # a bearer's slip: one verb, with one thing (its model and key)
    proven_at: datetime | None = None  # when a one-time code last showed that it is really them

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @property
    def unit_ids(self) -> frozenset[int]:
        return frozenset(grant.unit for grant in self.grants)

    @property
    def level(self) -> int | None:
        """The widest level this actor has a duty at: its number of digits."""
        return min((len(grant.region) for grant in self.grants), default=None)


SYSTEM = Actor(ActorKind.SYSTEM, "hemei", "系统")
NOBODY = Actor(ActorKind.ACCOUNT, "none")


class Refused(Exception):
    """The actor may not do that. Carries the verb; pages say whom to ask."""

    def __init__(self, verb: str) -> None:
        super().__init__(verb)
        self.verb = verb


class ProofNeeded(Exception):
    """The actor may, but has to show first that they still hold their telephone: a page asks for a code."""


class Thing(Protocol):
    """What `may` needs to know of a thing."""

    @property
    def region(self) -> str: ...


@dataclass(frozen=True)
class At:
    """A thing that does not exist yet: where it would stand, and to which matter it would belong."""

    region: str
    matter: str = "*"
    place_id: int | None = None


Land = tuple[str, str]  # a region prefix and a matter, "*" for every matter
MatterOf = str | Callable[[str], Q] | None


@dataclass(frozen=True)
class Scope:
    """What an actor may see or change: a set of prefixes, each for a matter, and of single places."""

    lands: tuple[Land, ...] = ()
    places: tuple[int, ...] = ()
    everything: bool = field(default=False)

    @classmethod
    def all(cls) -> Scope:
        """Everything there is: for the command line and `verify` only."""
        return cls(everything=True)

    @classmethod
    def of(cls, *prefixes: str) -> Scope:
        """These regions, for every matter."""
        return cls.held((prefix, "*") for prefix in prefixes)

    @classmethod
    def held(cls, lands: Iterable[Land]) -> Scope:
        """These regions, each for its matter; those that lie inside others for the same are left out."""
        known = sorted(set(lands))
        return cls(tuple(land for land in known if not any(land != wide and _inside(land, wide) for wide in known)))

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The regions alone, whatever the matter; the ones inside others left out."""
        every = sorted({prefix for prefix, _matter in self.lands})
        return tuple(p for p in every if not any(p != q and contains(q, p) for q in every))

    @property
    def spans_a_district(self) -> bool:
        """Whether it reaches over a whole district or more: there what is rare is found first and then whose it is; in
        a village it is asked about each thing of the village."""
        return self.everything or any(len(prefix) <= Level.DISTRICT for prefix in self.prefixes)

    def covers(self, region: str, matter: str) -> bool:
        """Whether all of a region lies in the scope for that matter; for "*", for every matter."""
        return self.everything or any(contains(p, region) and held in ("*", matter) for p, held in self.lands)

    def matter_at(self, region: str) -> str:
        """The matter for which a region lies in the scope: "*" for every one, else the first of those held."""
        held = sorted(matter for p, matter in self.lands if contains(p, region))
        return held[0] if held and not self.everything else "*"

    def __bool__(self) -> bool:
        return self.everything or bool(self.lands) or bool(self.places)

    def __contains__(self, thing: Any) -> bool:
        matter = matter_of(thing)
        held = {m for p, m in self.lands if contains(p, thing.region)}
        if self.everything or (held and (matter == "*" or held & {"*", matter})):
            return True
        return _place_of(thing) in self.places

    def narrowed(self, prefix: str) -> Scope:
        """The part of this scope that lies in the region `prefix`."""
        if self.everything:
            return Scope.of(prefix)
        wide = [(prefix, matter) for p, matter in self.lands if contains(p, prefix)]
        return Scope.held(wide + [(p, matter) for p, matter in self.lands if contains(prefix, p)])

    def q(
        self, region: str = "region", place: str | None = None, *, matter: MatterOf, codes: Iterable[str] | None = None
    ) -> Q:
        """The scope as a condition on the column `region`, and on `place` where single places count. Where all `codes`
        that there are in the column are known, it is spelled with those that lie in the scope.

        `matter` names the column that says to which matter a row belongs, or the column of its place's kind (its name
        ends with "kind"), or is a function from a matter to the condition. None is said of what belongs to no matter:
        regions, units, persons.
        """
        if self.everything:
            return Q()
        lands = self.lands if matter else [(prefix, "*") for prefix in self.prefixes]
        parts = [_in_land(region, prefix, codes) & _of_matter(matter, held) for prefix, held in lands]
        if place and self.places:
            parts.append(Q(**{f"{place}__in": self.places}))
        return reduce(or_, parts) if parts else Q(pk__in=[])


def _inside(land: Land, wide: Land) -> bool:
    return contains(wide[0], land[0]) and wide[1] in ("*", land[1])


def _in_land(region: str, prefix: str, codes: Iterable[str] | None) -> Q:
    if codes is None:
        return Q(**{f"{region}__gte": prefix, f"{region}__lt": successor(prefix)})
    return Q(**{f"{region}__in": [code for code in codes if contains(prefix, code)]})


def _of_matter(column: MatterOf, matter: str) -> Q:
    if column is None or matter == "*":
        return Q()
    if not isinstance(column, str):
        return column(matter)
    if column.endswith("kind"):
        return Q(**{f"{column}__in": [kind for kind, owner in MATTER_OF_KIND.items() if owner == matter]})
    return Q(**{column: matter})


def matter_of(thing: Any) -> str:
    """The matter a thing belongs to: its own, its kind's, or that of what it hangs on; "*" where it has none."""
    if (own := getattr(thing, "matter", "")) or (own := MATTER_OF_KIND.get(getattr(thing, "kind", ""), "")):
        return str(own)
    for link in ("round", "case", "step", "check_made", "place"):
        linked = getattr(thing, link, None)
        if isinstance(linked, Model) and (found := matter_of(linked)) != "*":
            return found
    return "*"


def duties_of(**whose: Any) -> Callable[[], Any]:
    """A query for duties on a `day` that is still to be given, as `actor_of` takes them."""
    columns = ("role", "matter", "region", "unit")
    return lambda: (
        Duty.objects.on(Given("day"))  # type: ignore[arg-type]
        .filter(**whose)
        .order_by("region", "role", "id")
        .values_list(*columns)
    )


DUTIES = Prepared(duties_of(account=Given("account")))


def actor_of(account: Account, duties: Iterable[tuple[Any, ...]] | None = None) -> Actor:
    """The account with the duties it has today, which are read where they are not given."""
    if duties is None:
        duties = DUTIES(day=today(), account=account.pk)
    grants = tuple(Grant(ROLES[role], matter, region, unit) for role, matter, region, unit in duties if role in ROLES)
    return Actor(ActorKind.ACCOUNT, account.pk, account.name, account, grants)


def may(actor: Actor, verb: str, thing: Thing) -> bool:
    """Whether `actor` may do `verb` to `thing`. Deny by default."""
    match actor.kind:
        case ActorKind.SYSTEM:
            return True
        case ActorKind.DOOR:
            return verb in DOOR_RIGHTS and _place_of(thing) == actor.place
        case ActorKind.PHONE:
            return verb in PHONE_RIGHTS and _place_of(thing) == actor.place
        case ActorKind.BEARER:
            held = isinstance(thing, Model) and actor.holds == (verb, thing._meta.label_lower, thing.pk)
            return held and verb in BEARER_RIGHTS
    matter = matter_of(thing)
    return any(
        verb in grant.role.rights
        and contains(grant.region, thing.region)
        and (grant.matter == "*" or matter in ("*", grant.matter))
        and _high_enough(grant.role, verb, getattr(thing, "severity", None))
        for grant in actor.grants
    )


def require(actor: Actor, verb: str, thing: Thing) -> None:
    """Raise Refused unless `may`."""
    if not may(actor, verb, thing):
        raise Refused(verb)


def require_proof(actor: Actor) -> None:
    """Raise ProofNeeded unless a code was given lately. Not asked of the command line, of the demonstration's accounts,
    or where the district has switched codes off."""
    if actor.account is None or actor.account.is_demo or not settings.SECOND_FACTOR:
        return
    lately = timezone.now() - timedelta(minutes=settings.SECOND_FACTOR_MINUTES)
    if actor.proven_at is None or actor.proven_at < lately:
        raise ProofNeeded


def scope_of(actor: Actor, verb: str, matter: str = "*", severity: Severity | None = None) -> Scope:
    """Where this actor may do `verb`, to a case of that severity where one is named.

    Empty for whoever may nowhere; the command line reaches everywhere.
    """
    if actor.kind is ActorKind.SYSTEM:
        return Scope.all()
    if actor.kind is ActorKind.PHONE and verb in PHONE_RIGHTS and actor.place is not None:
        return Scope(places=(actor.place,))
    return Scope.held(
        (grant.region, grant.matter)
        for grant in actor.grants
        if verb in grant.role.rights
        and (matter == "*" or grant.matter in ("*", matter))
        and _high_enough(grant.role, verb, severity)
    )


def _place_of(thing: Any) -> int | None:
    place = getattr(thing, "place_id", None)
    if place is None and type(thing).__name__ == "Place":
        place = getattr(thing, "pk", None)
    return place


def _high_enough(role: Role, verb: str, severity: int | None) -> bool:
    """The graver the finding, the higher the level at which its end is accepted or its withdrawal agreed to."""
    if verb not in ("case.accept", "case.withdraw"):
        return True
    return severity is None or role.level <= ACCEPT_LEVEL[Severity(severity)]
