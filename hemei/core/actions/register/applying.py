"""Applying what a person confirmed: everything laid ready beside the tables, then moved over in one transaction."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import time
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import SYSTEM, Actor, actor_of
from hemei.core.actions.placestate import recount
from hemei.core.actions.register.bench import Bench
from hemei.core.actions.register.catalogue import REGISTERS
from hemei.core.actions.register.reading import folder_of
from hemei.core.actions.register.staging import confirmed
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import AuditEntry, BatchState, ImportBatch, Job, RowOutcome, StagedRow
from hemei.core.stepwise import stepwise
from hemei.core.trouble import trouble_of
from hemei.core.worker import Progress, work
from hemei.core.writing import action, audit, writing
from hemei.terms.region import contains, successor

ROWS_AT_ONCE = 2_000
STRAY_AFTER_S = 3600  # an upload that is on its way has no batch yet
BY_HAND = ("place.change", "place.put_on_map", "place.identify", "place.take_out", "place.resolve")


class _Digest:
    """The keyed digest of rows, one after the other."""

    def __init__(self) -> None:
        self._hash = hmac.new(settings.AUDIT_KEY.encode(), digestmod=hashlib.sha256)
        self.count = 0

    def take(self, row: StagedRow) -> None:
        said = [row.register, row.file, row.line, row.outcome, row.key, row.values, row.target]
        self._hash.update(json.dumps(said, sort_keys=True, ensure_ascii=False).encode() + b"\n")
        self.count += 1

    def __str__(self) -> str:
        return self._hash.hexdigest()


def _told(job: Job, message: str) -> None:
    waiting = ImportBatch.objects.filter(pk=job.arguments["batch"], state=BatchState.APPLYING)
    waiting.update(state=BatchState.READY, message=message)


@work("register.apply", given_up=_told)
def apply_batch(job: Job, progress: Progress) -> dict[str, Any]:
    """Bring a confirmed batch into the register: all of it or nothing."""
    batch = ImportBatch.objects.get(pk=job.arguments["batch"])
    if batch.state != BatchState.APPLYING:  # killed after the last write: it is done, only nobody had said so
        forget_files(batch)
        return {"rows": rows_written(batch)}
    by = actor_of(job.by) if job.by else SYSTEM
    bench = Bench(by, timezone.now())
    try:
        digest = _lay(batch, bench, progress)
        seconds = _timed_move(batch=batch, by=by, bench=bench, digest=digest)
    except BaseException as fault:
        if trouble_of(fault):  # taken up again when it is over
            raise
        said = str(fault) if isinstance(fault, Mistaken) else _("导入没有完成，没有写入任何数据。")
        with writing():
            waiting = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.APPLYING)
            waiting.update(state=BatchState.READY, message=said)
        raise
    finally:
        bench.clear()
    forget_files(batch)
    return {"rows": digest.count, "seconds_in_transaction": round(seconds, 2)}


def rows_written(batch: ImportBatch) -> int:
    """How many rows an applied batch wrote: said in the transaction that wrote them, before its job knows it."""
    entry = AuditEntry.objects.filter(verb="register.import", subject=f"batch:{batch.pk}").first()
    return int(entry.detail["rows"]) if entry else 0


def _lay(batch: ImportBatch, bench: Bench, progress: Progress) -> _Digest:
    digest, edited = _Digest(), set(edited_since(batch))
    writable = [RowOutcome.NEW, RowOutcome.CHANGED, RowOutcome.MATCH]

    set_aside: list[int] = []

    def rows_of(register: str) -> Any:
        rows = StagedRow.objects.filter(batch=batch, register=register, outcome__in=writable)
        for row in confirmed(stepwise(rows, ROWS_AT_ONCE)):
            if register == "places" and row.target in edited and row.outcome == RowOutcome.CHANGED:
                set_aside.append(row.pk)
                continue
            digest.take(row)
            progress(digest.count, message=_("正在准备，已备 %(done)d 行") % {"done": digest.count})
            yield row

    for key, register in REGISTERS.items():
        if StagedRow.objects.filter(batch=batch, register=key, outcome__in=writable).exists():
            register.lay(rows_of(key), bench)
    bench.flush()
    bench.edited, bench.set_aside = edited, set_aside
    return digest


def edited_since(batch: ImportBatch) -> list[int]:
    """The places that somebody has changed by hand since the batch was read."""
    entries = AuditEntry.objects.filter(at__gt=batch.read_at, verb__in=BY_HAND, **_inside(batch.region))
    return [int(subject.partition(":")[2]) for subject in set(entries.values_list("subject", flat=True))]


def _inside(region: str) -> dict[str, str]:
    return {"region__gte": region, "region__lt": successor(region)}


def _timed_move(*, batch: ImportBatch, by: Actor, bench: Bench, digest: _Digest) -> float:
    began = time.monotonic()
    try:
        move(batch=batch, by=by, bench=bench, digest=digest)
    except IntegrityError as fault:
        raise _out_of_date() from fault
    return time.monotonic() - began


@action(verb="register.import", on="batch")
def move(*, batch: ImportBatch, by: Actor, bench: Bench, digest: _Digest) -> None:
    """The set statements, the counts that follow from them, and the one audit entry that carries the rows' digest."""
    if batch.state != BatchState.APPLYING:
        raise Conflict(_("这一批已经处理过了，请刷新页面。"))
    since = ImportBatch.objects.filter(state=BatchState.APPLIED, applied_at__gt=batch.read_at)
    if any(contains(r, batch.region) or contains(batch.region, r) for r in since.values_list("region", flat=True)):
        raise _out_of_date()
    if not bench.edited.issuperset(edited_since(batch)):
        raise _out_of_date()
    bench.move()
    _set_aside(batch, bench.set_aside)
    for kind, prefix in sorted(bench.recount):
        recount(kind, prefix)
    now = timezone.now()
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=BatchState.APPLIED, applied_at=now, digest=str(digest), message=""
    )
    counts = batch.understood.get("counts", {})
    detail = {"rows": digest.count, "rows_digest": str(digest), "counts": counts, "name": batch.name}
    full = [s["layout"] for s in batch.understood.get("sheets", []) if s["layout"]["keep_full_id"]]
    if full:
        detail["full_id_numbers"] = [{"register": s["register"], "reason": s["reason"]} for s in full]
    audit(by, "register.import", f"batch:{batch.pk}", batch.region, values=[str(digest)], detail=detail, at=now)


