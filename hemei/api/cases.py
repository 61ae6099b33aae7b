"""Cases: lists, one with its whole life, opening one, and the steps that move it on."""

from __future__ import annotations

from typing import Any, Literal

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from hemei.api.auth import ApiRequest, within
from hemei.api.errors import answers
from hemei.api.lists import Paged, listed
from hemei.api.schemas import CaseOut, CaseWhole, Day, Key, Listed, Offer, StepOut, case_values
from hemei.core.access import Actor, At, may
from hemei.core.actions.opening import open_case
from hemei.core.doors import found
from hemei.core.lifecycle import LIFE
from hemei.core.models import Case, CaseStep
from hemei.core.queries.cases import CaseFilter, cases
from hemei.core.queries.places import place
from hemei.terms.finding import Severity

router = Router(tags=["cases"])


class CaseQuery(Paged):
    region: str = Field("", pattern=r"^$|^\d{6}(\d{3}){0,3}$")
    matter: str = Field("", max_length=20)
    state: list[str] = Field([], description="Any of these states")
    severity: Literal["routine", "serious", "urgent"] | None = None
    code: str = Field("", max_length=20, description="The finding's id")
    overdue_on: Day | None = Field(None, description="Open, and due before this day")
    only_open: bool = False
    unit: Key | None = None
    assignee: Key | None = None
    place: Key | None = None
    text: str = Field("", max_length=60, description="Part of the title or of the place's name")


@router.get("", response=answers(Listed[CaseOut]), summary="Cases, newest first")
def list_cases(request: ApiRequest, where: Query[CaseQuery]) -> dict[str, Any]:
    given = where.model_dump(exclude={"cursor", "size", "state", "severity"})
    chosen = CaseFilter(
        **given,
        states=tuple(where.state),
        severity=Severity[where.severity.upper()] if where.severity else None,
    )
    rows = cases(within=within(request, "case.view", where.matter or "*"), where=chosen)
    return listed(rows, order=("-id",), asked=where, show=case_values)


@router.get("/{int:pk}", response=answers(CaseWhole), summary="A case, its life so far, and what you may do next")
def one_case(request: ApiRequest, pk: int) -> dict[str, Any]:
    return whole(visible(request, pk), request.auth)


class OpenIn(Schema):
    """What somebody saw without a form."""

    place: int
    code: str = Field(max_length=20, description="The finding's id")
    at: AwareDatetime | None = Field(None, description="When it was seen; now by default")


@router.post("", response=answers(CaseWhole), summary="Open a case, or add to the one that is open")
def open_one(request: ApiRequest, sent: OpenIn) -> dict[str, Any]:
    seen = found(place(sent.place, within=within(request, "place.view")))
    where = At(seen.region, sent.code.partition(".")[0], seen.pk)
    case = open_case(where=where, place=seen, code=sent.code, at=sent.at or timezone.now(), by=request.auth)
    return whole(case, request.auth)


def visible(request: ApiRequest, pk: int) -> Case:
    """The case, if the asker may see it; else 404."""
    case = cases(within=within(request, "case.view")).filter(pk=pk).first()
    return found(case if case and may(request.auth, "case.view", case) else None)


def whole(case: Case, actor: Actor) -> dict[str, Any]:
    told = CaseStep.objects.filter(case=case).select_related("account", "unit").prefetch_related("evidence")
    offers = [step for step in LIFE.steps_from(case.state) if may(actor, step.verb, case)]
    return case_values(case) | {
        "steps": [StepOut.of(step) for step in told.order_by("id")],
        "offers": [Offer.of(step) for step in offers],
    }
