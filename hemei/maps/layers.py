"""What a map tile shows: near, each place with its state; far, how many of each state lie together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from django.db.models import Case, F, IntegerField, QuerySet, Sum, Value, When
from django.db.models.functions import Concat
from numpy.typing import NDArray

from hemei.core.access import Scope
from hemei.core.actions.placestate import CELL_SHIFT, CELL_ZOOM
from hemei.core.lifecycle import PRESSING
from hemei.core.models import Place, PlaceTally
from hemei.maps import mvt
from hemei.terms import tile

NEAR_ZOOM = 12  # from here on every place is drawn
LIMIT = 2000  # places in one tile
TOGETHER = 3  # a far tile is 8 × 8 squares, each drawn as one number


def tile_of(z: int, x: int, y: int, *, within: Scope, kind: str) -> bytes:
    """The vector tile z/x/y of one kind of place. Raises ValueError where there is no such tile."""
    if z >= NEAR_ZOOM:
        return near(z, x, y, within=within, kind=kind)
    return far(z, x, y, within=within, kind=kind)


def near(z: int, x: int, y: int, *, within: Scope, kind: str) -> bytes:
    """Layer `places`; of too many the most pressing are kept, and layer `truncated` says how many are left out."""
    inside = places_in(tile.span(z, x, y), within=within, kind=kind)
    ranked = inside.order_by(pressing(PRESSING), "id")
    rows = list(ranked.values_list("id", "lon", "lat", "state", "label")[: LIMIT + 1])
    left_out = inside.count() - LIMIT if len(rows) > LIMIT else 0
    return spots(z, x, y, rows[:LIMIT], left_out)


def pressing(states: Sequence[str]) -> Case:
    """What rows are ordered by to have those of the first of the states first."""
    ranks = (When(state=state, then=Value(rank)) for rank, state in enumerate(states))
    return Case(*ranks, default=Value(len(states)), output_field=IntegerField())


Spot = tuple[int, float | None, float | None, str, str]  # id, longitude, latitude, state, label


def spots(z: int, x: int, y: int, rows: Sequence[Spot], left_out: int = 0) -> bytes:
    """Layer `places`, one by one, and layer `truncated` where some are left out."""
    if not rows:
        return b""
    ids, lons, lats, states, labels = zip(*rows, strict=True)
    across, down = mvt.project(z, x, y, lons, lats)
    drawn = mvt.points("places", across, down, {"state": states, "label": labels}, ids)
    return drawn + truncated(left_out) if left_out else drawn


Counted = tuple[
    str, int, float | None, float | None
]  # state, how many, the middle of where they are: longitude, latitude


def counted(z: int, x: int, y: int, rows: Sequence[Counted]) -> bytes:
    """Layer `counts`: one number for each of 8 × 8 squares, amid what it counts."""
    if not rows:
        return b""
    states, numbers, lons, lats = zip(*rows, strict=True)
    across, down = (np.asarray(axis) for axis in mvt.project(z, x, y, lons, lats))
    side, weights = mvt.EXTENT >> TOGETHER, np.asarray(numbers, float)
    squares: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, square in enumerate(zip((across // side).tolist(), (down // side).tolist(), strict=True)):
        squares[square].append(index)
    counts: list[Counter[str]] = []
    for members in squares.values():
        counts.append(Counter())
        for index in members:
            counts[-1][states[index]] += numbers[index]
    middles = [[float(np.average(axis[m], weights=weights[m])) for m in squares.values()] for axis in (across, down)]
    said = {state: [count.get(state) for count in counts] for state in sorted(set(states))}
    return mvt.points("counts", middles[0], middles[1], {"n": [count.total() for count in counts], **said})


def places_in(span: tuple[int, int], *, within: Scope, kind: str) -> QuerySet[Place]:
    """The places of a span of tile keys, looked up by the key: offered other indexes, SQLite walks a whole region."""
    unindexed = Place.objects.alias(where=Concat("region", Value("")), any_kind=Concat("kind", Value("")))
    return unindexed.filter(within.q("where", matter="any_kind"), any_kind=kind, tile__range=span, removed_on=None)


def truncated(left_out: int) -> bytes:
    middle = mvt.EXTENT / 2
    return mvt.points("truncated", [middle], [middle], {"left_out": [left_out]})


def far(z: int, x: int, y: int, *, within: Scope, kind: str) -> bytes:
    """Layer `counts`: for each square `n` and a number for each state, placed where its places are."""
    first, last = tile.span(z, x, y)
    fine = min(
        CELL_ZOOM, z + 2 * TOGETHER
    )  # summed this finely by the database, so that a number can stand where its houses do
    rows = (
        PlaceTally.objects.filter(
            within.q(matter="kind"), kind=kind, cell__range=(first >> CELL_SHIFT, last >> CELL_SHIFT), count__gt=0
        )
        .annotate(spot=F("cell").bitrightshift(2 * (CELL_ZOOM - fine)))
        .values_list("spot", "state")
        .annotate(n=Sum("count"))
        .order_by()
    )
    squares: dict[int, Counter[str]] = defaultdict(Counter)
    weighed: dict[int, Counter[int]] = defaultdict(Counter)
    for spot, state, n in rows:
        square = spot >> 2 * (fine - z - TOGETHER)
        squares[square][state] += n
        weighed[square][spot] += n
    scale = mvt.EXTENT / (1 << fine - z)
    across, down = [], []
    for spots in weighed.values():
        columns, lines = unfold(np.fromiter(spots.keys(), np.int64))
        weights = np.fromiter(spots.values(), float)
        across.append(float(np.average(columns, weights=weights) + 0.5) * scale - mvt.EXTENT * x)
        down.append(float(np.average(lines, weights=weights) + 0.5) * scale - mvt.EXTENT * y)
    states = sorted({state for counts in squares.values() for state in counts})
    numbers = {state: [counts.get(state) for counts in squares.values()] for state in states}
    return mvt.points("counts", across, down, {"n": [counts.total() for counts in squares.values()], **numbers})


def state_counts(*, within: Scope, kind: str) -> Counter[str]:
    """How many places on the map show each state."""
    rows = PlaceTally.objects.filter(within.q(matter="kind"), kind=kind).values_list("state").order_by()
    return Counter(dict(rows.annotate(n=Sum("count"))))


def unfold(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Quadkeys to columns and rows: the way back from `tile.interleave`.

    >>> [axis.tolist() for axis in unfold(np.array([tile.interleave(25, 13)]))]
    [[25], [13]]
    """
    column, row = np.zeros_like(keys), np.zeros_like(keys)
    for bit in range(tile.ZOOM):
        column |= (keys >> 2 * bit & 1) << bit
        row |= (keys >> 2 * bit + 1 & 1) << bit
    return column, row
