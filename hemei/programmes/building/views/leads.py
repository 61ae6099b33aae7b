"""Leads to enforcement, on the staff pages."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import At, require, scope_of
from hemei.core.doors import found, reach
from hemei.core.models import Place
from hemei.core.queries.paging import page
from hemei.core.queries.places import place as one_place
from hemei.core.queries.regions import names
from hemei.office.paging import Turns
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.programmes.building.actions import lead as acting
from hemei.programmes.building.leadforms import HouseLeadForm, LeadForm, OutcomeForm
from hemei.programmes.building.models import Lead, Permit
from hemei.programmes.building.queries.leads import leads

MATTER = Permit.matter


def listing(request: OfficeRequest) -> HttpResponse:
    scope = reach(request.actor, "permit.view", MATTER)
    rows = leads(within=scope)
    shown = page(rows, order=("-id",), cursor=request.GET.get("cursor", ""))
    context = {
        "rows": shown.rows,
        "page": Turns.of(request, shown, of=rows),
        "region_names": names(within=scope),
        "may_keep": bool(scope_of(request.actor, "lead.keep", MATTER)),
    }
    return render(request, "building/leads.html", context)


def add(request: OfficeRequest) -> HttpResponse:
    scope, place = reach(request.actor, "lead.keep", MATTER), _house(request)
    form = HouseLeadForm(place, request.POST or None) if place else LeadForm(request.POST or None, within=scope)

    def act() -> Lead:
        region = place.region if place else form.cleaned_data["region"]
        look = form.look() if isinstance(form, HouseLeadForm) else None
        return acting.hand_over(where=At(region, MATTER), seen=form.seen(), place=place, check=look, by=request.actor)

    if tried(request, form, act):
        messages.success(request, _("线索已移交。执法机关有了结果，在这里登记。"))
        return redirect("building.leads")
    context = {"form": form, "button": _("移交线索"), "back": reverse("building.leads"), "about": _("违法建房线索")}
    return render(request, "office/asked.html", context, status=status(form))


def _house(request: OfficeRequest) -> Place | None:
    """The house that the address names, within what this person sees; None where it names none."""
    asked = request.GET.get("place", "")
    if not asked:
        return None
    key = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else 0
    return found(one_place(key, within=scope_of(request.actor, "place.view")))


def close(request: OfficeRequest, pk: int) -> HttpResponse:
    lead = found(leads(within=reach(request.actor, "permit.view", MATTER)).filter(pk=pk).first())
    require(request.actor, "lead.keep", lead)
    form = OutcomeForm(request.POST or None)
    if tried(request, form, lambda: acting.close(lead=lead, by=request.actor, **form.cleaned_data)):
        messages.success(request, _("处理结果已登记。"))
        return redirect("building.leads")
    context = {"form": form, "button": _("登记处理结果"), "back": reverse("building.leads"), "about": str(lead)}
    return render(request, "office/asked.html", context, status=status(form))
