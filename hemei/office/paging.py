"""The turns of a list: addresses that keep its filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from hemei.core.queries.paging import Page

COUNTED_TO = 10_000


@dataclass(frozen=True)
class Turns:
    """What office/_pager.html needs."""

    total: int | None
    first_url: str
    next_url: str

    @classmethod
    def of(cls, request: HttpRequest, page: Page[Any], *, total: int | None = None) -> Turns:
        return cls(
            total,
            _address(request, "") if request.GET.get("cursor") else "",
            _address(request, page.following) if page.following else "",
        )


def counted(rows: QuerySet[Any]) -> int | None:
    """How many there are, None where counting them all would take longer than anybody wants to know."""
    total = rows.order_by().values("pk")[: COUNTED_TO + 1].count()
    return total if total <= COUNTED_TO else None


def _address(request: HttpRequest, cursor: str) -> str:
    query = request.GET.copy()
    query.pop("cursor", None)
    if cursor:
        query["cursor"] = cursor
    return f"?{query.urlencode()}"
