"""The joint review on the staff pages: opinions, visits, what was found on site, gates set aside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.doors import found, moved
from hemei.office.forms import OfficeForm
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.office.uploads import new_files
from hemei.programmes.building.actions import review as acting
from hemei.programmes.building.models import Permit
from hemei.programmes.building.queries.standing import Stood, stood
from hemei.programmes.building.reviewforms import OnSiteForm, OpinionForm, SetAsideForm, SignForm, VisitForm
from hemei.programmes.building.views.permits import one


def _asked(
    request: OfficeRequest, permit: Permit, form: OfficeForm, button: str, act: Callable[[], Any], said: str = ""
) -> HttpResponse:
    """A form about one permit: filled in and done, or shown with what is wrong."""
    if tried(request, form, act):
        messages.success(request, _("已办理：%(what)s。") % {"what": button})
        return moved(request, reverse("building.one", args=[permit.pk]))
    back = {"back": reverse("building.one", args=[permit.pk]), "about": str(permit), "explanation": said}
    return render(request, "office/asked.html", {"form": form, "button": button, **back}, status=status(form))


def opine(request: OfficeRequest, pk: int) -> HttpResponse:
    permit = one(request, pk, "permit.opine")
    form = OpinionForm(permit, request.POST or None)
    return _asked(
        request,
        permit,
        form,
        _("出具会审意见"),
        lambda: acting.opine(permit=permit, by=request.actor, **form.cleaned_data),
    )


def visit(request: OfficeRequest, pk: int) -> HttpResponse:
    permit = one(request, pk, "permit.visit")
    form = VisitForm(permit, request.POST or None)

    def act() -> Any:
        said = {name: value for name, value in form.cleaned_data.items() if name != "files"}
        return acting.visit(permit=permit, by=request.actor, files=new_files(request), **said)

    return _asked(request, permit, form, _("登记到场"), act)


def _gate(permit: Permit, gate: str) -> Stood:
    return found(next((one for one in stood(permit) if one.passage.gate.id == gate), None))


def _said(stands: Stood) -> str:
    clause = stands.passage.clause
    words = {"title": stands.passage.gate.title, "said": stands.passage.answer.said, "clause": clause.citation}
    return _("%(title)s：%(said)s。依据%(clause)s。") % words


def on_site(request: OfficeRequest, pk: int, gate: str) -> HttpResponse:
    permit = one(request, pk, "permit.measure")
    stands, form = _gate(permit, gate), OnSiteForm(request.POST or None)

    def act() -> Any:
        return acting.settle_on_site(permit=permit, gate=gate, by=request.actor, **form.cleaned_data)

    return _asked(request, permit, form, _("写现场认定"), act, _said(stands))


def set_aside(request: OfficeRequest, pk: int, gate: str) -> HttpResponse:
    permit = one(request, pk, "permit.set_aside")
    stands, form = _gate(permit, gate), SetAsideForm(request.POST or None)

    def act() -> Any:
        return acting.ask_set_aside(permit=permit, gate=gate, by=request.actor, **form.cleaned_data)

    return _asked(request, permit, form, _("提出搁置"), act, _said(stands))


def sign(request: OfficeRequest, pk: int, gate: str) -> HttpResponse:
    """The second signature: the page shows what the first one said."""
    permit = one(request, pk, "permit.set_aside")
    stands, form = _gate(permit, gate), SignForm(request.POST or None)
    asked = stands.set_aside
    words = (
        _("依据 %(document)s，理由：%(reason)s") % {"document": asked.document, "reason": asked.reason} if asked else ""
    )

    def act() -> Any:
        return acting.sign_set_aside(permit=permit, gate=gate, by=request.actor)

    return _asked(request, permit, form, _("签第二个字"), act, f"{_said(stands)} {words}".strip())
