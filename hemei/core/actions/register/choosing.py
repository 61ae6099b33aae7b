"""Which tables of a file are the register that `district.yaml` speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from hemei.core.actions.register.catalogue import ALSO, REGISTERS
from hemei.core.actions.register.guessing import every_heading
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.shapes import Memory, as_before
from hemei.core.actions.register.sheet import Plan, plan_of
from hemei.core.errors import Mistaken
from hemei.engines.tables import BadFile, Said, Table, read, squeezed


@dataclass
class Chosen:
    """A file's tables that are read, each with its plan, and those that are passed over, each with the reason."""

    tables: list[tuple[Table, Plan]] = field(default_factory=list)
    passed: list[tuple[str, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # of which nobody has said what they are


def chosen(folder: Path, sheet: Sheet, memory: Memory) -> Chosen:
    """The sheet that is named; else every sheet or layer with the columns that the register needs. Raises Mistaken."""
    said = Said(sheet.header, sheet.hidden == "skip", sheet.struck == "skip", every_heading())
    tables = tables_of(folder, sheet.file, expected_of(sheet), said)
    several = len(tables) > 1
    named = [table for table in tables if table.name == sheet.sheet] if sheet.sheet else tables
    if not named and not sheet.optional:
        raise _no_sheet(sheet, tables)
    found, faults = Chosen(), list[tuple[int, Mistaken]]()
    found.passed += tables[0].beside if tables else ()
    found.others += [table.name for table in tables if all(table is not one for one in named)]
    wanted = {squeezed(heading) for heading in expected_of(sheet)}
    for table in named:
        try:
            told = as_before(sheet, table.header, memory)
            plan = plan_of(told, REGISTERS[sheet.register].fields(told), table.header)
        except Mistaken as fault:
            faults.append((len(wanted & {squeezed(heading) for heading in table.header}), fault))
            found.passed.append((table.name, str(fault)))
            continue
        called = f"{sheet.file} · {table.name}" if several else sheet.file
        found.tables.append((table, replace(plan, called=called[:200])))
    if faults and not found.tables:
        raise max(faults, key=lambda one: one[0])[1]  # of the table that comes nearest
    return found


def _no_sheet(sheet: Sheet, tables: Sequence[Table]) -> Mistaken:
    if not tables:
        return Mistaken(_("%(file)s 里没有内容。") % {"file": sheet.file}, field="files")
    listed = "、".join(table.name for table in tables[:30])
    return Mistaken(
        _("%(file)s 里没有工作表“%(sheet)s”；有的是：%(listed)s。")
        % {"file": sheet.file, "sheet": sheet.sheet, "listed": listed},
        field="files",
    )


def expected_of(sheet: Sheet) -> list[str]:
    """The headings by which the header is found: those that are said, and the usual ones of what the rows also say."""
    registers = [name for name in (sheet.register, ALSO.get(sheet.register)) if name]
    usual = [heading for name in registers for one in REGISTERS[name].fields(sheet) for heading in one.known_as]
    return [*sheet.columns.values(), *usual]


def tables_of(folder: Path, name: str, expected: Sequence[str], said: Said | None = None) -> list[Table]:
    """The tables of one file of a folder. Raises Mistaken."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.exists():
        listed = "、".join(sorted(p.name for p in folder.iterdir() if p.is_file() or p.suffix == ".gdb")[:30])
        raise Mistaken(
            _("没有文件“%(file)s”。文件夹里有：%(listed)s。") % {"file": name, "listed": listed}, field="files"
        )
    try:
        return read(path, expected=expected, said=said)
    except BadFile as fault:
        raise Mistaken(f"{name}：{fault}", field="files") from fault


def said_again(understood: Mapping[str, Any]) -> dict[str, Any]:
    """What `district.yaml` would say of a table so that it is read as it was."""
    layout = understood["layout"]
    said = {name: layout[name] for name in layout if layout[name] and name not in ("register", "own_crs", "crs")}
    if layout["own_crs"] or (layout["crs"] and understood["crs"]):
        said["crs"] = understood["crs"] or layout["crs"]
    said |= {"file": understood["file"], "sheet": understood["sheet"], "columns": understood["columns"]}
    return said | ({"header": understood["header_at"]} if understood["header_at"][0] else {})


def _further(table: Table) -> list[str]:
    if not table.aside.others:
        return []
    where = "、".join(str(number) for number in table.aside.others[:20])
    return [_("第 %(where)s 行起像是另一张表，没有读：请把它移到另一个工作表再传。") % {"where": where}]


def understood_of(plan: Plan, table: Table, system: str) -> dict[str, Any]:
    """What was made of a table: shown in the preview, and corrected there."""
    return {
        "register": plan.sheet.register,
        "file": plan.sheet.file,
        "called": plan.called,
        "sheet": table.name,
        "header": list(plan.header),
        "header_at": list(table.header_at),
        "columns": dict(plan.columns),
        "labels": {one.name: one.label for one in plan.fields},
        "unused": plan.unused,
        "crs": system,
        "has_geometry": table.has_geometry,
        "layout": plan.sheet.as_dict(),
        "left_out": {"count": table.aside.count, "rows": table.aside.rows},
        "hidden": {"count": table.aside.hidden_count, "rows": table.aside.hidden},
        "hidden_columns": list(table.hidden_columns),
        "struck": {"count": table.aside.struck_count, "rows": table.aside.struck},
        "partly": {"count": table.aside.partly_count, "rows": table.aside.partly},
        "remarks": [*table.remarks, *_further(table)],
    }
