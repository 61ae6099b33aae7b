"""今天: what waits for me, overdue first; then my region's numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemei.core.access import Scope, scope_of
from hemei.core.actions.notify import receipt
from hemei.core.doors import found
from hemei.core.queries import waiting
from hemei.core.queries.edits import clashes
from hemei.core.queries.paging import Page, first
from hemei.core.queries.places import places
from hemei.core.queries.regions import names
from hemei.core.queries.zero import trend, zero
from hemei.core.registry import registry
from hemei.office.request import OfficeRequest, region_of
from hemei.office.tiles import tiles
from hemei.terms.day import today
from hemei.terms.finding import Severity

SHOWN = 6
DAYS_AHEAD = 14


@dataclass(frozen=True)
class Pile:
    """One kind of thing that waits: the first few, and how many there are."""

    title: str
    rows: QuerySet[Any]
    url: str = ""
    template: str = "office/_waiting_cases.html"

    @cached_property
    def _shown(self) -> Page[Any]:
        return first(self.rows, SHOWN)

    @property
    def first(self) -> list[Any]:
        return self._shown.rows

    @cached_property
    def count(self) -> int:
        return self.rows.count() if self._shown.following else len(self._shown.rows)


def page(request: OfficeRequest) -> HttpResponse:
    scope = scope_of(request.actor, "case.view")
    every = [*_piles(request, scope), _clashes(request), *_records(request)]
    piles = [pile for pile in every if pile.count]
    context = {
        "today": today(),
        "region_names": names(within=scope),
        "messages_waiting": waiting.unanswered(within=scope, account=request.user.pk),
        "piles": piles,
        "may_begin": not piles and _nothing_registered(request),
        **(_numbers(request, scope) if scope else {}),
    }
    return render(request, "office/today.html", context)


def _nothing_registered(request: OfficeRequest) -> bool:
    """Whether this person may import the first register of their area."""
    theirs = scope_of(request.actor, "register.import")
    return bool(theirs) and not places(within=theirs).exists()


def _piles(request: OfficeRequest, scope: Scope) -> list[Pile]:
    actor, account, listed = request.actor, request.user.pk, reverse("office:cases")
    units, on = actor.unit_ids, today()
    may_accept = {severity: scope_of(actor, "case.accept", severity=severity) for severity in Severity}
    mine = scope_of(actor, "case.remedy")
    return [
        Pile(
            _("待核实的上报，请打电话或上门看"),
            waiting.unverified(within=scope_of(actor, "case.confirm")),
            f"{listed}?state=reported",
        ),
        Pile(
            _("没有人负责的，请交办"),
            waiting.nobodys(within=scope_of(actor, "case.assign"), on=on),
            f"{listed}?open=on&order=due",
        ),
        Pile(
            _("交办给我和我单位的"),
            waiting.assigned(within=mine, units=units, account=account),
            f"{listed}?mine=on&open=on&order=due",
        ),
        Pile(
            _("已管控、到期要复查的"),
            waiting.to_look_at_again(within=scope_of(actor, "case.look_again"), on=on),
            f"{listed}?state=contained",
        ),
        Pile(
            _("已整治、等我验收的"),
            waiting.acceptable(within=may_accept, not_by=str(actor)),
            f"{listed}?state=remedied",
        ),
        Pile(
            _("待查的（%(days)d 天内到期）") % {"days": DAYS_AHEAD},
            waiting.dues(
                within=scope_of(actor, "place.view"),
                units=units,
                account=account,
                until=on + timedelta(days=DAYS_AHEAD),
            ),
            template="office/_waiting_dues.html",
        ),
    ]


def _clashes(request: OfficeRequest) -> Pile:
    rows = clashes(within=scope_of(request.actor, "place.resolve")).order_by("id")
    title = _("两人改法不一致、等您核定的登记")
    return Pile(title, rows, reverse("office:clashes"), template="office/_waiting_clashes.html")


def _records(request: OfficeRequest) -> list[Pile]:
    """What waits of the records that programmes declare."""
    return [
        Pile(str(pile.title), pile.rows(request.actor, on=today()), reverse(kind.list), pile.template)
        for kind in registry.records.values()
        for pile in kind.waiting
    ]


def _numbers(request: OfficeRequest, scope: Scope) -> dict[str, Any]:
    region = region_of(request, scope)
    board = zero(within=scope, region=region, on=today())
    return {"board": board, "tiles": tiles(board.total), "trend": trend(within=scope, region=region, until=today())}


@require_POST
def acknowledge(request: OfficeRequest, pk: int) -> HttpResponse:
    """已收到: the receipt of an urgent message."""
    scope = scope_of(request.actor, "case.view")
    message = found(waiting.unanswered(within=scope, account=request.user.pk).filter(pk=pk).first())
    receipt(message=message, by=request.actor)
    messages.success(request, _("已回执。请尽快处理，处理后在隐患页登记。"))
    return redirect("office:case", pk=message.case_id) if message.case_id else redirect("office:today")
