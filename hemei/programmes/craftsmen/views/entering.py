"""A craftsman entered on a page, brought back, and credited with a training that was held elsewhere."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import At, require
from hemei.core.doors import reach
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.office.uploads import new_files
from hemei.programmes.craftsmen.actions import entering as acting
from hemei.programmes.craftsmen.actions.people import bring_back
from hemei.programmes.craftsmen.forms import ElsewhereForm, NewCraftsmanForm, ReasonForm
from hemei.programmes.craftsmen.models import Craftsman
from hemei.programmes.craftsmen.views.people import MATTER, asked, one_craftsman


def add(request: OfficeRequest) -> HttpResponse:
    form = NewCraftsmanForm(request.POST or None, within=reach(request.actor, "craftsman.keep", MATTER))

    def act() -> Craftsman:
        where = At(form.cleaned_data["region"], MATTER)
        return acting.enter_craftsman(where=where, told=form.told(), by=request.actor)

    if made := tried(request, form, act):
        messages.success(request, _("已登记。接着登记他的证书和培训，才能发上岗牌。"))
        return redirect("craftsmen.one", pk=made.pk)
    context = {"form": form, "button": _("登记工匠"), "back": reverse("craftsmen"), "about": _("工匠名册")}
    return render(request, "office/asked.html", context, status=status(form))


def come_back(request: OfficeRequest, pk: int) -> HttpResponse:
    one = one_craftsman(request, pk)
    require(request.actor, "craftsman.keep", one)
    form = ReasonForm(request.POST or None)

    def act() -> Craftsman:
        return bring_back(craftsman=one, why=form.cleaned_data["why"], by=request.actor)

    return asked(request, one, form, _("恢复到名册"), act)


def add_training(request: OfficeRequest, pk: int) -> HttpResponse:
    one = one_craftsman(request, pk)
    require(request.actor, "craftsman.keep", one)
    form = ElsewhereForm(request.POST or None)
    return asked(
        request,
        one,
        form,
        _("登记外出培训"),
        lambda: acting.enter_training(craftsman=one, told=form.told(), files=new_files(request), by=request.actor),
    )
