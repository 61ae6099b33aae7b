"""Every workbook of the table, with what a clerk should see of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hemei.core.access import SYSTEM
from hemei.core.actions.register.folder import import_folder
from hemei.core.models import Case, Household, ImportBatch, Region, StagedRow
from tests.core.actions.register.workbooks import ALL, N, V

pytestmark = pytest.mark.django_db
BOTH = {("0001", "王小明", 4), ("0002", "李大山", 2)}
SIMPLE = {("1", "王小明", 4), ("2", "李大山", 2)}


@dataclass(frozen=True)
class Outcome:
    """What the register holds afterwards, which rows were left out and why, which refused and why."""

    households: set[tuple[str, str, int | None]] = field(default_factory=lambda: set(BOTH))
    header_at: tuple[int, int] = (1, 1)
    left_out: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    hidden: list[int] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)  # hidden ones
    struck: list[int] = field(default_factory=list)
    partly: dict[int, str] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)  # sheets
    remarks: list[str] | None = None  # where nothing is said of them, they are not looked at
    fails: str = ""  # the whole of it, and why


ONLY_ONE = {("0001", "王小明", 4)}
OUTCOMES: dict[str, Outcome] = {
    "a title row above, merged across": Outcome(header_at=(3, 1)),
    "two header rows, merged across and down": Outcome(header_at=(2, 2)),
    "two header rows as CSV, where nothing is merged": Outcome(header_at=(1, 2)),
    "villages and groups merged down their rows": Outcome(),
    "full-width digits and letters, blanks inside codes": Outcome(),
    "numbers stored as text, codes stored as numbers, 宅 numbers with .0": Outcome(SIMPLE),
    "a code that Excel turned into 4.29999E+11, as text": Outcome(ONLY_ONE, refused={3: "科学计数法"}),
    "a code that Excel turned into 4.29999E+11, as the number that is left of it": Outcome(
        ONLY_ONE, refused={3: "“429999000000”是云岭林区，没有写到村"}
    ),
    "numbers that their format shows with noughts before them": Outcome(),
    "an old workbook with numbers shown with noughts": Outcome(),
    "totals that name their village, signatures without a table": Outcome(left_out={3: "合计", 5: "合计", 6: "签字"}),
    "a new workbook under the name of lines of text": Outcome(),
    "an old workbook under a new name": Outcome(header_at=(2, 1)),
    "names spaced out to one width, words for nothing where there is no number": Outcome(
        refused={4: "“户主姓名”是空的"}
    ),
    "two things in one cell, one below the other": Outcome(
        {("0002", "李大山", 2)}, refused={2: "户号：这一格里写了几行", 3: "户主姓名：这一格里写了几行"}
    ),
    "a row for each house of a household, the household's part the same": Outcome(
        refused={5: "与 表.xlsx 第 3 行重复"}
    ),
    "a household refused, and said again": Outcome(ONLY_ONE, refused={3: "人口 300 不对", 4: "与 表.xlsx 第 3 行重复"}),
    "dates as Excel dates, serials, texts and something else": Outcome(
        set(), refused={5: "不是能看懂的日期", 6: "不存在"}
    ),
    "CSV in GBK": Outcome(),
    "hidden rows": Outcome(hidden=[3]),
    "hidden columns, a row struck out and a part of another, a hidden sheet of last year": Outcome(
        {("0001", "王小明", 4), ("0002", "李大山李小山", 2), ("0003", "孙七", 1)},
        columns=["联系电话"],
        struck=[4],
        partly={3: "户主姓名"},
        passed=["2019年"],
    ),
    "the same in an old workbook": Outcome(
        {*BOTH, ("0003", "孙七", 1)}, columns=["联系电话"], struck=[4], partly={3: "人口"}, passed=["2019年"]
    ),
    "a header of three rows below who filled it in, merged across": Outcome(
        {("0001", "王小明", None), ("0002", "李大山", None)}, header_at=(3, 3)
    ),
    "a header in row 30": Outcome(header_at=(30, 1)),
    "another table below, its columns in another order": Outcome(
        left_out={5: "从第 5 行起是另一张表", 6: "从第 5 行起是另一张表"}, remarks=["第 5 行起像是另一张表，没有读"]
    ),
    "another table below, and the first goes on under its header again": Outcome(
        left_out={3: "从第 3 行起", 4: "从第 3 行起", 5: "重复的表头"}, remarks=["第 3 行起像是另一张表"]
    ),
    "another table above": Outcome(header_at=(4, 1), remarks=["第 1 行也像表头，上面的第 1–3 行没有读"]),
    "the same columns three times beside each other": Outcome(fails="没有找到"),
    "a time of day where nobody looks, a day that Excel counts as none": Outcome(),
    "words for what nobody knows where a number is wanted": Outcome(
        {("0001", "王小明", None), ("0002", "李大山", None)}
    ),
    "lines of text under a new workbook's name": Outcome(),
    "CSV whose cells full-width commas part": Outcome(),
    "CSV cut off in its last cell": Outcome(remarks=["最后一行后面没有换行"]),
    "CSV cut off in the middle of its last row": Outcome(
        ONLY_ONE, refused={3: "文件在这一行断了：只有 4 格，表头有 6 格"}, remarks=["最后一行后面没有换行"]
    ),
    "平 for 坪 in a village's name": Outcome({("0002", "李大山", 2)}, refused={2: "没有叫“红平村”"}),
    "notes and signatures below the table": Outcome(left_out={4: "说明", 5: "签字", 6: "只有一格"}),
    "a totals row, and a subtotal between": Outcome(left_out={3: "合计", 5: "合计"}),
    "the printed form's numbers of columns, an example, the header printed again": Outcome(
        left_out={2: "栏次", 3: "示例", 5: "重复的表头"}
    ),
    "a row of the numbers of villages' groups between the rows": Outcome(left_out={2: "只有一格", 4: "只有一格"}),
    "several sheets: notes first, then one for each village, a hidden list of codes": Outcome(
        {("0001", "王小明", 4)}, passed=["代码", "说明"]
    ),
    "a heading that stands twice": Outcome(ONLY_ONE),
    "headings with stars, line breaks and remarks in brackets": Outcome(),
    "an old workbook": Outcome(header_at=(2, 1)),
    "a new workbook under an old name": Outcome(),
    "lines of text under an old workbook's name": Outcome(),
    "codes put together by formulas, an empty one among them": Outcome(),
    "formulas that are errors, or that no program has worked out yet": Outcome(
        {("0002", "李大山", 2)}, refused={2: "出错的公式（#REF!）", 3: "没有它的结果", 4: "出错的公式（#DIV/0!）"}
    ),
    "signs that nobody sees, copied from a web page": Outcome(),
    "cells whose contents have run together": Outcome(
        {("0002", "李大山", 2)}, refused={2: "“组”有 60 个字，最多 40 个", 3: "“户主姓名”有 120 个字，最多 60 个"}
    ),
    "a header and nothing below it": Outcome(set(), passed=["农户"]),
}


def imported(folder: Path, name: str) -> ImportBatch:
    file, maker = ALL[name]
    folder.mkdir()
    (folder / file).write_bytes(maker())
    sheet = f"cases: {{file: {file}, matter: houses}}" if name.startswith("dates") else f"households: {{file: {file}}}"
    (folder / "district.yaml").write_text(f'district: "429999"\nregisters:\n  {sheet}\n', "utf-8")
    return ImportBatch.objects.get(pk=import_folder(folder, by=SYSTEM, confirm=True).batch)


@pytest.fixture(autouse=True)
def _villages(regions) -> None:
    Region.objects.create(code="429999103202", name="红坪村", level=12)


def test_every_workbook_has_an_outcome() -> None:
    assert set(OUTCOMES) == set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_what_a_clerk_sees_of(name: str, tmp_path: Path) -> None:
    wanted, batch = OUTCOMES[name], imported(tmp_path / "台账", name)
    understood: dict[str, Any] = batch.understood
    if wanted.fails:
        assert (batch.state, wanted.fails in batch.message) == ("failed", True), batch.message
        return
    assert batch.state == "applied", batch.message
    assert {(h.number, h.head.name if h.head else "", h.size) for h in Household.objects.all()} == wanted.households
    sheets = understood["sheets"]
    assert {tuple(sheet["header_at"]) for sheet in sheets} == {wanted.header_at}
    left_out = {number: why for sheet in sheets for number, _text, why in sheet["left_out"]["rows"]}
    assert left_out.keys() == wanted.left_out.keys()
    assert all(part in left_out[number] for number, part in wanted.left_out.items()), left_out
    refused = dict(StagedRow.objects.filter(batch=batch, outcome="refused").values_list("line", "reason"))
    assert refused.keys() == wanted.refused.keys()
    assert all(part in refused[number] for number, part in wanted.refused.items()), refused
    assert [number for sheet in sheets for number in sheet["hidden"]["rows"]] == wanted.hidden
    assert [heading for sheet in sheets for heading in sheet["hidden_columns"]] == wanted.columns
    assert [number for sheet in sheets for number in sheet["struck"]["rows"]] == wanted.struck
    assert {number: which for sheet in sheets for number, which in sheet["partly"]["rows"]} == wanted.partly
    assert [one["sheet"] for one in understood["passed"]] == wanted.passed
    if wanted.remarks is not None:
        [sheet] = sheets
        assert all(part in said for part, said in zip(wanted.remarks, sheet["remarks"], strict=True)), sheet["remarks"]


def test_dates_in_every_form_are_the_same_day(tmp_path: Path) -> None:
    imported(tmp_path / "台账", "dates as Excel dates, serials, texts and something else")
    found = Case.objects.order_by("source_id").values_list("source_id", "found_at__date", "ended_at__date")
    assert [(number, str(day), str(end)) for number, day, end in found] == [
        ("A-1", "2025-03-01", "None"),
        ("A-2", "2025-03-01", "2025-03-09"),
        ("A-3", "2025-03-01", "2025-03-09"),
    ]


def test_a_village_on_each_sheet(tmp_path: Path) -> None:
    imported(tmp_path / "台账", "several sheets: notes first, then one for each village, a hidden list of codes")
    assert set(Household.objects.values_list("region", flat=True)) == {V, N}


def test_two_of_the_same_name_are_told_apart_by_what_stands_above(tmp_path: Path) -> None:
    batch = imported(tmp_path / "台账", "two header rows, merged across and down")
    [sheet] = batch.understood["sheets"]
    assert sheet["columns"]["head"] == "户主·姓名"
    assert "配偶·姓名" in sheet["unused"]
    assert Household.objects.get(number="0001").head.phone_masked == "138******34"  # type: ignore[union-attr]


def test_a_twin_of_a_name_is_suggested_and_never_taken(tmp_path: Path) -> None:
    batch = imported(tmp_path / "台账", "平 for 坪 in a village's name")
    row = StagedRow.objects.get(batch=batch, outcome="refused")
    assert "是不是“红坪村”" in row.remedy
    assert row.values["instead"] == [{"field": "region", "said": "红平村", "value": "429999103202", "name": "红坪村"}]


@pytest.mark.parametrize(
    ("name", "option", "left_out"),
    [
        ("hidden rows", "hidden", {3: "这一行在表里是隐藏的"}),
        (
            "hidden columns, a row struck out and a part of another, a hidden sheet of last year",
            "struck",
            {4: "这一行划了删除线"},
        ),
        ("the same in an old workbook", "struck", {4: "这一行划了删除线"}),
    ],
)
def test_a_row_is_left_out_where_somebody_says_so(
    name: str, option: str, left_out: dict[int, str], tmp_path: Path
) -> None:
    file, maker = ALL[name]
    folder = tmp_path / "台账"
    folder.mkdir()
    (folder / file).write_bytes(maker())
    layout = f'district: "429999"\nregisters:\n  households: {{file: {file}, {option}: skip}}\n'
    (folder / "district.yaml").write_text(layout, "utf-8")
    import_folder(folder, by=SYSTEM, confirm=True)
    [sheet] = ImportBatch.objects.get().understood["sheets"]
    assert {number: why for number, _text, why in sheet["left_out"]["rows"]} == left_out
