"""Which houses are due: tier × risk class → days between two looks, as the district sets them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Max

from hemei.core.access import Scope
from hemei.core.models import Check
from hemei.core.queries.parameter import parameter
from hemei.core.queries.regionchange import here
from hemei.programmes.houses.models import House
from hemei.programmes.houses.risk import by_risk
from hemei.terms.day import day_of

RISKS = ("high", "sound", "empty")


def due(*, within: Scope, tier: str, starts: date, ends: date) -> Iterator[tuple[int, date]]:
    """Each house whose next look falls before `ends`, with its day; one never looked at, by the last day."""
    region = within.prefixes[0]
    days = {risk: int(parameter(f"houses.cadence.{tier}.{risk}", region=region, on=starts).value) for risk in RISKS}
    looked = Check.objects.filter(here(within=within), matter="houses", tier=tier, counts=True)
    last = dict(looked.values_list("place").annotate(Max("at")).order_by())
    standing = by_risk(House.objects.filter(within.q("place__region", matter="place__kind"), place__removed_on=None))
    for place, risk in standing.values_list("place", "risk").iterator():
        seen = last.get(place)
        following = day_of(seen) + timedelta(days=days[risk]) if seen else starts
        if following <= ends:
            yield place, max(following, starts) if seen else ends
