"""What a telephone opens by scanning, without an account: the list of a training session, and a duty card.

These pages work on old telephones: no scripts, no cookies. A slip in the page itself says for which session it is and
since when; that is also what keeps other sites from sending it.
"""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core import signing
from hemei.core.doors import found
from hemei.core.errors import Mistaken
from hemei.core.limits import spend
from hemei.core.models import Place
from hemei.core.queries.paging import page
from hemei.engines.signed import BadCode
from hemei.field.scanned import for_anybody, keeping
from hemei.office.paging import Turns
from hemei.office.views.evidence import picture_response
from hemei.programmes.craftsmen.actions.training import attend
from hemei.programmes.craftsmen.actions.worksite import rate
from hemei.programmes.craftsmen.forms import ArrivalForm, RatingForm
from hemei.programmes.craftsmen.models import Arrival, DutyCard, Portrait, Session, Trade
from hemei.programmes.craftsmen.queries.people import live_card, standings
from hemei.programmes.craftsmen.queries.public import listed_in_public, public_lines, townships_in_public
from hemei.programmes.craftsmen.queries.training import who_says
from hemei.programmes.craftsmen.views.training import ARRIVE
from hemei.programmes.craftsmen.wording import why_not
from hemei.terms.day import read_day, today

SCANNED_S = 150  # how long the code on the wall opens the page
RATING_S = 180 * 24 * 3600  # how long a household may take to rate the work
TYPING_S = 900  # how long somebody may take to fill it in


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
def rated(request: HttpRequest, slip: str) -> HttpResponse:
    """The household says how the work at its house was done: once."""
    by = signing.bearer(slip, verb="posting.rate", of=Place, seconds=RATING_S)
    place = Place.objects.filter(pk=by.holds[2], kind="worksite").first() if by and by.holds else None
    if by is None or place is None:
        return render(request, "craftsmen/late.html", {"rating": True}, status=410)
    form = RatingForm(request.POST or None)
    context: dict[str, Any] = {"place": place, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "craftsmen/rate.html", context, status=422 if form.errors else 200)
    try:
        rate(place=place, said=form.said(), by=by)
    except Mistaken as mistake:
        context["problem"] = str(mistake)
        return render(request, "craftsmen/rate.html", context, status=422)
    return render(request, "craftsmen/rate.html", {"place": place, "done": True})


@for_anybody
def check(request: HttpRequest, code: str) -> HttpResponse:
    """A duty card, as it is and as it stands today."""
    card, said = _true(code)
    if card is None:
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
        "code": code,
        "portrait": _shown(card).exists(),
    }
    return render(request, "craftsmen/check.html", context)


def _true(code: str) -> tuple[DutyCard | None, dict[str, Any]]:
    """The card that a code is of, and what the code says; no card for one that was altered or never issued."""
    try:
        said = signing.read(code)
    except BadCode:
        return None, {}
    card = live_card(str(said.get("k", "")))
    return card if card and card.code == code else None, said


def _shown(card: DutyCard) -> QuerySet[Portrait]:
    """The picture of its wearer, where they agreed and the card still counts: one, or none."""
    rows = Portrait.objects.filter(craftsman=card.craftsman_id, shown=True)
    return rows if card.revoked_on is None and card.valid_to >= today() else rows.none()


@for_anybody
def wearer(request: HttpRequest, code: str) -> HttpResponse:
    """The wearer's picture, for whoever holds the card."""
    card, _said = _true(code)
    shown = found(_shown(card).first() if card else None)
    return picture_response(bytes(shown.picture), name="wearer.jpg")


@for_anybody
def directory(request: HttpRequest) -> HttpResponse:
    """Craftsmen who agreed to be found, each with what they agreed to, by township; nobody stands before anybody."""
    township = request.GET.get("township", "")
    trade = request.GET.get("trade", "")
    rows = listed_in_public(township=township, trade=trade)
    shown = page(rows, order=("region", "id"), cursor=request.GET.get("cursor", ""), size=40)
    context = {
        "rows": public_lines(shown.rows, on=today()),
        "page": Turns.of(request, shown),
        "townships": townships_in_public(),
        "township": township,
        "trades": Trade.choices,
        "trade": trade,
    }
    return render(request, "craftsmen/directory.html", context)


def offline(request: HttpRequest) -> HttpResponse:
    """A page that checks a card by itself, and stays on the telephone for where there is no signal."""
    key = signing.public_key().hex()
    context = {"key": key, "key_parts": wrap(key, 8), "trades": Trade.choices}
    return render(request, "craftsmen/offline.html", context)


def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps that page; a changed file or key makes it another one."""
    files = [static("built/cardcheck.js"), static("built/household.css")]
    cards = reverse("craftsmen.check", args=["-"]).removesuffix("-/")
    key = signing.public_key().hex()
    return keeping(request, "cards", page=reverse("craftsmen.offline"), files=files, told=key, beside=cards)
