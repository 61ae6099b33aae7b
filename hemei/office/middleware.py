"""Who acts in a request; refusals, as pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from hemei.core.access import NOBODY, Actor, ProofNeeded, Refused, actor_of
from hemei.core.doors import moved
from hemei.office.sessions import proven_at

GetResponse = Callable[[HttpRequest], HttpResponse]


def acting(get_response: GetResponse) -> GetResponse:
    """Put `request.actor`: the account with its duties of today, read once a request and only when asked for."""

    def answer(request: HttpRequest) -> HttpResponse:
        def read() -> Actor:
            if not request.user.is_authenticated:
                return NOBODY
            return replace(actor_of(request.user), proven_at=proven_at(request))

        request.actor = SimpleLazyObject(read)  # type: ignore[attr-defined]
        return get_response(request)

    return answer


class refusals:
    """Turns what `may` refuses into a page that says so."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return render(request, "403.html", {"verb": exception.verb}, status=403)
        if isinstance(exception, ProofNeeded):
            messages.info(request, _("请先输入验证码，再按一次刚才的按钮。"))
            return moved(request, f"{reverse('office:second_step')}?{urlencode({'next': _page_before(request)})}")
        return None


def token_missing(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What was sent without its page's token: a browser that was killed may have lost both its cookies.

    What a script sends is told by 401 that the sign-in is gone, as elsewhere. Whoever is signed in gets a new token
    with the answer, so that the next try goes through: a page that is kept on a phone has no other way to one.
    """
    if request.headers.get("X-Account") and not request.user.is_authenticated:
        return HttpResponse(status=401)
    get_token(request)
    return render(request, "403_csrf.html", status=403)


def _page_before(request: HttpRequest) -> str:
    """Where the button was pressed: a post cannot be gone on to."""
    return urlsplit(request.headers.get("Referer", "")).path if request.method == "POST" else request.get_full_path()
