"""导入: what the tables of an upload are, said by a person where no `district.yaml` says it, and corrected."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemei.core.actions.register import mapping
from hemei.core.doors import found
from hemei.core.errors import Mistaken
from hemei.core.models import BatchState, ImportBatch
from hemei.core.queries import register as reading
from hemei.core.queries.regions import names
from hemei.core.registry import registry
from hemei.office.mapping import SYSTEMS, TableAsked, layout_said, tables_asked, words_for_cases
from hemei.office.request import OfficeRequest, within
from hemei.terms.region import Level


def ask(request: OfficeRequest, pk: int) -> HttpResponse:
    """Which table is which register, which column which field."""
    batch = found(reading.batch(pk, within=within(request, "register.import")))
    if batch.state != BatchState.ASKING:
        return redirect("office:import", pk=pk)
    posted = request.POST if request.method == "POST" else None
    tables = tables_asked(batch.understood.get("tables", []), posted)
    districts = _districts(request)
    context: dict[str, Any] = {
        "batch": batch,
        "tables": tables,
        "districts": districts,
        "district": request.POST.get("district", ""),
        "systems": SYSTEMS,
        "kinds": registry.kinds,
        "programmes": registry.programmes,
        "severities": words_for_cases(),
    }
    if posted is not None and "again" not in posted:
        context["mistakes"] = _answer(request, batch, tables, districts)
        if not context["mistakes"]:
            return redirect("office:import", pk=pk)
    return render(request, "office/imports/mapping.html", context, status=422 if context.get("mistakes") else 200)


def _districts(request: OfficeRequest) -> dict[str, str]:
    """The districts that this person may import into."""
    scope = within(request, "register.import")
    known, codes = names(within=scope), sorted({prefix[: Level.DISTRICT] for prefix in scope.prefixes})
    return {code: known.get(code, code) for code in codes}


def _answer(
    request: OfficeRequest, batch: ImportBatch, tables: list[TableAsked], districts: dict[str, str]
) -> list[str]:
    """Read it so; or what is still missing."""
    used = [table for table in tables if table.parts]
    missing = [f"{table.file} · {table.sheet}：{mistake}" for table in used for mistake in table.mistakes]
    if not used:
        missing.append(_("请至少给一张表选定是哪种登记表。"))
    said = request.POST.get("district", "")
    district = said if said in districts else next(iter(districts)) if len(districts) == 1 else ""
    if not district:
        missing.append(_("请选择区。"))
    if missing:
        return missing
    layout, headers = layout_said(district, used)
    try:
        mapping.answer(batch=batch, layout=layout, headers=headers, by=request.actor)
    except Mistaken as mistake:
        return [str(mistake)]
    return []


@require_POST
def again(request: OfficeRequest, pk: int) -> HttpResponse:
    """Back to the question which column is which."""
    batch = found(reading.batch(pk, within=within(request, "register.import")))
    try:
        mapping.ask(batch=batch, by=request.actor)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
    return redirect("office:import", pk=pk)


@require_POST
def meant(request: OfficeRequest, pk: int) -> HttpResponse:
    """Words that mean others: read again with what was chosen for each."""
    batch = found(reading.batch(pk, within=within(request, "register.import")))
    chosen = [
        {**word, "value": value}
        for number, word in enumerate(batch.understood.get("meant", []))
        if (value := request.POST.get(f"w{number}", ""))
    ]
    if not chosen:
        messages.error(request, _("请先选好按什么读。"))
        return redirect("office:import", pk=pk)
    try:
        mapping.read_again(batch=batch, instead=chosen, by=request.actor)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
    return redirect("office:import", pk=pk)
