"""The stages of an ecological relocation, on its permit's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.doors import moved
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.office.uploads import new_files
from hemei.programmes.building.actions.relocation import next_stage, reach_stage
from hemei.programmes.building.relocationforms import StageForm
from hemei.programmes.building.views.permits import one


def reach(request: OfficeRequest, pk: int) -> HttpResponse:
    permit = one(request, pk, "permit.visit")
    form = StageForm(next_stage(permit), request.POST or None)

    def act() -> Any:
        said = {name: value for name, value in form.cleaned_data.items() if name != "files"}
        return reach_stage(permit=permit, by=request.actor, files=new_files(request), **said)

    if tried(request, form, act):
        messages.success(request, _("已登记。"))
        return moved(request, reverse("building.one", args=[pk]))
    back = {"back": reverse("building.one", args=[pk]), "about": str(permit)}
    context = {"form": form, "button": _("登记搬迁阶段"), **back}
    return render(request, "office/asked.html", context, status=status(form))
