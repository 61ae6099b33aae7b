"""Who asks: somebody signed in on the pages, or another system with a key. Both become an actor with today's duties."""

from __future__ import annotations

from typing import TypeVar

from django.http import Http404, HttpRequest
from ninja.security import HttpBearer, SessionAuth

from hemei.core.access import Actor, Refused, Scope, actor_of, scope_of
from hemei.core.actions.apikey import note_use
from hemei.core.models import Account
from hemei.core.queries.apikey import live_key
from hemei.terms.day import today

Thing = TypeVar("Thing")


class ApiRequest(HttpRequest):
    """A request whose asker is known."""

    auth: Actor


class Session(SessionAuth):
    """The cookie of a signed-in page; whatever writes brings the page's CSRF token too."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        if not isinstance(request.user, Account) or request.user.must_change_password:
            return None
        return actor_of(request.user)


class Key(HttpBearer):
    """`Authorization: Bearer hm_…`. Acts as its account: what that account remedied, its key cannot accept."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        key = live_key(token)
        if key is None:
            return None
        note_use(key, on=today())
        return actor_of(key.account)


def within(request: ApiRequest, verb: str, matter: str = "*") -> Scope:
    """Where the asker may do `verb`. Raises Refused for whoever may nowhere."""
    scope = scope_of(request.auth, verb, matter)
    if not scope:
        raise Refused(verb)
    return scope


def found(thing: Thing | None) -> Thing:
    """The thing, or 404: whoever may not see it cannot tell whether it exists."""
    if thing is None:
        raise Http404
    return thing
