"""家庭成员: who lives in a household. Optional."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from hemei.core.actions.register import persons
from hemei.core.actions.register.bench import Bench
from hemei.core.actions.register.households import (
    ID_NUMBER,
    NUMBER,
    PHONE,
    VILLAGE,
    desk_doubts,
    household_key,
    households_there,
    remember,
)
from hemei.core.actions.register.judging import Desk, Judged, compared, judge_each
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.sheet import Field, Line, held_to
from hemei.core.actions.register.staging import personal_of
from hemei.core.models import Household, HouseholdMember, Person, RowOutcome, StagedRow
from hemei.engines.tables import BadCell, as_code, as_id_number, as_name, as_phone


def fields(sheet: Sheet) -> list[Field]:
    own = [
        Field("region", VILLAGE, as_code, needed=True),
        Field("number", NUMBER, as_code, needed=True),
        Field("name", (lazy("姓名"), "成员姓名"), as_name, needed=True),
        Field("id_number", (lazy("身份证号"), *ID_NUMBER), as_id_number, personal=True),
        Field("phone", (lazy("联系电话"), *PHONE), as_phone, personal=True),
        Field("relation", (lazy("与户主关系"), "关系")),
    ]
    return held_to(own, Household, HouseholdMember, name=60, id_number=40, phone=30)


def judge(lines: Sequence[Line], desk: Desk) -> list[Judged]:
    there = households_there(lines, desk)
    members: dict[int, list[HouseholdMember]] = {}
    of_these = HouseholdMember.objects.filter(household__in=[household.pk for household in there.values()])
    for member in of_these.select_related("person"):
        members.setdefault(member.household_id, []).append(member)

    def one(line: Line) -> Judged:
        said = line.values
        region = desk.village(said["region"])
        household = household_key(region, said["number"])
        home = there.get(household)
        values = {"region": home.region if home else region, "relation": said.get("relation")}
        values |= desk_doubts(desk, persons.described(said, said["name"]))
        key = f"{household}|{values.get('id_fingerprint', said['name'])}"
        desk.once(f"members|{key}", line)
        values["household"] = home.pk if home else desk.refer("households", household)
        if values["household"] is None:
            raise BadCell(
                _("没有户号 %(number)s 这一户。") % {"number": said["number"]},
                _("请先在农户表里写上这一户，或核对户号。"),
            )
        personal = persons.private(said, keep_full_id=desk.sheet.keep_full_id)
        for member in members.get(home.pk, []) if home else []:
            if persons.is_same(member.person, values):
                now = persons.as_known(member.person, personal)
                now |= {"region": values["region"], "relation": member.relation, "household": member.household_id}
                judged = compared(key, values, member.pk, now, personal=personal)
                judged.values |= {"of": member.person_id} if judged.values else {}
                return judged
        return Judged(RowOutcome.NEW, key, values | {"of": _head(home, values)}, personal)

    return judge_each(lines, one)


def _head(household: Household | None, values: dict[str, Any]) -> int | None:
    head = household.head if household else None
    return head.pk if head and persons.is_same(head, values) else None


def lay(rows: Iterable[StagedRow], bench: Bench) -> None:
    bench.insert(Person, persons.COLUMNS)
    added = bench.insert(HouseholdMember, ["household_id", "person_id", "relation"])
    changed = bench.update(HouseholdMember, ["id", "relation"])
    for row in rows:
        said, personal = row.values, personal_of(row)
        if row.outcome == RowOutcome.CHANGED:
            persons.lay_change(bench, said["of"], said, personal)
            changed.add(row.target, said.get("relation"))
            continue
        household = bench.resolve("households", said["household"])
        if household is None:
            continue
        made = bench.made.get("persons", {})
        person = said.get("of") or made.get(f"{said.get('id_fingerprint')}|{said['person']}")
        person = person or made.get(f"{said['household']}|{said['person']}")
        if person is None:
            person = persons.lay_new(bench, said, personal, said["region"])
            remember(bench, str(said["household"]), said, person)
        added.add(household, person, said.get("relation") or "")
