"""One step of a case: its form, and what comes of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import Refused
from hemei.core.actions.case import STEPS, already
from hemei.core.doors import found, moved
from hemei.core.errors import Mistaken
from hemei.core.lifecycle import LIFE, Step
from hemei.core.models import Case, Evidence
from hemei.core.queries import cases as reading
from hemei.office.offers import Offer, offer
from hemei.office.request import OfficeRequest, within
from hemei.office.steps import NOT_ENDING, StepForm
from hemei.office.uploads import new_files


def take(request: OfficeRequest, pk: int, slug: str) -> HttpResponse:
    scope = within(request, "case.view")
    case = found(reading.case(pk, within=scope))
    step = LIFE.by_verb.get(f"case.{slug}")
    if step is None:
        raise Refused(f"case.{slug}")
    form = StepForm(step, case, request.POST or None, initial=_given(request))
    if _done_before(request, case, form):
        return _done(request, case, step)
    offered = offer(case, request.actor, slug)
    if offered is None:
        return _not_now(request, case, slug)
    if request.method == "POST" and form.is_valid() and _taken(request, case, form):
        return _done(request, case, step)
    context = {
        "case": case,
        "offer": offered,
        "form": form,
        "not_ending": NOT_ENDING,
        "earlier": _earlier(case, offered),
    }
    return render(request, "office/case_step.html", context, status=422 if form.errors else 200)


def _done_before(request: OfficeRequest, case: Case, form: StepForm) -> bool:
    """Whether this very form has come before. It may have led to where the step is no longer this person's to take."""
    if request.method != "POST" or not form.is_valid():
        return False
    return already(case, form.step.verb, by=request.actor, brought=form.brought([])) is not None


def _done(request: OfficeRequest, case: Case, step: Step) -> HttpResponse:
    messages.success(request, _("已登记：%(step)s。") % {"step": step.name})
    return moved(request, reverse("office:case", args=[case.pk]))


def _taken(request: OfficeRequest, case: Case, form: StepForm) -> bool:
    try:
        STEPS[form.step.verb](case=case, by=request.actor, brought=form.brought(new_files(request)))
    except Mistaken as mistake:
        form.blame(mistake)
        case.refresh_from_db()
        return False
    return True


def _not_now(request: OfficeRequest, case: Case, slug: str) -> HttpResponse:
    """The step is not there: taken by somebody else meanwhile, or never this person's to take."""
    if f"case.{slug}" in STEPS and any(f"case.{slug}" in g.role.rights for g in request.actor.grants):
        messages.warning(request, _("这一步现在不能办了，可能别人刚办过，请看最新经过。"))
        return redirect("office:case", pk=case.pk)
    raise Refused(f"case.{slug}")


def _given(request: OfficeRequest) -> dict[str, Any]:
    return {name: request.GET[name] for name in ("document", "number", "to") if name in request.GET}


def _earlier(case: Case, offered: Offer) -> list[Evidence]:
    """What acceptance is held against: the photos of the finding and of the remedy."""
    if offered.step.verb not in ("case.accept", "case.return"):
        return []
    return [file for step in reading.steps(case) for file in step.evidence.all()]
