"""去看: which places are owed, overdue first, then nearest; and any place by its name, for whoever calls."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from hemei.core.access import Actor, may, scope_of
from hemei.core.models import Due, Place
from hemei.core.queries import places as reading
from hemei.core.queries import waiting
from hemei.core.queries.paging import page
from hemei.core.queries.places import PlaceFilter, holders
from hemei.core.queries.rounds import NOWHERE, dues, on_the_way
from hemei.core.registry import Form, registry
from hemei.field.about import villages_of, whereabouts
from hemei.field.staff import StaffRequest, right_for, staff, turns, within
from hemei.terms.day import today

LONGEST = 60  # what somebody looks for; databases refuse to look for a book
SIZE = 30


@staff
def owed(request: StaffRequest) -> HttpResponse:
    """What I am to look at; or, for whoever may see the rounds, what is owed in my region by anybody."""
    seen = within(request, "place.view")
    everybody = request.GET.get("whose") == "all" and bool(scope_of(request.actor, "round.view"))
    if everybody:  # but for a drawn list: until it is published, that is its inspector's alone
        rows = dues(within=within(request, "round.view")).filter(round__draw=None)
    else:
        rows = waiting.dues(within=seen, units=request.actor.unit_ids, account=request.user.pk, until=date.max)
    start = reading.place(_number(request, "from"), within=seen)
    lon, lat = (start.lon, start.lat) if start else _position(request)
    shown = page(
        on_the_way(rows, on=today(), lon=lon, lat=lat),
        order=("late", "way", "pk"),
        cursor=request.GET.get("cursor", ""),
        size=SIZE,
    )
    villages = villages_of(seen)
    context = {
        "lines": [_line(due, request.actor, villages, measured=lat is not None) for due in shown.rows],
        "page": turns(request, shown, rows),
        "everybody": everybody,
        "may_see_all": bool(scope_of(request.actor, "round.view")),
        "may_report": any(scope_of(request.actor, right_for(form)) for form in registry.open_forms),
        "may_collect": bool(scope_of(request.actor, "collector.issue")),
        "start": start,
        "located": lat is not None and start is None,
    }
    return render(request, "field/dues.html", context)


def _line(due: Due, actor: Actor, villages: Mapping[str, str], *, measured: bool) -> dict[str, Any]:
    way: float = due.way  # type: ignore[attr-defined]
    forms = forms_for(due.place, actor, tier=due.round.tier)
    return {
        "due": due,
        "where": " · ".join(whereabouts(due.place, villages)),
        "days": (due.due_on - today()).days,
        "distance": _distance(math.sqrt(way)) if measured and way < NOWHERE else "",
        "form": forms[0] if forms else None,
    }


def _distance(metres: float) -> str:
    if metres < 1000:
        return _("%(n)d 米") % {"n": round(metres, -1)}
    return _("%(n)s 公里") % {"n": f"{metres / 1000:.1f}"}


@staff
def find(request: StaffRequest) -> HttpResponse:
    """A place by its name, address or who lives there, and the forms that I may fill in for it."""
    text = request.GET.get("text", "").strip()[:LONGEST]
    rows = reading.places(within=within(request, "place.view"), where=PlaceFilter(text=text))
    shown = page(rows, order=("region", "pk"), cursor=request.GET.get("cursor", ""), size=SIZE) if text else None
    context = {
        "text": text,
        "lines": _found(shown.rows, request.actor) if shown else [],
        "page": turns(request, shown, rows) if shown else None,
    }
    return render(request, "field/find.html", context)


def _found(rows: list[Place], actor: Actor) -> list[dict[str, Any]]:
    """Each place with who lives there, where I may know that, and the forms that I may fill in for it."""
    heads = holders(rows, within=scope_of(actor, "person.view"))
    return [{"place": place, "heads": heads.get(place.pk, []), "forms": forms_for(place, actor)} for place in rows]


def forms_for(place: Place, actor: Actor, tier: str = "") -> list[Form]:
    """The forms that this person may fill in for this place."""
    fitting = [form for form in registry.open_forms if form.kind == place.kind and tier in ("", form.tier)]
    return [form for form in fitting if may(actor, right_for(form), place)]


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _position(request: HttpRequest) -> tuple[float | None, float | None]:
    """Where the device says it stands, else nowhere."""
    try:
        lon, lat = float(request.GET.get("lon", "")), float(request.GET.get("lat", ""))
    except ValueError:
        return None, None
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else (None, None)
