"""导出: what a list shows, with the same filters, as Excel, CSV or GeoPackage."""

from __future__ import annotations

from datetime import date

from django.http import FileResponse

from hemei.core.doors import found
from hemei.core.queries import cases, jobs, listings, places, register, rounds, units, waiting
from hemei.core.queries.audit import entries
from hemei.core.queries.export import audit_listing, cases_listing, places_listing, units_listing
from hemei.core.queries.messages import sent_messages
from hemei.office.filters import CaseFilterForm
from hemei.office.kinds import PlaceFilterForm, kind_of
from hemei.office.planning import DrawFilterForm, RoundFilterForm
from hemei.office.request import OfficeRequest, within
from hemei.office.sending import sent
from hemei.office.staffing import UnitFilterForm
from hemei.office.templatetags.office import job_name, step_name
from hemei.office.views.audit import AuditFilterForm
from hemei.office.views.imports import ImportFilterForm
from hemei.office.views.jobs import JobFilterForm
from hemei.office.views.notices import NoticeFilterForm
from hemei.terms.region import is_code


def places_file(request: OfficeRequest, form: str) -> FileResponse:
    scope = within(request, "register.export")
    kind = kind_of(request.GET.get("kind", ""))
    chosen = places.places(within=scope, where=PlaceFilterForm(request.GET, within=scope, kind=kind).where())
    return sent(request, places_listing(chosen, within=scope, kind=kind), form, scope)


def cases_file(request: OfficeRequest, form: str) -> FileResponse:
    scope = within(request, "register.export")
    asked = CaseFilterForm(request.GET, within=scope, actor=request.actor)
    chosen = asked.mine_of(cases.cases(within=scope, where=asked.where()))
    return sent(request, cases_listing(chosen, within=scope), form, scope)


def units_file(request: OfficeRequest, form: str) -> FileResponse:
    scope = within(request, "register.export")
    chosen = UnitFilterForm(request.GET, within=scope).narrowed(units.units(within=scope))
    return sent(request, units_listing(chosen, within=scope), form, scope)


def households_file(request: OfficeRequest, form: str) -> FileResponse:
    """Households have no list of their own: they go with the list of places, narrowed to its region."""
    scope = within(request, "register.export")
    region = request.GET.get("region", "")
    chosen = listings.households(within=scope, region=region if is_code(region) else "")
    return sent(request, listings.households_listing(chosen, within=scope), form, scope)


def rounds_file(request: OfficeRequest, form: str) -> FileResponse:
    scope = within(request, "register.export")
    looking = within(request, "round.view")
    seen = RoundFilterForm(request.GET, within=looking).narrowed(rounds.concerning(within=looking))
    return sent(request, listings.rounds_listing(seen, within=scope), form, scope)


def dues_file(request: OfficeRequest, pk: int, form: str) -> FileResponse:
    """All of a round, what has been looked at included; a drawn list only from its day on."""
    scope = within(request, "register.export")
    turn = found(rounds.concerning(within=within(request, "round.view")).filter(pk=pk).first())
    chosen = rounds.all_dues(within=scope, turn=turn)
    return sent(request, listings.dues_listing(chosen, within=scope), form, scope)


def owed_file(request: OfficeRequest, form: str) -> FileResponse:
    """What is still to be looked at, in whichever round: what I owe, or with `whose=all` what anybody owes here."""
    scope = within(request, "register.export")
    if request.GET.get("whose") == "all":
        chosen = rounds.dues(within=within(request, "round.view")).filter(round__draw=None)
    else:
        whose = request.actor.unit_ids
        chosen = waiting.dues(within=scope, units=whose, account=request.user.pk, until=date.max)
    return sent(request, listings.dues_listing(chosen, within=scope), form, scope)


def messages_file(request: OfficeRequest, form: str) -> FileResponse:
    scope = within(request, "register.export")
    looking = within(request, "case.assign")
    seen = sent_messages(within=looking, where=NoticeFilterForm(request.GET, within=looking).where())
    return sent(request, listings.messages_listing(seen, within=looking), form, scope)


def draws_file(request: OfficeRequest, form: str) -> FileResponse:
    scope = within(request, "register.export")
    looking = within(request, "draw.view")
    seen = DrawFilterForm(request.GET, within=looking).narrowed(rounds.draws(within=looking))
    return sent(request, listings.draws_listing(seen, within=looking), form, scope)


def imports_file(request: OfficeRequest, form: str) -> FileResponse:
    """What was imported, by whom and with what outcome, for whoever may import there."""
    scope = within(request, "register.import")
    seen = ImportFilterForm(request.GET, within=scope).narrowed(register.batches(within=scope))
    return sent(request, listings.imports_listing(seen, within=scope), form, scope, "register.import")


def jobs_file(request: OfficeRequest, form: str) -> FileResponse:
    scope = within(request, "job.view")
    seen = JobFilterForm(request.GET, within=scope).narrowed(jobs.jobs(within=scope))
    return sent(request, listings.jobs_listing(seen, within=scope, named=job_name), form, scope, "job.view")


def audit_file(request: OfficeRequest, form: str) -> FileResponse:
    scope = within(request, "audit.view")
    chosen = entries(within=scope, where=AuditFilterForm(request.GET, within=scope).where())
    return sent(request, audit_listing(chosen, within=scope, named=step_name), form, scope, "audit.view")
