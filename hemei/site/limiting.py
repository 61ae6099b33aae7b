"""Which requests are counted against which limit, and what whoever asks too often is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import ResolverMatch
from django.utils.translation import gettext as _

from hemei.api.errors import ROOT, Fault, problem
from hemei.core.limits import TooOften, spend

UNKNOWN = {("door", 404), ("collect", 403)}  # what a made-up plate or key is answered with


class limits:
    """Counts sign-ins, openings of door plates, exports and uploads. A report of danger is never held up here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match and (match.namespace, response.status_code) in UNKNOWN:
            try:
                spend("door_unknown", address_of(request))
            except TooOften as often:
                return held_off(request, often)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        assert request.resolver_match is not None
        try:
            for name, who in counted(request, request.resolver_match):
                spend(name, who)
        except TooOften as often:
            return held_off(request, often)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return held_off(request, exception) if isinstance(exception, TooOften) else None


def counted(request: HttpRequest, match: ResolverMatch) -> list[tuple[str, object]]:
    """The limits that a request is counted against, each with whom it is counted for."""
    if match.namespace == "door":
        return [("door", match.kwargs["token"])] if request.method == "GET" else []
    if match.namespace == "collect":
        return [("phone", match.kwargs["token"])]
    if match.view_name == "sign_in":
        return [("sign_in", address_of(request))] if request.method == "POST" else []
    who = request.user.pk if request.user.is_authenticated else address_of(request)
    found: list[tuple[str, object]] = []
    if {"form", "kind"} & match.kwargs.keys():  # an address that names the format of a file is an export
        found.append(("export", who))
    if request.method == "POST" and request.content_type == "multipart/form-data" and carries_much(request):
        found.append(("upload", who))
    return found


def carries_much(request: HttpRequest) -> bool:
    """More than the fields of a form: told by the length it states, before anything is read."""
    stated = request.headers.get("Content-Length", "")
    return not stated.isdigit() or int(stated) > 64 * 1024


def address_of(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def held_off(request: HttpRequest, often: TooOften) -> HttpResponse:
    """429, with when to come back: in words for people, in a header for programs."""
    match = request.resolver_match
    if request.path.startswith(ROOT):
        told = _("请求太频繁，请在 %(seconds)d 秒后再试。") % {"seconds": often.wait}
        response = problem(Fault(code="too_often", detail=told), 429)
    else:
        at_door = bool(match and match.namespace == "door")
        page = "field/held_off.html" if at_door else "429.html"
        context = {"limit": often.name, "wait": often.wait, "minutes": -(-often.wait // 60)}
        response = render(request, page, context, status=429)
    response["Retry-After"] = str(often.wait)
    response["Cache-Control"] = "no-store"
    return response
