"""Which houses are looked at often: risk classes for the cadence. Ours; the district sets the days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When

from hemei.programmes.houses.models import House, Structure

HIGH_RISK = (
    Q(grade__in=["C", "D"])
    | Q(structure__in=[Structure.EARTH_TIMBER, Structure.MIXED])
    | Q(cut_slope=True)
    | Q(business_use=True)
)
EMPTY = Q(occupied=False) & ~Q(grade__in=["C", "D"])


def by_risk(houses: QuerySet[House]) -> QuerySet[Any]:
    """Each house with its class: `empty` where nobody has lived for long, else `high` or `sound`.

    A dangerous house stays `high` even when it is empty.
    """
    return houses.annotate(
        risk=Case(When(EMPTY, then=Value("empty")), When(HIGH_RISK, then=Value("high")), default=Value("sound"))
    )


def age(house: House, on: date) -> int | None:
    return on.year - house.year_built if house.year_built else None
