"""The tables of an upload as a person says what they are: read from a posted form, shown again as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from hemei.core.actions.register.catalogue import ALSO, REGISTERS
from hemei.core.actions.register.guessing import columns_of, every_heading, fields_of, guess
from hemei.core.models import SEVERITY_NAMES
from hemei.core.registry import registry
from hemei.engines.tables import LOOK_FOR_HEADER, headings_at, squeezed

SYSTEMS = {
    "EPSG:4490": lazy("CGCS2000 经纬度"),
    "EPSG:4326": lazy("WGS 84 经纬度（GPS）"),
    "GCJ-02": lazy("GCJ-02（高德、腾讯地图）"),
    "BD-09": lazy("BD-09（百度地图）"),
    **{
        f"EPSG:{4513 + zone - 25}": format_lazy(lazy("CGCS2000 平面，3° {zone} 带（横坐标带带号）"), zone=zone)
        for zone in range(34, 42)
    },
    **{
        f"EPSG:{4534 + (meridian - 75) // 3}": format_lazy(
            lazy("CGCS2000 平面，中央子午线 {meridian}°（横坐标不带带号）"), meridian=meridian
        )
        for meridian in range(102, 124, 3)
    },
}
SHOWN = 8
LOCATED = ("places", "regions", "grids")
DEEPEST = 3


@dataclass
class Asked:
    """One field of a register: which column it is."""

    name: str
    key: str  # of the form's control
    label: str
    needed: bool
    heading: str

    @property
    def missing(self) -> bool:
        return self.needed and not self.heading


@dataclass
class Part:
    """A table as one register."""

    register: str
    title: str
    said: dict[str, Any]
    fields: list[Asked]


@dataclass
class TableAsked:
    """A table, what it is taken for, and the controls by which that is changed."""

    key: str
    file: str
    sheet: str
    fault: str = ""
    before: bool = False
    row: int = 0
    depth: int = 1
    hidden: bool = False
    struck: bool = False
    struck_rows: Sequence[int] = ()
    hidden_columns: Sequence[str] = ()
    remarks: Sequence[str] = ()
    beside: Sequence[tuple[str, str]] = ()
    top: list[tuple[int, Sequence[str], bool]] = field(default_factory=list)  # number, cells, is part of the header
    header: list[str] = field(default_factory=list)
    crs: str = ""
    own_crs: str = ""
    has_geometry: bool = False
    parts: list[Part] = field(default_factory=list)

    @property
    def registers(self) -> list[tuple[str, str, bool]]:
        chosen = {part.register for part in self.parts}
        return [(key, str(register.title), key in chosen) for key, register in REGISTERS.items()]

    @property
    def asks_crs(self) -> bool:
        """Whether there are coordinates of which nobody has said in which system they are."""
        return any(self._located(part) for part in self.parts) and not self.own_crs

    def _located(self, part: Part) -> bool:
        own = part.register in LOCATED and self.has_geometry
        return own or any(one.name in ("lon", "lat") and one.heading for one in part.fields)

    @property
    def unused(self) -> list[str]:
        used = {one.heading for part in self.parts for one in part.fields} | self._also_used
        return [heading for heading in self.header if heading not in used]

    @property
    def _also_used(self) -> set[str]:
        """Headings by which the rows also say what belongs to another register: whose house it is."""
        also = [fields_of(ALSO[part.register], part.said) for part in self.parts if part.register in ALSO]
        usual = {squeezed(heading) for some in also for one in some for heading in one.known_as}
        return {heading for heading in self.header if squeezed(heading) in usual}

    @property
    def mistakes(self) -> list[str]:
        found = [
            _("“%(register)s”缺少“%(field)s”，请选一列。") % {"register": part.title, "field": one.label}
            for part in self.parts
            for one in part.fields
            if one.missing
        ]
        if self.asks_crs and not self.crs:
            found.append(_("有坐标，请选坐标系。"))
        return found

    def said(self) -> dict[str, dict[str, Any]]:
        """Register → what `district.yaml` would say of the table."""
        told: dict[str, Any] = {"file": self.file, "sheet": self.sheet}
        told |= {"header": [self.row, self.depth]} if self.row else {}
        told |= {"hidden": "skip"} if self.hidden else {}
        told |= {"struck": "skip"} if self.struck else {}
        told |= {"crs": self.crs} if self.crs and not self.own_crs else {}
        return {
            part.register: {
                **told,
                **{name: value for name, value in part.said.items() if value},
                "columns": {one.name: one.heading for one in part.fields if one.heading},
            }
            for part in self.parts
        }


OF_PLACES = ("places", "holdings", "cases")
OF_CASES = ("matter", "title", "severity")


def tables_asked(tables: Sequence[Mapping[str, Any]], posted: QueryDict | None = None) -> list[TableAsked]:
    """The tables as they were proposed, or as the form says."""
    return [_asked(f"t{number}", table, posted) for number, table in enumerate(tables)]


def _asked(key: str, table: Mapping[str, Any], posted: QueryDict | None) -> TableAsked:
    if "fault" in table:
        return TableAsked(key, table["file"], "", table["fault"])
    proposed: Mapping[str, Mapping[str, Any]] = table["registers"]
    row, depth = table["header_at"]
    first = next(iter(proposed.values()), {})
    asked = TableAsked(key, table["file"], table["sheet"], before=table["before"], has_geometry=table["has_geometry"])
    asked.own_crs, asked.crs = table["crs"], str(first.get("crs", ""))
    asked.hidden, asked.struck = first.get("hidden") == "skip", first.get("struck") == "skip"
    asked.struck_rows, asked.hidden_columns = table.get("struck", ()), table.get("hidden_columns", ())
    asked.remarks, asked.beside = table.get("remarks", ()), table.get("beside", ())
    if posted is not None:
        row, depth = (
            _number(posted, f"{key}.row", row, LOOK_FOR_HEADER),
            _number(posted, f"{key}.depth", depth, DEEPEST),
        )
        asked.crs, asked.hidden = posted.get(f"{key}.crs", ""), posted.get(f"{key}.hidden") == "skip"
        asked.struck = posted.get(f"{key}.struck") == "skip"
        asked.before = False
    asked.row, asked.depth = (row, depth) if table["header_at"][0] else (0, 0)
    moved = [asked.row, asked.depth] != list(table["header_at"])
    asked.header = _header(table, asked) if moved or asked.before else list(table["header"])
    if posted is None:
        chosen = list(proposed)
    else:
        chosen = [name for name in posted.getlist(f"{key}.use") if name in REGISTERS]
        proposed = guess(asked.header) if moved else proposed
    asked.parts = [_part(key, name, asked.header, proposed.get(name), posted) for name in chosen]
    in_header = range(asked.row, asked.row + asked.depth)
    asked.top = [
        (number, cells, number in in_header)
        for number, cells in enumerate(table["top"], 1)
        if any(cells) and number < asked.row + asked.depth + SHOWN
    ]
    return asked


def _header(table: Mapping[str, Any], asked: TableAsked) -> list[str]:
    if not asked.row:
        return list(table["header"])
    return headings_at(table["top"], table["spans"], table["left"], (asked.row, asked.depth), every_heading())


def _number(posted: QueryDict, name: str, otherwise: int, most: int) -> int:
    said = posted.get(name, "")
    return min(max(int(said), 1), most) if said.isascii() and said.isdigit() else otherwise


def _part(
    key: str, register: str, header: Sequence[str], proposed: Mapping[str, Any] | None, posted: QueryDict | None
) -> Part:
    said = {name: value for name, value in (proposed or {}).items() if name not in ("columns", "file", "sheet")}
    said.pop("header", None)
    if register in OF_PLACES:
        said["kind"] = _choice(posted, f"{key}.{register}.kind", registry.kinds, said.get("kind"))
    if register == "cases":
        said["matter"] = _choice(posted, f"{key}.{register}.matter", registry.programmes, said.get("matter"))
        for name in ("title", "severity"):
            said[name] = posted.get(f"{key}.{register}.{name}", "") if posted is not None else said.get(name, "")
    columns = proposed["columns"] if proposed and "columns" in proposed else columns_of(register, header, said)
    fields = []
    for one in fields_of(register, said):
        control = f"{key}.{register}.{one.name}"
        heading = posted.get(control, "") if posted is not None and control in posted else columns.get(one.name, "")
        fields.append(Asked(one.name, control, one.label, one.needed, heading if heading in header else ""))
    return Part(register, str(REGISTERS[register].title), said, fields)


def _choice(posted: QueryDict | None, name: str, known: Mapping[str, Any], otherwise: str | None) -> str:
    said = str((posted.get(name) if posted is not None else "") or otherwise or "")
    return said if said in known else next(iter(known), "")


def layout_said(district: str, tables: Sequence[TableAsked]) -> tuple[dict[str, Any], list[list[str]]]:
    """What `district.yaml` would say of all of it, and the headings of its sheets in the same order."""
    registers: dict[str, list[dict[str, Any]]] = {}
    headers: dict[str, list[list[str]]] = {}
    for table in tables:
        for register, said in table.said().items():
            registers.setdefault(register, []).append(said)
            headers.setdefault(register, []).append(table.header)
    in_order = [header for register in registers for header in headers[register]]
    return {"district": district, "registers": registers}, in_order


def words_for_cases() -> list[tuple[str, str]]:
    return [(str(name), str(name)) for name in SEVERITY_NAMES.values()]
