"""What a session remembers, when it ends, and what it still owes before it shows a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from hemei.core.models import Account
from hemei.core.queries.secondfactor import has_second_factor, is_spared, owes_second_factor

SINCE, SEEN = "since", "seen"  # when somebody signed in, and when a page was last opened (UTC seconds, now and then)
ASKED, PROVEN = "asked_for_code", "code_given"  # whether this account has an app; when a code was given
FREE = {"sign_in", "sign_out", "set_language", "office:password"}
FREE_OF_CODE = {"office:second_step", "office:second_step_set_up", "office:second_step_qr"}


def sessions_end(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Sign out whoever signed in too long ago, and keep a session that is in use from going stale.

    The idle end is the expiry of the stored session: it is moved at most ten times within its length, so that a page
    seldom costs a write.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now, session = timezone.now().timestamp(), request.session
            if now - session.setdefault(SINCE, now) > settings.SESSION_LONGEST_HOURS * 3600:
                logout(request)
                messages.info(request, _("登录已满 %(n)d 小时，请重新登录。") % {"n": settings.SESSION_LONGEST_HOURS})
            elif now - session.get(SEEN, 0) > settings.SESSION_COOKIE_AGE / 10:
                session[SEEN] = now
        return get_response(request)

    return answer


def proven_at(request: HttpRequest) -> datetime | None:
    given = request.session.get(PROVEN)
    return datetime.fromtimestamp(given, UTC) if given else None


def owed(request: HttpRequest) -> str:
    """The page that stands before every other one, or "": a password of one's own, a code, an app to be set up."""
    user = request.user
    if not isinstance(user, Account):
        return ""
    if user.must_change_password:
        return "office:password"
    actor = request.actor  # type: ignore[attr-defined]
    if PROVEN in request.session or is_spared(user):
        return ""
    if ASKED not in request.session:
        request.session[ASKED] = has_second_factor(user)
    if request.session[ASKED]:
        return "office:second_step"
    return "office:second_step_set_up" if owes_second_factor(actor) else ""


class obligations:
    """Sends whoever owes something there first. The API is told by `request.owes` and refuses by itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.view_name in FREE or match.namespace == "door" or not request.user.is_authenticated:
            return None
        page = owed(request)
        request.owes = page  # type: ignore[attr-defined]
        if not page or match.app_name == "ninja" or (page != "office:password" and match.view_name in FREE_OF_CODE):
            return None
        if request.headers.get("X-Account"):  # a form sent in place: it stays as it was filled in
            return HttpResponse(status=401)
        if page == "office:password" or request.method != "GET":
            return redirect(page)
        return redirect(f"{reverse(page)}?{urlencode({'next': request.get_full_path()})}")
