"""Regions, and how far each is from zero."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.db.models import QuerySet
from ninja import Query, Router, Schema
from pydantic import Field

from hemei.api.auth import ApiRequest, within
from hemei.api.errors import answers
from hemei.api.lists import Paged, listed
from hemei.api.schemas import Day, Listed, RegionOut
from hemei.core.access import At, Scope
from hemei.core.doors import found
from hemei.core.models import Region
from hemei.core.queries.regions import regions
from hemei.core.queries.zero import zero
from hemei.terms.day import today
from hemei.terms.region import Level

router = Router(tags=["regions"])
CODE = r"^\d{6}(\d{3}){0,3}$"


class RegionQuery(Paged):
    inside: str = Field("", description="Only regions inside this one", pattern=rf"^$|{CODE}")
    level: Literal["district", "township", "village", "grid"] | None = None


@router.get("/regions", response=answers(Listed[RegionOut]), summary="Regions you may see")
def list_regions(request: ApiRequest, where: Query[RegionQuery]) -> dict[str, Any]:
    scope = within(request, "region.view")
    rows = regions(within=scope.narrowed(where.inside) if where.inside else scope)
    rows = rows.filter(level=Level[where.level.upper()]) if where.level else rows
    return listed(rows, order=("code",), asked=where, show=RegionOut.of)


@router.get("/regions/{code}", response=answers(RegionOut), summary="One region")
def one_region(request: ApiRequest, code: str) -> RegionOut:
    rows: QuerySet[Region] = regions(within=within(request, "region.view")).filter(code=code)
    return RegionOut.of(found(rows.first()))


class BoardRow(Schema):
    """One region's line. `open` counts what is not ended, contained ones included; historical ones are apart."""

    region: str
    name: str
    open: int
    contained: int
    overdue: int
    unverified: int
    found_this_month: int
    accepted_this_month: int
    withdrawn_this_month: int
    historical_ended: int
    median_days: float | None
    oldest_open: date | None
    reopened: int
    found_this_year: int
    looked: int
    due: int
    coverage: float | None
    at_zero: bool


class BoardOut(Schema):
    region: str
    on: date
    known: date | None
    seal: str = Field(description="Head of the audit chain when this was computed")
    total: BoardRow
    rows: list[BoardRow]


class ZeroQuery(Schema):
    region: str = Field(pattern=CODE)
    on: Day | None = Field(None, description="The day, to its end (Asia/Shanghai); today by default")
    known: Day | None = Field(None, description="Only what was recorded by the end of this day")
    matter: str = Field("", max_length=20)
    by: Literal["township", "village", "grid"] | None = Field(None, description="The level below by default")


@router.get("/zero", response=answers(BoardOut), summary="Open cases of a region on any day")
def zero_board(request: ApiRequest, where: Query[ZeroQuery]) -> dict[str, Any]:
    scope = _whole(within(request, "case.view", where.matter or "*"), where.region)
    level = Level[where.by.upper()] if where.by else None
    board = zero(
        within=scope, region=where.region, on=where.on or today(), known=where.known, matter=where.matter, by=level
    )
    return board.as_dict()


def _whole(scope: Scope, region: str) -> Scope:
    """The region as a scope, if all of it is seen: the board of a part must not stand under the name of the whole."""
    return found(Scope.of(region) if At(region) in scope else None)
