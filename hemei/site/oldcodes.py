"""An address with a code that is no more leads to the one that stands for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from hemei.core.models import Region
from hemei.core.queries.regionchange import leads_to
from hemei.terms.day import read_day

NAMES = ("region", "inside")
AS_RECORDED = {"office:audit", "office:audit_file"}  # what was done under an old code stays to be found under it


class old_codes:
    """Sends whoever asks for an old code on, unless they ask for a day on which it still stood."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        match = request.resolver_match
        if request.method not in ("GET", "HEAD") or match is None or match.view_name in AS_RECORDED:
            return None
        query, path = request.GET.copy(), request.path
        for name in NAMES:
            if name in query and (now := _now(str(query[name]), str(query.get("on", "")))):
                query[name] = now
        if "code" in kwargs and (now := _now(str(kwargs["code"]), "")):
            path = path.replace(str(kwargs["code"]), now)
        if query == request.GET and path == request.path:
            return None
        return HttpResponseRedirect(f"{path}?{query.urlencode()}" if query else path)


def _now(code: str, on: str) -> str | None:
    """What stands for a code, or None where the code may stay."""
    if not (code.isascii() and code.isdigit() and len(code) <= 15):
        return None
    closed_on = Region.objects.filter(code=code).values_list("closed_on", flat=True).first()
    if closed_on is None or _before(on, closed_on):
        return None
    return leads_to(code)


def _before(on: str, day: Any) -> bool:
    try:
        return bool(read_day(on) < day)
    except ValueError:
        return False
