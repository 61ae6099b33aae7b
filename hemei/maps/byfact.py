"""A layer coloured by a fact: only the places of which the fact is known, each with its value."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from hemei.core.access import Scope
from hemei.core.registry import Fact, registry
from hemei.maps import mvt
from hemei.maps.layers import LIMIT, NEAR_ZOOM, TOGETHER, places_in, truncated
from hemei.terms import tile
from hemei.terms.day import today

FEW = 10_000  # known values: places are looked up by them; of more, all places are read


def fact_of(kind: str) -> Fact | None:
    """The fact that a kind's layer can be coloured by, where it declares one with its values."""
    fact = registry.facts.get(registry.kinds[kind].layer.colour_by) if kind in registry.kinds else None
    return fact if fact and fact.values else None


def value_tile(z: int, x: int, y: int, *, within: Scope, kind: str, fact: Fact) -> bytes:
    """The tile z/x/y: near, layer `places` with the value as `state`; far, layer `counts` with a number a value."""
    inside = places_in(tile.span(z, x, y), within=within, kind=kind)
    known = known_values(fact, within=within)
    rows = [row for row in inside.values_list("id", "lon", "lat", "label") if row[0] in known]
    if not rows:
        return b""
    return valued_tile(z, x, y, rows, known, list(fact.values))


def known_values(fact: Fact, *, within: Scope) -> dict[int, str]:
    """Place id → the value, as a key of `fact.values`."""
    return {place: str(value) for place, (value, _since) in fact.read(within=within, on=today()).items()}


def numbers(kind: str, fact: Fact, *, within: Scope) -> Counter[str]:
    """How many places on the map have each value."""
    known = known_values(fact, within=within)
    whole = places_in((0, 1 << 2 * tile.ZOOM), within=within, kind=kind).order_by().values_list("id", flat=True)
    asked = whole.filter(pk__in=known) if len(known) <= FEW else whole
    return Counter(known[pk] for pk in asked if pk in known)


Row = tuple[int, float | None, float | None, str]


def valued_tile(z: int, x: int, y: int, rows: list[Row], known: dict[int, str], values: list[str]) -> bytes:
    """A tile of what lies in it, each with its value: near one by one, far as numbers."""
    return _near(z, x, y, rows, known, values) if z >= NEAR_ZOOM else _far(z, x, y, rows, known)


def _near(z: int, x: int, y: int, rows: list[Row], known: dict[int, str], values: list[str]) -> bytes:
    """The last of the declared values are the most pressing: of too many places they are kept."""
    ranks = {value: rank for rank, value in enumerate(values)}
    rows.sort(key=lambda row: (-ranks.get(known[row[0]], -1), row[0]))
    ids, lons, lats, labels = zip(*rows[:LIMIT], strict=True)
    across, down = mvt.project(z, x, y, lons, lats)
    said = {"state": [known[pk] for pk in ids], "label": labels}
    drawn = mvt.points("places", across, down, said, ids)
    return drawn + truncated(len(rows) - LIMIT) if len(rows) > LIMIT else drawn


def _far(z: int, x: int, y: int, rows: list[Row], known: dict[int, str]) -> bytes:
    """One number for each of 8 × 8 squares, amid the places it counts."""
    ids, lons, lats, _labels = zip(*rows, strict=True)
    across, down = mvt.project(z, x, y, lons, lats)
    side = mvt.EXTENT >> TOGETHER
    squares: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, square in enumerate(zip(np.asarray(across) // side, np.asarray(down) // side, strict=True)):
        squares[(int(square[0]), int(square[1]))].append(index)
    counts = [Counter(known[ids[index]] for index in members) for members in squares.values()]
    values = sorted({value for count in counts for value in count})
    middle_across = [float(np.mean(np.asarray(across)[members])) for members in squares.values()]
    middle_down = [float(np.mean(np.asarray(down)[members])) for members in squares.values()]
    said = {value: [count.get(value) for count in counts] for value in values}
    return mvt.points("counts", middle_across, middle_down, {"n": [count.total() for count in counts], **said})
