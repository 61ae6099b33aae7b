"""Lists, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import Field

from hemei.core.queries.paging import page

Row = TypeVar("Row", bound=Model)


class Paged(Schema):
    """Where a list goes on, and how much of it is wanted."""

    cursor: str = Field("", max_length=400, description="`following` or `preceding` of the page before")
    size: int = Field(50, ge=1, le=500)


def listed(rows: QuerySet[Row], *, order: Sequence[str], asked: Paged, show: Callable[[Row], Any]) -> dict[str, Any]:
    found = page(rows, order=order, cursor=asked.cursor, size=asked.size)
    return {"items": [show(row) for row in found.rows], "following": found.following, "preceding": found.preceding}
