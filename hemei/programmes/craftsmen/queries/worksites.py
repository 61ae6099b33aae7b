"""Reading building sites and who works on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from hemei.core.access import Scope
from hemei.core.models import Place
from hemei.programmes.craftsmen.models import Craftsman, DutyCard, Posting
from hemei.programmes.craftsmen.queries.people import standings
from hemei.terms.day import today
from hemei.terms.region import Level, successor


def craftsman_with_card(number: str, *, place: Place) -> Craftsman | None:
    """The wearer of a card that counts today, issued in the district of a site: who shows a card may be looked up."""
    district = place.region[: Level.DISTRICT]
    rows = DutyCard.objects.filter(region__gte=district, region__lt=successor(district), number=number.strip())
    live = rows.filter(revoked_on=None, valid_to__gte=today(), craftsman__left_on=None)
    card = live.select_related("craftsman__person").first()
    return card.craftsman if card else None


def postings_at(place: Place, *, within: Scope) -> QuerySet[Posting]:
    """Who is and was on a site of the scope, those still there first."""
    rows = Posting.objects.filter(within.q(matter=_matter), place=place)
    return rows.select_related("craftsman__person").order_by("-ends", "-lead", "pk")


def _matter(held: str) -> Q:
    return Q() if held == Posting.matter else Q(pk__in=[])


def on_day(rows: QuerySet[Posting], on: date) -> QuerySet[Posting]:
    return rows.filter(Q(ends=None) | Q(ends__gte=on), starts__lte=on)


def on_duty(*, within: Scope, on: date, place: Place | None = None) -> list[Posting]:
    """Who is named for a site on that day and may be there: a certificate that has run out takes nobody along."""
    rows = on_day(Posting.objects.filter(within.q(matter=_matter)), on)
    some = list((rows.filter(place=place) if place else rows).select_related("craftsman__person", "place"))
    stands = standings({row.craftsman_id: row.craftsman for row in some}.values(), on=on)
    return [row for row in some if stands[row.craftsman_id].may]


def running_sites(some: Iterable[int], *, on: date) -> dict[int, list[Place]]:
    """Craftsman → the sites for which they are named that day, of craftsmen who were read in a scope."""
    found: dict[int, list[Place]] = defaultdict(list)
    for row in on_day(Posting.objects.filter(craftsman__in=list(some)), on).select_related("place").order_by("pk"):
        found[row.craftsman_id].append(row.place)
    return found


def works_of(one: Craftsman, *, within: Scope) -> QuerySet[Posting]:
    """Every site a craftsman read in the scope was named for, the last first, with what the household said."""
    assert one in within
    rows = Posting.objects.filter(craftsman=one).select_related("place__worksite", "place__building_rating")
    return rows.order_by("-starts", "-pk")
