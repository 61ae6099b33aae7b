"""Pages that only houses have."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hemei.core.access import Refused, actor_of, require, scope_of
from hemei.core.actions.evidence import NewFile
from hemei.core.doors import moved, signed_in
from hemei.core.errors import Mistaken
from hemei.core.models import Account
from hemei.core.queries.places import place as find_place
from hemei.core.registry import registry
from hemei.engines.measures import Ratio
from hemei.programmes.houses.actions import record_appraisal
from hemei.programmes.houses.forms import AppraisalForm
from hemei.programmes.houses.queries import appraisals, missed, sign_names, standing
from hemei.terms.day import today


@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    """How the houses of my region stand, and how well they were looked at."""
    assert isinstance(request.user, Account)
    by = actor_of(request.user)
    scope = scope_of(by, "place.view", "houses")
    if not scope:
        raise Refused("place.view")
    seen = missed(within=scope, on=today())
    ratio = Ratio(seen.houses, seen.patrolled)
    called = sign_names((get_language() or "zh")[:2])
    context = {
        "standing": standing(within=scope),
        "indicator": registry.indicators["houses.miss_rate"],
        "missed": ratio,
        "rate": _percent(ratio.rate()),
        "interval": [_percent(bound) for bound in ratio.interval() or ()],
        "signs": [(called[sign], count) for sign, count in seen.signs],
        "appraisals": appraisals(within=scope_of(by, "appraisal.view", "houses")).order_by("-on", "-id")[:20],
    }
    return render(request, "houses/overview.html", context)


def _percent(rate: float | None) -> str:
    """To a tenth: of hundreds of houses a whole per cent would hide several."""
    return "" if rate is None else f"{rate:.1%}"


@signed_in
def appraisal(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the appraisal of a house."""
    assert isinstance(request.user, Account)
    by = actor_of(request.user)
    house = find_place(pk, within=scope_of(by, "place.view"))
    if house is None or house.kind != "house":
        raise Http404
    require(by, "appraisal.record", house)
    form = AppraisalForm(request.POST or None, request.FILES or None, region=house.region)
    if request.method == "POST" and form.is_valid():
        scan = form.cleaned_data["scan"]
        report = replace(form.report(), scans=[NewFile(scan.name, scan.read(), source="scan")])
        try:
            record_appraisal(place=house, report=report, by=by)
        except Mistaken as mistake:
            form.blame(mistake)
        else:
            messages.success(request, _("已登记鉴定报告 %(number)s。") % {"number": report.report_no})
            return moved(request, reverse("office:place", args=[house.pk]))
    return render(request, "houses/appraisal.html", {"form": form, "house": house}, status=422 if form.errors else 200)
