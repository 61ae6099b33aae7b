"""Reading places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from hemei.core.access import MATTER_OF_KIND, Scope
from hemei.core.lifecycle import PRESSING
from hemei.core.models import Holding, Place, PlaceIdentifier
from hemei.core.prepared import Given, Prepared
from hemei.terms.region import Level, successor


@dataclass(frozen=True)
class PlaceFilter:
    """What a list of places is narrowed to. `own` filters columns of the kind's own table."""

    kind: str = ""
    region: str = ""
    state: str = ""
    to_be_placed: bool = False
    text: str = ""
    own: Mapping[str, str] = field(default_factory=dict)


def places(*, within: Scope, where: PlaceFilter | None = None) -> QuerySet[Place]:
    """The places of a scope that fit the filter, unordered; those taken out of the register are left out."""
    where = where or PlaceFilter()
    rows = Place.objects.filter(_scope(within), removed_on=None)
    # Every index of regions begins with the kind: all of them are named where none is asked for.
    rows = rows.filter(kind=where.kind) if where.kind else rows.filter(kind__in=MATTER_OF_KIND)
    if where.region:
        rows = rows.filter(region__gte=where.region, region__lt=successor(where.region))
    if where.state:
        rows = rows.filter(state=where.state)
    if where.to_be_placed:
        rows = rows.filter(tile=None)
    if where.own:
        rows = rows.filter(**{f"{where.kind}__{name}": value for name, value in where.own.items()})
    if where.text:
        rows = rows.filter(_found_by(where.text.strip(), within.narrowed(where.region) if where.region else within))
    return rows


def ordered(rows: QuerySet[Place], by: str) -> tuple[QuerySet[Place], tuple[str, ...]]:
    """The rows and the columns to page them by: "pressing" cases first, "newest" registered first, else by region."""
    match by:
        case "pressing":
            return rows.annotate(rank=first_of(PRESSING)), ("rank", "region", "id")
        case "newest":
            return rows, ("-id",)
    return rows, ("region", "id")


def first_of(states: Sequence[str]) -> Case:
    """What rows are ordered by to have those in the first of the states first, and those in none of them last."""
    ranks = (When(state=state, then=Value(rank)) for rank, state in enumerate(states))
    return Case(*ranks, default=Value(len(states)), output_field=IntegerField())


def _scope(within: Scope) -> Q:
    return within.q(place="pk", matter="kind")


def _found_by(text: str, within: Scope) -> Q:
    """Places of that name, address or number, or lived in by somebody of that name.

    In a village the people are asked of each of its places. In a whole district that is the long way: all people of
    that name are found once, and the places are those of theirs.
    """
    identified = PlaceIdentifier.objects.filter(value__startswith=text)
    lived_in = Holding.objects.filter(ends=None, household__head__name__contains=text)
    if within.spans_a_district:
        by_others = Q(pk__in=identified.values("place")) | Q(pk__in=lived_in.values("place"))
    else:
        here = {"place": OuterRef("pk")}
        by_others = Q(Exists(identified.filter(**here))) | Q(Exists(lived_in.filter(**here)))
    return Q(label__contains=text) | Q(address__contains=text) | by_others


def holders(places: Sequence[Place], *, within: Scope) -> dict[int, list[str]]:
    """Place id → the heads of the households that hold or use it today, for a page of places."""
    inside = [place.pk for place in places if place in within]
    names = Holding.objects.filter(place__in=inside, ends=None, household__head__isnull=False).order_by("id")
    held: dict[int, list[str]] = {}
    for pk, name in names.values_list("place", "household__head__name"):
        if name not in held.setdefault(pk, []):
            held[pk].append(name)
    return held


def numbers_of(places: Sequence[Place], *, within: Scope) -> dict[int, str]:
    """Place id → what another system calls it, the first where several do."""
    inside = [place.pk for place in places if place in within]
    numbers = PlaceIdentifier.objects.filter(place__in=inside).order_by("-id")
    return dict(numbers.values_list("place", "value"))


BY_KEY = Prepared(lambda: Place.objects.filter(pk=Given("pk")).order_by())


def place(pk: int, *, within: Scope) -> Place | None:
    """One place, or None where it is not in the scope."""
    there = BY_KEY.first(pk=pk) if 0 < pk < 2**63 else None
    return there if there is not None and there in within else None


def neighbour_on_map(place: Place, *, within: Scope) -> Place | None:
    """Another place of the same village that stands on the map: where to look for one that does not."""
    village = place.region[: Level.VILLAGE]
    rows = places(within=within, where=PlaceFilter(region=village)).filter(tile__isnull=False)
    return rows.exclude(pk=place.pk).order_by("pk").first()
