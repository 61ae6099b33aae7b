"""Beginning, confirming and discarding an import: from a folder on the server, or from what somebody uploaded."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.actions.register.applying import forget_files, forget_read
from hemei.core.actions.register.catalogue import REGISTERS
from hemei.core.actions.register.judging import reach_of
from hemei.core.actions.register.layout import NAME, layout_of
from hemei.core.actions.register.queueing import queue_job
from hemei.core.actions.register.returning import lay_out_mended
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import LEFT_LYING, BatchState, ImportBatch, Job, JobState, RowOutcome, StagedRow
from hemei.core.worker import run
from hemei.core.writing import action, audit


@dataclass(frozen=True)
class Summary:
    """What became of an import, for whoever started it."""

    batch: int
    state: str
    counts: dict[str, dict[str, int]] = field(default_factory=dict)  # register → outcome → rows
    refused: list[tuple[str, int, str, str]] = field(default_factory=list)  # the first: file, row, 原因, 怎么改
    message: str = ""
    passed: list[tuple[str, str, str]] = field(default_factory=list)  # file, sheet, why nothing of it was read
    effects: list[tuple[str, int, str]] = field(default_factory=list)  # file, row, what it would do, where that is said
    rows: int = 0  # written
    seconds_in_transaction: float | None = None


SHOWN = 20


@action(verb="register.import", on="where")
def begin(
    *, where: At, folder: str, name: str, by: Actor, waiting: bool = True, kind: str = "register.read"
) -> ImportBatch:
    """A batch to be read by the worker, or by whoever calls where it is not `waiting`."""
    matter = reach_of(by, "register.import").matter_at(where.region)
    batch = ImportBatch.objects.create(
        region=where.region, matter=matter, name=name[:200], folder=folder, by=by.account
    )
    batch.job = queue_job(batch, kind, by, waiting=waiting)
    batch.save(update_fields=["job"])
    audit(by, "register.read", f"batch:{batch.pk}", batch.region, detail={"name": batch.name})
    return batch


def begin_uploaded(*, address: str, name: str, by: Actor, mends: ImportBatch | None = None) -> ImportBatch:
    """A batch from a folder of uploaded files, which goes away again where its `district.yaml` is not usable. Without
    one a person is asked what the tables are.

    Where it `mends` an earlier batch, it is that batch's workbook of refused rows, and is read as they were.
    """
    folder = settings.VAR / address
    try:
        if mends is not None:
            lay_out_mended(mends, folder)
        said = (folder / NAME).is_file()
        where = At(own_region(by, layout_of(folder, list(REGISTERS)).district if said else ""))
        kind = "register.read" if said else "register.survey"
        batch: ImportBatch = begin(where=where, folder=address, name=name, by=by, kind=kind)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return batch


def own_region(by: Actor, district: str) -> str:
    """Where an import of `by` stands: the widest region of theirs, in the district named if any. Raises Mistaken."""
    reach = reach_of(by, "register.import")
    reach = reach.narrowed(district) if district else reach
    if not reach.prefixes:
        raise Mistaken(_("%(district)s 不在您可以导入的范围内。") % {"district": district}, field="files")
    return min(reach.prefixes, key=len)


@action(verb="register.import", on="batch")
def confirm(*, batch: ImportBatch, by: Actor, waiting: bool = True) -> Job:
    """Have the batch applied, as it was previewed."""
    if batch.state != BatchState.READY:
        raise Conflict(_("这一批现在是“%(state)s”，不能导入。") % {"state": batch.get_state_display()})
    batch.state, batch.message = BatchState.APPLYING, ""
    batch.job = queue_job(batch, "register.apply", by, waiting=waiting)
    batch.save(update_fields=["state", "message", "job"])
    audit(by, "register.confirm", f"batch:{batch.pk}", batch.region, detail=batch.understood.get("counts", {}))
    return batch.job


@action(verb="register.import", on="batch")
def discard(*, batch: ImportBatch, by: Actor) -> None:
    """Throw a batch away, or ask its reading to stop."""
    if batch.state == BatchState.READING and batch.job:
        Job.objects.filter(pk=batch.job.pk).update(cancel_asked=True)
    elif batch.state not in LEFT_LYING:
        raise Conflict(_("这一批现在是“%(state)s”，不能放弃。") % {"state": batch.get_state_display()})
    batch.state = BatchState.DISCARDED
    forget_read(batch)
    audit(by, "register.discard", f"batch:{batch.pk}", batch.region)
    forget_files(batch)


@action(verb="register.import", on="batch")
def decide(*, batch: ImportBatch, rows: list[int], decision: str, by: Actor) -> int:
    """Say of rows that resemble a place already there whether they are the same. Returns how many."""
    if batch.state != BatchState.READY:
        raise Conflict(_("这一批现在是“%(state)s”，不能再改。") % {"state": batch.get_state_display()})
    matches = StagedRow.objects.filter(batch=batch, outcome=RowOutcome.MATCH)
    chosen = matches.filter(pk__in=rows) if rows else matches
    count = chosen.update(decision=decision)
    audit(by, "register.decide", f"batch:{batch.pk}", batch.region, detail={"rows": count, "decision": decision})
    return count


def import_folder(folder: Path, *, by: Actor, confirm: bool) -> Summary:
    """Read a folder of registers here and now; write it too where `confirm`ed. Raises Mistaken where it has no usable
    `district.yaml`, Refused where `by` may not import there."""
    layout = layout_of(folder, list(REGISTERS))
    batch = begin(
        where=At(own_region(by, layout.district)), folder=str(folder.resolve()), name=folder.name, by=by, waiting=False
    )
    assert batch.job is not None
    _done(batch.job)
    batch.refresh_from_db()
    if not confirm or batch.state != BatchState.READY:
        return summary_of(batch)
    job = _done(confirm_now(batch=batch, by=by))
    batch.refresh_from_db()
    return summary_of(batch, job)


def _done(job: Job) -> Job:
    """Do the job here and now. Raises Mistaken where disk or database are in trouble: a running site takes it up."""
    run(job)
    if job.state == JobState.RUNNING:
        raise Mistaken(job.message)
    return job


def confirm_now(*, batch: ImportBatch, by: Actor) -> Job:
    job: Job = confirm(batch=batch, by=by, waiting=False)
    return job


def summary_of(batch: ImportBatch, applied: Job | None = None) -> Summary:
    refused = StagedRow.objects.filter(batch=batch, outcome=RowOutcome.REFUSED).order_by("id")[:SHOWN]
    result = applied.result if applied else {}
    told = StagedRow.objects.filter(batch=batch, register="changes", outcome=RowOutcome.NEW).order_by("id")
    return Summary(
        batch=batch.pk,
        state=batch.state,
        counts=batch.understood.get("counts", {}),
        refused=[(row.file, row.line, row.reason, row.remedy) for row in refused],
        message=batch.message,
        passed=[(one["file"], one["sheet"], one["why"]) for one in batch.understood.get("passed", ())],
        effects=[(row.file, row.line, row.values["effect"]) for row in told],
        rows=result.get("rows", 0),
        seconds_in_transaction=result.get("seconds_in_transaction"),
    )
