"""What a mapping table must not say: each refusal names the row's fault and the remedy, and writes nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hemei.core.access import SYSTEM
from hemei.core.actions.register.folder import import_folder
from hemei.core.models import Parameter, Region, RegionChange, StagedRow, Unit
from hemei.terms.day import today
from tests.conftest import DISTRICT, NEXT_VILLAGE, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, People
from tests.core.actions.regionchange.tables import (
    HEADER,
    LAYOUT,
    MOVED,
    SECOND,
    UNITED,
    change,
    grid_of,
    house_of,
    row,
)  # fmt: skip
from tests.core.actions.register.folders import HOUSEHOLDS, make

BOTH = (row(VILLAGE, UNITED, "合并", "双河村"), row(NEXT_VILLAGE, UNITED, "合并"))
REST = row(VILLAGE, VILLAGE, "拆分", "", "其余")


def tomorrow(line: list[object]) -> list[object]:
    return [*line[:3], today() + timedelta(days=1), *line[4:]]


WRONG = {
    "no such old code": ([row("429999103299", UNITED, "更名", "新村")], "区划里没有 429999103299", "请核对原代码"),
    "a new code without a name": ([row(VILLAGE, UNITED, "更名")], f"区划里没有新代码 {UNITED}", "新名称"),
    "no township above": ([row(VILLAGE, "429999199200", "划转", "新村")], "上级 429999199", "区划表"),
    "another level": ([row(VILLAGE, TOWNSHIP, "合并")], "不是同一级", "村对村"),
    "another district": ([row(VILLAGE, "429998100200", "划转")], "不在本区", "跨区县"),
    "the same code": ([row(VILLAGE, VILLAGE, "更名", "上河社区")], "原代码和新代码一样", "区划表"),
    "a whole district": ([row(DISTRICT, DISTRICT, "拆分", "", "其余")], "区县的变更", "每个乡镇"),
    "a day to come": ([tomorrow(row(VILLAGE, UNITED, "更名", "新村"))], "变更日期在将来", "到那一天"),
    "a kind that is none": ([row(VILLAGE, UNITED, "撤并", "新村")], "不在可选的词里", "合并、拆分"),
    "a split without a way": ([row(VILLAGE, SECOND, "拆分", "新村")], "没有写“划分办法”", "组、网格、边界"),
    "a split without what": ([row(VILLAGE, SECOND, "拆分", "新村", "组")], "“划入范围”是空的", "列出划过去的"),
    "a way without a split": ([row(VILLAGE, SECOND, "合并", "新村", "组", "一组")], "整个过去", "写“拆分”"),
    "a township that splits": ([row(TOWNSHIP, OTHER_TOWNSHIP, "拆分", "", "其余")], "只有村可以拆分", "每个村划到哪里"),
    "no such group": ([row(VILLAGE, SECOND, "拆分", "新村", "组", "九组"), REST], "没有组“九组”", "照登记的写法"),
    "no such grid": ([row(VILLAGE, SECOND, "拆分", "新村", "网格", "007"), REST], "没有网格“007”", "照登记的写法"),
    "no such house": ([row(VILLAGE, SECOND, "拆分", "新村", "房屋", "F-9"), REST], "没有房屋编号“F-9”", "照登记的写法"),
    "no such household": ([row(VILLAGE, SECOND, "拆分", "新村", "户", "77"), REST], "没有户号“77”", "照登记的写法"),
    "no boundary": ([row(VILLAGE, SECOND, "拆分", "新村", "边界"), REST], "没有边界", "GeoPackage"),
    "somebody left behind": (
        [row(VILLAGE, SECOND, "拆分", "新村", "组", "一组")], "有 1 个房屋没有写明归哪边：二组的屋", "其余",
    ),
    "somebody claimed twice": (
        [row(VILLAGE, SECOND, "拆分", "新村", "组", "一组"), row(VILLAGE, UNITED, "拆分", "别村", "网格", "001"), REST],
        "“网格里的屋”同时划给", "只留一处",
    ),
    "two rests": ([REST, row(VILLAGE, SECOND, "拆分", "新村", "其余")], "有几行“其余”", "只能归一处"),
    "two kinds": ([REST, row(VILLAGE, SECOND, "合并", "新村")], "变更类型或日期不一样", "写成一样"),
    "two places for a whole": (
        [row(VILLAGE, SECOND, "合并", "新村"), row(VILLAGE, UNITED, "合并", "别村")], "却不是拆分", "写“拆分”",
    ),
    "a chain": (
        [row(VILLAGE, NEXT_VILLAGE, "合并"), row(NEXT_VILLAGE, UNITED, "更名", "新村")], "又要撤销", "最后的新代码",
    ),
    "the same row twice": ([BOTH[0], BOTH[0]], "重复", "保留一行"),
    "the same household number": (BOTH, "户号会重复：0001", "户号前缀"),
}  # fmt: skip


@pytest.fixture
def lived(people: People) -> None:
    grid_of(VILLAGE, "001")
    house_of(f"{VILLAGE}001", "网格里的屋", "一组", "0001")
    house_of(VILLAGE, "二组的屋", "二组")
    house_of(NEXT_VILLAGE, "下河的屋", "三组", "0001")


@pytest.mark.parametrize("fault", WRONG)
def test_it_is_refused_with_a_reason_and_a_remedy(lived, tmp_path: Path, fault: str) -> None:
    rows, reason, remedy = WRONG[fault]
    said = change(tmp_path / "表", *rows)
    assert set(said.counts["changes"]) == {"refused"}, "a table is one act"
    told = [(why, what) for _file, _line, why, what in said.refused if reason in why]
    assert told, said.refused
    assert remedy in told[0][1]
    assert not RegionChange.objects.exists()
    assert not Region.objects.exclude(closed_on=None).exists()


def test_groups_units_and_parameters_that_would_be_two_of_one(lived, people: People, tmp_path: Path) -> None:
    numbers = (row(VILLAGE, UNITED, "合并", "双河村"), row(NEXT_VILLAGE, UNITED, "合并", number="下"))
    Parameter.objects.create(key="houses.emergency_phone", region=VILLAGE, value="1", starts=today())
    other = Parameter.objects.create(key="houses.emergency_phone", region=NEXT_VILLAGE, value="2", starts=today())
    said = change(tmp_path / "参数", *numbers, confirm=False)
    assert "参数 houses.emergency_phone" in said.refused[0][2]
    other.delete()
    house_of(NEXT_VILLAGE, "也是二组", "二组")
    said = change(tmp_path / "组", *numbers, confirm=False)
    assert "会有两个“二组”" in said.refused[0][2]
    assert "写“不加”" in said.refused[0][3]
    as_one = (numbers[0], row(NEXT_VILLAGE, UNITED, "合并", number="下", group="不加"))
    Unit.objects.create(name="上河村村民委员会", seal_name="x", kind="other", region=NEXT_VILLAGE)
    said = change(tmp_path / "单位", *as_one, confirm=False)
    assert "两个叫“上河村村民委员会”的单位" in said.refused[0][2]
    Unit.objects.filter(seal_name="x").delete()
    assert change(tmp_path / "好", *as_one).state == "applied"


def test_only_who_keeps_duties_changes_regions(lived, people: People, tmp_path: Path) -> None:
    line = row(VILLAGE, SECOND, "更名", "新村")
    for officer in (people.district, people.township):
        said = change(tmp_path / officer.name, line, by=officer)
        assert "没有在" in said.refused[0][2]
        assert "系统管理员" in said.refused[0][3]
    assert change(tmp_path / "管理员", line, by=people.administrator).state == "applied"


def test_a_change_that_stands_is_not_changed_again(lived, tmp_path: Path) -> None:
    change(tmp_path / "一", row(VILLAGE, SECOND, "更名", "新村"))
    said = change(tmp_path / "二", row(VILLAGE, UNITED, "更名", "别村"))
    assert f"变更为 {SECOND}" in said.refused[0][2]


def test_an_old_code_in_a_later_register_may_be_read_as_the_new_one(lived, tmp_path: Path) -> None:
    change(tmp_path / "一", row(VILLAGE, SECOND, "更名", "新村"))
    layout = "district: '429999'\nregisters:\n  households: {file: 农户.xlsx}\n"
    said = import_folder(make(tmp_path / "台账", layout, files={"农户.xlsx": HOUSEHOLDS}), by=SYSTEM, confirm=False)
    assert f"{VILLAGE} 已于" in said.refused[0][2]
    assert f"请改填 {SECOND}" in said.refused[0][3]
    staged = StagedRow.objects.filter(batch=said.batch, outcome="refused").first()
    assert staged is not None
    assert staged.values["instead"][0]["value"] == SECOND
    named = [HOUSEHOLDS[0], ["上河村", *HOUSEHOLDS[1][1:]]]
    said = import_folder(make(tmp_path / "名字", layout, files={"农户.xlsx": named}), by=SYSTEM, confirm=False)
    assert "上河村 已于" in said.refused[0][2], "by its former name too"
    assert f"请改填 {SECOND}" in said.refused[0][3]
    old = [["区划代码", "名称"], [VILLAGE, "上河村"]]
    layout = "district: '429999'\nregisters:\n  regions: {file: 区划.xlsx}\n"
    said = import_folder(make(tmp_path / "区划", layout, files={"区划.xlsx": old}), by=SYSTEM, confirm=False)
    assert "这是旧的代码" in said.refused[0][3]


def test_it_comes_by_itself_or_with_the_regions(lived, tmp_path: Path) -> None:
    files = {"变更.xlsx": [HEADER, row(VILLAGE, MOVED, "划转")], "农户.xlsx": HOUSEHOLDS}
    folder = make(tmp_path / "一", LAYOUT + "  households: {file: 农户.xlsx}\n", files=files)
    said = import_folder(folder, by=SYSTEM, confirm=False)
    assert said.state == "failed"
    assert "要先单独导入" in said.message
    files = {"变更.xlsx": files["变更.xlsx"], "区划.xlsx": [["区划代码", "名称"], [MOVED, "上河村"]]}
    folder = make(tmp_path / "二", LAYOUT + "  regions: {file: 区划.xlsx}\n", files=files)
    assert import_folder(folder, by=SYSTEM, confirm=True).counts == {"regions": {"new": 1}, "changes": {"new": 1}}
    assert Region.objects.get(code=MOVED).opened_on is not None
