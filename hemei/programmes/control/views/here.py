"""这里能建什么: tap on the map, and the rules of the spot on one screen; for staff, and for anybody."""

from __future__ import annotations

from typing import Any

import shapely
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from hemei.core.doors import reach
from hemei.core.errors import Mistaken
from hemei.core.limits import spend
from hemei.core.models import Account, Region
from hemei.core.registry import registry
from hemei.maps.views import TILE, unless_known
from hemei.office.request import OfficeRequest
from hemei.office.rulings import sorted_out
from hemei.programmes.control.forms import SpotForm
from hemei.programmes.control.legend import map_of
from hemei.programmes.control.models import LayerVersion
from hemei.programmes.control.queries.drawn import shown_layers, tile_of
from hemei.programmes.control.views.district import MATTER, district_here
from hemei.terms.day import today
from hemei.terms.proposal import Proposal, Ruled
from hemei.terms.region import Level


def _answered(form: SpotForm, code: str, *, public: bool) -> dict[str, Any]:
    """The verdicts of the spot, sorted into what stands in the way, what is not known, and what is fine."""
    if not form.is_bound or not form.is_valid():
        return {}
    said = form.cleaned_data
    proposal = Proposal(
        id="here",
        region=code,
        geometry=bytes(shapely.to_wkb(shapely.Point(said["lon"], said["lat"]))),
        use=said["use"],
        work=said["work"],
        storeys=said["storeys"],
        height_m=said["height_m"],
    )
    home = Region.district_of(code)
    if home is not None and not shapely.contains_xy(home.shape, said["lon"], said["lat"]):
        return {"outside": home}
    try:
        ruled: Ruled = registry.ask("control.verdicts", [proposal], on=today(), public=public)["here"]
    except Mistaken as mistake:
        form.blame(mistake)
        return {}
    return {"ruled": ruled, **sorted_out(ruled)}


def here(request: OfficeRequest) -> HttpResponse:
    scope = reach(request.actor, "control.view", MATTER)
    code = district_here(request, scope)
    form = SpotForm(request.GET if "lon" in request.GET else None)
    layers = shown_layers(code, today(), public=False)
    context = {
        "form": form,
        "public": False,
        **_answered(form, code, public=False),
        **map_of(code, layers, reverse("control.tile", args=[0, 0, 0]), request.GET.get("layer", "")),
    }
    return render(request, "control/here.html", context)


def tile(request: OfficeRequest, z: int, x: int, y: int) -> HttpResponse:
    scope = reach(request.actor, "control.view", MATTER)
    return _tile(request, district_here(request, scope), z, x, y, public=False)


def _tile(request: HttpRequest, code: str, z: int, x: int, y: int, *, public: bool) -> HttpResponse:
    try:
        body = tile_of(shown_layers(code, today(), public=public), z, x, y)
    except ValueError as error:
        raise Http404 from error
    return unless_known(request, body, TILE)


def _open_district(request: HttpRequest) -> str:
    """The district that a stranger asks about: named in the address, else the first that has any layer."""
    rows = Region.objects.filter(level=Level.DISTRICT, closed_on=None).order_by("code")
    codes = list(rows.values_list("code", flat=True))
    asked = request.GET.get("district", "")
    if asked in codes:
        return str(asked)
    if not codes:
        raise Http404
    with_layers = set(LayerVersion.objects.filter(region__in=codes).values_list("region", flat=True))
    return str(next((code for code in codes if code in with_layers), codes[0]))


def open_here(request: HttpRequest) -> HttpResponse:
    """The same for anybody: of internal layers the answer and its clause only, and none of them drawn."""
    code = _open_district(request)
    form = SpotForm(request.GET if "lon" in request.GET else None)
    if form.is_bound:
        spend("spot", request.user.pk if isinstance(request.user, Account) else request.META.get("REMOTE_ADDR", ""))
    layers = shown_layers(code, today(), public=True)
    context = {
        "form": form,
        "public": True,
        "home": Region.objects.get(code=code),
        **_answered(form, code, public=True),
        **map_of(code, layers, reverse("control.open_tile", args=[0, 0, 0])),
    }
    return render(request, "control/open_here.html", context)


def open_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    return _tile(request, _open_district(request), z, x, y, public=True)
