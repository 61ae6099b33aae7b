"""The pattern book comes in as a workbook and its drawings: read and judged whole, or nothing is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.actions.evidence import NewFile, keep, media_type
from hemei.core.errors import Mistaken
from hemei.core.writing import action, audit
from hemei.engines.tables import BadCell, BadFile, as_code, as_decimal, as_int, as_text, read
from hemei.programmes.building.models import Drawing, Pattern
from hemei.terms.day import today
from hemei.terms.region import Level

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
MOST_ROWS, MOST_FAULTS = 2000, 20


@dataclass(frozen=True)
class Column:
    """A column of the workbook: the field, its heading, how a cell is read, whether it must be there."""

    name: str
    heading: str
    read: Callable[[Any], Any] = as_text
    needed: bool = False
    least: float = 0
    most: float = 10_000


COLUMNS = (
    Column("style", "风貌类型", needed=True),
    Column("plan", "户型编号", as_code, needed=True),
    Column("title", "户型名称", needed=True),
    Column("variant", "变体"),
    Column("storeys", "层数", as_int, needed=True, least=1, most=30),
    Column("footprint_m2", "基底面积", as_decimal, needed=True),
    Column("floor_area_m2", "建筑面积", as_decimal, needed=True),
    Column("width_m", "面宽", as_decimal, most=100),
    Column("depth_m", "进深", as_decimal, most=100),
    Column("eaves_m", "檐口高度", as_decimal, most=100),
    Column("height_m", "总高度", as_decimal, most=100),
    Column("structure", "结构"),
    Column("roof", "屋面"),
    Column("roof_colour", "屋面色号"),
    Column("walls", "外墙"),
    Column("wall_colour", "外墙色号"),
    Column("cost", "造价", as_int, most=100_000),
    Column("plot_min_m2", "宅基地最小", as_decimal),
    Column("plot_max_m2", "宅基地最大", as_decimal),
    Column("zones", "适用分区"),
    Column("drawings", "图纸"),
)
LONGEST = {"style": 40, "plan": 40, "title": 80, "variant": 40, "structure": 40, "roof": 60, "walls": 60, "zones": 120}


@dataclass(frozen=True)
class Entry:
    """One row of the book as it was read, with the names of its drawings."""

    values: Mapping[str, Any]
    drawings: Sequence[str] = field(default=())

    @property
    def key(self) -> tuple[str, str]:
        return self.values["plan"], self.values["variant"]


def read_book(name: str, content: bytes) -> list[Entry]:
    """The rows of a workbook. Raises Mistaken that names each row that cannot be used, and what to do."""
    try:
        tables = read(content, name, expected=[column.heading for column in COLUMNS])
        rows = [(row.number, row.values) for table in tables for row in table.rows if any(row.values.values())]
    except (BadFile, BadCell) as fault:
        raise Mistaken(str(fault), field="book", code="unreadable") from fault
    if not rows:
        raise Mistaken(_("这个工作簿里没有户型。第一行写列名，从第二行起一行一个变体。"), field="book", code="empty")
    if len(rows) > MOST_ROWS:
        raise Mistaken(_("一次最多 %(most)d 行，请分开传。") % {"most": MOST_ROWS}, field="book", code="too_many")
    faults, entries = [], []
    for number, values in rows:
        try:
            entries.append(_entry(values))
        except BadCell as fault:
            faults.append(_("第 %(row)d 行：%(why)s") % {"row": number, "why": fault})
    keys = [entry.key for entry in entries]
    if twice := sorted({" ".join(key) for key in keys if keys.count(key) > 1}):
        faults.append(_("同一个户型编号和变体写了两次：%(keys)s。") % {"keys": _("、").join(twice[:MOST_FAULTS])})
    if faults:
        raise Mistaken("\n".join(faults[:MOST_FAULTS]), field="book", code="bad_rows")
    return entries


def _entry(cells: Mapping[str, object]) -> Entry:
    values = {column.name: _cell(column, cells.get(column.heading)) for column in COLUMNS}
    drawings = [part.strip() for part in re.split(r"[、，,;；]", values.pop("drawings")) if part.strip()]
    for name in ("roof_colour", "wall_colour"):
        if values[name] and not COLOUR.fullmatch(values[name]):
            raise BadCell(_("色号“%(said)s”看不懂，") % {"said": values[name]}, _("请写 #8A5A44 这样的。"))
    least, most = values["plot_min_m2"], values["plot_max_m2"]
    if least is not None and most is not None and least > most:
        raise BadCell(_("宅基地最小比最大还大，"), _("请核对。"))
    return Entry(values, drawings)


def _cell(column: Column, cell: Any) -> Any:
    value = column.read(cell)
    if column.needed and value in (None, ""):
        raise BadCell(_("缺少“%(heading)s”，") % {"heading": column.heading}, _("请补上。"))
    if column.read in (as_text, as_code):
        text = str(value or "")
        if len(text) > LONGEST.get(column.name, 400):
            raise BadCell(_("“%(heading)s”太长，") % {"heading": column.heading}, _("请缩短。"))
        return text
    if value is None:
        return None
    if not column.least <= value <= column.most or (value == 0):
        said = {"heading": column.heading, "most": f"{column.most:g}"}
        raise BadCell(_("“%(heading)s”要在 0 到 %(most)s 之间，") % said, _("请核对。"))
    return int(value) if column.read is as_int else float(value)


@action(verb="register.import", on="where")
def import_book(*, where: At, entries: Sequence[Entry], files: Sequence[NewFile], by: Actor) -> dict[str, int]:
    """Take in a book: what differs from its last version makes a new one. Returns how many are new, changed, same."""
    if len(where.region) != Level.DISTRICT:
        raise Mistaken(_("图集由区里导入。"), code="not_the_district")
    named = {PurePath(file.name).name: file for file in files}
    wanted = {name for entry in entries for name in entry.drawings}
    if lacking := sorted(wanted - named.keys()):
        names = _("、").join(lacking[:MOST_FAULTS])
        raise Mistaken(
            _("工作簿里写了、但没有一起传的图纸：%(names)s。") % {"names": names}, field="drawings", code="lacking"
        )
    for name in sorted(wanted):
        media_type(named[name])
    told = {"new": 0, "changed": 0, "same": 0}
    for entry in entries:
        told[_take_in(where.region, entry, [named[name] for name in entry.drawings], by)] += 1
    values = [dict(entry.values) for entry in entries]
    audit(by, "pattern.import", f"region:{where.region}", where.region, values=values, detail=dict(told))
    return told


def _take_in(region: str, entry: Entry, files: Sequence[NewFile], by: Actor) -> str:
    plan, variant = entry.key
    last = Pattern.objects.filter(region=region, plan=plan, variant=variant).order_by("-version").first()
    if last and not files and all(getattr(last, name) == value for name, value in entry.values.items()):
        return "same"
    version = last.version + 1 if last else 1
    row = Pattern.objects.create(region=region, version=version, actor=str(by), **entry.values)
    if last:
        Pattern.objects.filter(pk=last.pk).update(replaced_on=today())
    if last and not files:
        Drawing.objects.filter(pattern=last).update(pattern=row)
    for kept in keep(files, by=by, region=region, now=timezone.now()):
        Drawing.objects.create(evidence=kept, pattern=row)
    return "changed" if last else "new"
