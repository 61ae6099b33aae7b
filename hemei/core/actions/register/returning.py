"""Refused rows go back in the clerk's own columns, with 原因 and 怎么改; mended, they come in as they are.

They go as a workbook or, where they have geometries, as a GeoPackage.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from hemei.core.access import Actor, Scope, may
from hemei.core.actions.register.catalogue import ALSO, REGISTERS
from hemei.core.actions.register.choosing import said_again
from hemei.core.actions.register.layout import NAME
from hemei.core.actions.register.staging import original_of
from hemei.core.english import in_language
from hemei.core.errors import Mistaken
from hemei.core.models import ImportBatch, StagedRow
from hemei.core.queries.register import returned
from hemei.core.writing import action, audit
from hemei.engines.tables import Sheet, as_text, write_gpkg, write_xlsx
from hemei.engines.tables.coordinates import definition_of


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
def write_returned(*, batch: ImportBatch, folder: Path, by: Actor, within: Scope) -> Path:
    """Write the refused rows into a new file in the folder: a workbook, a GeoPackage, or both in a .zip.

    Whole personal numbers only for whoever sent them, or may see them.
    """
    sender = by.account is not None and batch.by_id == by.account.pk
    clear = sender or may(by, "person.unmask", batch)
    sheets, maps = [], folder / f"{_called(batch)}.gpkg"
    for part in parts_of(batch):
        rows = returned(batch.pk, within=within, file=part.said["called"], registers=part.registers)
        if not rows.exists():
            continue
        header = part.said["header"]
        if part.said.get("has_geometry"):
            _write_layer(maps, part, rows, clear)
        else:
            sheets.append(Sheet(part.name, [*header, _("原因"), _("怎么改")], _rows(rows, header, clear)))
    audit(by, "register.return", f"batch:{batch.pk}", batch.region, detail={"clear": clear})
    if maps.exists() and not sheets:
        return maps
    book = folder / f"{_called(batch)}.xlsx"
    with book.open("wb") as target:
        write_xlsx(target, sheets or [Sheet(_("没有未通过的行"), [], [])])
    return _packed(folder, [book, maps]) if maps.exists() else book


def _called(batch: ImportBatch) -> str:
    return _("未通过的行 %(pk)d") % {"pk": batch.pk}


def _packed(folder: Path, files: Sequence[Path]) -> Path:
    target = files[0].with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.name)
    return target


def _rows(rows: Any, header: Sequence[str], clear: bool) -> Iterator[list[Any]]:
    row: StagedRow
    for row in rows.iterator(chunk_size=1_000):
        cells = original_of(row) if clear else row.original
        yield [*(cells.get(heading) for heading in header), in_language(row.reason), in_language(row.remedy)]


def _write_layer(path: Path, part: Part, rows: Any, clear: bool) -> None:
    """A layer in the coordinate system in which the rows came, every value as text."""
    header = part.said["header"]
    fields = dict.fromkeys([*header, _("原因"), _("怎么改")], str)
    shapes = (bytes(shape) if shape else None for shape in rows.values_list("geometry", flat=True).iterator(1_000))
    values = ([None if v is None else as_text(v) for v in row] for row in _rows(rows, header, clear))
    write_gpkg(path, part.name, fields, zip(shapes, values, strict=True), crs=definition_of(part.said["crs"]))


def lay_out_mended(batch: ImportBatch, folder: Path) -> None:
    """Write the `district.yaml` by which a mended file, or the two of them, is read as its rows were."""
    found = {suffix: next(folder.glob(f"*{suffix}"), None) for suffix in (".xlsx", ".gpkg")}
    registers: dict[str, list[dict[str, Any]]] = {}
    for part in parts_of(batch):
        came = found[".gpkg" if part.said.get("has_geometry") else ".xlsx"]
        if came is None:
            continue
        said = said_again(part.said)
        said.pop("header", None)
        said.pop("hidden", None)
        said |= {"file": came.name, "sheet": part.name, "optional": True}
        if part.said.get("crs"):
            said["crs"] = part.said["crs"]
        registers.setdefault(part.said["register"], []).append(said)
    if not registers:
        raise Mistaken(_("请传上从这一页下载、改好的那个文件。"), field="files")
    layout = {"district": batch.understood["district"], "registers": registers}
    (folder / NAME).write_text(yaml.safe_dump(layout, allow_unicode=True), "utf-8")
