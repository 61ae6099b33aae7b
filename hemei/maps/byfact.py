"""A layer coloured by a fact: only the places of which the fact is known, each with its value."""

from __future__ import annotations

from collections import Counter

from hemei.core.access import Scope
from hemei.core.registry import Fact, registry
from hemei.maps import mvt
from hemei.maps.layers import LIMIT, NEAR_ZOOM, counted, places_in, spots
from hemei.terms import tile
from hemei.terms.day import today

FEW = 10_000  # known values: places are looked up by them; of more, all places are read


def fact_of(kind: str) -> Fact | None:
    """The fact that a kind's layer can be coloured by, where it declares one with its values."""
    fact = registry.facts.get(registry.kinds[kind].layer.colour_by) if kind in registry.kinds else None
    return fact if fact and fact.values else None


def value_tile(z: int, x: int, y: int, *, within: Scope, kind: str, fact: Fact) -> bytes:
    """The tile z/x/y: near, layer `places` with the value as `state`; far, layer `counts` with a number a value.

    The last of the declared values are the most pressing: of too many places they are kept.
    """
    inside = places_in(tile.span(z, x, y), within=within, kind=kind)
    known = known_values(fact, within=within)
    rows = [
        (pk, lon, lat, known[pk], label)
        for pk, lon, lat, label in inside.values_list("id", "lon", "lat", "label")
        if pk in known
    ]
    if z < NEAR_ZOOM:
        _pks, lons, lats, values, _labels = zip(*rows, strict=True) if rows else ((),) * 5
        return counted(*mvt.project(z, x, y, lons, lats), values, [1] * len(values))
    ranks = {value: rank for rank, value in enumerate(fact.values)}
    rows.sort(key=lambda row: (-ranks.get(row[3], -1), row[0]))
    return spots(z, x, y, rows[:LIMIT], max(len(rows) - LIMIT, 0))


def known_values(fact: Fact, *, within: Scope) -> dict[int, str]:
    """Place id → the value, as a key of `fact.values`."""
    return {place: str(value) for place, (value, _since) in fact.read(within=within, on=today()).items()}


def numbers(kind: str, fact: Fact, *, within: Scope) -> Counter[str]:
    """How many places on the map have each value."""
    known = known_values(fact, within=within)
    whole = places_in((0, 1 << 2 * tile.ZOOM), within=within, kind=kind).order_by().values_list("id", flat=True)
    asked = whole.filter(pk__in=known) if len(known) <= FEW else whole
    return Counter(known[pk] for pk in asked if pk in known)
