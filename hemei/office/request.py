"""What an office view is given, and the three questions it asks before it shows anything."""

from __future__ import annotations

from typing import TypeVar

from django.http import Http404, HttpRequest

from hemei.core.access import Actor, Refused, Scope, scope_of
from hemei.core.models import Account

Thing = TypeVar("Thing")


class OfficeRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: Account
    actor: Actor


def within(request: OfficeRequest, verb: str) -> Scope:
    """Where this person may do `verb`. Raises Refused for whoever may nowhere."""
    scope = scope_of(request.actor, verb)
    if not scope:
        raise Refused(verb)
    return scope


def found(thing: Thing | None) -> Thing:
    """The thing, or 404: whoever may not see it cannot tell whether it exists."""
    if thing is None:
        raise Http404
    return thing


def region_of(request: OfficeRequest, scope: Scope) -> str:
    """The region asked for in the address where it lies in the scope, else the widest of the scope."""
    asked = request.GET.get("region", "")
    if asked.isascii() and asked.isdigit() and scope.narrowed(asked).prefixes == (asked,):
        return asked
    return min(scope.prefixes, key=len)
