"""My phones: the address and QR code with which ODK Collect fetches forms, shown once for each phone, and revocable."""

from __future__ import annotations

import base64
import json
import zlib

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import At
from hemei.core.actions.collector import issue_collector, revoke_collector
from hemei.core.doors import found
from hemei.core.errors import Mistaken
from hemei.core.models import CollectorKey
from hemei.core.queries.collector import collectors
from hemei.field.collect import forms_of
from hemei.field.doorstep import private
from hemei.field.staff import StaffRequest, public_address, staff, within


@staff
def phones(request: StaffRequest) -> HttpResponse:
    """The phones of whoever is signed in; one more, or one less."""
    mine = collectors(within=within(request, "collector.issue"), account=request.user)
    wrong = None
    if request.method == "POST":
        try:
            if "revoke" in request.POST:
                return _revoke(request, mine.filter(pk=_number(request.POST["revoke"])).first())
            return _issue(request)
        except Mistaken as fault:
            wrong = fault
    context = {
        "phones": mine,
        "forms": forms_of(request.actor),
        "wrong": wrong.message if wrong else "",
        "name": request.POST.get("name", ""),
    }
    return render(request, "field/phones.html", context, status=422 if wrong else 200)


def _where(request: StaffRequest) -> At:
    scope = within(request, "collector.issue")
    region = min(scope.prefixes, key=len)
    return At(region, scope.matter_at(region))


def _issue(request: StaffRequest) -> HttpResponse:
    """Issue and show: whoever closes this page without scanning it issues again."""
    name = request.POST.get("name", "")
    key, token = issue_collector(where=_where(request), account=request.user, name=name, by=request.actor)
    address = server_url(request, token)
    picture = segno.make(collect_settings(address), error="l").svg_data_uri(scale=4, border=2)
    return private(render(request, "field/phone_key.html", {"key": key, "address": address, "picture": picture}))


def _revoke(request: StaffRequest, key: CollectorKey | None) -> HttpResponse:
    revoke_collector(where=_where(request), key=found(key), by=request.actor)
    messages.success(request, _("已作废，那部手机不能再取表和发送。"))
    return redirect("field:phones")


def server_url(request: HttpRequest, token: str) -> str:
    """What is typed into Collect as its server: forms and submissions hang on it."""
    return public_address(request) + reverse("collect:forms", kwargs={"token": token}).removesuffix("/formList")


def collect_settings(address: str) -> str:
    """What Collect reads from a QR code: its settings as JSON, deflated, in base 64."""
    told = {
        "general": {"server_url": address, "form_update_mode": "match_exactly", "autosend": "wifi_and_cellular"},
        "admin": {},
        "project": {"name": "和美", "icon": "和", "color": "#1d5c3c"},
    }
    return base64.b64encode(zlib.compress(json.dumps(told, ensure_ascii=False).encode())).decode()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
