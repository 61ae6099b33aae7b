"""Refused rows go back as a workbook in the clerk's own columns, with 原因 and 怎么改; mended, it comes in as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import yaml
from django.utils.translation import gettext as _

from hemei.core.access import Actor, Scope, may
from hemei.core.actions.register.catalogue import ALSO, REGISTERS
from hemei.core.actions.register.layout import NAME
from hemei.core.actions.register.staging import original_of
from hemei.core.models import ImportBatch, StagedRow
from hemei.core.queries.register import returned
from hemei.core.writing import action, audit
from hemei.engines.tables import Sheet, write_xlsx

NOT_OF_RETURNED = ("register", "own_crs", "header", "hidden")  # what was said of the sheet as it came


@dataclass(frozen=True)
class Part:
    """What goes back of one sheet that came in: a sheet of its own, under a name by which it is known again."""

    name: str
    said: dict[str, Any]  # what was understood of the sheet

    @property
    def registers(self) -> list[str]:
        return [name for name in (self.said["register"], ALSO.get(self.said["register"])) if name]


def parts_of(batch: ImportBatch) -> list[Part]:
    """One part for each register of each file."""
    firsts: dict[tuple[str, str], dict[str, Any]] = {}
    for said in batch.understood.get("sheets", []):
        firsts.setdefault((said["called"], said["register"]), said)
    return [
        Part(f"{number} {REGISTERS[said['register']].title}", said) for number, said in enumerate(firsts.values(), 1)
    ]


@action(verb="register.import", on="batch")
def write_returned(*, batch: ImportBatch, target: BinaryIO, by: Actor, within: Scope) -> None:
    """Write the workbook. Whole personal numbers only for whoever sent them, or may see them."""
    sender = by.account is not None and batch.by_id == by.account.pk
    clear = sender or may(by, "person.unmask", batch)
    sheets = []
    for part in parts_of(batch):
        rows = returned(batch.pk, within=within, file=part.said["called"], registers=part.registers)
        if rows.exists():
            header = part.said["header"]
            sheets.append(Sheet(part.name, [*header, _("原因"), _("怎么改")], _rows(rows, header, clear)))
    write_xlsx(target, sheets or [Sheet(_("没有未通过的行"), [], [])])
    audit(by, "register.return", f"batch:{batch.pk}", batch.region, detail={"clear": clear})


def _rows(rows: Any, header: Sequence[str], clear: bool) -> Iterator[list[Any]]:
    row: StagedRow
    for row in rows.iterator(chunk_size=1_000):
        cells = original_of(row) if clear else row.original
        yield [*(cells.get(heading) for heading in header), row.reason, row.remedy]


def lay_out_mended(batch: ImportBatch, folder: Path) -> None:
    """Write the `district.yaml` by which a mended workbook, the only one in the folder, is read as its rows were."""
    (workbook,) = folder.glob("*.xlsx")
    registers: dict[str, list[dict[str, Any]]] = {}
    for part in parts_of(batch):
        said = {name: value for name, value in part.said["layout"].items() if value and name not in NOT_OF_RETURNED}
        said |= {"file": workbook.name, "sheet": part.name, "columns": part.said["columns"], "optional": True}
        registers.setdefault(part.said["register"], []).append(said)
    layout = {"district": batch.understood["district"], "registers": registers}
    (folder / NAME).write_text(yaml.safe_dump(layout, allow_unicode=True), "utf-8")
