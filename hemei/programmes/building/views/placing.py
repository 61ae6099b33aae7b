"""A house of the pattern book, or of an application, put on the map: what the rules say of it there, at once."""

from __future__ import annotations

import json
from typing import Any

import shapely
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.doors import found, reach
from hemei.core.errors import Mistaken
from hemei.core.limits import spend
from hemei.core.models import Account
from hemei.core.registry import registry
from hemei.field.scanned import for_anybody
from hemei.office.request import OfficeRequest
from hemei.office.rulings import sorted_out
from hemei.programmes.building.forms import PlaceForm
from hemei.programmes.building.models import Pattern, Permit
from hemei.programmes.building.queries.placing import outside
from hemei.programmes.building.shapes import area_m2, outside_m2
from hemei.programmes.building.templatetags.building import as_json
from hemei.programmes.building.wording import area_words
from hemei.terms.day import today
from hemei.terms.region import Level, is_code

MATTER = Permit.matter


def placed(request: OfficeRequest) -> HttpResponse:
    """The answer about a house as it lies on the map of an application, for whoever takes it in or looks into it."""
    scope = reach(request.actor, "permit.view", MATTER)
    region = request.GET.get("region", "")
    if not (is_code(region) and scope.covers(region, MATTER)):
        raise Http404
    form = PlaceForm(request.GET)
    return render(request, "building/_placed.html", answered(form, region, public=False))


@for_anybody
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """A plan put on one's own plot, without an account: the whole page, or the answer alone."""
    pattern = found(Pattern.objects.filter(pk=pk).first())
    asked = bool({"lon", "house_shape"} & set(request.GET))
    form = PlaceForm(request.GET) if asked else PlaceForm(initial=_of_plan(pattern))
    if asked:
        spend("place", request.user.pk if isinstance(request.user, Account) else request.META.get("REMOTE_ADDR", ""))
    context = {"form": form, "one": pattern, **(answered(form, pattern.region, public=True) if asked else {})}
    if request.headers.get("HX-Request") == "true":
        return render(request, "building/_placed.html", context)
    drawn = registry.overlay("control.verdicts", pattern.region, public=True)
    context |= {"ask": reverse("building.place", args=[pk]), "guessed": not pattern.width_m, **drawn}
    return render(request, "building/place.html", context)


def _of_plan(pattern: Pattern) -> dict[str, Any]:
    """What the book says of a plan; a square of its footprint where it does not say its sides."""
    side = round(pattern.footprint_m2**0.5, 1)
    return {
        "width_m": pattern.width_m or side,
        "depth_m": pattern.depth_m or side,
        "turn": 0,
        "work": "new",
        "storeys": pattern.storeys,
        "eaves_m": pattern.eaves_m,
        "height_m": pattern.height_m,
    }


def answered(form: PlaceForm, region: str, *, public: bool) -> dict[str, Any]:
    """What building/_placed.html needs. A form that is not right yet is answered with what is wrong."""
    told: dict[str, Any] = {"form": form, "public": public}
    if not form.is_valid():
        return told
    try:
        house = form.house(region)
        spot = house.shape.representative_point()
        if home := outside(region, spot.x, spot.y):
            return told | {"outside": home}
        standing = house.around()
        proposal = house.proposal("here", standing)
        ruled = registry.ask("control.verdicts", [proposal], on=today(), public=public)["here"]
    except Mistaken as mistake:
        form.blame(mistake)
        return told
    plot = shapely.from_wkb(house.plot) if house.plot else None
    permitted = shapely.from_wkb(ruled.permitted) if ruled.permitted else None
    return told | {
        "ruled": ruled,
        "house_words": area_words(house.shape),
        "standing": len(standing.shapes),
        "spots": any(not shape.area for shape in standing.shapes.values()),
        "near": standing.near,
        "plot_m2": area_m2(plot) if plot else None,
        "beyond_m2": outside_m2(house.shape, plot) if plot else 0.0,
        "permitted": json.loads(shapely.to_geojson(permitted)) if permitted is not None else None,
        **sorted_out(ruled),
    }


def on_map(region: str) -> dict[str, Any]:
    """What building/_placing.html needs on the staff pages: the control layers, the boundaries and what stands."""
    drawn = registry.overlay("control.verdicts", region)
    tiles = reverse("map_tile", args=(0, 0, 0)).replace("0/0/0", "{z}/{x}/{y}")
    return {
        "ask": f"{reverse('building.placed')}?region={region}",
        "tiles": f"{tiles}?kind=house&region={region[: Level.DISTRICT]}",
        "boundaries": reverse("map_regions"),
        **drawn,
    }


def placing_form() -> dict[str, Any]:
    """A map beside a form with the fields of a house and its plot."""
    return {"ring": "plot_shape", "house": True, "map_title": _("在地图上放房子、画宅基地")}


def measuring_form(permit: Permit) -> dict[str, Any]:
    """A map on which the outline of what was built is measured, over what was approved."""
    assert permit.footprint
    below = [_feature(permit.footprint, "approved"), *([_feature(permit.plot, "plot")] if permit.plot else [])]
    return {
        "ask": "",
        "ring": "footprint",
        "courts": True,
        "under": as_json({"type": "FeatureCollection", "features": below}),
        "map_title": _("在地图上量建成的轮廓"),
    }


def _feature(wkb: bytes | memoryview, role: str) -> dict[str, Any]:
    shape = shapely.from_wkb(bytes(wkb))
    return {"type": "Feature", "properties": {"role": role}, "geometry": json.loads(shapely.to_geojson(shape))}
