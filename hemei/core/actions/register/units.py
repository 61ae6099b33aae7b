"""单位: committees, offices, agencies and firms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from hemei.core.actions.register.bench import Bench
from hemei.core.actions.register.judging import Desk, Judged, compared, judge_each
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.sheet import Field, Line, choice, held_to
from hemei.core.models import RowOutcome, StagedRow, Unit, UnitKind
from hemei.engines.tables import as_code

KINDS = dict(UnitKind.choices)
COLUMNS = ["seal_name", "kind", "phone"]


def fields(sheet: Sheet) -> list[Field]:
    own = [
        Field("name", (_("单位名称"), "名称", "单位"), needed=True),
        Field("seal_name", (_("印章名称"), "公章名称")),
        Field("kind", (_("类别"), "单位类别", "单位类型"), choice(KINDS), choices=KINDS),
        Field("region", (_("服务区域"), "区划代码", "所在区域", "村代码"), as_code, needed=True),
        Field("phone", (_("办公电话"), "电话", "联系电话"), as_code),
    ]
    return held_to(own, Unit)


def judge(lines: Sequence[Line], desk: Desk) -> list[Judged]:
    there = _there(lines, desk)

    def one(line: Line) -> Judged:
        region = desk.region(line.values["region"])
        key = f"{region}|{line.values['name']}"
        desk.once(f"units|{key}", line)
        values = {"name": line.values["name"], "region": region} | {
            name: line.values.get(name) for name in COLUMNS if line.values.get(name)
        }
        unit = there.get(key)
        desk.know("units", key, unit.pk if unit else key)
        desk.know("units", line.values["name"], unit.pk if unit else key)
        if unit:
            now = {name: getattr(unit, name) for name in ("name", "region", *COLUMNS)}
            return compared(key, values, unit.pk, now)
        return Judged(RowOutcome.NEW, key, values)

    return judge_each(lines, one)


def _there(lines: Sequence[Line], desk: Desk) -> dict[str, Unit]:
    named = {line.values["name"] for line in lines if "name" in line.values}
    units = Unit.objects.filter(desk.within.narrowed(desk.district).q(matter=None), name__in=named)
    return {f"{unit.region}|{unit.name}": unit for unit in units}


def lay(rows: Iterable[StagedRow], bench: Bench) -> None:
    added = bench.insert(Unit, ["id", "name", "seal_name", "kind", "region", "phone"])
    changed = bench.update(Unit, ["id", *COLUMNS])
    for row in rows:
        said = row.values
        if row.outcome == RowOutcome.NEW:
            pk = bench.key(Unit)
            bench.remember("units", row.key, pk)
            kind = said.get("kind", UnitKind.OTHER)
            added.add(
                pk, said["name"], said.get("seal_name", said["name"]), kind, said["region"], said.get("phone", "")
            )
        else:
            changed.add(row.target, *(said.get(name) for name in COLUMNS))
