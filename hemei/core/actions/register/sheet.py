"""One sheet of a register: its columns found, its rows read cell by cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.naming import Instead, Unlike
from hemei.core.errors import Mistaken
from hemei.engines.tables import BadCell, Row, as_text, squeezed

Text = str | Promise
QUOTED = re.compile(
    r"“[^”]*”|（[^）]*）|[\dXx*]{5,} ?"
)  # what a fault repeats of a cell, which may be a number at rest
LONGEST_NAME = 80
LONGEST_TEXT = 4_000  # signs, of what has a column without an end


@dataclass(frozen=True)
class Field:
    """What a register wants to know, by the headings under which clerks keep it; the first is ours."""

    name: str
    headings: tuple[Text, ...]
    read: Callable[[object], Any] = as_text
    needed: bool = False
    personal: bool = False  # never lies about in clear
    choices: Mapping[str, Text] = field(default_factory=dict)  # key → word, where `read` gives a key
    longest: int = LONGEST_TEXT

    @property
    def label(self) -> str:
        return str(self.headings[0])

    @property
    def known_as(self) -> list[str]:
        """Its headings as clerks write them, in whatever language the page is."""
        with override(settings.LANGUAGE_CODE):
            return [str(heading) for heading in self.headings]


@dataclass(frozen=True)
class Line:
    """One row as it was read: JSON-ready values (empty cells left out), and what could not be read."""

    file: str
    number: int
    values: dict[str, Any]
    original: dict[str, Any]  # the cells as they stood, personal ones masked
    personal: dict[str, Any]  # the personal cells as they stood
    geometry: bytes | None = None
    faults: Sequence[BadCell] = ()
    came: bytes | None = None  # the geometry as it stood in the file

    @property
    def where(self) -> str:
        return f"{self.file}:{self.number}"


@dataclass(frozen=True)
class Plan:
    """Which heading is which field."""

    sheet: Sheet
    columns: Mapping[str, str]  # field → heading
    fields: Sequence[Field]
    header: Sequence[str]
    called: str = ""  # the file, and its sheet where it has several

    @property
    def unused(self) -> list[str]:
        return [heading for heading in self.header if heading not in set(self.columns.values())]

    def line(self, row: Row) -> Line:
        values: dict[str, Any] = {}
        faults = [_of_row(row.fault)] if row.fault else []
        for one in self.fields:
            try:
                value = self._value(one, row)
            except BadCell as bad:
                faults.append(self._fault(one, bad, row))
                continue
            if isinstance(value, str) and len(value) > one.longest:
                faults.append(self._too_long(one, value))
            elif value is not None:
                values[one.name] = value
            elif one.needed:
                faults.append(_missing(self.columns[one.name]))
        personal = {one.name for one in self.fields if one.personal}
        hidden = {heading for name, heading in self.columns.items() if name in personal}
        original = {h: "***" if h in hidden and v is not None else plain(v) for h, v in row.values.items()}
        kept = {heading: plain(row.values.get(heading)) for heading in hidden}
        return Line(
            self.called or self.sheet.file, row.number, values, original, kept, row.geometry, faults, row.geometry
        )

    def _fault(self, one: Field, bad: BadCell, row: Row) -> BadCell:
        reason = f"{self.columns[one.name]}：{QUOTED.sub('', bad.reason) if one.personal else bad.reason}"
        if one.choices and isinstance(said := row.values.get(self.columns[one.name]), str):
            return Unlike(reason, bad.remedy, Instead(one.name, said.strip(), "", ""))
        return BadCell(reason, bad.remedy)

    def _too_long(self, one: Field, value: str) -> BadCell:
        named = {"heading": self.columns[one.name], "count": len(value), "longest": one.longest}
        reason = _("“%(heading)s”有 %(count)d 个字，最多 %(longest)d 个。") % named
        return BadCell(reason, _("请写短一些；是不是几格的内容连在了一起？"))

    def _value(self, one: Field, row: Row) -> Any:
        cell = row.values.get(self.columns[one.name])
        words = self.sheet.choices.get(one.name)
        if not words:
            return plain(one.read(cell))
        value = plain(one.read(words.get(as_text(cell) or "", cell)))
        return plain(one.read(words[value])) if isinstance(value, str) and value in words else value


def _of_row(fault: str) -> BadCell:
    """What is wrong with a row as a whole; what to do about it is its last sentence, where it has several."""
    reason, _stop, remedy = fault.rstrip("。").rpartition("。")
    return BadCell(f"{reason}。", f"{remedy}。") if reason else BadCell(fault, "")


def _missing(heading: str) -> BadCell:
    return BadCell(_("“%(heading)s”是空的。") % {"heading": heading}, _("请填写后重新导入。"))


def plain(value: object) -> Any:
    """A cell as JSON has it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else value


