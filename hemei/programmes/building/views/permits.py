"""The queue of permits, an application, and the files of a permit."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import At, require, scope_of
from hemei.core.doors import found, moved, reach
from hemei.core.models import Evidence
from hemei.core.queries.paging import page
from hemei.core.queries.regions import names
from hemei.office.paging import Turns, count_to
from hemei.office.request import OfficeRequest
from hemei.office.sending import sent
from hemei.office.trying import status, tried
from hemei.office.uploads import new_files
from hemei.office.views.evidence import as_it_came, small_picture
from hemei.programmes.building.actions import applying
from hemei.programmes.building.forms import ApplicationForm, HouseholdFilterForm, PermitFilterForm
from hemei.programmes.building.life import LIFE, LOOKS, STAGES
from hemei.programmes.building.models import Permit, PermitFile
from hemei.programmes.building.queries.households import households, one_household
from hemei.programmes.building.queries.listing import permits_listing
from hemei.programmes.building.queries.permits import counts, medians, permit, permits
from hemei.programmes.building.views.placing import on_map, placing_form
from hemei.programmes.building.wording import next_step
from hemei.terms.region import Level

MATTER = Permit.matter


def listing(request: OfficeRequest) -> HttpResponse:
    scope = reach(request.actor, "permit.view", MATTER)
    form = PermitFilterForm(request.GET if request.GET else {"state": "open"}, within=scope)
    rows = permits(within=scope, where=form.where())
    shown = page(rows, order=("-id",), cursor=request.GET.get("cursor", ""), count_to=count_to(request))
    standing = counts(within=scope)
    context = {
        "form": form,
        "rows": [(row, LIFE.by_key[row.state].name, LOOKS[row.state], next_step(row)) for row in shown.rows],
        "page": Turns.of(request, shown, of=rows),
        "region_names": names(within=scope),
        "tiles": [(LIFE.by_key[key], standing.get(key, 0), LOOKS[key]) for key in STAGES],
        "may_take_in": any(
            len(p) == Level.DISTRICT for p in scope_of(request.actor, "register.import", MATTER).prefixes
        ),
        "may_apply": bool(scope_of(request.actor, "permit.apply", MATTER)),
    }
    return render(request, "building/list.html", context)


def listing_file(request: OfficeRequest, form: str) -> FileResponse:
    """What the list shows, with the same filters."""
    scope = reach(request.actor, "register.export", MATTER)
    seen = reach(request.actor, "permit.view", MATTER)
    asked = PermitFilterForm(request.GET if request.GET else {"state": "open"}, within=seen)
    return sent(request, permits_listing(permits(within=scope, where=asked.where()), within=scope), form, scope)


def stages(request: OfficeRequest) -> HttpResponse:
    """Where things get stuck: how long permits stayed in each stage, by township."""
    scope = reach(request.actor, "permit.view", MATTER)
    region_names = names(within=scope)
    context = {
        "stages": [LIFE.by_key[key].name for key in STAGES],
        "medians": [
            (region_names.get(code, code), [(LIFE.by_key[key].name, by_state.get(key)) for key in STAGES])
            for code, by_state in medians(within=scope).items()
        ],
    }
    return render(request, "building/stages.html", context)


def find(request: OfficeRequest) -> HttpResponse:
    """For whom: a household of the register."""
    scope = reach(request.actor, "permit.apply", MATTER)
    form = HouseholdFilterForm(request.GET, within=scope)
    rows = households(within=scope, region=form.chosen["region"], text=form.chosen["q"])
    shown = page(
        rows, order=("region", "id"), cursor=request.GET.get("cursor", ""), size=30, count_to=count_to(request)
    )
    context = {
        "form": form,
        "rows": shown.rows,
        "page": Turns.of(request, shown, of=rows),
        "region_names": names(within=scope),
    }
    return render(request, "building/find.html", context)


def add(request: OfficeRequest, pk: int) -> HttpResponse:
    household = found(one_household(pk, within=reach(request.actor, "permit.apply", MATTER)))
    form = ApplicationForm(household, request.POST or None)

    def act() -> Permit:
        return applying.apply(
            where=At(household.region, MATTER),
            household=household,
            filed=form.filed(),
            files=new_files(request),
            by=request.actor,
        )

    if made := tried(request, form, act):
        messages.success(request, _("申请已登记。接着开会讨论，会后在这里登记结果。"))
        return moved(request, reverse("building.one", args=[made.pk]))
    context = {
        **on_map(household.region),
        **placing_form(),
        "form": form,
        "button": _("登记申请"),
        "back": reverse("building.find"),
        "about": str(household),
        "explanation": _("照户主签字的申请表填；不知道的空着，不要猜。"),
    }
    return render(request, "building/placing.html", context, status=status(form))


def one(request: OfficeRequest, pk: int, verb: str = "permit.view") -> Permit:
    row = found(permit(pk, within=reach(request.actor, "permit.view", MATTER)))
    if verb != "permit.view":
        require(request.actor, verb, row)
    return row


def _file(request: OfficeRequest, pk: int, row: int) -> Evidence:
    kept = found(PermitFile.objects.filter(permit=one(request, pk), evidence=row).select_related("evidence").first())
    return kept.evidence


def original(request: OfficeRequest, pk: int, row: int) -> HttpResponseBase:
    return as_it_came(_file(request, pk, row))


def thumbnail(request: OfficeRequest, pk: int, row: int) -> HttpResponseBase:
    return small_picture(_file(request, pk, row), large="large" in request.GET)
