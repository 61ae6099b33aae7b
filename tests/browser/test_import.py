"""A clerk imports a folder of registers by clicking, on a desk and on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hemei.core.models import Place
from hemei.core.worker import run, take_next
from tests.browser.conftest import DESK, PHONE, Visit
from tests.conftest import People
from tests.core.actions.register.folders import GOOD_ID, HOUSEHOLDS, VILLAGE, make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen


@pytest.fixture(autouse=True)
def _uploads_apart(settings, tmp_path: Path) -> None:
    settings.VAR = tmp_path / "var"


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"import-{name}.png", full_page=True)


def work() -> None:
    while job := take_next():
        run(job)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_clerk_imports_a_folder(
    visit: Callable[..., Visit], people: People, tmp_path: Path, size: dict[str, int]
) -> None:
    Place.objects.create(kind="house", region=VILLAGE, group="一组", label="上河村一组2号")
    bad = [VILLAGE, "一组", "0003", "赵六", GOOD_ID, "13700001111", "好几口"]
    files = {"农户.xlsx": [*HOUSEHOLDS, bad]}
    folder = make(tmp_path / "台账")
    make(tmp_path / "台账", files=files)
    window = visit(people.district, size)
    page, name = window.page, "desk" if size is DESK else "phone"
    page.goto("/office/imports/")
    look(page, f"{name}-1-upload")
    page.get_by_label("选择文件").set_input_files(sorted(folder.iterdir()))
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_role("status").first).to_contain_text("排队中")
    look(page, f"{name}-2-progress")
    work()
    expect(page.get_by_role("heading", name="房屋等对象 · 疑似同一，待确认")).to_be_visible(timeout=8_000)
    look(page, f"{name}-3-preview")
    page.get_by_role("checkbox", name="上河村一组2号").check()
    page.get_by_role("button", name="勾选的：是同一处").click()
    expect(page.locator("tbody").get_by_text("是同一处", exact=True)).to_be_visible()
    page.goto(page.url.split("?")[0] + "?register=households&outcome=refused")
    expect(page.get_by_text("不是数字")).to_be_visible()
    look(page, f"{name}-4-refused")
    page.goto(page.url.split("?")[0] + "?register=places&outcome=new")
    look(page, f"{name}-5-new")
    page.get_by_role("button", name="确认导入").first.click()
    page.get_by_role("dialog").get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("status").first).to_contain_text("排队中")
    work()
    expect(page.get_by_text("已写入")).to_be_visible(timeout=8_000)
    look(page, f"{name}-6-done")
    assert Place.objects.filter(identifiers__isnull=False).count() == 3
    assert window.complaints == []
