"""QR codes as pictures: of a duty card, of a session's list."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from hemei.field.scanned import drawn
from hemei.field.staff import public_address
from hemei.programmes.craftsmen.models import DutyCard


def address_of(request: HttpRequest, code: str) -> str:
    """Where anybody checks a card; the code itself carries what it says."""
    return public_address(request) + reverse("craftsmen.check", args=[code])


def picture_of(request: HttpRequest, card: DutyCard) -> str:
    return drawn(address_of(request, card.code), error="m")
