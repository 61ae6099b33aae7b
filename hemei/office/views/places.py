"""档案: the list of places, and one file for each."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemei.core.access import may, require, scope_of
from hemei.core.actions.edit import SPOT, Edit, Taken, take_edit
from hemei.core.actions.erasure import erase_person
from hemei.core.actions.person import unmask
from hemei.core.actions.place import add_identifier, take_out
from hemei.core.doors import found
from hemei.core.models import FormUse, Person, Place, PositionSource, Tier
from hemei.core.queries import persons
from hemei.core.queries import places as reading
from hemei.core.queries.cases import CaseFilter, cases
from hemei.core.queries.edits import clashes
from hemei.core.queries.ownforms import own_forms
from hemei.core.queries.paging import page
from hemei.core.queries.regions import names
from hemei.core.registry import registry
from hemei.office.forms import DocumentForm, IdentifierForm, PointForm, TakeOutForm
from hemei.office.kinds import IN_LIST, PlaceFilterForm, PlaceForm, cells, kind_of, own_rows, sections
from hemei.office.paging import Turns, count_to
from hemei.office.request import OfficeRequest, within
from hemei.office.story import answers, story
from hemei.office.trying import status, tried
from hemei.terms.day import today
from hemei.terms.region import Level


def listing(request: OfficeRequest) -> HttpResponse:
    scope = within(request, "place.view")
    kind = kind_of(request.GET.get("kind", ""))
    form = PlaceFilterForm(request.GET, within=scope, kind=kind)
    rows, order = reading.ordered(reading.places(within=scope, where=form.where()), str(form.chosen["order"]))
    shown = page(rows, order=order, cursor=request.GET.get("cursor", ""), count_to=count_to(request))
    own = own_rows(kind, shown.rows)
    context = {
        "form": form,
        "kind": kind,
        "kinds": list(registry.kinds.values()),
        "columns": kind.columns[:IN_LIST],
        "rows": [(place, cells(kind, own.get(place.pk))[:IN_LIST]) for place in shown.rows],
        "page": Turns.of(request, shown, of=rows),
        "region_names": names(within=scope),
        "may_import": bool(scope_of(request.actor, "register.import")),
    }
    return render(request, "office/places.html", context)


def detail(request: OfficeRequest, pk: int) -> HttpResponse:
    place = _place(request, pk)
    cases_in, checks_in = scope_of(request.actor, "case.view"), scope_of(request.actor, "check.view")
    kind = registry.kinds[place.kind]
    exports = scope_of(request.actor, "register.export")
    events = story(place, checks_in=checks_in, cases_in=cases_in)
    context = {
        "place": place,
        "kind": kind,
        "cells": cells(kind, own_rows(kind, [place]).get(place.pk)),
        "open_cases": cases(within=cases_in, where=CaseFilter(place=place.pk, only_open=True)).order_by(
            "-severity", "id"
        ),
        "events": events,
        "answers": {event.row.pk: answers(event.row) for event in events if event.sort == "check"},
        "holdings": persons.holdings(place, within=scope_of(request.actor, "person.view")),
        "identifiers": [(kind.identifier_systems.get(i.system, i.system), i.value) for i in place.identifiers.all()],
        "clashes": clashes(within=within(request, "place.view")).filter(place=place).count(),
        "may_resolve": may(request.actor, "place.resolve", place),
        "may_edit": place.removed_on is None and may(request.actor, "place.edit", place),
        "may_open": place.removed_on is None and may(request.actor, "case.open", place),
        "may_unmask": may(request.actor, "person.unmask", place),
        "own_forms": own_forms(within=exports, use=FormUse.PLACE) if place in exports else [],
        "may_erase": may(request.actor, "person.erase", place),
        "may_audit": may(request.actor, "audit.view", place),
        "sections": sections(request, place),
        "forms": _check_forms(request, place) if place.removed_on is None else [],
        "region_names": names(within=within(request, "place.view")),
        "center": _centre(request, place) if place.tile is not None else "",
    }
    return render(request, "office/place.html", context)


def _place(request: OfficeRequest, pk: int) -> Place:
    return found(reading.place(pk, within=within(request, "place.view")))


def _check_forms(request: OfficeRequest, place: Place) -> list[tuple[str, str]]:
    """The forms this person may fill in here: (what the button says, its address)."""
    verbs = {
        Tier.SELF: ("check.proxy", _("代报")),
        Tier.SURVEY: ("check.survey", _("排查")),
        Tier.PATROL: ("check.patrol", _("巡查")),
    }
    offered = []
    for tier, (verb, label) in verbs.items():
        if not may(request.actor, verb, place):
            continue
        for form in registry.forms_for(place.kind, tier):
            try:
                offered.append((label, reverse("field:check", args=[place.pk, form.id])))
            except NoReverseMatch:
                continue
    if may(request.actor, "check.proxy", place) and registry.forms_for(place.kind, Tier.SELF):
        offered.append((_("纸质自查表"), reverse("field:paper", args=[place.pk])))
    return offered


def edit(request: OfficeRequest, pk: int) -> HttpResponse:
    place = _place(request, pk)
    require(request.actor, "place.edit", place)
    form = PlaceForm(place, request.POST or None)

    def act() -> Taken | None:
        return _change(request, place, form.values(), form.seen()) if form.changed_data else None

    if request.method == "POST" and not form.errors:
        taken = tried(request, form, act)
        if not form.errors:
            _tell(request, taken, _("已保存。"))
            return redirect("office:place", pk=place.pk)
    return render(request, "office/place_edit.html", {"place": place, "form": form}, status=status(form))


def _change(request: OfficeRequest, place: Place, values: dict[str, Any], base: dict[str, Any]) -> Taken:
    edit = Edit(uuid4().hex, timezone.now(), values, base, source=PositionSource.MAP)
    return take_edit(place=place, edit=edit, by=request.actor)


def _tell(request: OfficeRequest, taken: Taken | None, done: str) -> None:
    if taken and taken.clashes:
        messages.warning(request, _("别人刚改过同一项。您写的没有丢，和现在的并列着，等人核定。"))
    elif taken and taken.changed:
        messages.success(request, done)
    else:
        messages.success(request, _("没有改动。"))


def point(request: OfficeRequest, pk: int) -> HttpResponse:
    """落图: tap the map where the place stands."""
    place = _place(request, pk)
    require(request.actor, "place.edit", place)
    form = PointForm(request.POST or None, initial={"lon": place.lon, "lat": place.lat})

    def act() -> Taken:
        return _change(request, place, {SPOT: form.spot()}, {SPOT: form.seen(place)})

    if taken := tried(request, form, act):
        _tell(request, taken, _("已落图。"))
        return redirect("office:place", pk=place.pk)
    context = {"place": place, "form": form, "center": _centre(request, place), "region": place.region[: Level.VILLAGE]}
    return render(request, "office/place_point.html", context, status=status(form))


def _centre(request: OfficeRequest, place: Place) -> str:
    """Where the map opens: at the place, or at a neighbour of its village that is on the map already."""
    known = place if place.tile is not None else reading.neighbour_on_map(place, within=within(request, "place.view"))
    return f"{known.lon:.6f},{known.lat:.6f}" if known else ""


def identifier(request: OfficeRequest, pk: int) -> HttpResponse:
    place = _place(request, pk)
    require(request.actor, "place.edit", place)
    form = IdentifierForm(registry.kinds[place.kind].identifier_systems, request.POST or None)
    if tried(request, form, lambda: add_identifier(place=place, by=request.actor, **form.cleaned_data)):
        messages.success(request, _("已登记编号。"))
        return redirect("office:place", pk=place.pk)
    context = {"place": place, "form": form, "button": _("登记编号")}
    return render(request, "office/place_form.html", context, status=status(form))


def remove(request: OfficeRequest, pk: int) -> HttpResponse:
    """注销: out of the register, as when it was pulled down; the file stays."""
    place = _place(request, pk)
    require(request.actor, "place.edit", place)
    form = TakeOutForm(request.POST or None, initial={"on": today()})
    if tried(request, form, lambda: take_out(place=place, by=request.actor, **form.cleaned_data)):
        messages.success(request, _("已注销，档案仍可查看。"))
        return redirect("office:place", pk=place.pk)
    context = {"place": place, "form": form, "button": _("注销")}
    return render(request, "office/place_form.html", context, status=status(form))


@require_POST
def reveal(request: OfficeRequest, pk: int, person: int) -> HttpResponse:
    """The whole number, on this one answer and nowhere else; the entry stays."""
    place = _place(request, pk)
    somebody = found(persons.person(person, within=scope_of(request.actor, "person.view")))
    shown = unmask(person=somebody, by=request.actor)
    back = {"back": place.label, "back_url": reverse("office:place", args=[place.pk])}
    response = render(request, "office/unmasked.html", {"person": somebody, "shown": shown, **back})
    response["Cache-Control"] = "no-store"
    return response


def erase(request: OfficeRequest, pk: int, person: int) -> HttpResponse:
    """Delete the name and numbers of somebody who holds no place any more, by a rule that is named."""
    place = _place(request, pk)
    somebody = found(persons.person(person, within=scope_of(request.actor, "person.view")))
    require(request.actor, "person.erase", somebody)
    form = DocumentForm(request.POST or None)

    def act() -> Person:
        return erase_person(person=somebody, document=form.cleaned_data["document"], by=request.actor)

    if tried(request, form, act):
        messages.success(request, _("已删除，审计里留有记录。"))
        return redirect("office:place", pk=place.pk)
    context = {"place": place, "person": somebody, "form": form}
    return render(request, "office/erase.html", context, status=status(form))
