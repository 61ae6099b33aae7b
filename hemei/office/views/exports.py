"""导出: what a list shows, with the same filters, as Excel, CSV or GeoPackage."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.http import FileResponse, Http404

from hemei.core.access import At, Scope
from hemei.core.actions.export import MEDIA_TYPES, leave_export, write_listing
from hemei.core.doors import found
from hemei.core.errors import Mistaken
from hemei.core.queries import cases, listings, places, rounds, units
from hemei.core.queries.audit import entries
from hemei.core.queries.export import Listing, audit_listing, cases_listing, places_listing, units_listing
from hemei.office.filters import CaseFilterForm
from hemei.office.kinds import PlaceFilterForm, kind_of
from hemei.office.planning import RoundFilterForm
from hemei.office.request import OfficeRequest, region_of, within
from hemei.office.staffing import UnitFilterForm
from hemei.office.templatetags.office import step_name
from hemei.office.views.audit import AuditFilterForm
from hemei.terms.day import today


def places_file(request: OfficeRequest, form: str) -> FileResponse:
    scope = within(request, "register.export")
    kind = kind_of(request.GET.get("kind", ""))
    chosen = places.places(within=scope, where=PlaceFilterForm(request.GET, within=scope, kind=kind).where())
    return _file(request, places_listing(chosen, within=scope, kind=kind), form, scope)


def cases_file(request: OfficeRequest, form: str) -> FileResponse:
    scope = within(request, "register.export")
    asked = CaseFilterForm(request.GET, within=scope, actor=request.actor)
    chosen = asked.mine_of(cases.cases(within=scope, where=asked.where()))
    return _file(request, cases_listing(chosen, within=scope), form, scope)


def units_file(request: OfficeRequest, form: str) -> FileResponse:
    scope = within(request, "register.export")
    chosen = UnitFilterForm(request.GET, within=scope).narrowed(units.units(within=scope))
    return _file(request, units_listing(chosen, within=scope), form, scope)


def households_file(request: OfficeRequest, form: str) -> FileResponse:
    """Households have no list of their own: they go with the list of places, narrowed to its region."""
    scope = within(request, "register.export")
    region = request.GET.get("region", "")
    narrowed = region if region.isascii() and region.isdigit() else ""
    chosen = listings.households(within=scope, region=narrowed)
    return _file(request, listings.households_listing(chosen, within=scope), form, scope)


def rounds_file(request: OfficeRequest, form: str) -> FileResponse:
    scope = within(request, "register.export")
    looking = within(request, "round.view")
    seen = RoundFilterForm(request.GET, within=looking).narrowed(rounds.concerning(within=looking))
    return _file(request, listings.rounds_listing(seen, within=scope), form, scope)


def dues_file(request: OfficeRequest, pk: int, form: str) -> FileResponse:
    """All of a round, what has been looked at included; a drawn list only from its day on."""
    scope = within(request, "register.export")
    turn = found(rounds.concerning(within=within(request, "round.view")).filter(pk=pk).first())
    chosen = rounds.all_dues(within=scope, turn=turn)
    return _file(request, listings.dues_listing(chosen, within=scope), form, scope)


def audit_file(request: OfficeRequest, form: str) -> FileResponse:
    scope = within(request, "audit.view")
    chosen = entries(within=scope, where=AuditFilterForm(request.GET, within=scope).where())
    return _file(request, audit_listing(chosen, within=scope, named=step_name), form, scope, "audit.view")


def _file(
    request: OfficeRequest, listing: Listing, form: str, scope: Scope, verb: str = "register.export"
) -> FileResponse:
    """Leave the entry, write the file aside, send it."""
    if form not in MEDIA_TYPES:
        raise Http404
    where = At(region_of(request, scope))
    filters = {name: value for name, value in request.GET.items() if value and name != "cursor"}
    leave_export(where=where, title=listing.title, form=form, filters=filters, by=request.actor, verb=verb)
    name = f"{listing.title}-{where.region}-{today().isoformat()}.{form}"
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"list.{form}"
        try:
            write_listing(listing, form, target)
        except Mistaken as mistake:
            raise Http404 from mistake
        opened = target.open("rb")  # stays readable after its folder is gone; the response closes it
    return FileResponse(opened, as_attachment=True, filename=name, content_type=MEDIA_TYPES[form])
