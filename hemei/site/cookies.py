"""What goes by a browser's cookies: who signed in, the tokens of forms, notes for the next page.

ODK Collect has none of that, and its key is in the address. What it sends in comes by the hundred, so that it goes past
all this instead of through it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from hemei.field.openrosa import PHONES
from hemei.office.middleware import acting
from hemei.office.sessions import obligations, sessions_end

BY_COOKIES: tuple[Callable[..., Any], ...] = (  # the outermost first
    SessionMiddleware,
    CsrfViewMiddleware,
    AuthenticationMiddleware,
    MessageMiddleware,
    sessions_end,
    acting,
    obligations,
)


class by_cookies:
    """All of them as one, for everybody but phones: there a request has neither `user` nor `session`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = answer = get_response
        views: list[Callable[..., HttpResponse | None]] = []
        for middleware in reversed(BY_COOKIES):
            answer = middleware(answer)
            if view := getattr(answer, "process_view", None):
                views.append(view)
        self._answer, self._before_views = answer, views[::-1]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request) if _is_phone(request) else self._answer(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not _is_phone(request):
            for before in self._before_views:
                if answer := before(request, view, args, kwargs):
                    return answer
        return None


def _is_phone(request: HttpRequest) -> bool:
    return request.path_info.startswith(PHONES)
