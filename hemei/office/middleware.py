"""Who acts in a request; refusals, as pages."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from hemei.core.access import NOBODY, Actor, Refused, actor_of

GetResponse = Callable[[HttpRequest], HttpResponse]


def acting(get_response: GetResponse) -> GetResponse:
    """Put `request.actor`: the account with its duties of today, read once a request and only when asked for."""

    def answer(request: HttpRequest) -> HttpResponse:
        def read() -> Actor:
            return actor_of(request.user) if request.user.is_authenticated else NOBODY

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
        return None
