"""农户: the household by its number in the village, with its head."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from hemei.core.actions.register import persons
from hemei.core.actions.register.bench import Bench
from hemei.core.actions.register.judging import Desk, Judged, compared, judge_each
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.sheet import Field, Line, held_to
from hemei.core.actions.register.staging import personal_of
from hemei.core.models import Household, Person, RowOutcome, StagedRow
from hemei.engines.tables import BadCell, as_code, as_id_number, as_int, as_name, as_phone
from hemei.terms.region import Level, contains

VILLAGE = (lazy("村代码"), "区划代码", "所在村", "行政村", "村", "村名", "村（社区）", "村委会", "所属村")
NUMBER = (lazy("户号"), "户编号", "户代码", "家庭编号", "农户编号", "农户编码", "户编码")
ID_NUMBER = ("身份证号", "身份证号码", "证件号码", "公民身份号码")
PHONE = ("联系电话", "电话", "手机号", "手机号码")
MOST_PEOPLE = 99


def fields(sheet: Sheet) -> list[Field]:
    own = [
        Field("region", VILLAGE, as_code, needed=True),
        Field("number", NUMBER, as_code, needed=True),
        Field("group", (lazy("组"), "村民小组", "小组", "组别")),
        Field("head", (lazy("户主"), "户主姓名", "姓名"), as_name, needed=True),
        Field("id_number", (lazy("户主身份证号"), "户主身份证号码", *ID_NUMBER), as_id_number, personal=True),
        Field("phone", (lazy("联系电话"), "户主联系电话", "户主电话", *PHONE), as_phone, personal=True),
        Field("size", (lazy("人口"), "家庭人口", "人口数", "家庭人口数", "人数", "户籍人口", "家庭成员数"), as_int),
    ]
    return held_to(own, Household, head=60, id_number=40, phone=30)


def judge(lines: Sequence[Line], desk: Desk) -> list[Judged]:
    there = households_there(lines, desk)
    known = persons.by_fingerprint(
        (persons.described(line.values, "").get("id_fingerprint", "") for line in lines), within=desk.within
    )

    def one(line: Line) -> Judged:
        said = line.values
        region = desk.village(said["region"])
        key = household_key(region, said["number"])
        again = desk.said_again(f"households|{key}", line)  # a ledger has a row for each house of a household
        if again and desk.refer("households", key) is not None:
            return Judged(RowOutcome.UNCHANGED, key)
        desk.once(f"households|{key}", line)
        if not 0 <= said.get("size", 0) <= MOST_PEOPLE:
            raise BadCell(_("人口 %(size)d 不对。") % {"size": said["size"]}, _("请填 0 到 99 之间的整数。"))
        group = desk.group(region, said.get("group"))
        values = {"region": region, "number": said["number"], "group": group, "size": said.get("size")}
        values |= desk_doubts(desk, persons.described(said, said["head"]))
        personal = persons.private(said, keep_full_id=desk.sheet.keep_full_id)
        household = there.get(key)
        desk.know("households", key, household.pk if household else key)
        if household:
            return _against(household, key, values, personal)
        person = known.get(values.get("id_fingerprint", ""))
        head = person.pk if person and person.name == said["head"] else None
        return Judged(RowOutcome.NEW, key, values | {"head": head}, personal)

    return judge_each(lines, one)


def desk_doubts(desk: Desk, described: dict[str, Any]) -> dict[str, Any]:
    """One number under two names: the number is doubtful, and the two stay two people."""
    if number := described.get("id_fingerprint"):
        earlier = desk.refer("numbers", number)
        if earlier is not None and earlier != described["person"]:
            described["id_doubtful"] = True
        desk.know("numbers", number, described["person"])
    return described


def household_key(region: str, number: str) -> str:
    """By the village, in which the number stands once: a ledger need not name the grid."""
    return f"{region[: Level.VILLAGE]}|{number}"


def households_there(lines: Sequence[Line], desk: Desk) -> dict[str, Household]:
    """The households of these numbers in the district, by their key."""
    numbers = {number for line in lines if (number := line.values.get("number") or line.values.get("household"))}
    rows = Household.objects.filter(desk.within.narrowed(desk.district).q(matter=None), number__in=numbers)
    return {household_key(row.region, row.number): row for row in rows.select_related("head")}


def _against(household: Household, key: str, values: dict[str, Any], personal: dict[str, Any]) -> Judged:
    if contains(values["region"], household.region):  # the register knows the grid
        values = values | {"region": household.region}
    now: dict[str, Any] = {
        "region": household.region,
        "number": household.number,
        "group": household.group,
        "size": household.size,
    }
    head = household.head
    if head and persons.is_same(head, values):
        now |= persons.as_known(head, personal)
    elif head:
        now["person"] = head.name
    judged = compared(key, values, household.pk, now, personal=personal)
    if judged.outcome == RowOutcome.CHANGED and head and persons.is_same(head, values):
        judged.values = values | {"head": head.pk}
    return judged


def lay(rows: Iterable[StagedRow], bench: Bench) -> None:
    added = (
        bench.insert(Person, persons.COLUMNS),
        bench.insert(Household, ["id", "region", "number", "group", "head_id", "size"]),
    )
    changed = bench.update(Household, ["id", "region", "group", "head_id", "size"])
    for row in rows:
        said, personal = row.values, personal_of(row)
        head = said.get("head")
        if head is None:
            same = bench.made.get("persons", {}).get(f"{said.get('id_fingerprint')}|{said['person']}")
            head = same or persons.lay_new(bench, said, personal, said["region"])
        else:
            persons.lay_change(bench, head, said, personal)
        remember(bench, row.key, said, head)
        if row.outcome == RowOutcome.NEW:
            pk = bench.key(Household)
            bench.remember("households", row.key, pk)
            added[1].add(pk, said["region"], said["number"], said.get("group") or "", head, said.get("size"))
        else:
            changed.add(row.target, said["region"], said.get("group"), head, said.get("size"))


def remember(bench: Bench, household: str, said: dict[str, Any], person: int) -> None:
    """So that the same person in the members' list is not made twice."""
    bench.remember("persons", f"{household}|{said['person']}", person)
    if said.get("id_fingerprint"):
        bench.remember("persons", f"{said['id_fingerprint']}|{said['person']}", person)
