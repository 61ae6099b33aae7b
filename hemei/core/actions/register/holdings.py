"""户和房的关系: which household owns or uses which place, from when to when. Many to many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from hemei.core.actions.register.bench import Bench
from hemei.core.actions.register.households import NUMBER, VILLAGE, household_key, households_there
from hemei.core.actions.register.judging import Desk, Judged, Reference, compared, judge_each
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.places import identifier_fields, kind_of
from hemei.core.actions.register.sheet import Field, Line, choice, plain
from hemei.core.models import Holding, HoldingRole, PlaceIdentifier, RowOutcome, StagedRow
from hemei.engines.tables import BadCell, as_code, as_date, as_text

ROLES = dict(HoldingRole.choices)
WORDS = {"所有人": "owner", "户主": "owner", "房主": "owner", "承租人": "user", "租户": "user", "借住": "user"}


def fields(sheet: Sheet) -> list[Field]:
    return [
        Field("region", VILLAGE, as_code, needed=True),
        Field("household", NUMBER, as_code, needed=True),
        *identifier_fields(kind_of(sheet)),
        Field("role", (lazy("关系"), "权属关系", "角色", "与房屋关系"), _role, choices=ROLES),
        Field("starts", (lazy("起始日期"), "开始日期"), as_date),
        Field("ends", (lazy("终止日期"), "结束日期"), as_date),
    ]


def _role(cell: object) -> str | None:
    return WORDS.get(as_text(cell) or "") or choice(ROLES)(cell)


def judge(lines: Sequence[Line], desk: Desk) -> list[Judged]:
    homes, places = households_there(lines, desk), _places(lines, desk)
    held = {
        (row.household_id, row.place_id, row.role): row
        for row in Holding.objects.filter(household__in=[home.pk for home in homes.values()])
    }

    def one(line: Line) -> Judged:
        said = line.values
        key = household_key(desk.village(said["region"]), said["household"])
        household: Reference | None = homes[key].pk if key in homes else desk.refer("households", key)
        if household is None:
            raise BadCell(
                _("没有户号 %(number)s 这一户。") % {"number": said["household"]},
                _("请先在农户表里写上这一户，或核对户号和村代码。"),
            )
        place = places.get(line.where)
        if place is None:
            raise BadCell(_("找不到所写编号的房屋。"), _("请核对编号，或先在房屋表里写上它。"))
        role = said.get("role", HoldingRole.OWNER)
        key = f"{key}|{place}|{role}"
        desk.once(f"holdings|{key}", line)
        values = {"household": household, "place": place, "role": role}
        values |= {name: said[name] for name in ("starts", "ends") if name in said}
        if isinstance(household, int) and isinstance(place, int) and (old := held.get((household, place, role))):
            now = {"household": household, "place": place, "role": role}
            return compared(key, values, old.pk, now | {"starts": plain(old.starts), "ends": plain(old.ends)})
        return Judged(RowOutcome.NEW, key, values)

    return judge_each(lines, one)


def _places(lines: Sequence[Line], desk: Desk) -> dict[str, Reference]:
    """The place each row speaks of: by a number, or because the place stands in the same row."""
    return places_of(lines, desk, [one.name for one in identifier_fields(kind_of(desk.sheet))])


def places_of(lines: Sequence[Line], desk: Desk, systems: Sequence[str]) -> dict[str, Reference]:
    there: dict[tuple[str, str], int] = {}
    for system in systems:
        numbers = {line.values[system] for line in lines if system in line.values}
        within = desk.within.narrowed(desk.district).q("place__region", matter="place__kind")
        rows = PlaceIdentifier.objects.filter(within, system=system, value__in=numbers)
        there |= {(system, value): place for value, place in rows.values_list("value", "place")}
    found: dict[str, Reference] = {}
    for line in lines:
        for system in systems:
            number = line.values.get(system)
            known = there.get((system, number)) or desk.refer("places", f"{system}:{number}") if number else None
            if known is not None:
                found[line.where] = known
                break
        else:
            if (same_row := desk.refer("places", line.where)) is not None:
                found[line.where] = same_row
    return found


def lay(rows: Iterable[StagedRow], bench: Bench) -> None:
    added = bench.insert(Holding, ["household_id", "place_id", "role", "starts", "ends"])
    changed = bench.update(Holding, ["id", "starts", "ends"])
    for row in rows:
        said = row.values
        days = [date.fromisoformat(said[name]) if said.get(name) else None for name in ("starts", "ends")]
        if row.outcome == RowOutcome.CHANGED:
            changed.add(row.target, *days)
            continue
        household, place = bench.resolve("households", said["household"]), bench.resolve("places", said["place"])
        if household is not None and place is not None:
            added.add(household, place, said["role"], *days)
