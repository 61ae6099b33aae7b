"""随机抽查: freeze the frame, draw by a public event's outcome, publish."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemei.core.access import At, may, require, scope_of
from hemei.core.actions import draw as acting
from hemei.core.doors import found
from hemei.core.errors import Mistaken
from hemei.core.models import Draw, DrawState
from hemei.core.queries import rounds as reading
from hemei.core.queries.paging import page
from hemei.core.queries.regions import names_around
from hemei.office.paging import Turns
from hemei.office.planning import DrawFilterForm, DrawForm, SeedForm
from hemei.office.request import OfficeRequest, within
from hemei.office.trying import status, tried
from hemei.terms.day import today


def listing(request: OfficeRequest) -> HttpResponse:
    scope = within(request, "draw.view")
    form = DrawFilterForm(request.GET, within=scope)
    rows = form.narrowed(reading.draws(within=scope))
    shown = page(rows, order=form.ordering, cursor=request.GET.get("cursor", ""))
    context = {
        "form": form,
        "rows": shown.rows,
        "page": Turns.of(request, shown, of=rows),
        "region_names": names_around(within=scope),
        "may_hold": bool(scope_of(request.actor, "draw.hold")),
    }
    return render(request, "office/draws.html", context)


def add(request: OfficeRequest) -> HttpResponse:
    form = DrawForm(request.POST or None, within=within(request, "draw.hold"))

    def act() -> Draw:
        plan = form.plan()
        return acting.freeze(where=At(plan.region, plan.matter), plan=plan, by=request.actor)

    if held := tried(request, form, act):
        messages.success(request, _("名单已封存。请马上公布下面两个校验值，等公开事件出结果再抽。"))
        return redirect("office:draw", pk=held.pk)
    return render(request, "office/draw_form.html", {"form": form}, status=status(form))


def detail(request: OfficeRequest, pk: int) -> HttpResponse:
    held = _held(request, pk)
    may_hold = may(request.actor, "draw.hold", held)
    form = SeedForm(request.POST or None)
    if request.method == "POST":
        require(request.actor, "draw.hold", held)
        if tried(request, form, lambda: acting.hold(held=held, seed=form.cleaned_data["seed"], by=request.actor)):
            messages.success(request, _("已抽取。名单到启用日期才向巡查人员打开。"))
            return redirect("office:draw", pk=held.pk)
    progress = reading.progress([held.round], within=within(request, "draw.view"), on=today())[held.round_id]
    over = held.round.ends <= today() or progress["done"] == progress["due"]
    context = {
        "held": held,
        "form": form,
        "may_draw": may_hold and held.state == DrawState.FROZEN and held.event_on <= today(),
        "may_publish": may_hold and held.state == DrawState.DRAWN and over,
        "waits": held.state == DrawState.DRAWN and not over,
        "opened": held.state != DrawState.FROZEN and held.opens_on <= today(),
        "progress": progress,
        "region_names": names_around(within=within(request, "draw.view")),
    }
    return render(request, "office/draw.html", context, status=status(form))


@require_POST
def publish(request: OfficeRequest, pk: int) -> HttpResponse:
    try:
        acting.publish(held=_held(request, pk), by=request.actor)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
    else:
        messages.success(request, _("已公布，任何人都可以照着重抽一遍。"))
    return redirect("office:draw", pk=pk)


def _held(request: OfficeRequest, pk: int) -> Draw:
    return found(reading.draws(within=within(request, "draw.view")).filter(pk=pk).first())
