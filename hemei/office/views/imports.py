"""导入: upload registers, see what they would change, confirm or throw away."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from hemei.core.actions.register import folder as importing
from hemei.core.actions.register.applying import rows_written
from hemei.core.actions.register.catalogue import REGISTERS
from hemei.core.actions.register.layout import EXAMPLE
from hemei.core.actions.register.returning import write_returned
from hemei.core.actions.register.upload import SUFFIXES, receive
from hemei.core.doors import found
from hemei.core.errors import Mistaken
from hemei.core.models import BatchState, Decision, ImportBatch, RowOutcome
from hemei.core.queries import register as reading
from hemei.core.queries.paging import page
from hemei.core.queries.regions import names
from hemei.office.filters import NEWEST, OLDEST, FilterForm, search_field
from hemei.office.importrows import choices_of, table_of
from hemei.office.paging import Turns
from hemei.office.request import OfficeRequest, within

ROWS_SHOWN = 20
WORKING = (BatchState.READING, BatchState.APPLYING)


class ImportFilterForm(FilterForm):
    q = search_field(gettext_lazy("找以前的导入"), gettext_lazy("文件名或导入人，两个字也能找"))
    region = forms.ChoiceField(label=gettext_lazy("区域"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("状态"), required=False, choices=[("", gettext_lazy("全部状态")), *BatchState.choices]
    )
    order = forms.ChoiceField(
        label=gettext_lazy("顺序"), required=False, choices=[NEWEST, OLDEST, ("name", gettext_lazy("按文件名"))]
    )

    def narrowed(self, rows: QuerySet[ImportBatch]) -> QuerySet[ImportBatch]:
        chosen = self.chosen
        rows = rows.filter(self.in_region())
        if chosen["state"]:
            rows = rows.filter(state=chosen["state"])
        if chosen["q"]:
            rows = rows.filter(Q(name__contains=chosen["q"]) | Q(by__name__contains=chosen["q"]))
        return rows

    @property
    def ordering(self) -> tuple[str, ...]:
        return {"oldest": ("id",), "name": ("name", "id")}.get(str(self.chosen["order"]), ("-id",))


def listing(request: OfficeRequest) -> HttpResponse:
    scope = within(request, "register.import")
    mistake = _receive(request) if request.method == "POST" else None
    if isinstance(mistake, ImportBatch):
        return redirect("office:import", pk=mistake.pk)
    form = ImportFilterForm(request.GET, within=scope)
    rows = form.narrowed(reading.batches(within=scope))
    shown = page(rows, order=form.ordering, cursor=request.GET.get("cursor", ""), size=20)
    context = {
        "form": form,
        "rows": shown.rows,
        "page": Turns.of(request, shown, of=rows),
        "mistake": mistake,
        "accept": ",".join((*SUFFIXES, ".zip")),
        "example": EXAMPLE,
        "region_names": names(within=scope),
    }
    return render(request, "office/imports/list.html", context, status=422 if mistake else 200)


def _receive(request: OfficeRequest, mends: ImportBatch | None = None) -> ImportBatch | str:
    """A batch to be read, or what is wrong with what was uploaded."""
    uploaded = request.FILES.getlist("files")
    if not uploaded:
        return _("请先选择文件。")
    mending = (".xlsx", ".gpkg", ".zip")
    if mends is not None and not all(str(file.name).lower().endswith(mending) for file in uploaded):
        return _("请只选改好的那一个文件（.xlsx、.gpkg 或 .zip）。")
    try:
        address = receive((file.name or "", file) for file in uploaded)
        return importing.begin_uploaded(address=address, name=_called(uploaded), by=request.actor, mends=mends)
    except Mistaken as mistake:
        return str(mistake)


def _called(uploaded: Sequence[UploadedFile[Any]]) -> str:
    """What the batch is called: after its first table."""
    files = sorted((str(file.name) for file in uploaded), key=lambda name: name.endswith((".yaml", ".yml")))
    return (
        files[0] if len(files) == 1 else _("%(first)s 等 %(count)d 个文件") % {"first": files[0], "count": len(files)}
    )


def detail(request: OfficeRequest, pk: int) -> HttpResponse:
    scope = within(request, "register.import")
    batch = found(reading.batch(pk, within=scope))
    if batch.state == BatchState.ASKING:
        return redirect("office:import_mapping", pk=pk)
    context: dict[str, Any] = {
        "batch": batch,
        "meant": _meant(batch) if batch.state == BatchState.READY else [],
        "working": batch.state in WORKING,
        "written": rows_written(batch) if batch.state == BatchState.APPLIED else 0,
        "summary": _summary(batch),
        "moving": reading.moving(pk, within=scope) if batch.state == BatchState.READY else 0,
        "undecided": reading.undecided(pk, within=scope) if batch.state == BatchState.READY else 0,
        "region_names": names(within=scope),
    }
    return render(request, "office/imports/batch.html", context | _chosen(request, batch))


def _meant(batch: ImportBatch) -> list[dict[str, Any]]:
    """Words of refused rows that may mean another, each with what it may be read as."""
    found = []
    for word in batch.understood.get("meant", []):
        choices = [(word["value"], word["name"])] if word["value"] else choices_of(batch, word["called"], word)
        found.append({**word, "choices": choices})
    return found


def _summary(batch: ImportBatch) -> dict[str, Any]:
    """The table of counts: a line a register, a column an outcome; and how many rows would be written."""
    counts = batch.understood.get("counts", {})
    lines = [
        (register, REGISTERS[register].title, [(key, label, some.get(key, 0)) for key, label in RowOutcome.choices])
        for register, some in counts.items()
    ]
    writable = sum(some.get(RowOutcome.NEW, 0) + some.get(RowOutcome.CHANGED, 0) for some in counts.values())
    refused = sum(some.get(RowOutcome.REFUSED, 0) for some in counts.values())
    return {"lines": lines, "outcomes": RowOutcome.choices, "writable": writable, "refused": refused}


def _chosen(request: OfficeRequest, batch: ImportBatch) -> dict[str, Any]:
    """The rows of the register and outcome that the address asks for; at first what most needs a look."""
    counts = batch.understood.get("counts", {})
    wanted = request.GET.get("register", ""), request.GET.get("outcome", "")
    if not counts.get(wanted[0], {}).get(wanted[1]):
        order = [RowOutcome.MATCH, RowOutcome.REFUSED, RowOutcome.CHANGED, RowOutcome.NEW, RowOutcome.UNCHANGED]
        wanted = next(((r, str(o)) for o in order for r, some in counts.items() if some.get(o)), ("", ""))
    register, outcome = wanted
    if not register or batch.state in WORKING:
        return {}
    scope = within(request, "register.import")
    rows = reading.staged(batch.pk, within=scope, register=register, outcome=outcome)
    shown = page(rows, order=("id",), cursor=request.GET.get("cursor", ""), size=ROWS_SHOWN)
    return {
        "register": register,
        "outcome": outcome,
        "register_title": REGISTERS[register].title,
        "outcome_title": RowOutcome(outcome).label,
        "page": Turns.of(request, shown, total=counts[register][outcome]),
        "table": table_of(batch, register, shown.rows, names(within=scope)),
        "decisions": [choice for choice in Decision.choices if choice[0]],
    }


@require_GET
def progress(request: OfficeRequest, pk: int) -> HttpResponse:
    """How far the job is, asked for every other second; when it ends the whole page is loaded again."""
    batch = found(reading.batch(pk, within=within(request, "register.import")))
    response = render(request, "office/imports/_progress.html", {"batch": batch})
    if batch.state not in WORKING:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def confirm(request: OfficeRequest, pk: int) -> HttpResponse:
    return _do(request, pk, importing.confirm)


@require_POST
def discard(request: OfficeRequest, pk: int) -> HttpResponse:
    batch = found(reading.batch(pk, within=within(request, "register.import")))
    try:
        importing.discard(batch=batch, by=request.actor)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
        return redirect("office:import", pk=pk)
    messages.success(request, _("已放弃，没有写入任何数据。"))
    return redirect("office:imports")


@require_POST
def decide(request: OfficeRequest, pk: int) -> HttpResponse:
    """Whether rows that resemble a place already there are the same: those of the page, or all."""
    rows = [int(row) for row in request.POST.getlist("row") if row.isascii() and row.isdigit() and len(row) < 18]
    decision = request.POST.get("decision", "")
    everything = request.POST.get("all") == "yes"
    found(reading.batch(pk, within=within(request, "register.import")))
    if decision not in (Decision.SAME, Decision.OTHER) or not (rows or everything):
        messages.error(request, _("请先勾选要确认的行。"))
        return redirect("office:import", pk=pk)
    return _do(request, pk, importing.decide, rows=[] if everything else rows, decision=decision)


def _do(request: OfficeRequest, pk: int, action: Any, **arguments: Any) -> HttpResponse:
    batch = found(reading.batch(pk, within=within(request, "register.import")))
    try:
        action(batch=batch, by=request.actor, **arguments)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
    return redirect("office:import", pk=pk)


@require_GET
def refused(request: OfficeRequest, pk: int) -> FileResponse:
    """The refused rows in their own columns with two more, 原因 and 怎么改; mended, they come back by `mended`."""
    scope = within(request, "register.import")
    batch = found(reading.batch(pk, within=scope))
    with tempfile.TemporaryDirectory() as folder:
        path = write_returned(batch=batch, folder=Path(folder), by=request.actor, within=scope)
        opened = path.open("rb")  # stays readable after its folder is gone; the response closes it
    return FileResponse(opened, as_attachment=True, filename=path.name)


@require_POST
def mended(request: OfficeRequest, pk: int) -> HttpResponse:
    """The workbook of refused rows comes back, mended: it is read as the rows were."""
    batch = found(reading.batch(pk, within=within(request, "register.import")))
    came = _receive(request, mends=batch)
    if isinstance(came, ImportBatch):
        return redirect("office:import", pk=came.pk)
    messages.error(request, came)
    return redirect("office:import", pk=pk)
