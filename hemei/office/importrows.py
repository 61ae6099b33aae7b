"""Staged rows as a clerk reads them: under the headings of the clerk's own file, personal numbers masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from hemei.core.actions.register.catalogue import ALSO, REGISTERS
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.sheet import Field
from hemei.core.models import HoldingRole, ImportBatch, StagedRow
from hemei.core.wording import listed

MOST_COLUMNS = 9
STAGED_AS = {"head": "person", "name": "person"}  # a person's name is staged under one name in every register
UNSHOWN = frozenset({"id_fingerprint", "id_last4"})


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class RowShown:
    row: StagedRow
    cells: list[tuple[str, str]]  # heading, text
    changes: list[Change]
    original: list[tuple[str, str]]

    @property
    def called(self) -> str:
        """What the row is about, in a word."""
        values = self.row.values
        return str(values.get("label") or values.get("person") or values.get("name") or self.row.key.split("|")[-1])


class Heading:
    """The columns of one register in one batch."""

    def __init__(self, batch: ImportBatch, register: str, region_names: Mapping[str, str]) -> None:
        self.region_names = region_names
        self.fields: dict[str, Field] = {}
        self.columns: list[tuple[str, str]] = []  # field, heading
        for sheet in batch.understood.get("sheets", []):
            if sheet["register"] != register:
                continue
            fields = REGISTERS[register].fields(Sheet(**sheet["layout"]))
            self.fields |= {one.name: one for one in fields}
            self.columns = self.columns or [(name, sheet["columns"][name]) for name in sheet["columns"]][:MOST_COLUMNS]
        if not self.columns and register in ALSO.values():  # it stands in the rows of another
            self.columns = [("household", _("户号")), ("place", _("房屋")), ("role", _("关系"))]
        self.columns += [(name, str(title)) for name, title in REGISTERS[register].also_shown.items()]

    @property
    def headings(self) -> list[str]:
        return [heading for _name, heading in self.columns]

    def shown(self, row: StagedRow) -> RowShown:
        cells = [(heading, self._text(name, _value(row.values, name))) for name, heading in self.columns]
        changes = [
            Change(self._label(name), self._text(name, before), self._text(name, row.values.get(name)))
            for name, before in row.before.items()
            if name not in UNSHOWN
        ]
        return RowShown(row, cells, changes, [(k, _written(v)) for k, v in row.original.items() if v is not None])

    def _label(self, name: str) -> str:
        words = {"person": _("姓名"), "geometry": _("轮廓"), "identifiers": _("编号"), "id_doubtful": _("证件号待核")}
        if name == "region":
            return _("村")
        words |= {"id_number": _("证件号"), "boundary": _("边界"), "state": _("办结")}
        return self.fields[name].label if name in self.fields else words.get(name, name)

    def _text(self, name: str, value: Any) -> str:
        if value is None or value == "":
            return _("（空）")
        if name in ("geometry", "boundary"):
            return _("有图形")
        if isinstance(value, bool):
            return _("是") if value else _("否")
        if name in ("household", "place") and isinstance(value, str):  # comes with the same batch
            return value.rpartition("|" if name == "household" else ":")[2]
        if name in ("household", "place") and isinstance(value, int):
            return _("已登记的")
        if name == "role":
            return str(dict(HoldingRole.choices).get(value, value))
        if isinstance(value, dict):
            return listed(value.values()) or _("（空）")
        if isinstance(value, list):
            return listed(value)
        if isinstance(value, float):
            return f"{value:.6f}".rstrip("0").rstrip(".")
        if name == "region":
            return self.region_names.get(str(value), str(value))
        field = self.fields.get(name)
        return str(field.choices.get(value, value)) if field else str(value)


def _written(cell: Any) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


def _value(values: Mapping[str, Any], name: str) -> Any:
    staged_as = STAGED_AS.get(name, name)
    if staged_as in values:
        return values[staged_as]
    return values.get(name, values.get("identifiers", {}).get(name))


def table_of(batch: ImportBatch, register: str, rows: Iterable[StagedRow], names: Mapping[str, str]) -> dict[str, Any]:
    """What the template needs to show some rows of one register."""
    heading = Heading(batch, register, names)
    return {"headings": heading.headings, "shown": [heading.shown(row) for row in rows]}


def choices_of(batch: ImportBatch, called: str, word: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The words that a field of a file may have, as (word, word): what is chosen is read as if it stood there."""
    for sheet in batch.understood.get("sheets", []):
        if (sheet["called"], sheet["register"]) == (called, word["register"]):
            fields = REGISTERS[word["register"]].fields(Sheet(**sheet["layout"]))
            words = next((one.choices for one in fields if one.name == word["field"]), {})
            return [(str(text), str(text)) for text in dict.fromkeys(map(str, words.values()))]
    return []
