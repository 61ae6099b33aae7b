"""A part at a time: rows read with no statement left open in between, for whoever writes while reading them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db import models

Row = TypeVar("Row")
Item = TypeVar("Item")


def stepwise(rows: models.QuerySet[Any, Row], at_once: int = 500) -> Iterator[Row]:
    """The rows in the order of their keys; what comes as tuples has its key first.

    `iterator` leaves its statement open until its last row, and so what it sees of the database. A transaction that
    begins meanwhile on the same connection is refused by SQLite at once ("database is locked", SQLITE_BUSY_SNAPSHOT)
    when anybody else has written since, however long it would wait for its turn. A job that says how far it is begins
    one every second.
    """
    part = list(rows.order_by("pk")[:at_once])
    while part:
        last: Any = part[-1]
        yield from part
        if len(part) < at_once:
            return
        part = list(rows.filter(pk__gt=last[0] if isinstance(last, tuple) else last.pk).order_by("pk")[:at_once])


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of `size`, the last one shorter."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
