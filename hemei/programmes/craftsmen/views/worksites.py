"""工地: opening one, who works there, and the slip by which the household rates the work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import At, require
from hemei.core.doors import found, reach
from hemei.core.models import Place
from hemei.core.queries.places import place as find_place
from hemei.core.signing import slip
from hemei.field.scanned import drawn
from hemei.field.staff import public_address
from hemei.office.forms import OfficeForm
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.programmes.craftsmen.actions import worksite as acting
from hemei.programmes.craftsmen.forms import LastDayForm, PostingForm, SiteForm
from hemei.programmes.craftsmen.models import Craftsman, Posting, Sort, Worksite

MATTER = Craftsman.matter


def add(request: OfficeRequest) -> HttpResponse:
    form = SiteForm(request.POST or None, within=reach(request.actor, "posting.keep", MATTER))

    def act() -> Place:
        return acting.open_site(where=At(form.cleaned_data["region"], MATTER), site=form.site(), by=request.actor)

    if made := tried(request, form, act):
        messages.success(request, _("工地已登记。接着登记谁来干活，再在地图上点出位置。"))
        return redirect("office:place", pk=made.pk)
    context = {"form": form, "button": _("登记工地"), "back": f"{reverse('office:places')}?kind=worksite"}
    return render(request, "office/asked.html", context, status=status(form))


def _site(request: OfficeRequest, pk: int) -> Place:
    place = found(find_place(pk, within=reach(request.actor, "place.view", MATTER)))
    if place.kind != "worksite":
        raise Http404
    require(request.actor, "posting.keep", place)
    return place


def post(request: OfficeRequest, pk: int) -> HttpResponse:
    place = _site(request, pk)
    form = PostingForm(request.POST or None)
    return _asked(
        request, place, form, _("登记上工"), lambda: acting.post(place=place, by=request.actor, **form.cleaned_data)
    )


def end_posting(request: OfficeRequest, pk: int, row: int) -> HttpResponse:
    place = _site(request, pk)
    posting = found(Posting.objects.filter(place=place, pk=row).select_related("craftsman__person").first())
    form = LastDayForm(request.POST or None)

    def act() -> Posting:
        return acting.end_posting(posting=posting, on=form.cleaned_data["on"], by=request.actor)

    return _asked(request, place, form, _("登记 %(name)s 离开") % {"name": posting.craftsman}, act)


def finish(request: OfficeRequest, pk: int) -> HttpResponse:
    place = _site(request, pk)
    form = LastDayForm(request.POST or None)

    def act() -> Worksite:
        return acting.finish_site(place=place, on=form.cleaned_data["on"], by=request.actor)

    return _asked(request, place, form, _("登记完工"), act)


def _asked(request: OfficeRequest, place: Place, form: OfficeForm, button: str, act: Callable[[], Any]) -> HttpResponse:
    if tried(request, form, act):
        messages.success(request, _("已办理：%(what)s。") % {"what": button})
        return redirect("office:place", pk=place.pk)
    context = {"form": form, "button": button, "back": reverse("office:place", args=[place.pk]), "about": place.label}
    return render(request, "office/asked.html", context, status=status(form))


def ask(request: OfficeRequest, pk: int) -> HttpResponse:
    """The sheet with the code by which the household rates the work. Its slip is for this house and one rating."""
    place = _site(request, pk)
    site = Worksite.objects.get(place=place)
    if site.sort != Sort.HOUSE or site.ends_on is None:
        raise Http404
    address = public_address(request) + reverse("craftsmen.rate", args=[slip("posting.rate", place)])
    context = {"place": place, "picture": drawn(address, error="m")}
    response = render(request, "craftsmen/ask.html", context)
    response["Cache-Control"] = "no-store"
    return response