def held_to(fields: Sequence[Field], *kept: type[models.Model], **longest: int) -> list[Field]:
    """The fields, each no longer than the column of its name in the first of the tables that has one, or as is said. A
    region is said by its code or its name."""
    longest = {"region": LONGEST_NAME} | longest

    def room(name: str) -> int:
        columns = (column for table in kept for column in table._meta.get_fields() if column.name == name)
        return longest.get(name) or getattr(next(columns, None), "max_length", None) or LONGEST_TEXT

    return [replace(one, longest=room(one.name)) for one in fields]


def plan_of(sheet: Sheet, fields: Sequence[Field], header: Sequence[str]) -> Plan:
    """Find each field's column: as `district.yaml` says, else by its usual headings. Raises Mistaken."""
    by_name = {one.name: one for one in fields}
    if unknown := [name for name in sheet.columns if name not in by_name]:
        raise _unplanned(
            sheet,
            _("columns 里不认识“%(unknown)s”，可以写：%(known)s")
            % {"unknown": "、".join(unknown), "known": "、".join(by_name)},
        )
    columns: dict[str, str] = {}
    standing = {squeezed(heading): heading for heading in header}
    for one in fields:
        wanted = [sheet.columns[one.name]] if one.name in sheet.columns else one.known_as
        found = next((standing[squeezed(h)] for h in wanted if squeezed(h) in standing), None)
        if found is None and one.name in sheet.columns:
            found = _lowest(wanted[0], header)
        if found is not None:
            columns[one.name] = found
        elif one.name in sheet.columns:
            raise _unplanned(sheet, _("没有“%(heading)s”这一列；表头是：%(header)s") % _headings(wanted[0], header))
        elif one.needed:
            raise _unplanned(
                sheet,
                _("没有找到“%(heading)s”一列，请在 columns 里写明“%(name)s: 列名”；表头是：%(header)s")
                % {**_headings(one.label, header), "name": one.name},
            )
    return Plan(sheet, columns, [one for one in fields if one.name in columns], list(header))


def _lowest(wanted: str, header: Sequence[str]) -> str | None:
    """The one heading of several rows ("房屋·编号") whose last row says what is wanted."""
    found = [heading for heading in header if squeezed(heading.rpartition("·")[2]) == squeezed(wanted)]
    return found[0] if len(found) == 1 else None


def _headings(heading: str, header: Sequence[str]) -> dict[str, str]:
    return {"heading": heading, "header": "、".join(header)}


def _unplanned(sheet: Sheet, what: str) -> Mistaken:
    return Mistaken(
        _("%(file)s（%(register)s）：%(what)s。") % {"file": sheet.file, "register": sheet.register, "what": what},
        field="files",
        code="columns",
    )


def choice(words: Mapping[str, Text]) -> Callable[[object], str | None]:
    """A reader of one of these words, or of its key: “砖混结构” is 砖混, “A级” is “A 级（基本完好）”."""
    by_word = {_core_of(str(word)): key for key, word in words.items()} | {key: key for key in words if key}

    def read(cell: object) -> str | None:
        text = as_text(cell)
        if text is None:
            return None
        key = by_word.get(text, by_word.get(_core_of(text)))
        if key is None:
            named = "、".join(dict.fromkeys(str(word) for word in words.values()))
            raise BadCell(
                _("“%(text)s”不在可选的词里。") % {"text": text[:40]}, _("请填写：%(named)s。") % {"named": named}
            )
        return key

    return read


def _core_of(word: str) -> str:
    return word.partition("（")[0].partition("(")[0].replace(" ", "").removesuffix("结构")
