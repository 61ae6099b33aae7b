"""What every door asks before it shows anything."""

from __future__ import annotations

from typing import TypeVar

from django.http import Http404

from hemei.core.access import Actor, Refused, Scope, scope_of

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
