"""Who asks: somebody signed in on the pages, or another system with a key. Both become an actor with today's duties."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from hemei.core.access import Actor, Scope, actor_of
from hemei.core.actions.apikey import note_use
from hemei.core.doors import reach
from hemei.core.models import Account
from hemei.core.queries.apikey import live_key
from hemei.terms.day import today


class ApiRequest(HttpRequest):
    """A request whose asker is known."""

    auth: Actor


class Session(SessionAuth):
    """The cookie of a signed-in page; whatever writes brings the page's CSRF token too."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        if not isinstance(request.user, Account) or getattr(request, "owes", False):
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
    return reach(request.auth, verb, matter)
