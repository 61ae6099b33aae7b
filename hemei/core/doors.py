"""What every door asks before it shows anything."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import IO, Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from hemei.core.access import Actor, Refused, Scope, scope_of
from hemei.core.files import path_of

Thing = TypeVar("Thing")


def reach(actor: Actor, verb: str, matter: str = "*") -> Scope:
    """Where this actor may do `verb`. Raises Refused for whoever may nowhere."""
    scope = scope_of(actor, verb, matter)
    if not scope:
        raise Refused(verb)
    return scope


def found(thing: Thing | None) -> Thing:
    """The thing, or 404: whoever may not see it cannot tell whether it exists."""
    if thing is None:
        raise Http404
    return thing


def stored(sha256: str) -> IO[bytes]:
    """A file of evidence, or 404 where it has gone from the disk, which `hemei verify` reports."""
    try:
        return path_of(sha256).open("rb")
    except FileNotFoundError as gone:
        raise Http404 from gone


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page for whoever is signed in.

    A form that its page sends in place says for whom it was opened. It is answered 401 where the sign-in has run out
    and 409 where somebody else has signed in meanwhile, and stands as it was filled in.
    """

    @wraps(view)
    def answer(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        opened_for = request.headers.get("X-Account")
        if not request.user.is_authenticated:
            return HttpResponse(status=401) if opened_for else redirect_to_login(request.get_full_path())
        if opened_for and opened_for != str(request.user.pk):
            return HttpResponse(status=409)
        return view(request, **arguments)

    return answer


def pages_of(programme: str) -> Callable[[str, Callable[..., HttpResponseBase], str], URLPattern]:
    """How a programme declares its addresses for whoever is signed in: (address, view, name), named after it."""

    def page(address: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
        return path(address, signed_in(view), name=f"{programme}.{name}")

    return page


def moved(request: HttpRequest, address: str) -> HttpResponse:
    """Go on to another page: also where the form was sent in place, without leaving the page."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
