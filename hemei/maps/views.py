"""The map page, and what it fetches: tiles, boundaries, and a still picture for those who cannot draw one."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers

from hemei.core.access import Scope, actor_of, scope_of
from hemei.core.models import Account
from hemei.core.queries.zero import zero
from hemei.core.registry import Kind, RecordKind, registry
from hemei.maps.board import board_picture
from hemei.maps.byfact import fact_of, value_tile
from hemei.maps.layers import tile_of
from hemei.maps.outlines import features
from hemei.maps.picture import picture
from hemei.maps.records import record_tile
from hemei.terms.day import read_day, today
from hemei.terms.region import BadRegionCode, Level, RegionCode

TILE = "application/vnd.mapbox-vector-tile"


def seen_by(request: HttpRequest, verb: str, kind: str = "") -> Scope:
    """Where whoever asks may do `verb`. Maps ask in the background: a stranger is refused, not sent to sign in."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    if kind in registry.records:
        verb, matter = registry.records[kind].right, registry.programme_of_record(kind).key
    elif kind and kind not in registry.kinds:
        raise Http404
    else:
        matter = registry.programme_of_kind(kind).key if kind else "*"
    scope = scope_of(actor_of(request.user), verb, matter)
    if not scope:
        raise PermissionDenied
    return narrowed(scope, request.GET.get("region", ""))


def narrowed(scope: Scope, region: str) -> Scope:
    if not region:
        return scope
    try:
        return scope.narrowed(str(RegionCode(region)))
    except BadRegionCode as error:
        raise Http404 from error


def unless_known(request: HttpRequest, body: bytes, content_type: str) -> HttpResponse:
    """The body with its ETag, compressed where the browser can; 304 where the browser has it already."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    response = HttpResponse(body, content_type=content_type)
    if "gzip" in request.headers.get("Accept-Encoding", "") and len(body) > 500:
        response.content = gzip.compress(body, compresslevel=5, mtime=0)
        response["Content-Encoding"] = "gzip"
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    return get_conditional_response(request, etag=etag, response=response) or response


def map_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    kind = request.GET.get("kind", "")
    scope = seen_by(request, "place.view", kind or "?")
    try:
        if kind in registry.records:
            body = record_tile(z, x, y, within=scope, kind=registry.records[kind])
            return unless_known(request, body, TILE)
        fact = fact_of(kind) if request.GET.get("by") == "fact" else None
        if fact:
            body = value_tile(z, x, y, within=scope, kind=kind, fact=fact)
        else:
            body = tile_of(z, x, y, within=scope, kind=kind)
    except ValueError as error:
        raise Http404 from error
    return unless_known(request, body, TILE)


def region_outlines(request: HttpRequest) -> HttpResponse:
    found = features(within=seen_by(request, "region.view"))
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    return unless_known(request, body, "application/geo+json")


def still_picture(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    drawn = picture(within=seen_by(request, "place.view", kind or "?"), kind=kind)
    return unless_known(request, drawn.encode(), "image/svg+xml")


def board_map(request: HttpRequest) -> HttpResponse:
    """The zero board of a region on a day, village by village."""
    scope = seen_by(request, "case.view")
    region = request.GET.get("region") or min(scope.prefixes, key=len)
    on, known = day_asked(request, "on") or today(), day_asked(request, "known")
    board = zero(within=scope, region=region, on=min(on, today()), known=known, by=Level.VILLAGE)
    return unless_known(request, board_picture(board, within=scope).encode(), "image/svg+xml")


def day_asked(request: HttpRequest, name: str) -> date | None:
    try:
        return read_day(request.GET.get(name, ""))
    except ValueError:
        return None


def _offered(request: HttpRequest, kind: str) -> bool:
    """Whether whoever looks may see records of the kind at all; places are offered to everybody who sees a map."""
    record = registry.records.get(kind)
    if record is None or not isinstance(request.user, Account):
        return record is None
    return bool(scope_of(actor_of(request.user), record.right, registry.programme_of_record(kind).key))


@login_required
def map_page(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind") or next(iter(registry.kinds), "")
    seen_by(request, "place.view", kind or "?")
    everything: dict[str, Kind | RecordKind] = {**registry.kinds, **registry.records}
    kinds = [(key, known.title, key == kind) for key, known in everything.items() if _offered(request, key)]
    region = request.GET.get("region", "")
    fact = fact_of(kind)
    by_fact = fact is not None and request.GET.get("by") == "fact"
    context = {"kind": kind, "kinds": kinds, "region": region, "fact": fact, "by_fact": by_fact}
    return render(request, "maps/map.html", context)
