"""A self-check on paper, for those without a phone: filled in by hand, handed to the village, typed in as 代报.

Its QR code leads whoever types it in to the form of that house. It is not the plate's, of which only a hash is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import segno
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from hemei.core.access import scope_of
from hemei.core.doors import found
from hemei.core.models import Channel, Place, Tier
from hemei.core.pictures import address_of
from hemei.core.queries import places as reading
from hemei.core.queries.places import holders
from hemei.core.queries.regions import names
from hemei.core.registry import Form, Programme, registry
from hemei.engines.forms import Kind
from hemei.field.sheet import Filled, Part, Row, parts
from hemei.field.staff import StaffRequest, public_address, staff, within
from hemei.terms.region import Level

PRINTED = 3  # of each repeat: a sheet has to end


@dataclass(frozen=True)
class Blank:
    """What is printed for one place."""

    place: Place
    programme: Programme
    form: Form
    village: str
    heads: Sequence[str]
    asked: Sequence[tuple[Part, Sequence[tuple[Row, str]]]]  # its questions with their pictures
    qr: str  # a data URI: where it is typed in


@staff
def paper(request: StaffRequest, pk: int) -> HttpResponse:
    place = found(reading.place(pk, within=within(request, "check.proxy")))
    found(_form_of(place))
    return blanks(request, [place])


def blanks(request: StaffRequest, chosen: Sequence[Place]) -> HttpResponse:
    """A page for each of these places that has a self-check."""
    heads = holders(chosen, within=scope_of(request.actor, "person.view"))
    called = names(within=within(request, "check.proxy"))
    made = [
        _blank(request, place, form, called.get(place.region[: Level.VILLAGE], ""), heads.get(place.pk, []))
        for place in chosen
        if (form := _form_of(place))
    ]
    return render(request, "field/paper.html", {"blanks": made, "count": len(made)})


def _form_of(place: Place) -> Form | None:
    return next(iter(registry.forms_for(place.kind, Tier.SELF)), None)


def _blank(request: StaffRequest, place: Place, form: Form, village: str, heads: Sequence[str]) -> Blank:
    typed_in = f"{reverse('field:check', args=[place.pk, form.id])}?{urlencode({'channel': Channel.CARD.value})}"
    programme = registry.programme_of_kind(place.kind)
    empty = Filled(instances=dict.fromkeys(form.read.repeats, PRINTED))
    asked = [
        (part, [(row, address_of(programme.key, row.question.picture)) for row in part.rows if by_hand(row)])
        for part in parts(form.read, empty)
    ]
    qr = segno.make(public_address(request) + typed_in, error="m").svg_data_uri(border=0)
    return Blank(place, programme, form, village, heads, asked, qr)


def by_hand(row: Row) -> bool:
    """A photo is taken, and a position found, by whoever types the sheet in."""
    return row.question.kind not in (Kind.IMAGE, Kind.GEOPOINT)
