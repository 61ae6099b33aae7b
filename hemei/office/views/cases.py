"""隐患: the list, and the whole life of one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import render

from hemei.core.access import Scope
from hemei.core.doors import found
from hemei.core.models import Case
from hemei.core.queries import cases as reading
from hemei.core.queries.paging import page
from hemei.core.queries.regions import names
from hemei.core.registry import registry
from hemei.office.documents import DOCUMENTS
from hemei.office.filters import CaseFilterForm
from hemei.office.offers import accepted_by, offers, primary
from hemei.office.paging import Turns, count_to
from hemei.office.request import OfficeRequest, within

NO_DEADLINE = date(9999, 12, 31)


def listing(request: OfficeRequest) -> HttpResponse:
    scope = within(request, "case.view")
    form = CaseFilterForm(request.GET, within=scope, actor=request.actor)
    rows = form.mine_of(reading.cases(within=scope, where=form.where()))
    order: tuple[str, ...] = ("-id",)
    if form.ordering == "due":
        rows, order = rows.annotate(deadline=Coalesce("due_on", Value(NO_DEADLINE))), ("deadline", "id")
    shown = page(rows, order=order, cursor=request.GET.get("cursor", ""), count_to=count_to(request))
    context = {
        "form": form,
        "rows": shown.rows,
        "page": Turns.of(request, shown, of=rows),
        "region_names": names(within=scope),
        "filtered": form.narrows,
    }
    return render(request, "office/cases.html", context)


def detail(request: OfficeRequest, pk: int) -> HttpResponse:
    scope = within(request, "case.view")
    case = found(reading.case(pk, within=scope))
    offered = offers(case, request.actor)
    context = {
        "case": case,
        "steps": reading.steps(case),
        "offers": offered,
        "primary": primary(case, offered),
        "accepted_by": accepted_by(case, request.actor),
        "documents": [(key, d.name) for key, d in DOCUMENTS.items() if any(one.slug == "serve" for one in offered)],
        "remedy_hint": registry.findings[case.code].remedy if case.code in registry.findings else "",
        "region_names": names(within=scope),
        **related(case, scope),
    }
    return render(request, "office/case.html", context)


def related(case: Case, scope: Scope) -> dict[str, Any]:
    """What the case came back from, what came back after it, and the checks that showed it."""
    return {
        "forerunner": reading.case(case.forerunner_id, within=scope) if case.forerunner_id else None,
        "successors": reading.cases(within=scope).filter(forerunner=case).order_by("id"),
        "findings": case.findings.select_related("check_made__account").order_by("at", "id"),
    }
