"""Which district a page is about: layers and rules are a district's."""

from __future__ import annotations

from django.http import Http404

from hemei.core.access import Scope
from hemei.office.request import OfficeRequest
from hemei.programmes.control.models import OfControl
from hemei.programmes.control.queries.layers import districts

MATTER = OfControl.matter


def district_here(request: OfficeRequest, scope: Scope) -> str:
    """The district asked for where it concerns the scope, else the first. 404 for a scope wider than any district."""
    codes = districts(within=scope)
    asked = request.GET.get("district", "")
    if asked in codes:
        return asked
    if not codes:
        raise Http404
    return codes[0]
