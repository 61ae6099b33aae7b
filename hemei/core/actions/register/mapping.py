"""Files without a `district.yaml`: looked through, then read as a person says; and corrections of what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from hemei.core.access import Actor
from hemei.core.actions.register.catalogue import REGISTERS
from hemei.core.actions.register.choosing import said_again, tables_of
from hemei.core.actions.register.guessing import every_heading, guess, recognised
from hemei.core.actions.register.layout import built
from hemei.core.actions.register.queueing import queue_job
from hemei.core.actions.register.reading import ending, folder_of, readable, told
from hemei.core.actions.register.shapes import Memory, recall, remember
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import LEFT_LYING, BatchState, ImportBatch, Job, StagedRow
from hemei.core.worker import Progress, work
from hemei.core.writing import action, audit, writing
from hemei.engines.tables import Table
from hemei.terms.region import Level

MOST_TABLES = 60
Said = Mapping[str, Any]


@work("register.survey", given_up=told)
def survey_batch(job: Job, progress: Progress) -> dict[str, Any]:
    """Look through every file of a batch. A person then says what its tables are."""
    batch = ImportBatch.objects.get(pk=job.arguments["batch"])
    if batch.state != BatchState.READING:
        return {}
    with ending(batch):
        tables = _look_through(batch, progress)
        with writing():
            StagedRow.objects.filter(batch=batch).delete()
            ImportBatch.objects.filter(pk=batch.pk, state=BatchState.READING).update(
                state=BatchState.ASKING, understood={**batch.understood, "tables": tables}, message=""
            )
    return {"tables": len(tables)}


def _look_through(batch: ImportBatch, progress: Progress) -> list[dict[str, Any]]:
    folder, memory, tables = folder_of(batch), recall(batch.region[: Level.DISTRICT]), []
    for number, path in enumerate(readable(folder)):
        progress(number, message=_("正在看 %(file)s") % {"file": path.name})
        try:
            found = tables_of(folder, path.name, every_heading())
        except Mistaken as fault:
            tables.append({"file": path.name, "fault": str(fault)})
            continue
        tables += [_described(path.name, table, batch, memory) for table in found]
    if not tables:
        raise Mistaken(_("没有可以读的表格。"), field="files")
    return _as_many_as_asked(tables)


def _as_many_as_asked(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tables, those that are too many for one page named by the file and not passed over in silence."""
    rest = tables[MOST_TABLES:]
    by_file: dict[str, list[str]] = {}
    for one in rest:
        by_file.setdefault(one["file"], []).append(str(one.get("sheet", "")))
    return tables[:MOST_TABLES] + [
        {
            "file": file,
            "fault": _("这里的 %(count)d 张表没有看，一次最多 %(most)d 张：%(sheets)s。请另存成一个文件再传一次。")
            % {"count": len(sheets), "most": MOST_TABLES, "sheets": "、".join(sheets[:30])},
        }
        for file, sheets in by_file.items()
    ]


def _described(file: str, table: Table, batch: ImportBatch, memory: Memory) -> dict[str, Any]:
    """What a person needs to see of a table to say what it is, and what is proposed."""
    said: dict[str, Any] = {
        "file": file,
        "sheet": table.name,
        "header": list(table.header),
        "header_at": list(table.header_at),
        "top": [list(line) for line in table.top],
        "spans": [list(span) for span in table.spans],
        "left": table.left,
        "crs": table.crs or "",
        "has_geometry": table.has_geometry,
        "before": False,
        "remarks": list(table.remarks),
        "hidden_columns": list(table.hidden_columns),
        "struck": list(table.struck),
        "beside": [list(one) for one in table.beside],
    }
    earlier = {
        one["register"]: said_again(one)
        for one in batch.understood.get("sheets", [])
        if (one["file"], one["sheet"]) == (file, table.name)
    }
    if earlier:
        return said | {"registers": earlier}
    if known := recognised(said, memory):
        at, registers = known
        return said | {"header_at": at, "registers": registers, "before": True}
    return said | {"registers": guess(table.header)}


@action(verb="register.import", on="batch")
def ask(*, batch: ImportBatch, by: Actor) -> None:
    """Have the files looked through again, for somebody to say on the page how they are to be read."""
    if batch.state not in LEFT_LYING or not folder_of(batch).is_dir():
        raise Conflict(_("这一批现在是“%(state)s”，不能再改。") % {"state": batch.get_state_display()})
    batch.state, batch.message = BatchState.READING, ""
    batch.job = queue_job(batch, "register.survey", by)
    batch.save(update_fields=["state", "message", "job"])
    audit(by, "register.ask", f"batch:{batch.pk}", batch.region)


@action(verb="register.import", on="batch")
def answer(*, batch: ImportBatch, layout: Said, headers: Sequence[Sequence[str]], by: Actor) -> None:
    """Read the batch as a person says: `layout` as `district.yaml` would say it, `headers` of its sheets in order.

    What is said is remembered for the next tables of the same shape. Raises Mistaken where it does not hold together.
    """
    if batch.state != BatchState.ASKING:
        raise Conflict(_("这一批现在是“%(state)s”，不能再改。") % {"state": batch.get_state_display()})
    _read_as(batch, layout, by)
    sheets = [(register, said) for register, some in layout["registers"].items() for said in some]
    for (register, said), header in zip(sheets, headers, strict=True):
        remember(by, layout["district"], register, header, said)


@action(verb="register.import", on="batch")
def read_again(*, batch: ImportBatch, instead: Sequence[Said], by: Actor) -> None:
    """Read the batch again, some words meant as others: each of `instead` names the file, register, field, said, value.

    What is said is remembered for the next tables of the same shape.
    """
    if batch.state != BatchState.READY:
        raise Conflict(_("这一批现在是“%(state)s”，不能再改。") % {"state": batch.get_state_display()})
    registers: dict[str, list[dict[str, Any]]] = {}
    district = batch.understood["district"]
    for one in batch.understood["sheets"]:
        said = said_again(one)
        for word in instead:
            if (word["called"], word["register"]) == (one["called"], one["register"]):
                choices = said.setdefault("choices", {})
                choices[word["field"]] = {**choices.get(word["field"], {}), word["said"]: word["value"]}
        registers.setdefault(one["register"], []).append(said)
        if said.get("choices"):
            remember(by, district, one["register"], one["header"], said)
    _read_as(batch, {"district": district, "registers": registers}, by)


def _read_as(batch: ImportBatch, layout: Said, by: Actor) -> None:
    built(layout, list(REGISTERS))
    if not folder_of(batch).is_dir():
        raise Conflict(_("上传的文件已经删除，请重新上传。"))
    batch.layout, batch.state, batch.message = dict(layout), BatchState.READING, ""
    batch.job = queue_job(batch, "register.read", by)
    batch.save(update_fields=["layout", "state", "message", "job"])
    audit(by, "register.map", f"batch:{batch.pk}", batch.region, detail={"registers": list(layout["registers"])})
