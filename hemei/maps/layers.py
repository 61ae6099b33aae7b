"""What a map tile shows: near, each place with its state; far, how many of each state lie together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from django.db.models import F, QuerySet, Sum, Value
from django.db.models.functions import Concat
from numpy.typing import ArrayLike, NDArray

from hemei.core.access import Scope
from hemei.core.actions.placestate import CELL_SHIFT, CELL_ZOOM
from hemei.core.lifecycle import PRESSING
from hemei.core.models import Place, PlaceTally
from hemei.core.queries.places import first_of
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
    ranked = inside.order_by(first_of(PRESSING), "id")
    rows = list(ranked.values_list("id", "lon", "lat", "state", "label")[: LIMIT + 1])
    left_out = inside.count() - LIMIT if len(rows) > LIMIT else 0
    return spots(z, x, y, rows[:LIMIT], left_out)


Spot = tuple[int, float | None, float | None, str, str]  # id, longitude, latitude, state, label


def spots(z: int, x: int, y: int, rows: Sequence[Spot], left_out: int = 0) -> bytes:
    """Layer `places`, one by one, and layer `truncated` where some are left out."""
    if not rows:
        return b""
    ids, lons, lats, states, labels = zip(*rows, strict=True)
    across, down = mvt.project(z, x, y, lons, lats)
    drawn = mvt.points("places", across, down, {"state": states, "label": labels}, ids)
    return drawn + truncated(left_out) if left_out else drawn


def counted(across: ArrayLike, down: ArrayLike, states: Sequence[str], numbers: Sequence[int]) -> bytes:
    """Layer `counts`: one number for each of 8 × 8 squares, amid what it counts. Places are in the tile's units."""
    if len(states) == 0:
        return b""
    axes = [np.asarray(axis, float) for axis in (across, down)]
    side, weights = mvt.EXTENT >> TOGETHER, np.asarray(numbers, float)
    squares: dict[tuple[float, float], list[int]] = defaultdict(list)
    for index, square in enumerate(zip(*((axis // side).tolist() for axis in axes), strict=True)):
        squares[square].append(index)
    counts = [Counter[str]() for _square in squares]
    for count, members in zip(counts, squares.values(), strict=True):
        for index in members:
            count[states[index]] += numbers[index]
    middles = [[float(np.average(axis[m], weights=weights[m])) for m in squares.values()] for axis in axes]
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
    rows = list(
        PlaceTally.objects.filter(
            within.q(matter="kind"), kind=kind, cell__range=(first >> CELL_SHIFT, last >> CELL_SHIFT), count__gt=0
        )
        .annotate(fine=F("cell").bitrightshift(2 * (CELL_ZOOM - fine)))
        .values_list("fine", "state")
        .annotate(n=Sum("count"))
        .order_by()
    )
    cells, states, numbers = zip(*rows, strict=True) if rows else ((), (), ())
    columns, lines = unfold(np.asarray(cells, np.int64))
    scale = mvt.EXTENT / (1 << fine - z)
    across, down = (columns + 0.5) * scale - mvt.EXTENT * x, (lines + 0.5) * scale - mvt.EXTENT * y
    return counted(across, down, states, numbers)


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
