"""Reading a folder of registers into staged rows: a job, outside any transaction; started again, it starts afresh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import SYSTEM, Actor, actor_of
from hemei.core.actions.register.catalogue import ALSO, REGISTERS
from hemei.core.actions.register.choosing import chosen, understood_of
from hemei.core.actions.register.judging import Desk, desk_for
from hemei.core.actions.register.layout import NAME, Layout, Sheet, built, layout_of
from hemei.core.actions.register.position import in_cgcs2000, system_of
from hemei.core.actions.register.shapes import recall
from hemei.core.actions.register.sheet import Line, Plan, plan_of
from hemei.core.actions.register.staging import meant, stage
from hemei.core.errors import Mistaken
from hemei.core.models import BatchState, ImportBatch, Job, StagedRow
from hemei.core.stepwise import batched
from hemei.core.trouble import trouble_of
from hemei.core.worker import Cancelled, Progress, work
from hemei.core.writing import writing
from hemei.engines.tables import KINDS, BadFile, Row, Table


def told(job: Job, message: str) -> None:
    batch = ImportBatch.objects.get(pk=job.arguments["batch"])
    if batch.state == BatchState.READING:
        _give_up(batch, BatchState.FAILED, message)


@work("register.read", given_up=told)
def read_batch(job: Job, progress: Progress) -> dict[str, Any]:
    """Parse and judge every row of a batch. Its state says afterwards whether a person can confirm it."""
    batch = ImportBatch.objects.get(pk=job.arguments["batch"])
    if batch.state != BatchState.READING:  # thrown away before its turn came
        return {}
    with ending(batch):
        StagedRow.objects.filter(batch=batch).delete()
        folder, by = folder_of(batch), actor_of(job.by) if job.by else SYSTEM
        understood = _read_folder(batch, folder, by, progress)
        counts = counts_of(batch)
        understood |= {"counts": counts, "meant": meant(batch)}
        with writing():
            still = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.READING).update(
                state=BatchState.READY,
                read_at=timezone.now(),
                understood=understood,
            )
        if not still:
            raise Cancelled
    return counts


@contextmanager
def ending(batch: ImportBatch) -> Iterator[None]:
    """However the reading ends, the batch says so."""
    try:
        yield
    except Cancelled:
        _give_up(batch, BatchState.DISCARDED, _("已取消，没有写入任何数据。"))
        raise
    except (Mistaken, BadFile) as fault:
        _give_up(batch, BatchState.FAILED, str(fault))
        raise
    except Exception as fault:
        if not ImportBatch.objects.filter(pk=batch.pk, state=BatchState.READING).exists():
            _give_up(batch, BatchState.DISCARDED, "")  # thrown away meanwhile, and its files with it
            raise Cancelled from fault
        if trouble_of(fault):  # read again from the beginning when it is over
            raise
        _give_up(batch, BatchState.FAILED, _("读取时出错，没有写入任何数据。请联系管理员查看日志。"))
        raise


def _give_up(batch: ImportBatch, state: str, message: str) -> None:
    with writing():
        StagedRow.objects.filter(batch=batch).delete()
        ImportBatch.objects.filter(pk=batch.pk, state=BatchState.READING).update(state=state, message=message)


def folder_of(batch: ImportBatch) -> Path:
    return settings.VAR / batch.folder  # an absolute path stays what it is


def readable(folder: Path) -> list[Path]:
    """The files of a folder that may have tables, in order."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in KINDS and path.name != NAME)


def counts_of(batch: ImportBatch) -> dict[str, dict[str, int]]:
    """Register → outcome → how many rows."""
    counts: dict[str, dict[str, int]] = {}
    rows = StagedRow.objects.filter(batch=batch).values_list("register", "outcome").order_by()
    for register, outcome, count in rows.annotate(count=Count("id")):
        counts.setdefault(register, {})[outcome] = count
    return {key: counts[key] for key in REGISTERS if key in counts}


