"""What a telephone opens by scanning, without an account: the list of a training session, and a duty card.

These pages work on old telephones: no scripts, no cookies. A slip in the page itself says for which session it is and
since when; that is also what keeps other sites from sending it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from hemei.core import signing
from hemei.core.errors import Mistaken
from hemei.core.limits import spend
from hemei.engines.signed import BadCode
from hemei.field.doorstep import private
from hemei.programmes.craftsmen.actions.training import attend
from hemei.programmes.craftsmen.forms import ArrivalForm
from hemei.programmes.craftsmen.models import Arrival, Session, Trade
from hemei.programmes.craftsmen.queries.people import live_card, standings
from hemei.programmes.craftsmen.queries.training import who_says
from hemei.programmes.craftsmen.views.training import ARRIVE
from hemei.programmes.craftsmen.wording import why_not
from hemei.terms.day import read_day, today

SCANNED_S = 150  # how long the code on the wall opens the page
TYPING_S = 900  # how long somebody may take to fill it in

View = Callable[..., HttpResponse]


def for_anybody(view: View) -> View:
    """A page for whoever scans: in the language they choose, kept by no cache."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, **arguments: Any) -> HttpResponse:
        if (language := request.GET.get("language", "")) in dict(settings.LANGUAGES):
            translation.activate(language)
        return private(view(request, **arguments))

    return answer


@for_anybody
def arrive(request: HttpRequest, slip: str) -> HttpResponse:
    """Sign in to a session."""
    typed = request.POST.get("slip", "")
    verb, text, seconds = ("training.attend", typed, TYPING_S) if typed else (ARRIVE, slip, SCANNED_S)
    by = signing.bearer(text, verb=verb, of=Session, seconds=seconds)
    held = Session.objects.filter(pk=by.holds[2]).first() if by and by.holds else None
    if by is None or held is None:
        return render(request, "craftsmen/late.html", status=410)
    form = ArrivalForm(request.POST if typed else None)
    context: dict[str, Any] = {"held": held, "form": form, "slip": signing.slip("training.attend", held)}
    if not typed or not form.is_valid():
        return render(request, "craftsmen/arrive.html", context, status=422 if typed else 200)
    context["slip"] = typed  # its time runs on
    said = form.cleaned_data
    one = who_says(held, name=said["name"].strip(), digits=said["digits"].strip())
    if one is None:
        spend("door_unknown", request.META.get("REMOTE_ADDR", ""))  # against trying four digits after the other
        context["problem"] = _("名册里没有对上。请核对姓名和四位数字；还不行就找现场的经办人签到。")
        return render(request, "craftsmen/arrive.html", context, status=422)
    try:
        attend(session=held, craftsman=one, how=Arrival.SCAN, at=timezone.now(), by=by)
    except Mistaken as mistake:
        if mistake.code != "known":
            context["problem"] = str(mistake)
            return render(request, "craftsmen/arrive.html", context, status=422)
    return render(request, "craftsmen/arrived.html", {"held": held, "one": one})


@for_anybody
def check(request: HttpRequest, code: str) -> HttpResponse:
    """A duty card, as it is and as it stands today."""
    try:
        said = signing.read(code)
    except BadCode:
        return render(request, "craftsmen/check.html", {"forged": True}, status=404)
    card = live_card(str(said.get("k", "")))
    if card is None or card.code != code:
        return render(request, "craftsmen/check.html", {"forged": True}, status=404)
    stands = standings([card.craftsman], on=today())[card.craftsman_id]
    context = {
        "said": said,
        "trade": dict(Trade.choices).get(str(said["t"]), ""),
        "until": read_day(str(said["u"])),
        "issued": read_day(str(said["i"])),
        "revoked": card.revoked_on,
        "expired": card.valid_to < today(),
        "stands": stands,
        "why": why_not(stands),
        "today": today(),
    }
    return render(request, "craftsmen/check.html", context)
