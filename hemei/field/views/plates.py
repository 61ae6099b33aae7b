"""Door plates and indoor cards for printing. Only hashes of the codes are kept, so a sheet is printed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import Scope, scope_of
from hemei.core.actions.door import IssuedDoor, issue_doors, revoke_door
from hemei.core.models import Place, Tier
from hemei.core.queries.door import places_for_plates
from hemei.core.queries.paging import page
from hemei.core.queries.regions import names, regions
from hemei.core.registry import Programme, registry
from hemei.field.doorstep import private
from hemei.field.staff import StaffRequest, public_address, staff, turns, within
from hemei.field.views.paper import blanks
from hemei.terms.region import Level, is_code

A_SHEET = 8
A_BATCH = 10 * A_SHEET


@dataclass(frozen=True)
class Plate:
    """What is printed for one place: the plate outside, the card inside."""

    place: Place
    programme: Programme
    address: str
    picture: str  # QR code as a data URI
    code: str  # of the indoor card, in two groups
    village: str


@staff
def plates(request: StaffRequest) -> HttpResponse:
    """The places of a village with and without a plate: print plates for the chosen ones, or self-checks on paper."""
    scope = within(request, "door.issue")
    region = _region(request, scope)
    rows = places_for_plates(within=scope, kinds=_kinds(), region=region)
    lacking = places_for_plates(within=scope, kinds=_kinds(), region=region, lacking=True)
    if request.method == "POST":
        chosen = list(rows.filter(pk__in=_chosen(request)).order_by("tile", "pk")[:A_BATCH])
        if chosen and request.POST.get("do") == "issue":
            return _issue(request, chosen, names(within=scope))
        if chosen and request.POST.get("do") == "paper":
            return blanks(request, chosen)
        _revoke(request, chosen)
        return redirect(request.get_full_path())
    everything = request.GET.get("which") == "all"
    listed = rows if everything else lacking
    shown = page(listed, order=("region", "pk"), cursor=request.GET.get("cursor", ""), size=A_BATCH)
    context = {
        "rows": shown.rows,
        "page": turns(request, shown, listed),
        "which": "all" if everything else "lacking",
        "lacking": lacking.count(),
        "may_report": bool(scope_of(request.actor, "check.proxy")),
        "tick": "tick" in request.GET,
        "region": region,
        "public": bool(settings.PUBLIC_URL),
        "address": public_address(request),
        "villages": regions(within=scope, level=Level.VILLAGE).order_by("code"),
    }
    return render(request, "field/plates.html", context)


def _issue(request: StaffRequest, chosen: Sequence[Place], called: dict[str, str]) -> HttpResponse:
    """Issue and show: whoever closes this page without printing it issues again."""
    made = [_plate(request, issued, called) for issued in issue_doors(places=chosen, by=request.actor)]
    context = {"sheets": [made[i : i + A_SHEET] for i in range(0, len(made), A_SHEET)], "count": len(made)}
    return private(render(request, "field/plate_sheets.html", context))


def _revoke(request: StaffRequest, chosen: Sequence[Place]) -> None:
    if not chosen:
        messages.error(request, _("请至少选一户。"))
        return
    ended = sum(revoke_door(place=place, by=request.actor) for place in chosen)
    messages.success(request, _("已作废 %(n)d 块门牌码。") % {"n": ended})


def _plate(request: StaffRequest, issued: IssuedDoor, called: dict[str, str]) -> Plate:
    place = issued.door.place
    address = public_address(request) + reverse("door:plate", kwargs={"token": issued.token})
    return Plate(
        place=place,
        programme=registry.programme_of_kind(place.kind),
        address=address,
        picture=segno.make(address, error="q").svg_data_uri(border=0),
        code=f"{issued.code[:4]} {issued.code[4:]}",
        village=called.get(place.region[: Level.VILLAGE], ""),
    )


def _kinds() -> list[str]:
    return [form.kind for form in registry.open_forms if form.tier == Tier.SELF]


def _chosen(request: HttpRequest) -> list[int]:
    said = [text for text in request.POST.getlist("place") if text.isascii() and text.isdigit() and len(text) < 18]
    return [int(text) for text in said[:A_BATCH]]


def _region(request: StaffRequest, scope: Scope) -> str:
    """The village asked for, where plates may be issued; else the first one."""
    asked: Any = request.GET.get("region", "")
    if is_code(asked) and scope.narrowed(asked).prefixes == (asked,):
        return str(asked)
    first = regions(within=scope, level=Level.VILLAGE).order_by("code").first()
    return first.code if first else min(scope.prefixes, key=len)
