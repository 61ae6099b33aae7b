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
    lambda: PairedPhone.objects.select_related("door__place").filter(
        secret_hash=Given("secret"),
        revoked_at=None,
        door__token_hash=Given("token"),
        door__revoked_at=None,
        door__place__removed_on=None,
    )
)


def who_stands(token: str, secret: str = "") -> tuple[DoorToken, Actor] | None:
    """The door of a token, and who stands there: a paired phone if the secret is one of its own, else anybody with the
    plate, who needs no other right. A revoked token is as unknown as a made-up one: None."""
    digest = token_hash(token)
    if secret and (phone := PAIRED_PHONE.first(token=digest, secret=token_hash(secret))):
        return phone.door, Actor(ActorKind.PHONE, phone.pk, place=phone.door.place_id)
    door = LIVE_DOOR.first(token=digest)
    return (door, Actor(ActorKind.DOOR, door.pk, place=door.place_id)) if door else None


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