def _set_aside(batch: ImportBatch, rows: list[int]) -> None:
    """Rows of places that somebody has edited meanwhile are not written: the edit stands until a person has looked."""
    reason = _("预览以后有人在网页上改过这一处，表里的没有写入。")
    remedy = _("请先看看现在登记的对不对；表里的更对，就把原表再传一次。")
    for start in range(0, len(rows), 900):
        StagedRow.objects.filter(pk__in=rows[start : start + 900]).update(
            outcome=RowOutcome.REFUSED, reason=reason, remedy=remedy
        )
    if rows:
        counts = batch.understood["counts"]["places"]
        counts[RowOutcome.CHANGED] = counts.get(RowOutcome.CHANGED, 0) - len(rows)
        counts[RowOutcome.REFUSED] = counts.get(RowOutcome.REFUSED, 0) + len(rows)
        ImportBatch.objects.filter(pk=batch.pk).update(understood=batch.understood)


def _out_of_date() -> Conflict:
    return Conflict(_("读取之后，登记表已被别人改动，没有写入任何数据。请重新上传，再看一遍预览。"), code="out_of_date")


def forget_read(batch: ImportBatch) -> int:
    """What was read of the files, with the first rows of each table as they were shown; the batch's state is written
    with it. Returns how many rows."""
    gone, _each = StagedRow.objects.filter(batch=batch).delete()
    batch.understood.pop("tables", None)
    batch.save(update_fields=["state", "understood"])
    return gone


def forget_files(batch: ImportBatch) -> None:
    """The uploaded files hold personal data in clear: they go as soon as they are no longer needed."""
    folder = folder_of(batch)
    if folder.resolve().is_relative_to((settings.VAR / "imports").resolve()):
        shutil.rmtree(folder, ignore_errors=True)


def forget_strays() -> int:
    """Uploads that no batch knows any more: somebody was killed between keeping the files and saying so, or between
    applying and forgetting them. Returns how many."""
    there = settings.VAR / "imports"
    if not there.is_dir():
        return 0
    ended = (BatchState.APPLIED, BatchState.DISCARDED)
    needed = set(ImportBatch.objects.exclude(state__in=ended).values_list("folder", flat=True))
    before = time.time() - STRAY_AFTER_S
    strays = [f for f in there.iterdir() if f"imports/{f.name}" not in needed and f.stat().st_mtime < before]
    for folder in strays:
        shutil.rmtree(folder, ignore_errors=True)
    return len(strays)
