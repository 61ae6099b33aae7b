"""A clerk's workbook of craftsmen, from preview to the register."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hemei.core.access import SYSTEM
from hemei.core.actions.register.folder import import_folder
from hemei.core.actions.register.guessing import guess
from hemei.core.models import Parameter, Person
from hemei.core.personal import decrypt
from hemei.programmes.craftsmen.models import Certificate, Craftsman, EarlierTraining
from hemei.programmes.craftsmen.queries.people import standings
from hemei.terms.day import today
from tests.conftest import DISTRICT, People
from tests.core.actions.register.folders import GOOD_ID, HOUSEHOLDS, REGIONS, VILLAGE, make

SOON, LATER = (today() + timedelta(days=n) for n in (30, 800))
HEAD = ["所在村", "姓名", "身份证号", "联系电话", "工种", "技能等级", "是否带头工匠", "班组"]
HEAD += ["证书编号", "发证机构", "发证日期", "有效期至", "最近培训日期"]
FIRST = ["上河村", "王小明", GOOD_ID, "13800001234", "泥瓦工", "三级", "是", "小明班"]
FIRST += ["云培001", "培训学校", "2026-01-05", LATER.isoformat(), "2026-01-04"]
ROWS = [FIRST, [VILLAGE, "李四", None, "13900005678", "木工", *[None] * 8]]
LAYOUT = 'district: "429999"\nregisters:\n  regions: {file: 区划.xlsx}\n  craftsmen: {file: 工匠.xlsx}\n'


def brought(folder: Path, rows: list[list[object]], *, by=SYSTEM, confirm: bool = True):
    return import_folder(
        make(folder, LAYOUT, files={"区划.xlsx": REGIONS, "工匠.xlsx": [HEAD, *rows]}), by=by, confirm=confirm
    )


pytestmark = pytest.mark.django_db


def test_a_workbook_becomes_the_register(tmp_path: Path) -> None:
    summary = brought(tmp_path / "a", ROWS)
    assert (summary.message, summary.state, summary.counts["craftsmen"]) == ("", "applied", {"new": 2})
    one = Craftsman.objects.get(person__name="王小明")
    assert (one.region, one.trade, one.level, one.lead, one.team) == (VILLAGE, "mason", "三级", True, "小明班")
    assert decrypt(one.person.phone) == "13800001234"
    assert one.person.id_cipher is None, "the whole number is kept only where it is asked for"
    paper = Certificate.objects.get()
    assert (paper.number, paper.body, paper.valid_to) == ("云培001", "培训学校", LATER)
    assert standings([one], on=today())[one.pk].may
    other = Craftsman.objects.get(person__name="李四")
    assert (other.level, other.lead, other.team) == ("", False, "")


def test_the_same_workbook_again_changes_nothing_and_a_new_certificate_is_added(tmp_path: Path) -> None:
    brought(tmp_path / "a", ROWS)
    assert brought(tmp_path / "b", ROWS).counts["craftsmen"] == {"unchanged": 2}
    renewed = [[*ROWS[0][:8], "云培002", "培训学校", "2026-06-01", LATER.isoformat(), "2026-05-31"]]
    assert brought(tmp_path / "c", renewed).counts["craftsmen"] == {"changed": 1}
    assert Craftsman.objects.count() == 2
    assert Certificate.objects.count() == 2
    assert EarlierTraining.objects.count() == 2
    assert brought(tmp_path / "d", renewed).counts["craftsmen"] == {"unchanged": 1}


def test_a_householder_who_is_a_craftsman_is_one_person(tmp_path: Path) -> None:
    layout = LAYOUT + "  households: {file: 农户.xlsx}\n"
    make(
        tmp_path / "a",
        layout.replace("  craftsmen: {file: 工匠.xlsx}\n", ""),
        files={"区划.xlsx": REGIONS, "农户.xlsx": HOUSEHOLDS},
    )
    import_folder(tmp_path / "a", by=SYSTEM, confirm=True)
    brought(tmp_path / "b", ROWS)
    assert Person.objects.filter(name="王小明").count() == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"工种": "厨师"}, "厨师"),
        ({"姓名": None}, "姓名"),
        ({"所在村": "天上村"}, "天上村"),
        ({"有效期至": None}, "证书没有写全，缺：有效期至"),
        ({"有效期至": "2025-12-31"}, "有效期至早于发证日期"),
        ({"最近培训日期": (today() + timedelta(days=3)).isoformat()}, "最近培训日期在将来"),
        ({"班组": "长" * 61}, "有 61 个字，最多 60 个"),
        ({"是否带头工匠": "大概"}, "大概"),
    ],
)
def test_what_cannot_stand_goes_back_with_its_reason(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    row = [change.get(heading, cell) for heading, cell in zip(HEAD, ROWS[0], strict=True)]
    summary = brought(tmp_path / "a", [row, ROWS[1]])
    assert summary.counts["craftsmen"] == {"new": 1, "refused": 1}
    (_file, line, why, remedy) = summary.refused[0]
    assert line == 2
    assert reason in why
    assert remedy
    assert [one.person.name for one in Craftsman.objects.all()] == ["李四"]


def test_a_certificate_belongs_to_one_person(tmp_path: Path) -> None:
    brought(tmp_path / "a", ROWS)
    stolen = [[*ROWS[1][:8], *ROWS[0][8:]]]
    assert "登记在另一名工匠名下" in brought(tmp_path / "b", stolen).refused[0][2]
    longer = [[*ROWS[0][:11], SOON.isoformat(), None]]
    assert "日期与表里不同" in brought(tmp_path / "c", longer).refused[0][2]
    twice = [[*ROWS[0][:8], "云培9", *ROWS[0][9:]], [*ROWS[1][:8], "云培9", *ROWS[0][9:]]]
    assert "重复" in brought(tmp_path / "d", twice).refused[0][2]


def test_levels_are_the_districts(tmp_path: Path, regions) -> None:
    Parameter.objects.create(
        key="craftsmen.levels", region=DISTRICT, value="初级、中级", starts=today(), document="测试文件"
    )
    assert "区里没有“三级”这一等级" in brought(tmp_path / "a", ROWS).refused[0][2]


def test_who_keeps_no_craftsmen_imports_none(tmp_path: Path, people: People) -> None:
    summary = brought(tmp_path / "a", ROWS, by=people.administrator)
    assert summary.counts["craftsmen"] == {"refused": 2}
    assert "没有登记工匠的权限" in summary.refused[0][2]


def test_the_table_is_recognised_by_its_headings() -> None:
    assert list(guess(HEAD)) == ["craftsmen"]
    assert list(guess(["村代码", "户号", "户主姓名", "身份证号", "联系电话"])) == ["households"]
