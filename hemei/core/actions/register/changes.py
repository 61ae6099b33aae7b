"""区划变更对照表: which code becomes which. All of it or nothing: what is left behind is refused, with the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from hemei.core.actions.regionchange.change import change_regions
from hemei.core.actions.regionchange.planning import digest, effect, plan
from hemei.core.actions.regionchange.told import AREA, REST, WAYS, Told, by_old
from hemei.core.actions.register.bench import Bench
from hemei.core.actions.register.judging import Desk, Judged, judge_each, reach_of, refused
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.regions import groups_in
from hemei.core.actions.register.sheet import Field, Line, choice, held_to
from hemei.core.models import ChangeKind, Region, RegionChange, RowOutcome, StagedRow
from hemei.core.registry import registry
from hemei.engines.tables import BadCell, as_code, as_date
from hemei.terms.day import today
from hemei.terms.region import Level, RegionCode, contains, successor

KINDS = dict(ChangeKind.choices)
ALONE = frozenset({"regions", "grids", "changes"})


def fields(sheet: Sheet) -> list[Field]:
    own = [
        Field("old", (lazy("原代码"), "原区划代码", "变更前代码", "旧代码"), as_code, needed=True),
        Field("new", (lazy("新代码"), "新区划代码", "变更后代码", "现代码"), as_code, needed=True),
        Field("kind", (lazy("变更类型"), "变更方式", "变更情况"), choice(KINDS), needed=True, choices=KINDS),
        Field("on", (lazy("变更日期"), "批准日期", "生效日期"), as_date, needed=True),
        Field("document", (lazy("依据文件"), "批准文号", "文号", "文件"), needed=True),
        Field("name", (lazy("新名称"), "变更后名称", "现名称")),
        Field("by", (lazy("划分办法"), "怎么划分"), choice(WAYS), choices=WAYS),
        Field("parts", (lazy("划入范围"), "划入的"), groups_in),
        Field("number_prefix", (lazy("户号前缀"),)),
        Field("group_prefix", (lazy("组前缀"),)),
    ]
    return held_to(own, RegionChange, name=80, number_prefix=20, group_prefix=20)


def judge(lines: Sequence[Line], desk: Desk) -> list[Judged]:
    """All rows of the sheet at once: what one code becomes may stand in several."""
    told: dict[str, Told] = {}
    desk.regions |= _named(lines, desk)

    def one(line: Line) -> Judged:
        row = told[line.where] = _told(line, desk)
        values = _values(row)
        return Judged(RowOutcome.UNCHANGED if _recorded(row) else RowOutcome.NEW, _key(row), values)

    judged = judge_each(lines, one)
    fresh = [told[line.where] for line, row in zip(lines, judged, strict=True) if row.outcome == RowOutcome.NEW]
    if not fresh:
        return judged
    if any(row.outcome == RowOutcome.REFUSED for row in judged):
        return _all_back(judged)
    try:
        _check_together(fresh)
        partings = plan(fresh)
    except BadCell as bad:
        return _all_back(judged, bad)
    seen = digest(partings)
    effects = {row.where: effect(parting, row) for parting in partings for row in parting.told}
    for line, row in zip(lines, judged, strict=True):
        if row.outcome == RowOutcome.NEW:
            row.values |= {"effect": effects[line.where], "foreseen": seen}
    return judged


def _named(lines: Sequence[Line], desk: Desk) -> dict[str, str]:
    """The new regions that the table itself names, in one of its rows."""
    found: dict[str, str] = {}
    for line in lines:
        if line.values.get("name") and line.values.get("new"):
            with suppress(BadCell):
                found[desk.code(line.values["new"])] = line.values["name"]
    return {code: name for code, name in found.items() if code not in desk.regions}


def _all_back(judged: list[Judged], bad: BadCell | None = None) -> list[Judged]:
    """A table is one act: with one row refused the others wait for it."""
    waits = bad or BadCell(_("同一张对照表里还有没通过的行。"), _("请把那几行改好，整张表一起导入。"))
    return [refused(waits) if row.outcome == RowOutcome.NEW else row for row in judged]


def _told(line: Line, desk: Desk) -> Told:
    said = line.values
    old, new = desk.code(said["old"]), desk.code(said["new"])
    values = {**said, "old": old, "new": new}
    row = replace(Told.of(line.where, values), area=_area(line, new) if said.get("by") == AREA else None)
    desk.once(f"changes|{_key(row)}", line)
    _check_codes(row, desk)
    if not _recorded(row):
        _check_standing(row, desk)
    _check_way(row)
    if date.fromisoformat(said["on"]) > today():
        raise BadCell(_("变更日期在将来。"), _("请到那一天再导入，或核对日期。"))
    return row


def _area(line: Line, new: str) -> bytes | None:
    if line.geometry:
        return line.geometry
    boundary = Region.objects.filter(code=new).values_list("boundary", flat=True).first()
    return bytes(boundary) if boundary else None


def _values(row: Told) -> dict[str, Any]:
    texts = ("old", "new", "kind", "document", "name", "by", "number_prefix", "group_prefix")
    values: dict[str, Any] = {name: getattr(row, name) for name in texts}
    return values | {"on": row.on.isoformat(), "parts": list(row.parts), "area": row.area.hex() if row.area else None}


def _key(row: Told) -> str:
    return "|".join([row.old, row.new, row.on.isoformat(), row.by, *row.parts[:3]])


def _recorded(row: Told) -> bool:
    """Whether the change stands already as this row says it."""
    known = RegionChange.objects.filter(old=row.old, new=row.new, on=row.on).first()
    return known is not None and known.kind == row.kind and (row.said in known.parts if row.by else not known.parts)


def _check_codes(row: Told, desk: Desk) -> None:
    if row.old == row.new and not row.by:
        raise BadCell(_("原代码和新代码一样。"), _("只改名称的，写进区划表导入；拆分后留下的部分，请写“划分办法”。"))
    if len(row.old) != len(row.new):
        raise BadCell(_("原代码和新代码不是同一级。"), _("村对村，乡镇对乡镇，网格对网格，请核对。"))
    if len(row.old) < Level.TOWNSHIP:
        raise BadCell(_("区县的变更不能这样导入。"), _("请写它下面每个乡镇、每个村的变更。"))
    may_edit = reach_of(desk.by, "unit.edit")
    for code in (row.old, row.new):
        if not contains(desk.district, code):
            raise BadCell(_("%(code)s 不在本区。") % {"code": code}, _("请核对代码；跨区县的调整由两边各自登记。"))
        if not desk.reaches(code, "*") or not may_edit.covers(code, "*"):
            raise BadCell(_("您没有在 %(code)s 变更区划的权限。") % {"code": code}, _("请系统管理员导入对照表。"))


def _check_standing(row: Told, desk: Desk) -> None:
    was = Region.objects.filter(code=row.old).first()
    if was is None:
        raise BadCell(_("区划里没有 %(code)s。") % {"code": row.old}, _("请核对原代码。"))
    if was.closed_on:
        change = RegionChange.objects.filter(old=row.old, on=was.closed_on, main=True).first()
        named = {"code": row.old, "on": was.closed_on.isoformat(), "new": change.new if change else "?"}
        raise BadCell(
            _("%(code)s 已于 %(on)s 变更为 %(new)s。") % named, _("已登记的变更不能改；请核对，不需要的行删去。")
        )
    follows = Region.objects.filter(code=row.new).first()
    if follows is not None and follows.closed_on:
        raise BadCell(_("新代码 %(code)s 已撤销。") % {"code": row.new}, _("请核对新代码。"))
    if row.new not in desk.regions:
        raise BadCell(
            _("区划里没有新代码 %(code)s。") % {"code": row.new},
            _("请在“新名称”写它的名称，或把新的区划表一起导入。"),
        )
    above = str(RegionCode(row.new).parent)
    if above not in desk.regions:
        raise BadCell(_("新代码的上级 %(code)s 不在区划里。") % {"code": above}, _("请把上级也写进区划表一起导入。"))


def _check_way(row: Told) -> None:
    if row.kind == ChangeKind.SPLIT:
        if len(row.old) != Level.VILLAGE:
            raise BadCell(_("只有村可以拆分。"), _("乡镇拆分，请写每个村划到哪里；网格请重新导入网格表。"))
        if not row.by:
            raise BadCell(
                _("拆分没有写“划分办法”。"), _("请写组、网格、边界、房屋、户或其余，并在“划入范围”列出是哪些。")
            )
        if row.by == AREA and not row.area:
            raise BadCell(
                _("新代码 %(code)s 没有边界。") % {"code": row.new},
                _("请先导入它的边界（GeoPackage），或把对照表存成带图形的 GeoPackage。"),
            )
        if row.by not in (AREA, REST) and not row.parts:
            raise BadCell(_("“划入范围”是空的。"), _("请列出划过去的%(what)s。") % {"what": WAYS[row.by]})
    elif row.by:
        raise BadCell(_("合并、更名、划转是整个过去，不用写“划分办法”。"), _("一部分过去的，变更类型写“拆分”。"))


def _check_together(rows: Sequence[Told]) -> None:
    parts = by_old(rows)
    for old, some in parts.items():
        kinds, days, news = {t.kind for t in some}, {t.on for t in some}, {t.new for t in some}
        if len(kinds) > 1 or len(days) > 1:
            raise BadCell(_("%(old)s 的几行变更类型或日期不一样。") % {"old": old}, _("同一个原代码的各行请写成一样。"))
        if len(news) > 1 and ChangeKind.SPLIT not in kinds:
            raise BadCell(
                _("%(old)s 变成了几个新代码，却不是拆分。") % {"old": old}, _("分成几处的，变更类型写“拆分”。")
            )
        if sum(t.by == REST for t in some) > 1:
            raise BadCell(_("%(old)s 有几行“其余”。") % {"old": old}, _("“其余”只能归一处。"))
        for told in some:
            other = parts.get(told.new)
            if told.new != old and other and all(t.new != told.new for t in other):
                raise BadCell(
                    _("%(new)s 在本表里既是新代码，又要撤销。") % {"new": told.new},
                    _("请直接写最后的新代码；先后两次变更的，分两次导入。"),
                )
        if len(old) == Level.TOWNSHIP:
            _check_villages(old, next(iter(news)), parts)


def _check_villages(old: str, new: str, parts: dict[str, list[Told]]) -> None:
    """Of a township that is no more, every village says what becomes of it."""
    standing = Region.objects.filter(code__gt=old, code__lt=successor(old), level=Level.VILLAGE, closed_on=None)
    left = [region for region in standing.order_by("code") if region.code not in parts]
    if left:
        raise BadCell(
            _("乡镇 %(old)s 变了代码，下面还有 %(count)d 个村没有写：%(some)s。")
            % {"old": old, "count": len(left), "some": "、".join(f"{r.name}（{r.code}）" for r in left[:5])},
            _("请把它的每个村也各写一行，写明新代码。"),
        )


def lay(rows: Iterable[StagedRow], bench: Bench) -> None:
    """Nothing is laid: what stands under the codes is read once more when it is written."""
    staged = list(rows)
    if not staged:
        return
    told = [Told.of(f"{row.file}:{row.line}", row.values) for row in staged]
    bench.then.append(partial(change_regions, told, foreseen=staged[0].values["foreseen"], by=bench.by))
    bench.recount |= {(kind, told[0].old[: Level.DISTRICT]) for kind in registry.kinds}
