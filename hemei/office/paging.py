"""The turns of a list: addresses that keep its filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from hemei.core.queries.paging import COUNTED_TO, Page, counted

FOUND_TO = 1_000  # a search reads what it counts


@dataclass(frozen=True)
class Turns:
    """What office/_pager.html needs: how many rows there are, or else more than how many; 0 where nobody counted."""

    total: int | None
    first_url: str
    next_url: str
    more_than: int = 0

    @classmethod
    def of(
        cls, request: HttpRequest, page: Page[Any], *, of: QuerySet[Any] | None = None, total: int | None = None
    ) -> Turns:
        most = count_to(request) or COUNTED_TO
        return cls(
            total if of is None else counted(of, page, most=most),
            _address(request, "") if request.GET.get("cursor") else "",
            _address(request, page.following) if page.following else "",
            0 if of is None else most,
        )


def count_to(request: HttpRequest) -> int:
    """How far a page is to count its rows in the same question: 0 where nothing is searched for, and counting is
    cheaper than reading in order."""
    return FOUND_TO if request.GET.get("q") else 0


def _address(request: HttpRequest, cursor: str) -> str:
    query = request.GET.copy()
    query.pop("cursor", None)
    if cursor:
        query["cursor"] = cursor
    return f"?{query.urlencode()}"
