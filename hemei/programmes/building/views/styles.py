"""风貌: how houses of a place are to look, how the pattern book is taken up, which houses are shown to others."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import At, scope_of
from hemei.core.doors import reach
from hemei.core.queries.regions import names
from hemei.office.forms import OfficeForm
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.programmes.building.actions import demonstration as acting
from hemei.programmes.building.actions.style import set_style
from hemei.programmes.building.lookforms import DemonstrationForm, LookForm, NominationForm
from hemei.programmes.building.models import Demonstration, Permit, Style
from hemei.programmes.building.queries.styles import demonstrations, styles, take_up
from hemei.programmes.building.views.permits import one

MATTER = Permit.matter


def listing(request: OfficeRequest) -> HttpResponse:
    scope = reach(request.actor, "permit.view", MATTER)
    context = {
        "styles": styles(within=scope).order_by("region", "zone"),
        "patterns": take_up(within=scope),
        "demonstrations": demonstrations(within=scope)[:200],
        "region_names": names(within=scope),
        "may_set": bool(scope_of(request.actor, "parameter.edit", MATTER)),
    }
    return render(request, "building/styles.html", context)


def add(request: OfficeRequest) -> HttpResponse:
    form = LookForm(request.POST or None, within=reach(request.actor, "parameter.edit", MATTER))

    def act() -> Style:
        return set_style(where=At(form.cleaned_data["region"], MATTER), look=form.look(), by=request.actor)

    if tried(request, form, act):
        messages.success(request, _("已设定。没办完的申请马上照它对照。"))
        return redirect("building.styles")
    context = {"form": form, "button": _("设定风貌"), "back": reverse("building.styles"), "about": _("风貌")}
    context["explanation"] = _("照区里的文件填；文件没有说的空着，不作要求。")
    return render(request, "office/asked.html", context, status=status(form))


def nominate(request: OfficeRequest, pk: int) -> HttpResponse:
    permit = one(request, pk, "permit.nominate")
    form = NominationForm(request.POST or None)
    said = _("区里评审以后才是示范房。评上的，图集的户型页上会写明有一处，不写是谁家。")

    def act() -> Demonstration:
        return acting.nominate(permit=permit, by=request.actor, **form.cleaned_data)

    return _about(request, permit, form, _("推荐为示范房"), act, said)


def demonstrate(request: OfficeRequest, pk: int) -> HttpResponse:
    permit = one(request, pk, "permit.demonstrate")
    form = DemonstrationForm(request.POST or None)
    waiting = permit.demonstrations.filter(outcome=Demonstration.Outcome.NOMINATED).first()
    said = _("推荐理由：%(reason)s") % {"reason": waiting.reason} if waiting else ""

    def act() -> Demonstration:
        return acting.review_demonstration(permit=permit, by=request.actor, **form.cleaned_data)

    return _about(request, permit, form, _("登记示范房评审"), act, said)


def _about(
    request: OfficeRequest, permit: Permit, form: OfficeForm, button: str, act: Callable[[], Demonstration], said: str
) -> HttpResponse:
    back = reverse("building.one", args=[permit.pk])
    if tried(request, form, act):
        messages.success(request, _("已办理：%(what)s。") % {"what": button})
        return redirect(back)
    context = {"form": form, "button": button, "back": back, "about": str(permit), "explanation": said}
    return render(request, "office/asked.html", context, status=status(form))
