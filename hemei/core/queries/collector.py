"""Reading phones that fetch forms, and the places each of them is offered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet

from hemei.core.access import Actor, ActorKind, Scope, actor_of, duties_of
from hemei.core.models import Account, CollectorKey, Place, Tier
from hemei.core.personal import token_hash
from hemei.core.prepared import Given, Prepared
from hemei.core.queries import waiting
from hemei.core.queries.places import PlaceFilter, places
from hemei.core.registry import Form
from hemei.terms.day import today

MOST_OFFERED = 5_000
"""Places in a phone's list: what a phone of some years still searches without waiting."""

LIVE_COLLECTOR = Prepared(
    lambda: (
        CollectorKey.objects.select_related("account")
        .filter(token_hash=Given("token"), revoked_at=None, account__is_active=True)
        .order_by()
    )
)


DUTIES_OF_COLLECTOR = Prepared(duties_of(account__collector_keys__token_hash=Given("token")))


def live_collector(token: str) -> tuple[CollectorKey, Actor] | None:
    """The phone of a token, and the person whose it is, with the duties of today, acting by that phone.

    A revoked one is as unknown as a made-up one.
    """
    hashed = token_hash(token)
    duties = DUTIES_OF_COLLECTOR.soon(day=today(), token=hashed)
    key = LIVE_COLLECTOR.first(token=hashed)
    if key is None:
        return None
    person = actor_of(key.account, duties())
    return key, Actor(ActorKind.COLLECTOR, key.pk, person.name, person.account, person.grants)


def collectors(*, within: Scope, account: Account) -> QuerySet[CollectorKey]:
    """One person's phones, newest first."""
    rows = CollectorKey.objects.filter(within.q("account__duties__region", matter=None), account=account)
    return rows.distinct().order_by("-id")


def offered(
    form: Form, *, within: Scope, actor: Actor, most: int = MOST_OFFERED
) -> Iterator[tuple[Place, date | None]]:
    """The places to fill the form in for, with the day by which they are owed: those first, then the others in order.

    A patrol offers only what was drawn for this person: no list leaves before its day.
    """
    account = actor.account.pk if actor.account else None
    owed = waiting.dues(within=within, units=actor.unit_ids, account=account, until=date.max)
    seen: set[int] = set()
    for due in owed.filter(round__tier=form.tier, place__kind=form.kind)[:most]:
        if due.place_id not in seen:
            seen.add(due.place_id)
            yield due.place, due.due_on
    if form.tier == Tier.PATROL:
        return
    others = places(within=within, where=PlaceFilter(kind=form.kind)).order_by("region", "tile", "pk")
    for place in others.exclude(pk__in=seen)[: most - len(seen)]:
        yield place, None
