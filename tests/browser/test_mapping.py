"""A clerk without a `district.yaml` says on the page what the tables are, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from hemei.core.models import Household, Region
from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.test_import import look, work
from tests.conftest import People
from tests.core.actions.register.workbooks import ALL, V, simple

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("who", "size"), [("district", DESK), ("township", PHONE)])
def test_a_clerk_says_what_the_tables_are(
    visit: Callable[..., Visit], people: People, settings, tmp_path: Path, who: str, size: dict[str, int]
) -> None:
    settings.VAR = tmp_path / "var"
    Region.objects.create(code="429999103202", name="红坪村", level=12)
    strange = simple(["2026年摸底"], ["地方", "编码", "当家人", "何时"], [V, "0009", "王小明", None])
    (tmp_path / "甲农户.xlsx").write_bytes(ALL["two header rows, merged across and down"][1]())
    (tmp_path / "乙摸底.xlsx").write_bytes(strange)
    (tmp_path / "丙农户.xlsx").write_bytes(ALL["平 for 坪 in a village's name"][1]())
    window = visit(getattr(people, who), size)
    page, name = window.page, f"mapping-{who}"
    page.goto("/office/imports/")
    page.get_by_label("选择文件").set_input_files(sorted(tmp_path.glob("*.xlsx")))
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_role("status").first).to_contain_text("排队中")
    work()
    expect(page.get_by_role("button", name="按这样读取")).to_be_visible(timeout=8_000)
    look(page, f"{name}-1-asked")
    table = page.get_by_role("region", name="乙摸底.xlsx")
    table.get_by_label("表头是第几行").fill("2")
    table.get_by_label("表头是第几行").press("Tab")
    table.get_by_role("checkbox", name="农户").check()
    table.get_by_label("村代码").select_option("地方")
    page.get_by_role("button", name="按这样读取").click()
    expect(page.get_by_text("“农户”缺少“户号”，请选一列。")).to_be_visible()
    look(page, f"{name}-2-missing")
    table = page.get_by_role("region", name="乙摸底.xlsx")
    table.get_by_label("户号").select_option("编码")
    table.get_by_label("户主", exact=False).first.select_option("当家人")
    page.get_by_role("button", name="按这样读取").click()
    work()
    expect(page.get_by_role("heading", name="有些写法认不出")).to_be_visible(timeout=8_000)
    page.get_by_text("表格是怎么看懂的").click()
    look(page, f"{name}-3-preview")
    page.get_by_label("“红平村”").select_option("429999103202")
    page.get_by_role("button", name="按选的重读").click()
    work()
    expect(page.get_by_role("heading", name="有些写法认不出")).to_have_count(0, timeout=8_000)
    page.get_by_role("button", name="确认导入").first.click()
    page.get_by_role("dialog").get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("status").first).to_contain_text("排队中")
    work()
    expect(page.get_by_text("已写入")).to_be_visible(timeout=8_000)
    assert Household.objects.filter(region="429999103202").count() == 2
    others = [
        said for said in window.complaints if "422" not in said and "inline style" not in said
    ]  # asked, looked at
    assert others == []