def _read_folder(batch: ImportBatch, folder: Path, by: Actor, progress: Progress) -> dict[str, Any]:
    layout = built(batch.layout, list(REGISTERS)) if batch.layout else layout_of(folder, list(REGISTERS))
    _check_alone(layout)
    memory = recall(layout.district)
    desk = desk_for(by, layout.district)
    if not desk.within.narrowed(layout.district):
        raise Mistaken(_("%(district)s 不在您可以导入的范围内。") % {"district": layout.district}, field="files")
    understood, done = [], 0
    passed: list[dict[str, str]] = []
    empty: list[dict[str, str]] = []
    told_of = {sheet.file for sheet in layout.sheets}
    others = {(path.name, ""): None for path in readable(folder) if path.name not in told_of}
    for sheet in layout.sheets:
        desk.sheet, found = sheet, chosen(folder, sheet, memory)
        passed += [{"file": sheet.file, "sheet": name, "why": why} for name, why in found.passed]
        others |= dict.fromkeys((sheet.file, name) for name in found.others)
        for table, plan in found.tables:
            reading, before = _Reading(batch, desk, plan, table), done
            for rows in batched(whole(plan.called, table.rows), REGISTERS[sheet.register].rows_at_once):
                reading.take(rows)
                done += len(rows)
                progress(done, message=_("正在读取 %(file)s，已读 %(done)d 行") % {"file": plan.called, "done": done})
            if done == before:
                empty.append({"file": sheet.file, "sheet": table.name, "why": _("表头下面没有一行数据。")})
            understood.append(understood_of(plan, table, reading.system))
    return {"district": layout.district, "sheets": understood, "passed": _each_once(passed, others, understood) + empty}


def _each_once(
    passed: list[dict[str, str]], others: Iterable[tuple[str, str]], understood: list[dict[str, Any]]
) -> list[dict[str, str]]:
    """The tables of which nothing was read: a file in which two registers stand is looked at twice."""
    read = {(one["file"], one["sheet"]) for one in understood}
    why = _("没有说明它是哪种登记表。")
    unsaid = [{"file": file, "sheet": name, "why": why} for file, name in others]
    return [
        *{
            (one["file"], one["sheet"]): one for one in [*unsaid, *passed] if (one["file"], one["sheet"]) not in read
        }.values()
    ]


def _check_alone(layout: Layout) -> None:
    """A register that changes what the others are judged by comes by itself. Raises Mistaken."""
    for sheet in layout.sheets:
        register = REGISTERS[sheet.register]
        others = {other.register for other in layout.sheets} - set(register.alone)
        if register.alone and others:
            named = {"this": register.title, "others": "、".join(str(REGISTERS[key].title) for key in sorted(others))}
            raise Mistaken(
                _("“%(this)s”要先单独导入（可以和区划、网格一起）；请把%(others)s分开，等它写入以后再导入。") % named,
                field="files",
            )


def whole(called: str, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows; where the file breaks off among them, it is named."""
    try:
        yield from rows
    except BadFile as fault:
        raise BadFile(f"{called}：{fault}") from fault


class _Reading:
    """One sheet being read, for its own register and for what its rows also say."""

    def __init__(self, batch: ImportBatch, desk: Desk, plan: Plan, table: Table) -> None:
        self.batch, self.desk, self.plan = batch, desk, plan
        self.also = _also(plan, table)
        located = table.has_geometry or {"lon", "lat"} & plan.columns.keys()
        self.system = system_of(plan.sheet, table.crs) if located else ""

    def take(self, rows: list[Row]) -> None:
        sheet = self.plan.sheet
        self._judge(sheet.register, [self.plan.line(row) for row in rows])
        if self.also:
            plan, _register = self.also
            lines = [plan.line(row) for row in rows if row.values.get(plan.columns["household"]) is not None]
            known = [line for line in lines if self.desk.refer("places", line.where) is not None]
            self._judge(_register, known)

    def _judge(self, register: str, lines: list[Line]) -> None:
        placed = in_cgcs2000(lines, self.system) if self.system and lines else lines
        stage(self.batch, register, placed, REGISTERS[register].judge(placed, self.desk))


def _also(plan: Plan, table: Table) -> tuple[Plan, str] | None:
    """A list of houses with the household's number in each row says who holds them."""
    sheet = plan.sheet
    register = ALSO.get(sheet.register)
    if register is None:
        return None
    fields = REGISTERS[register].fields(sheet)
    told = Sheet(**{**sheet.as_dict(), "columns": {k: v for k, v in sheet.columns.items() if k in _names(fields)}})
    try:
        return replace(plan_of(told, fields, table.header), called=plan.called), register
    except Mistaken:
        return None


def _names(fields: list[Any]) -> set[str]:
    return {one.name for one in fields}
