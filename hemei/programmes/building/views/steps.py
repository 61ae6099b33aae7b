"""One step of a permit: its form, and what comes of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.actions.case import already
from hemei.core.doors import moved
from hemei.core.lifecycle import Step
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.office.uploads import new_files
from hemei.programmes.building.actions.steps import STEPS
from hemei.programmes.building.life import LIFE
from hemei.programmes.building.models import Permit
from hemei.programmes.building.queries.standing import blocking, stood
from hemei.programmes.building.stepforms import RefileForm, StepForm
from hemei.programmes.building.views.permits import one
from hemei.programmes.building.views.placing import measuring_form, on_map, placing_form

WARNED = {"permit.set_out": "permit.set_out", "permit.approve": "permit.approve"}
"""Step → the gates that are shown above its form."""


def take(request: OfficeRequest, pk: int, slug: str) -> HttpResponse:
    verb = f"permit.{slug}"
    step = LIFE.by_verb.get(verb)
    if step is None:
        raise Http404
    permit = one(request, pk, verb)
    form = _form(step, permit, request)
    if request.method == "POST" and form.is_valid():
        brought = form.brought(new_files(request))
        if already(permit, verb, by=request.actor, brought=brought):
            return _done(request, permit, step)
    if permit.state not in step.sources:
        messages.warning(request, _("这一步现在不能办了，可能别人刚办过，请看最新经过。"))
        return redirect("building.one", pk=permit.pk)
    if tried(request, form, lambda: STEPS[verb](permit=permit, by=request.actor, brought=brought)):
        return _done(request, permit, step)
    back = {"back": reverse("building.one", args=[pk]), "about": str(permit)}
    context = {"form": form, "button": step.name, "warning": _warning(permit, verb), **back}
    drawn = _drawn(step, permit)
    template = "building/placing.html" if drawn else "office/asked.html"
    return render(request, template, context | drawn, status=status(form))


def _drawn(step: Step, permit: Permit) -> dict[str, Any]:
    """The map of a step on which something is drawn, else nothing."""
    if step.verb == "permit.resubmit":
        return {**on_map(permit.region), **placing_form()}
    if step.verb == "permit.accept" and permit.footprint:
        return {**on_map(permit.region), **measuring_form(permit)}
    return {}


def _form(step: Step, permit: Permit, request: OfficeRequest) -> StepForm | RefileForm:
    made = RefileForm(permit, request.POST or None) if step.verb == "permit.resubmit" else None
    return made or StepForm(step, permit, request.POST or None)


def _warning(permit: Permit, verb: str) -> str:
    if verb not in WARNED:
        return ""
    closed = blocking(stood(permit, before=WARNED[verb]))
    return (
        _("还有 %(n)d 项条件没有满足：%(gates)s")
        % {
            "n": len(closed),
            "gates": _("、").join(str(one.passage.gate.title) for one in closed),
        }
        if closed
        else ""
    )


def _done(request: OfficeRequest, permit: Permit, step: Step) -> HttpResponse:
    messages.success(request, _("已登记：%(step)s。") % {"step": step.name})
    if step.verb == "permit.set_out" and (closed := blocking(stood(permit, before="permit.set_out"))):
        messages.warning(request, _("请留意：%(why)s。") % {"why": closed[0].passage.answer.said})
    return moved(request, reverse("building.one", args=[permit.pk]))
