"""What a page for whoever goes out is given: somebody signed in, and where they may do what."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from hemei.core.access import Actor, Scope
from hemei.core.doors import reach, signed_in
from hemei.core.models import Account
from hemei.core.queries.paging import COUNTED_TO, Page, counted
from hemei.core.registry import Form
from hemei.core.roles import right_to_look


class StaffRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: Account
    actor: Actor


def staff(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A page behind a sign-in; a password that somebody else has seen is changed first."""

    @wraps(view)
    def answer(request: StaffRequest, **arguments: Any) -> HttpResponse:
        if request.user.must_change_password:
            return redirect("office:password")
        return view(request, **arguments)

    return signed_in(answer)


def within(request: StaffRequest, verb: str) -> Scope:
    """Where this person may do `verb`. Raises Refused for whoever may nowhere."""
    return reach(request.actor, verb)


def right_for(form: Form) -> str:
    """What it takes to fill in a form as staff: a self-check answered for the household is 代报."""
    return right_to_look(form.tier)


def public_address(request: HttpRequest) -> str:
    """The address that phones outside reach."""
    return settings.PUBLIC_URL.rstrip("/") or f"{request.scheme}://{request.get_host()}"


def turns(request: HttpRequest, page: Page[Any], rows: QuerySet[Any]) -> dict[str, Any]:
    """What the pager shows: how many there are, or else more than how many, and the ways on and back."""

    def address(cursor: str) -> str:
        query = request.GET.copy()
        query.pop("cursor", None)
        if cursor:
            query["cursor"] = cursor
        return f"?{query.urlencode()}"

    return {
        "total": counted(rows, page),
        "more_than": COUNTED_TO,
        "first_url": address("") if request.GET.get("cursor") else "",
        "next_url": address(page.following) if page.following else "",
    }
