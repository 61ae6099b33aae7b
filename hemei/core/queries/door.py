"""Reading what stands behind a door plate, and which places have one."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from hemei.core.access import Actor, ActorKind, Scope
from hemei.core.models import Channel, Check, DoorToken, Finding, PairedPhone, Place, Tier
from hemei.core.personal import token_hash
from hemei.core.prepared import Given, Prepared
from hemei.core.queries.places import PlaceFilter, places
from hemei.core.queries.regionchange import here

LIVE_DOOR = Prepared(
    lambda: DoorToken.objects.select_related("place").filter(
        token_hash=Given("token"), revoked_at=None, place__removed_on=None
    )
)
PAIRED_PHONE = Prepared(
    lambda: PairedPhone.objects.filter(door=Given("door"), revoked_at=None, secret_hash=Given("secret")).values_list(
        "pk"
    )
)


def live_door(token: str) -> DoorToken | None:
    """The door of a token: whoever holds it needs no other right. A revoked token is as unknown as a made-up one."""
    return LIVE_DOOR.first(token=token_hash(token))


def actor_at(door: DoorToken, secret: str = "") -> Actor:
    """Who stands at the door: a paired phone if the secret is one of its own, else anybody with the plate."""
    if secret and (paired := PAIRED_PHONE.first(door=door.pk, secret=token_hash(secret))):
        return Actor(ActorKind.PHONE, paired[0], place=door.place_id)
    return Actor(ActorKind.DOOR, door.pk, place=door.place_id)


def places_for_plates(*, within: Scope, kinds: Sequence[str], region: str, lacking: bool = False) -> QuerySet[Place]:
    """Places of a region that take a plate, each with `plate_since`: when its plate was issued, or None.

    `lacking` leaves only those without.
    """
    live = DoorToken.objects.filter(place=OuterRef("pk"), revoked_at=None).order_by("-id")
    rows = places(within=within, where=PlaceFilter(region=region)).filter(kind__in=kinds)
    dated = rows.annotate(plate_since=Subquery(live.values("issued_at")[:1]))
    return dated.filter(plate_since=None) if lacking else dated


def reports_of(place: Place, *, within: Scope, latest: int = 20) -> list[Check]:
    """What was reported through this place's door, newest first, corrected reports left out."""
    findings = Finding.objects.select_related("case", "case__unit").order_by("id")
    rows = Check.objects.filter(here(within=within), place=place, tier=Tier.SELF, channel=Channel.PAGE)
    newest = rows.filter(replaced_by=None).order_by("-at", "-id")
    return list(newest.prefetch_related(Prefetch("findings", queryset=findings))[:latest])
