"""Moving what stands under an old code: places and households first, then what follows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from hemei.core.actions.regionchange.planning import number_of
from hemei.core.actions.regionchange.told import Parting, Told
from hemei.core.laid import Laid, pour
from hemei.core.models import Case, DoorToken, Due, Household, Message, Person, Place, RegionChange, RegionMove
from hemei.terms.day import today

Changes = dict[tuple[str, str], RegionChange]  # old, new → what was recorded of it
MOVE = ("change_id", "place_id", "household_id", "case_id", "old", "new", "on", "recorded_at")


def move(partings: Sequence[Parting], changes: Changes, now: datetime) -> None:
    """Everything to where it belongs, within the caller's transaction."""
    _move_rows(Place, partings)
    _move_rows(Household, partings)
    pour(RegionMove, MOVE, _moves(partings, changes, now))
    _move_lone_cases(partings, changes, now)
    _follow(RegionMove.objects.filter(change__in=list(changes.values())))


def put_right(places: Sequence[tuple[int, str, str]], now: datetime) -> None:
    """Places that a register puts in another village, old code and new: their cases, looks and plates go with them.

    Within the caller's transaction. From today on; boards of past days keep them where they were.
    """
    rows = ((None, pk, None, None, old, new, today(), now) for pk, old, new in places)
    pour(RegionMove, MOVE, rows)
    _follow(RegionMove.objects.filter(change=None, recorded_at=now))


def _move_rows(model: type[Place] | type[Household], partings: Sequence[Parting]) -> None:
    columns = ["id", "region", "group", *(["number"] if model is Household else [])]
    laid = Laid(model, columns)
    for parting in partings:
        goes = parting.households if model is Household else parting.places
        for row in model._default_manager.filter(pk__in=goes).only(*columns):
            _old, new, told = goes[row.pk]
            laid.add(row.pk, new, told.group(row.group), *_number(row, told))
    laid.flush()
    laid.update()
    laid.drop()


def _number(row: Place | Household, told: Told) -> list[str]:
    return [number_of(row.number, told)] if isinstance(row, Household) else []


def _moves(partings: Sequence[Parting], changes: Changes, now: datetime) -> Iterator[tuple[Any, ...]]:
    for parting in partings:
        for pk, (old, new, told) in parting.places.items():
            yield changes[told.old, told.new].pk, pk, None, None, old, new, told.on, now
        for pk, (old, new, told) in parting.households.items():
            yield changes[told.old, told.new].pk, None, pk, None, old, new, told.on, now


def _move_lone_cases(partings: Sequence[Parting], changes: Changes, now: datetime) -> None:
    """Cases that have no place go where their code goes."""
    rows = []
    for parting in partings:
        for case in Case.objects.filter(region__in=parting.codes, place=None):
            new = parting.follows(case.region) or parting.main
            if new == case.region:
                continue
            told = next((one for one in parting.told if new.startswith(one.new)), parting.told[0])
            change = changes[told.old, told.new]
            rows.append((change.pk, None, None, case.pk, case.region, new, told.on, now))
            Case.objects.filter(pk=case.pk).update(region=new)
    pour(RegionMove, MOVE, rows)


def _follow(moves: QuerySet[RegionMove]) -> None:
    """What belongs to a place, a household or a case stands where that stands."""
    places = moves.filter(place__isnull=False).values("place")
    households = moves.filter(household__isnull=False).values("household")
    of_place = Subquery(Place.objects.filter(pk=OuterRef("place")).values("region")[:1])
    for model in (Case, Due, DoorToken):
        model._default_manager.filter(place__in=places).update(region=of_place)
    cases = Q(case__place__in=places) | Q(case__in=moves.filter(case__isnull=False).values("case"))
    of_case = Subquery(Case.objects.filter(pk=OuterRef("case")).values("region")[:1])
    Message.objects.filter(cases).update(region=of_case)
    at_home = (
        (Q(heads__in=households), Household.objects.filter(head=OuterRef("pk"))),
        (Q(memberships__household__in=households), Household.objects.filter(members__person=OuterRef("pk"))),
    )
    for whose, home in at_home:
        people = Person.objects.filter(whose).values("pk")
        Person.objects.filter(pk__in=people).update(region=Subquery(home.order_by("pk").values("region")[:1]))
