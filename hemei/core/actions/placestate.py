"""What a place shows on the map: its most pressing case, and the counts per cell that follow from it."""

from __future__ import annotations

from django.db import connection
from django.db.models import Count, F, Value

from hemei.core.lifecycle import PRESSING
from hemei.core.models import Case, Place, PlaceTally
from hemei.core.prepared import Given, Prepared, change, read_again, send_later
from hemei.terms.region import successor
from hemei.terms.tile import ZOOM

CELL_ZOOM = 16
CELL_SHIFT = 2 * (ZOOM - CELL_ZOOM)


def cell_of(tile: int) -> int:
    return tile >> CELL_SHIFT


STATES_AT = Prepared(lambda: Case.objects.filter(place=Given("place")).order_by().values_list("state"))


def recolour(place: Place | None) -> None:
    """Bring the place's state, and the tally of its cell, in line with its cases."""
    if place is None:
        return
    read_again(place)  # what it was taken for may be older than what another has made of it
    states = {state for (state,) in STATES_AT(place=place.pk)}
    state = next((s for s in PRESSING if s in states), "none")
    if state == "withdrawn":
        state = "none"
    if state != place.state:
        move(place, state)


def move(place: Place, state: str) -> None:
    if place.tile is not None:
        _add(place, place.state, -1)
        _add(place, state, 1)
    place.state = state
    change(place, "state")


def count_in(place: Place) -> None:
    """A place has come onto the map."""
    if place.tile is not None and place.removed_on is None:
        _add(place, place.state, 1)


def count_out(place: Place) -> None:
    if place.tile is not None and place.removed_on is None:
        _add(place, place.state, -1)


def _add(place: Place, state: str, step: int) -> None:
    assert place.tile is not None
    key = (place.kind, cell_of(place.tile), place.region, state, step)
    table = connection.ops.quote_name(PlaceTally._meta.db_table)
    send_later(
        f"INSERT INTO {table} (kind, cell, region, state, count) VALUES (%s, %s, %s, %s, %s)"  # noqa: S608
        " ON CONFLICT (kind, cell, region, state)"
        f" DO UPDATE SET count = {table}.count + excluded.count",
        key,
    )


def recount(kind: str, prefix: str) -> None:
    """Count a region's places anew, after many have come at once."""
    rows = Place.objects.filter(
        kind=kind, region__gte=prefix, region__lt=successor(prefix), tile__isnull=False, removed_on=None
    )
    PlaceTally.objects.filter(kind=kind, region__gte=prefix, region__lt=successor(prefix)).delete()
    shifted = rows.annotate(of_kind=Value(kind), cell=F("tile").bitrightshift(CELL_SHIFT)).order_by()
    counted = shifted.values("of_kind", "cell", "region", "state").annotate(n=Count("id"))
    select, values = counted.query.get_compiler(connection=connection).as_sql()
    table = connection.ops.quote_name(PlaceTally._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} (kind, cell, region, state, count) {select}", values)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE core_placetally")
