"""轮次: plan, see how many hours it asks of whom, publish, follow, end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemei.core.access import At, may, scope_of
from hemei.core.actions import round as acting
from hemei.core.doors import found
from hemei.core.errors import Mistaken
from hemei.core.models import Due, Round
from hemei.core.queries import rounds as reading
from hemei.core.queries.duty import on_duty
from hemei.core.queries.paging import page
from hemei.core.queries.regions import names_around
from hemei.core.roles import right_to_look
from hemei.office.paging import Turns
from hemei.office.planning import EVENTS, HandOverForm, RoundFilterForm, RoundForm
from hemei.office.request import OfficeRequest, within
from hemei.office.trying import status, tried
from hemei.terms.day import today


def listing(request: OfficeRequest) -> HttpResponse:
    scope = within(request, "round.view")
    form = RoundFilterForm(request.GET, within=scope)
    rows = form.narrowed(reading.concerning(within=scope))
    shown = page(rows, order=form.ordering, cursor=request.GET.get("cursor", ""))
    progress = reading.progress(shown.rows, within=scope, on=today())
    context = {
        "form": form,
        "rows": [(turn, progress[turn.pk]) for turn in shown.rows],
        "page": Turns.of(request, shown, of=rows),
        "region_names": names_around(within=scope),
        "may_plan": bool(scope_of(request.actor, "round.plan")),
        "events": EVENTS.items(),
    }
    return render(request, "office/rounds.html", context)


def add(request: OfficeRequest) -> HttpResponse:
    form = RoundForm(request.POST or None, within=within(request, "round.plan"), event=request.GET.get("event", ""))

    def act() -> Round:
        draft = form.draft()
        return acting.plan_round(where=At(draft.region, draft.matter), draft=draft, by=request.actor)

    if turn := tried(request, form, act):
        messages.success(request, _("草稿已编好。核对每人要花的时间，再发布。"))
        return redirect("office:round", pk=turn.pk)
    return render(request, "office/round_form.html", {"form": form}, status=status(form))


def detail(request: OfficeRequest, pk: int) -> HttpResponse:
    scope = within(request, "round.view")
    turn = _turn(request, pk)
    opened = _opened(turn)
    shown = page(reading.dues(within=scope, turn=turn), order=("due_on", "id"), cursor=request.GET.get("cursor", ""))
    context = {
        "turn": turn,
        "opened": opened,
        "progress": reading.progress([turn], within=scope, on=today())[turn.pk],
        "load": reading.load(turn, within=scope) if opened else [],
        "rows": shown.rows,
        "page": Turns.of(request, shown),
        "may_plan": may(request.actor, "round.plan", turn),
        "may_see_draw": may(request.actor, "draw.view", turn),
        "region_names": names_around(within=scope),
    }
    return render(request, "office/round.html", context)


def _opened(turn: Round) -> bool:
    """Who inspects what stays closed until the day of a draw's list."""
    return not hasattr(turn, "draw") or turn.draw.opens_on <= today()


def _turn(request: OfficeRequest, pk: int) -> Round:
    return found(reading.concerning(within=within(request, "round.view")).filter(pk=pk).first())


def _done(request: OfficeRequest, pk: int, act: Callable[..., Any], said: str) -> bool:
    try:
        act(turn=_turn(request, pk), by=request.actor)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
        return False
    messages.success(request, said)
    return True


@require_POST
def publish(request: OfficeRequest, pk: int) -> HttpResponse:
    _done(request, pk, acting.publish_round, _("已发布，分到的人在“今天”和“待查”里看得到。"))
    return redirect("office:round", pk=pk)


@require_POST
def close(request: OfficeRequest, pk: int) -> HttpResponse:
    _done(request, pk, acting.close_round, _("这一轮已结束；没看的仍记作没看。"))
    return redirect("office:round", pk=pk)


@require_POST
def discard(request: OfficeRequest, pk: int) -> HttpResponse:
    gone = _done(request, pk, acting.discard_round, _("草稿已删除。"))
    return redirect("office:rounds") if gone else redirect("office:round", pk=pk)


def hand_over(request: OfficeRequest, pk: int) -> HttpResponse:
    """Give one place of a round to somebody else on duty there."""
    due = found(reading.dues(within=within(request, "round.plan")).filter(pk=pk).first())
    verb = right_to_look(due.round.tier)
    form = HandOverForm(request.POST or None, on_duty(verb, region=due.region, matter=due.round.matter, on=today()))

    def act() -> Due:
        return acting.hand_over(due=due, to=form.cleaned_data["to"], by=request.actor)

    if tried(request, form, act):
        messages.success(request, _("已转给 %(name)s。") % {"name": form.cleaned_data["to"].name})
        return redirect("office:round", pk=due.round_id)
    return render(request, "office/hand_over.html", {"due": due, "form": form}, status=status(form))
