"""Villages that merge, split and move: everything comes along, and what was recorded stays as it was recorded."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import shapely
from django.db import DatabaseError, transaction

from hemei.core.access import SYSTEM, At, Scope, actor_of, scope_of
from hemei.core.actions.check import submit_check
from hemei.core.actions.door import issue_door
from hemei.core.actions.register import folder as importing
from hemei.core.actions.round import RoundDraft, plan_round, publish_round
from hemei.core.models import (
    AuditEntry,
    Case,
    Check,
    Due,
    Duty,
    Household,
    Parameter,
    Person,
    Place,
    PlaceTally,
    Region,
    RegionChange,
    RegionMove,
    Round,
    Unit,
)  # fmt: skip
from hemei.core.queries.checks import checks
from hemei.core.queries.evidence import evidence
from hemei.core.queries.history import checks_at
from hemei.core.queries.regionchange import leads_to
from hemei.core.queries.rounds import concerning
from hemei.core.queries.zero import zero
from hemei.terms.day import today
from tests.conftest import DISTRICT, NEXT_VILLAGE, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, People, photo
from tests.core.actions.regionchange.tables import (
    MOVED,
    ON,
    SECOND,
    UNITED,
    change,
    grid_of,
    house_of,
    row,
    wrong,
)  # fmt: skip
from tests.core.actions.test_case import found
from tests.core.actions.test_check import selfcheck

MERGE = (
    row(VILLAGE, UNITED, "合并", "双河村"),
    row(NEXT_VILLAGE, UNITED, "合并", number="下河", group="下河"),
)


@pytest.fixture
def lived(people: People) -> dict[str, Place]:
    """Two villages with a house each, looked at and with a case; one owes a look."""
    house = house_of(VILLAGE, "河边一号", "一组", "0001")
    other = house_of(NEXT_VILLAGE, "下河一号", "一组", "0001", lon=110.52, lat=31.52)
    submit_check(place=house, answered=selfcheck(files=[photo()]), by=people.grid)
    found(other, people, days=9)
    draft = RoundDraft("冬季排查", "houses", "survey", TOWNSHIP, today(), today() + timedelta(days=20), everything=True)
    publish_round(turn=plan_round(where=At(TOWNSHIP), draft=draft, by=people.township), by=people.township)
    return {"house": house, "other": other}


def test_a_preview_says_what_would_happen_and_does_nothing(lived, tmp_path: Path) -> None:
    said = change(tmp_path / "表", *MERGE, confirm=False)
    assert said.counts == {"changes": {"new": 2}}, said.refused
    assert said.effects[0][2].startswith(f"转到 {UNITED}：1 处房屋等对象、1 户、1 条未了结的隐患、1 处待查、1 个单位")
    assert not RegionChange.objects.exists()
    assert Place.objects.filter(region=VILLAGE).exists()


def test_two_villages_become_one(lived, people: People, tmp_path: Path) -> None:
    assert change(tmp_path / "表", *MERGE).state == "applied"
    assert list(Place.objects.order_by("pk").values_list("region", "group")) == [(UNITED, "一组"), (UNITED, "下河一组")]
    assert list(Household.objects.order_by("pk").values_list("region", "number")) == [
        (UNITED, "0001"), (UNITED, "下河0001"),
    ]  # fmt: skip
    for model in (Case, Due, Person):
        assert set(model._default_manager.values_list("region", flat=True)) == {UNITED}, model
    assert set(PlaceTally.objects.filter(count__gt=0).values_list("region", flat=True)) == {UNITED}
    assert Region.objects.get(code=UNITED).opened_on == ON
    assert set(Region.objects.filter(closed_on=ON).values_list("code", flat=True)) == {VILLAGE, NEXT_VILLAGE}
    assert (leads_to(VILLAGE), leads_to(NEXT_VILLAGE), leads_to(UNITED)) == (UNITED, UNITED, None)
    assert wrong() == []


def test_what_was_recorded_stays_as_it_was(lived, people: People, tmp_path: Path) -> None:
    before = list(Check.objects.values_list("pk", "region", "digest")), list(AuditEntry.objects.values())
    steps = list(Case.objects.order_by("pk").values_list("steps__pk", "steps__to_state"))
    change(tmp_path / "表", *MERGE)
    assert list(Check.objects.values_list("pk", "region", "digest")) == before[0]
    assert list(AuditEntry.objects.filter(pk__in=[e["id"] for e in before[1]]).values()) == before[1]
    assert list(Case.objects.order_by("pk").values_list("steps__pk", "steps__to_state")) == steps
    for table in (RegionChange, RegionMove):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            table._default_manager.all().update(old="429999")


def test_the_officers_keep_what_was_theirs_and_nobody_else_gets_it(lived, people: People, tmp_path: Path) -> None:
    change(tmp_path / "表", *MERGE)
    for who in (people.village, people.next_village):
        now = actor_of(who.account)
        within = scope_of(now, "check.view")
        assert within.prefixes == (UNITED,)
        assert checks(within=within).count() == 1, "a check of the old code is read by its house"
        assert checks_at(lived["house"], within=within).count() == 1
        assert evidence(within=within).count() == 1
    stranger = scope_of(actor_of(people.other_township.account), "check.view")
    assert not checks(within=stranger).exists()
    assert not evidence(within=stranger).exists()


def test_duties_end_on_the_day_before_and_begin_anew(lived, people: People, tmp_path: Path) -> None:
    change(tmp_path / "表", *MERGE)
    old, new = Duty.objects.filter(account=people.village.account).order_by("pk")
    assert (old.region, old.ends) == (VILLAGE, ON - timedelta(days=1))
    assert (new.region, new.starts, new.ends, new.unit) == (UNITED, ON, None, old.unit)
    assert new.unit.region == UNITED
    for verb, subject in (("duty.end", f"duty:{old.pk}"), ("duty.carry", f"duty:{new.pk}")):
        assert AuditEntry.objects.filter(verb=verb, subject=subject).count() == 1
    assert AuditEntry.objects.filter(verb="region.change").count() == 2
    assert AuditEntry.objects.get(verb="region.change", subject=f"region:{VILLAGE}").detail["places"] == 1


def test_the_same_table_twice_changes_nothing(lived, tmp_path: Path) -> None:
    change(tmp_path / "表", *MERGE)
    entries = AuditEntry.objects.filter(verb__startswith="region").count()
    again = change(tmp_path / "又", *MERGE)
    assert (again.counts, again.rows) == ({"changes": {"unchanged": 2}}, 0)
    assert RegionChange.objects.count() == 2
    assert AuditEntry.objects.filter(verb__startswith="region").count() == entries


def test_the_board_of_a_past_day_shows_the_villages_of_that_day(lived, people: People, tmp_path: Path) -> None:
    before = zero(within=Scope.of(DISTRICT), region=TOWNSHIP, on=ON - timedelta(days=1))
    today_was = zero(within=Scope.of(DISTRICT), region=TOWNSHIP, on=today())
    change(tmp_path / "表", *MERGE)
    again = zero(within=Scope.of(DISTRICT), region=TOWNSHIP, on=ON - timedelta(days=1))
    assert [row.as_dict() for row in again.rows] == [row.as_dict() for row in before.rows]
    assert {row.region: row.open for row in again.rows} == {VILLAGE: 0, NEXT_VILLAGE: 1}
    now = zero(within=Scope.of(DISTRICT), region=TOWNSHIP, on=ON)
    assert {row.region: row.open for row in now.rows} == {UNITED: 1}
    now = zero(within=Scope.of(DISTRICT), region=TOWNSHIP, on=today())
    assert {row.region: (row.name, row.open) for row in now.rows} == {UNITED: ("双河村", 2)}
    assert now.total.open == today_was.total.open
    assert (now.total.looked, now.total.due) == (today_was.total.looked, today_was.total.due)
    old = zero(within=Scope.of(DISTRICT), region=NEXT_VILLAGE, on=ON - timedelta(days=1))
    assert (old.total.name, old.total.open) == ("下河村", 1)


def test_a_board_as_it_was_known_shows_the_villages_that_were_known(lived, people: People, tmp_path: Path) -> None:
    change(tmp_path / "表", *MERGE)
    known = zero(within=Scope.of(DISTRICT), region=TOWNSHIP, on=ON, known=today() - timedelta(days=1))
    assert {row.region for row in known.rows} == {VILLAGE, NEXT_VILLAGE}
    known = zero(within=Scope.of(DISTRICT), region=TOWNSHIP, on=ON, known=today())
    assert {row.region for row in known.rows} == {UNITED}


def test_an_officer_of_the_new_village_sees_both_old_ones_on_a_past_board(
    lived, people: People, tmp_path: Path
) -> None:
    change(tmp_path / "表", *MERGE)
    mine = scope_of(actor_of(people.village.account), "case.view")
    board = zero(within=mine, region=UNITED, on=ON - timedelta(days=1))
    assert {row.region: (row.name, row.open) for row in board.rows} == {
        VILLAGE: ("上河村", 0), NEXT_VILLAGE: ("下河村", 1),
    }  # fmt: skip


def test_a_village_that_goes_to_another_township_takes_its_work_with_it(lived, people: People, tmp_path: Path) -> None:
    with_township = found(lived["house"], people)
    Case.objects.filter(pk=with_township.pk).update(unit=Unit.objects.get(region=TOWNSHIP))
    change(tmp_path / "表", row(VILLAGE, MOVED, "划转", "上河村"))
    with_township.refresh_from_db()
    assert with_township.region == MOVED
    assert str(with_township.unit) == "上河村村民委员会"
    assert with_township.steps.order_by("-pk").first().verb == "case.assign"
    there = scope_of(actor_of(people.other_township.account), "case.view")
    assert with_township in there
    assert with_township not in scope_of(actor_of(people.township.account), "case.view")
    assert Round.objects.get() in concerning(within=there), "what is owed there is seen there"
    assert wrong() == []
    day = ON - timedelta(days=1)
    everywhere = Scope.of(DISTRICT)
    assert {row.region for row in zero(within=everywhere, region=TOWNSHIP, on=day).rows} == {VILLAGE, NEXT_VILLAGE}
    assert MOVED in {row.region for row in zero(within=everywhere, region=OTHER_TOWNSHIP, on=today()).rows}


def test_a_split_by_group_with_the_rest_staying(lived, people: People, tmp_path: Path) -> None:
    second = house_of(VILLAGE, "山上二号", "第二组", "0002")
    Region.objects.filter(code=VILLAGE).update(groups=["一组", "二组"])
    said = change(
        tmp_path / "表",
        row(VILLAGE, SECOND, "拆分", "上山村", "组", "2组"),
        row(VILLAGE, VILLAGE, "拆分", "", "其余"),
    )
    assert said.state == "applied", said.refused
    second.refresh_from_db()
    lived["house"].refresh_from_db()
    assert (second.region, lived["house"].region) == (SECOND, VILLAGE)
    assert Household.objects.get(number="0002").region == SECOND
    assert Region.objects.get(code=VILLAGE).closed_on is None
    assert scope_of(actor_of(people.village.account), "place.view").prefixes == (VILLAGE, SECOND)
    assert wrong() == []


def test_a_part_that_joins_a_standing_village_gives_its_officers_nothing_more(
    lived, people: People, tmp_path: Path
) -> None:
    part = house_of(VILLAGE, "山上二号", "三组", "0003")
    change(
        tmp_path / "表",
        row(VILLAGE, NEXT_VILLAGE, "拆分", "", "组", "三组"),
        row(VILLAGE, VILLAGE, "拆分", "", "其余"),
    )
    part.refresh_from_db()
    assert part.region == NEXT_VILLAGE
    assert scope_of(actor_of(people.village.account), "place.view").prefixes == (VILLAGE,)
    assert scope_of(actor_of(people.next_village.account), "place.view").prefixes == (NEXT_VILLAGE,)


def test_a_split_by_grid_boundary_house_and_household(people: People, tmp_path: Path) -> None:
    first, second = grid_of(VILLAGE, "001"), grid_of(VILLAGE, "002")
    house_of(first, "甲", "", "1")
    house_of(second, "乙", "", "2")
    numbered = house_of(second, "丙", "", "3")
    numbered.identifiers.create(system="village_ledger", value="F-3")
    house_of(first, "丁", "", "4")
    change(
        tmp_path / "表",
        row(VILLAGE, UNITED, "拆分", "东村", "网格", "1"),
        row(VILLAGE, SECOND, "拆分", "西村", "网格", "002"),
        row(VILLAGE, UNITED, "拆分", "东村", "房屋", "F-3"),
        row(VILLAGE, SECOND, "拆分", "西村", "户", "4"),
    )
    stands = dict(Place.objects.values_list("label", "region"))
    assert stands == {"甲": f"{UNITED}001", "乙": f"{SECOND}002", "丙": UNITED, "丁": SECOND}
    assert dict(Household.objects.values_list("number", "region")) == {
        "1": f"{UNITED}001", "2": f"{SECOND}002", "3": UNITED, "4": SECOND,
    }  # fmt: skip
    assert leads_to(first) == f"{UNITED}001"
    assert wrong() == []
    assert RegionMove.objects.exclude(place=None).count() == 4


def test_by_boundary(people: People, tmp_path: Path) -> None:
    house_of(VILLAGE, "西", lon=110.1, lat=31.5)
    house_of(VILLAGE, "东", lon=110.9, lat=31.5)
    nowhere = house_of(VILLAGE, "无坐标")
    Place.objects.filter(pk=nowhere.pk).update(lon=None, lat=None, tile=None)
    for code, box in ((UNITED, (110.0, 31.0, 110.5, 32.0)), (SECOND, (110.5, 31.0, 111.0, 32.0))):
        Region.objects.create(code=code, name=code[-3:], level=12, boundary=shapely.to_wkb(shapely.box(*box)))
    rows = [row(VILLAGE, UNITED, "拆分", "", "边界"), row(VILLAGE, SECOND, "拆分", "", "边界")]
    refused = change(tmp_path / "表", *rows)
    assert "有 1 个房屋没有写明归哪边：无坐标" in refused.refused[0][2]
    assert change(tmp_path / "又", *rows, row(VILLAGE, UNITED, "拆分", "", "其余")).state == "applied"
    assert dict(Place.objects.values_list("label", "region")) == {"西": UNITED, "东": SECOND, "无坐标": UNITED}


def test_grids_go_along_under_a_number_that_is_free(people: People, tmp_path: Path) -> None:
    grid_of(VILLAGE, "001")
    mine = grid_of(NEXT_VILLAGE, "001")
    place = house_of(mine, "网格里", "", "9")
    change(tmp_path / "表", row(VILLAGE, UNITED, "合并", "双河村"), row(NEXT_VILLAGE, UNITED, "合并"))
    place.refresh_from_db()
    assert place.region == f"{UNITED}002"
    assert Region.objects.get(code=place.region).name == "001网格"
    assert leads_to(mine) == place.region


def test_a_township_that_is_no_more_names_each_of_its_villages(lived, people: People, tmp_path: Path) -> None:
    gone = row(TOWNSHIP, OTHER_TOWNSHIP, "合并")
    said = change(tmp_path / "表", gone, row(VILLAGE, MOVED, "划转", "上河村"))
    assert "下面还有 1 个村没有写：下河村" in said.refused[0][2]
    said = change(
        tmp_path / "又",
        gone,
        row(VILLAGE, MOVED, "划转", "上河村"),
        row(NEXT_VILLAGE, "429999104211", "划转", "下河村"),
    )
    assert said.state == "applied", said.refused
    assert actor_of(people.township.account).grants[0].region == OTHER_TOWNSHIP
    assert Round.objects.get().region == OTHER_TOWNSHIP
    assert wrong() == []


def test_a_chain_of_changes_leads_to_what_stands_today(lived, people: People, tmp_path: Path) -> None:
    change(tmp_path / "一", *MERGE)
    change(tmp_path / "二", row(UNITED, MOVED, "划转", "双河村"))
    assert leads_to(VILLAGE) == MOVED
    day = ON - timedelta(days=1)
    assert {row.region: row.open for row in zero(within=Scope.of(DISTRICT), region=TOWNSHIP, on=day).rows} == {
        VILLAGE: 0, NEXT_VILLAGE: 1,
    }  # fmt: skip


def test_a_plate_opens_the_same_house_and_parameters_come_along(lived, people: People, tmp_path: Path) -> None:
    issue_door(place=lived["house"], by=people.village)
    Parameter.objects.create(key="houses.emergency_phone", region=VILLAGE, value="12345", starts=today())
    change(tmp_path / "表", *MERGE)
    assert lived["house"].door_tokens.get().region == UNITED
    assert Parameter.objects.get(region=UNITED).value == "12345"


def test_what_changed_between_preview_and_writing_is_not_written_over(
    lived, people: People, tmp_path: Path, monkeypatch
) -> None:
    confirm = importing.confirm_now

    def meanwhile(**arguments):
        house_of(VILLAGE, "刚登记的", "五组", "0009")
        return confirm(**arguments)

    monkeypatch.setattr(importing, "confirm_now", meanwhile)
    said = change(tmp_path / "表", *MERGE, by=SYSTEM)
    assert said.state == "ready"
    assert "没有写入任何数据" in said.message
    assert not RegionChange.objects.exists()
    assert not Region.objects.filter(code=UNITED).exists()
