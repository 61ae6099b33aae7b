"""What an office view is given, and the three questions it asks before it shows anything."""

from __future__ import annotations

from django.http import HttpRequest

from hemei.core.access import Actor, Scope
from hemei.core.doors import reach
from hemei.core.models import Account
from hemei.terms.region import is_code


class OfficeRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: Account
    actor: Actor


def within(request: OfficeRequest, verb: str) -> Scope:
    """Where this person may do `verb`. Raises Refused for whoever may nowhere."""
    return reach(request.actor, verb)


def region_of(request: OfficeRequest, scope: Scope) -> str:
    """The region asked for in the address where it lies in the scope, else the widest of the scope."""
    asked = request.GET.get("region", "")
    if is_code(asked) and scope.narrowed(asked).prefixes == (asked,):
        return asked
    return min(scope.prefixes, key=len)
