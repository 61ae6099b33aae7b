"""A map on any page: `{% load maps %}{% map_frame "house" region=region.code %}`.

The page itself loads built/map.css and built/map.js.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from hemei.core.access import Scope, actor_of, scope_of
from hemei.core.models import Account
from hemei.core.registry import registry
from hemei.maps.outlines import extent
from hemei.maps.picture import village_counts
from hemei.maps.views import narrowed

register = template.Library()


@register.inclusion_tag("maps/_map.html", takes_context=True)
def map_frame(
    context: dict[str, Any],
    kind: str,
    region: str = "",
    pick: str = "",
    center: str = "",
    zoom: int = 16,
    small: bool = False,
) -> dict[str, Any]:
    """The map of one kind within the reader's scope: as far as `region` reaches, or over `center` ("lon,lat")."""
    request: HttpRequest = context["request"]
    scope = narrowed(visible_to(request, kind), region)
    bounds = extent(within=scope)
    query = urlencode({key: value for key, value in {"kind": kind, "region": region}.items() if value})
    tiles = reverse("map_tile", args=(0, 0, 0)).replace("0/0/0", "{z}/{x}/{y}")
    return {
        "tiles": f"{tiles}?{query}",
        "boundaries": f"{reverse('map_regions')}?{query}",
        "picture": f"{reverse('map_picture')}?{query}",
        "bounds": ",".join(f"{degree:.5f}" for degree in bounds) if bounds else "",
        "center": center,
        "zoom": zoom,
        "pick": pick,
        "small": small,
        "villages": village_counts(within=scope, kind=kind),
        "tianditu_key": settings.TIANDITU_KEY,
        "map_approval_number": settings.MAP_APPROVAL_NUMBER,
    }


def visible_to(request: HttpRequest, kind: str) -> Scope:
    if not isinstance(request.user, Account):
        return Scope()
    return scope_of(actor_of(request.user), "place.view", registry.programme_of_kind(kind).key)
