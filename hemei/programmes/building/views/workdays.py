"""工作日表: which days are worked, as announced and as the district corrected them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import At, may, require
from hemei.core.doors import reach
from hemei.engines.workdays import ANNOUNCED
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.programmes.building.actions.workday import correct_days
from hemei.programmes.building.forms import DaysForm
from hemei.programmes.building.models import Permit
from hemei.programmes.building.queries.calendar import corrections
from hemei.terms.region import Level

MATTER = Permit.matter


def _district(request: OfficeRequest) -> At:
    scope = reach(request.actor, "permit.view", MATTER)
    return At(min(scope.prefixes, key=len)[: Level.DISTRICT], MATTER)


def listing(request: OfficeRequest) -> HttpResponse:
    scope = reach(request.actor, "permit.view", MATTER)
    context = {
        "rows": corrections(within=scope)[:400],
        "first": ANNOUNCED.start,
        "last": ANNOUNCED.stop - 1,
        "may_edit": may(request.actor, "parameter.edit", _district(request)),
    }
    return render(request, "building/workdays.html", context)


def correct(request: OfficeRequest) -> HttpResponse:
    where = _district(request)
    require(request.actor, "parameter.edit", where)
    form = DaysForm(request.POST or None)
    moved = tried(request, form, lambda: correct_days(where=where, by=request.actor, **form.cleaned_data))
    if moved is not None:
        messages.success(request, _("已更正，%(n)d 件申请的期限跟着变了。") % {"n": moved})
        return redirect("building.workdays")
    context = {"form": form, "button": _("更正"), "back": reverse("building.workdays"), "about": _("工作日表")}
    return render(request, "office/asked.html", context, status=status(form))
