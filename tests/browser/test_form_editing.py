"""A district changes its forms in Excel, as a clerk would; household and inspector fill in what came of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Page, expect

from hemei.core.actions.door import issue_door
from hemei.core.models import Check, FormVersion, Place
from hemei.terms.day import today
from tests.browser.conftest import DESK, PHONE, Visit
from tests.conftest import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen
Open = Callable[..., Visit]

STACKED = """() => [...document.querySelectorAll(".folds td[data-label]")].map((cell) => {
  const text = document.createRange(), box = cell.getBoundingClientRect(), begins = new Map();
  text.selectNodeContents(cell);
  for (const { top, left } of text.getClientRects()) {
    const line = [...begins.keys()].find((one) => Math.abs(one - top) < 9) ?? top;
    begins.set(line, Math.min(left, begins.get(line) ?? left));
  }
  const astray = [...begins.values()].filter((left) => left - box.left > 2);
  return begins.size > 1 && astray.length ? `ragged: ${cell.innerText}` : "";
})"""


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"forms-{name}.png", full_page=True)


def downloaded(page: Page, form: str, folder: Path) -> Path:
    page.goto(f"/office/forms/{form}/")
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载中文表格").click()
    path = folder / f"{form}.xlsx"
    coming.value.save_as(path)
    return path


def as_a_clerk_would(path: Path, rows: list[list[str]]) -> None:
    """A title over merged cells, the last group merged, stray blanks, full-width signs, an empty row in between."""
    book = load_workbook(path)
    sheet = book["表单"]
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(row)
    sheet.insert_rows(1)
    sheet["A1"] = "神农架林区农房检查表（2026 年修订）"
    sheet.merge_cells("A1:H1")
    sheet.cell(2, 2).value = " 题　目 "
    sheet.insert_rows(sheet.max_row - len(rows) + 1)
    last = sheet.max_row
    sheet.cell(last, 1).value = sheet.cell(last - 1, 1).value
    book.save(path)


def upload(page: Page, path: Path) -> None:
    page.locator("input[name=file]").set_input_files(path)
    page.get_by_role("button", name="上传并检查").click()


def publish(page: Page) -> None:
    page.get_by_role("button", name="发布这一版").click()
    expect(page.get_by_text("已发布。")).to_be_visible()


def rehearsed(page: Page, name: str) -> None:
    """The clerk goes through the pages as the household will, as far as the danger, and nothing is stored."""
    held, staff = Check.objects.count(), page.url
    page.get_by_role("link", name="农户看到的样子").click()
    expect(page.get_by_text("这是预览")).to_be_visible()
    look(page, f"{name}-5a-plate")
    page.get_by_role("button", name="有情况").click()
    look(page, f"{name}-5b-question")
    while page.get_by_text("屋后有没有落石？").count() == 0:
        page.get_by_role("button", name="没有", exact=True).click()
    page.get_by_role("button", name="有", exact=True).click()
    expect(page.get_by_role("heading")).to_have_text("请马上离开房子！")
    expect(page.get_by_text("这是预览")).to_be_visible()
    look(page, f"{name}-5c-danger")
    page.get_by_role("link", name="按错了，回去改").click()
    page.get_by_role("button", name="没有", exact=True).click()
    expect(page.get_by_role("heading")).to_have_text("最后一步：报上去")
    look(page, f"{name}-5d-last")
    page.get_by_role("button", name="报上去").click()
    expect(page.get_by_role("heading")).to_have_text("收到了，谢谢！")
    assert Check.objects.count() == held
    page.get_by_role("link", name="退出预览").click()
    expect(page).to_have_url(staff)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_clerk_edits_the_self_check_and_a_household_answers_it(
    visit: Open, people: People, house: Place, tmp_path: Path, size: dict[str, int]
) -> None:
    door = issue_door(place=house, by=people.village)
    old = visit(None, PHONE).page
    old.goto(f"/d/{door.token}/")
    old.get_by_role("button", name="一切正常").click()
    expect(old.get_by_role("heading")).to_have_text("收到了，谢谢！")
    before = Check.objects.get()

    page, name = visit(people.district, size).page, "desk" if size is DESK else "phone"
    page.goto("/office/forms/")
    look(page, f"{name}-1-list")
    path = downloaded(page, "houses.selfcheck", tmp_path)
    look(page, f"{name}-2-form")
    as_a_clerk_would(path, [["", "　屋后有没有 落石？", "单选题", "没有；有；拿不准", "必填", "墙上有缝 = 有", ""]])
    upload(page, path)
    expect(page.locator(".error-summary")).to_contain_text("没有收下")
    expect(page.get_by_text("前面没有叫“墙上有缝”的题目")).to_be_visible()
    look(page, f"{name}-3-faults")
    if size is PHONE:
        assert set(page.evaluate(STACKED)) == {""}  # long texts are read from the left
    book = load_workbook(path)
    book["表单"].cell(book["表单"].max_row, 6).value = None
    book["问题"].append(["屋后有没有落石", "有", None, "houses.F01"])
    book["表单"].cell(book["表单"].max_row, 2).value = "屋后有没有落石？"
    book.save(path)
    upload(page, path)
    expect(page.get_by_role("heading", level=1)).to_contain_text("农户自查")
    expect(page.locator("tbody tr")).to_have_count(1)
    look(page, f"{name}-4-draft")
    page.get_by_role("link", name="预览：手机上的样子").click()
    expect(page.get_by_text("屋后有没有落石？")).to_be_visible()
    look(page, f"{name}-5-preview")
    rehearsed(page, name)
    page.get_by_role("link", name="检查表").first.click()
    publish(page)
    look(page, f"{name}-6-published")

    household = visit(None, PHONE).page
    household.goto(f"/d/{door.token}/")
    household.get_by_role("button", name="有情况").click()
    while household.get_by_text("屋后有没有落石？").count() == 0:
        household.get_by_role("button", name="没有", exact=True).click()
    look(household, f"{name}-7-household")
    household.get_by_role("button", name="有", exact=True).click()
    expect(household.get_by_role("heading")).to_have_text("请马上离开房子！")
    new = Check.objects.exclude(pk=before.pk).latest("pk")
    assert new.version == FormVersion.objects.get().version != before.version
    assert [finding.code for finding in new.findings.all()] == ["houses.F01"]

    page.goto(f"/office/places/{house.pk}/")
    expect(page.get_by_text("屋后有没有落石？").first).to_be_attached()
    before.refresh_from_db()
    assert before.version not in FormVersion.objects.values_list("version", flat=True)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_an_inspector_fills_in_what_the_district_added(
    visit: Open, people: People, house: Place, tmp_path: Path, size: dict[str, int]
) -> None:
    page = visit(people.district, size).page
    path = downloaded(page, "houses.patrol", tmp_path)
    as_a_clerk_would(
        path,
        [
            ["", "有没有搭彩钢棚？", "单选", "有；没有", "是", ""],
            ["", "棚有几平方米？", "小数", "", "", "有没有搭彩钢棚 = 有"],
            ["", "谁批的？", "文字", "", "", "棚有几平方米 > 20 且 有没有搭彩钢棚 ≠ 没有"],
        ],
    )
    upload(page, path)
    expect(page.locator("tbody tr")).to_have_count(3)
    publish(page)
    inspector = visit(people.inspector, PHONE).page
    inspector.goto(f"/field/places/{house.pk}/check/houses.patrol/")
    shed = FormVersion.objects.get()
    added = inspector.locator("fieldset", has_text="有没有搭彩钢棚？")
    expect(added).to_be_visible()
    expect(inspector.get_by_text("棚有几平方米？")).to_be_hidden()
    added.get_by_text("有", exact=True).click()
    expect(inspector.get_by_text("棚有几平方米？")).to_be_visible()
    expect(inspector.get_by_text("谁批的？")).to_be_hidden()
    inspector.get_by_label("棚有几平方米？").fill("２５")
    inspector.get_by_label("棚有几平方米？").blur()
    expect(inspector.get_by_text("谁批的？")).to_be_visible()
    look(inspector, f"patrol-{size['width']}")
    assert shed.starts == today()


OWN = [
    ["分组", "题目", "类型", "选项", "必填", "何时问", "提示", "数值范围", "字数", "自动计算", "重复填写"],
    ["房屋", "有附属房吗？", "单选", "有；没有", "是"],
    [None, "长（米）", "小数", None, "是", None, "卷尺量", "大于 0，不超过 100"],
    [None, "宽（米）", "小数", None, "是", None, None, "大于 0"],
    [None, "占地", "自动计算", None, None, None, None, None, None, "长（米） × 宽（米）"],
    ["每一间房", "面积", "小数", None, None, "有附属房吗 = 有", None, "1 到 200", None, None, "是"],
    ["其他", "备注", "文字", None, None, None, None, None, "最多 50"],
]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_form_of_ones_own_in_plain_words_is_filled_in_and_ended(
    visit: Open, people: People, house: Place, tmp_path: Path, size: dict[str, int]
) -> None:
    path, book = tmp_path / "own.xlsx", Workbook()
    assert isinstance(book.active, Worksheet)
    for row in OWN:
        book.active.append(row)
    book.save(path)
    page, name = visit(people.district, size).page, "desk" if size is DESK else "phone"
    page.goto("/office/forms/")
    page.get_by_text("添一张本区自己的检查表").click()
    page.get_by_label("表名").fill("汛期排查")
    page.get_by_label("查什么").select_option("house")
    upload(page, path)
    expect(page.locator("tbody tr")).to_have_count(6)
    look(page, f"{name}-own-1-draft")
    publish(page)

    grid = visit(people.grid, PHONE).page
    form = FormVersion.objects.get().form
    grid.goto(f"/field/places/{house.pk}/check/{form}/")
    grid.get_by_text("有", exact=True).first.click()
    grid.get_by_label("长（米）").fill("1000")
    grid.get_by_label("宽（米）").fill("8")
    grid.get_by_role("button", name="提交检查").click()
    expect(grid.get_by_text("数值要求：大于 0，不超过 100。").first).to_be_visible()
    look(grid, f"{name}-own-2-wrong")
    grid.get_by_label("长（米）").fill("10")
    grid.get_by_label("面积").fill("35")
    grid.get_by_role("button", name="提交检查").click()
    expect(grid.get_by_label("长（米）")).to_have_count(0)
    answers = Check.objects.get().answers
    assert (answers["q4"], answers["repeat1"]) == (80, [{"q5": 35}])

    page.goto(f"/office/forms/{form}/")
    look(page, f"{name}-own-3-form")
    page.get_by_role("button", name="停用", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="停用", exact=True).click()
    expect(page.get_by_text("不再有这张表")).to_be_visible()
    look(page, f"{name}-own-4-ended")
    page.goto("/office/forms/")
    look(page, f"{name}-own-5-list")
    page.goto(f"/office/places/{house.pk}/")
    expect(page.locator(f'a[href*="{form}"]')).to_have_count(0)
