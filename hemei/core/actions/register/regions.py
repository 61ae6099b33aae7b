"""区划和网格: codes, names, groups, boundaries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import shapely
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from hemei.core.actions.register.bench import Bench
from hemei.core.actions.register.judging import Desk, Judged, compared, judge_each
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.sheet import Field, Line, held_to
from hemei.core.models import Region, RowOutcome, StagedRow
from hemei.engines.tables import BadCell, as_code, as_text
from hemei.terms.region import Level, RegionCode


def groups_in(cell: object) -> list[str] | None:
    """Villagers' groups, as a cell lists them.

    >>> groups_in("一组、二组,三组")
    ['一组', '二组', '三组']
    """
    text = as_text(cell)
    return [part for part in re.split(r"[、，,;；\s]+", text) if part] if text else None


GROUPS = Field("groups", (lazy("村民小组"), "小组", "组"), groups_in)


def region_fields(sheet: Sheet) -> list[Field]:
    headings = (lazy("区划代码"), "统计用区划代码", "代码", "code12", "code")
    own = [
        Field("code", headings, as_code, needed=True),
        Field("name", (lazy("名称"), "区划名称", "单位名称", "name"), needed=True),
        GROUPS,
    ]
    return held_to(own, Region)


def grid_fields(sheet: Sheet) -> list[Field]:
    own = [
        Field("village", (lazy("村代码"), "所在村", "村"), as_code),
        Field("code", (lazy("网格编号"), "网格代码", "网格编码"), as_code, needed=True),
        Field("name", (lazy("网格名称"), "名称"), needed=True),
        GROUPS,
    ]
    return held_to(own, Region)


def judge(lines: Sequence[Line], desk: Desk) -> list[Judged]:
    """All rows of the sheet at once: a village may stand above its township."""
    coming = {code for line in lines if (code := _readable(line, desk))}
    there = {
        region.code: region
        for region in Region.objects.filter(desk.within.narrowed(desk.district).q("code", matter=None))
    }

    def one(line: Line) -> Judged:
        code = _code(line, desk)
        if not desk.reaches(code):
            raise BadCell(
                _("%(code)s 不在您可以导入的范围内。") % {"code": code}, _("请核对代码，或请上级导入这一行。")
            )
        above = RegionCode(code).parent
        if len(code) > Level.DISTRICT and str(above) not in coming | there.keys() | desk.regions.keys():
            raise BadCell(
                _("它的上级 %(code)s 不在区划里。") % {"code": above}, _("请把上级也写进区划表，或核对代码。")
            )
        if code in desk.gone:
            change = desk.gone[code]
            raise BadCell(
                _("%(code)s 已于 %(on)s 变更为 %(new)s。")
                % {"code": code, "on": change.on.isoformat(), "new": change.new},
                _("这是旧的代码，请从区划表里删去这一行。"),
            )
        desk.once(f"regions|{code}", line)
        desk.regions[code] = line.values["name"]
        if line.values.get("groups") and len(code) == Level.VILLAGE:
            desk.groups[code] = line.values["groups"]
        values = {"name": line.values["name"], "groups": line.values.get("groups")}
        if line.geometry and shapely.from_wkb(line.geometry).geom_type not in ("Polygon", "MultiPolygon"):
            raise BadCell(_("图形不是面，不能作边界。"), _("请用面图层导入区划；没有边界的，只导入表格也可以。"))
        values["boundary"] = line.geometry.hex() if line.geometry else None
        if old := there.get(code):
            now = {"name": old.name, "groups": old.groups, "boundary": _hex(old.boundary)}
            return compared(code, values, int(code), now)
        return Judged(RowOutcome.NEW, code, values)

    return judge_each(lines, one)


def _hex(boundary: Any) -> str | None:
    return bytes(boundary).hex() if boundary else None


def _readable(line: Line, desk: Desk) -> str:
    try:
        return _code(line, desk)
    except BadCell:
        return ""


def _code(line: Line, desk: Desk) -> str:
    """The region's code; a grid's may be its number within the village (1–3 digits)."""
    said = str(line.values.get("code") or "")
    if said.isdigit() and len(said) <= 3 and line.values.get("village"):
        return desk.region(line.values["village"]) + said.zfill(3)
    return desk.code(said)


def lay(rows: Iterable[StagedRow], bench: Bench) -> None:
    added = bench.insert(Region, ["code", "name", "level", "groups", "boundary", "lon", "lat"])
    changed = bench.update(Region, ["code", "name", "groups", "boundary", "lon", "lat"])
    for row in rows:
        boundary = bytes.fromhex(row.values["boundary"]) if row.values.get("boundary") else None
        point = shapely.from_wkb(boundary).representative_point() if boundary else None
        spot = (point.x, point.y) if point else (None, None)
        name, groups = row.values["name"], row.values.get("groups")
        if row.outcome == RowOutcome.NEW:
            added.add(row.key, name, len(row.key), groups or [], boundary, *spot)
        else:
            changed.add(row.key, name, groups, boundary, *spot)
