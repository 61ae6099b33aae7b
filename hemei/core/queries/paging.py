"""Pages by key: the next page begins after the last row seen, so that page 500 costs what page 1 costs."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.db.models.sql.where import WhereNode

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: list[Row]
    following: str = ""  # cursor of the next page, "" on the last
    preceding: str = ""
    found: int | None = None  # how many keys were read, where the page was to count in the same question


COUNTED_TO = 10_000


def counted(rows: QuerySet[Any], shown: Page[Any], *, most: int = COUNTED_TO) -> int | None:
    """How many `rows` there are, of which `shown` is a page; None where there are more than `most`."""
    if not (shown.following or shown.preceding):
        return len(shown.rows)
    if shown.found is not None:
        return shown.found if shown.found <= most else None
    total = rows.order_by().values("pk")[: most + 1].count()
    return total if total <= most else None


def page(
    rows: QuerySet[Row], *, order: Sequence[str], cursor: str = "", size: int = 50, count_to: int = 0
) -> Page[Row]:
    """A page of `rows` in `order` (field names, "-" for descending), ended by a unique column.

    The columns must not be null. An unreadable cursor gives the first page. With `count_to` the first page reads so
    many keys and one more, which is all that `counted` asks: what is searched for is looked for once and not twice.
    """
    keys, backward = _read(cursor, len(order))
    ordering = [_turned(name) for name in order] if backward else list(order)
    chosen = rows.order_by(*ordering)
    if keys is not None:
        try:
            chosen = chosen.filter(_beyond(ordering, keys))
        except (ValidationError, ValueError, TypeError):  # the cursor of another order
            keys, backward, chosen = None, False, rows.order_by(*order)
    counts = count_to > size and keys is None
    known = list(chosen.values_list("pk", flat=True)[: (count_to if counts else size) + 1])
    found = _whole(rows, known[: size + 1])
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    following = more if not backward else keys is not None
    preceding = more if backward else keys is not None
    return Page(
        found,
        _write(found[-1], order, backward=False) if found and following else "",
        _write(found[0], order, backward=True) if found and preceding else "",
        len(known) if counts else None,
    )


def first(rows: QuerySet[Row], size: int) -> Page[Row]:
    """The first few of `rows`, in their own order; that there are more is all that is said of the rest."""
    keys = list(rows.values_list("pk", flat=True)[: size + 1])
    return Page(_whole(rows, keys[:size]), following="more" if len(keys) > size else "")


def _whole(rows: QuerySet[Row], keys: Sequence[Any]) -> list[Row]:
    """The rows of these keys, in their order. The keys were sorted alone: whole rows with all that they are joined
    with would have to be carried through the sort, for a whole region, to show one page. What they were found by is not
    asked again, which for a search is most of the work."""
    if not keys:
        return []
    whole = rows.order_by()
    whole.query.where = WhereNode()
    by_key = {row.pk: row for row in whole.filter(pk__in=keys)}
    return [by_key[key] for key in keys if key in by_key]


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: Sequence[str], keys: Sequence[Any]) -> Q:
    """Rows after `keys` in that order: (a, b) > (x, y) spelled out, with the plain bound first for the index."""
    condition = Q()
    for depth in range(len(order), 0, -1):
        name, key = order[depth - 1], keys[depth - 1]
        field, descending = name.removeprefix("-"), name.startswith("-")
        strictly = Q(**{f"{field}__{'lt' if descending else 'gt'}": key})
        condition = strictly if depth == len(order) else strictly | (Q(**{field: key}) & condition)
    return condition


def _write(row: Model, order: Sequence[str], *, backward: bool) -> str:
    keys = []
    for name in order:
        value: Any = row
        for part in name.removeprefix("-").split("__"):
            value = getattr(value, part)
        keys.append(value.isoformat() if isinstance(value, date | datetime) else value)
    text = json.dumps([keys, backward], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, length: int) -> tuple[list[Any] | None, bool]:
    try:
        keys, backward = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, TypeError):
        return None, False
    if not isinstance(keys, list) or len(keys) != length or not all(isinstance(k, str | int | float) for k in keys):
        return None, False
    return keys, bool(backward)
