"""The papers of a permit on A4: filled in as far as is known, to be sealed by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from hemei.core.doors import found
from hemei.core.models import Unit, UnitKind
from hemei.core.queries.duty import prefixes_of
from hemei.core.queries.regions import names
from hemei.core.signing import slip
from hemei.field.scanned import drawn
from hemei.field.staff import public_address
from hemei.office.request import OfficeRequest, within
from hemei.programmes.building.actions.asked import compared
from hemei.programmes.building.models import Permit
from hemei.programmes.building.papers import offered
from hemei.programmes.building.queries.calendar import notice_ends
from hemei.programmes.building.views.permits import one
from hemei.terms.day import today

FOLLOW = "permit.follow"
"""What a household's slip is for: to see how its own application stands."""


def paper(request: OfficeRequest, pk: int, key: str) -> HttpResponse:
    permit = one(request, pk)
    name = found(dict(offered(permit)).get(key))
    context = {
        "one": permit,
        "name": name,
        "template": f"building/papers/{key}.html",
        "village": village_of(permit),
        "region_names": names(within=within(request, "permit.view")),
        "today": today(),
        **SAYS[key](request, permit),
    }
    response = render(request, "building/paper.html", context)
    response["Cache-Control"] = "no-store"
    return response


def village_of(permit: Permit) -> Unit | None:
    """The committee of the village, whom neighbours can tell what they have against it."""
    rows = Unit.objects.filter(region__in=prefixes_of(permit.region), kind=UnitKind.VILLAGE_COMMITTEE, closed_on=None)
    return rows.order_by("pk").first()


def _receipt(request: HttpRequest, permit: Permit) -> dict[str, Any]:
    address = public_address(request) + reverse("building.follow", args=[slip(FOLLOW, permit)])
    return {"picture": drawn(address, error="m")}


def _notice(request: HttpRequest, permit: Permit) -> dict[str, Any]:
    """From today, or from the day on which it was put up."""
    started = permit.steps.filter(verb="permit.publicise", at__gte=permit.filed_at).order_by("-pk").first()
    day = timezone.localtime(started.at).date() if started else today()
    ends = notice_ends(permit, day)
    return {"starts": day, "ends": ends.day, "provisional": ends.provisional}


def _checked(request: HttpRequest, permit: Permit) -> dict[str, Any]:
    address = public_address(request) + reverse("building.check", args=[permit.code])
    decided = permit.steps.filter(verb="permit.approve").order_by("-pk")[0]
    return {"picture": drawn(address, error="m"), "conditions": decided.note}


def _accepted(request: HttpRequest, permit: Permit) -> dict[str, Any]:
    step = permit.steps.filter(verb="permit.accept").order_by("-pk")[0]
    return {**_checked(request, permit), "step": step, "compared": compared(permit, permit.as_built, step.at)}


def _refused(request: HttpRequest, permit: Permit) -> dict[str, Any]:
    return {"step": permit.steps.filter(verb="permit.refuse").order_by("-pk")[0]}


SAYS: dict[str, Callable[[HttpRequest, Permit], dict[str, Any]]] = {
    "receipt": _receipt,
    "notice": _notice,
    "planning": _checked,
    "homestead": _checked,
    "acceptance": _accepted,
    "refusal": _refused,
}
"""What a paper needs besides the permit."""
