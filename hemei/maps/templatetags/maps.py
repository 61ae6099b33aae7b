"""A map on any page: `{% load maps %}{% map_frame "house" region=region.code %}`.

The page itself loads built/map.css and built/map.js.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from hemei.core.access import Scope, actor_of, scope_of
from hemei.core.lifecycle import LIFE, PRESSING
from hemei.core.models import Account
from hemei.core.registry import RecordKind, Text, registry
from hemei.maps.byfact import fact_of, numbers
from hemei.maps.layers import state_counts
from hemei.maps.outlines import extent
from hemei.maps.picture import village_counts
from hemei.maps.records import state_numbers
from hemei.maps.views import narrowed

register = template.Library()

SETTLED = LIFE.endings | {"none"}  # a far number counts what is not settled, unless only settled ones are shown


@register.inclusion_tag("maps/_map.html", takes_context=True)
def map_frame(
    context: dict[str, Any],
    kind: str,
    region: str = "",
    pick: str = "",
    center: str = "",
    zoom: int = 16,
    small: bool = False,
    by_fact: bool = False,
) -> dict[str, Any]:
    """The map of one kind within the reader's scope: as far as `region` reaches, or over `center` ("lon,lat")."""
    request: HttpRequest = context["request"]
    scope = narrowed(visible_to(request, kind), region)
    bounds = extent(within=scope)
    by = "fact" if by_fact else ""
    query = urlencode({key: value for key, value in {"kind": kind, "region": region, "by": by}.items() if value})
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
        "place": _address_of(kind),
        "legend": legend(kind, scope, by_fact=by_fact, counted=not (small or pick)),
        "villages": [] if kind in registry.records else village_counts(within=scope, kind=kind),
        "tianditu_key": settings.TIANDITU_KEY,
        "map_approval_number": settings.MAP_APPROVAL_NUMBER,
    }


@dataclass(frozen=True)
class Entry:
    """One chip of the legend: what tiles call it, and how many there are. A fact's value brings its looks and word."""

    key: str
    css: str = ""
    word: Text = ""
    letter: str = ""
    settled: bool = False
    count: int | None = None


RANKS = 4  # colours of the style sheet for a fact's values


def legend(kind: str, scope: Scope, *, by_fact: bool, counted: bool) -> list[Entry]:
    """The states that a place can show, worst first, or the values of the kind's fact, worst first too."""
    if kind in registry.records:
        return _states_of(registry.records[kind], scope)
    fact = fact_of(kind) if by_fact else None
    if fact:
        count = numbers(kind, fact, within=scope) if counted else None
        last = len(fact.values) - 1
        return [
            Entry(
                key,
                f"is-rank-{RANKS - min(last - rank, RANKS - 1)}",
                word,
                key[:2],
                False,
                None if count is None else count[key],
            )
            for rank, (key, word) in reversed(list(enumerate(fact.values.items())))
        ]
    count = state_counts(within=scope, kind=kind) if counted else None
    return [
        Entry(key, settled=key in SETTLED, count=None if count is None else count[key])
        for key in (*(state for state in PRESSING if state != "withdrawn"), "none")
    ]


def _states_of(kind: RecordKind, scope: Scope) -> list[Entry]:
    """The states that there are, the most pressing first, in the colours of their looks."""
    count = state_numbers(within=scope, kind=kind)
    return [
        Entry(key, f"is-{kind.looks[key]}", kind.states[key], count=count[key])
        for key in reversed(list(kind.states))
        if count[key]
    ]


def _address_of(kind: str) -> str:
    """Where one of them is shown, with {id} for its number."""
    name = registry.records[kind].page if kind in registry.records else "office:place"
    return reverse(name, args=[0]).replace("/0/", "/{id}/")


def visible_to(request: HttpRequest, kind: str) -> Scope:
    if not isinstance(request.user, Account):
        return Scope()
    actor = actor_of(request.user)
    if kind in registry.records:
        return scope_of(actor, registry.records[kind].right, registry.programme_of_record(kind).key)
    return scope_of(actor, "place.view", registry.programme_of_kind(kind).key)
