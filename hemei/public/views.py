"""What anybody may see, without signing in."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from hemei.core.models import DrawState
from hemei.core.queries.published import facts_of, public_draws, townships_of


def draws(request: HttpRequest) -> HttpResponse:
    """The draws, newest first, with the hashes that were fixed before the seed was known."""
    shown = list(public_draws()[:200])
    return render(request, "public/draws.html", {"draws": shown, "region_names": townships_of(shown)})


def draw(request: HttpRequest, pk: int) -> JsonResponse:
    """One draw as a file for whoever wants to draw again."""
    held = public_draws().filter(pk=pk).first()
    if held is None:
        raise Http404
    answer = JsonResponse(facts_of(held), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="draw-{held.pk}.json"'
    return answer


def frame(request: HttpRequest, pk: int) -> HttpResponse:
    """The frozen frame, byte for byte, once it is published."""
    held = public_draws().filter(pk=pk, state=DrawState.PUBLISHED).first()
    if held is None:
        raise Http404
    answer = HttpResponse(bytes(held.frame), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="frame-{held.pk}.csv"'
    return answer
