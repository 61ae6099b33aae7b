"""A household with an old phone does the whole job, with scripts and without."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hemei.core.actions.door import IssuedDoor, issue_door
from hemei.core.models import Case, Check, Place
from tests.conftest import People, photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def phone(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=request.param, has_touch=True
    )
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    yield page
    context.close()
    assert refused == []


@pytest.fixture
def plate(live_server, house: Place, people: People) -> IssuedDoor:
    return issue_door(place=house, by=people.village)


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"household-{name}.png", full_page=True)


def fits(page: Page) -> bool:
    """Whether nothing lies beyond the right edge of the phone."""
    wide = page.locator("body").bounding_box()
    return wide is not None and wide["width"] <= 390


def test_all_is_well_in_one_press(phone: Page, plate: IssuedDoor, live_server) -> None:
    phone.goto(f"{live_server.url}/d/{plate.token}/")
    look(phone, "1-plate")
    assert fits(phone)
    for name in ("一切正常", "有情况"):
        box = phone.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["height"] >= 100
        assert box["y"] + box["height"] <= 844  # both in sight without scrolling
    phone.get_by_role("button", name="一切正常").click()
    expect(phone.get_by_role("heading")).to_have_text("收到了，谢谢！")
    look(phone, "2-thanks-fine")
    assert Check.objects.get().without_findings


def test_something_is_wrong_then_danger(phone: Page, plate: IssuedDoor, live_server) -> None:
    phone.goto(f"{live_server.url}/d/{plate.token}/")
    phone.get_by_role("button", name="有情况").click()
    look(phone, "3-question")
    assert fits(phone)
    phone.get_by_role("button", name="没有").click()
    expect(phone.locator(".step")).to_contain_text("第 2 题")  # a page still on its way cannot be left
    phone.go_back()
    expect(phone.locator(".step")).to_contain_text("第 1 题")
    phone.get_by_role("button", name="没有").click()
    phone.get_by_role("button", name="有", exact=True).click()  # the wall leans
    expect(phone.get_by_role("heading")).to_have_text("请马上离开房子！")
    look(phone, "4-leave")
    size = phone.get_by_role("heading").evaluate("e => getComputedStyle(e).fontSize")
    assert float(size.removesuffix("px")) >= 40
    assert Case.objects.get().code == "houses.F03"
    phone.get_by_role("link", name="人已经安全").click()
    while phone.get_by_role("button", name="报上去").count() == 0:
        phone.get_by_role("button", name="没有").click()
    look(phone, "5-last")
    phone.locator("input[capture]").set_input_files(
        {"name": "墙.jpg", "mimeType": "image/jpeg", "buffer": photo().content}
    )
    phone.get_by_role("button", name="报上去").click()
    expect(phone.get_by_role("heading")).to_have_text("请马上离开房子！")
    assert Check.objects.filter(replaced_by=None).get().evidence.count() == 1
    assert Case.objects.count() == 1


def test_pairing_and_seeing_what_became_of_it(phone: Page, plate: IssuedDoor, live_server) -> None:
    phone.goto(f"{live_server.url}/d/{plate.token}/")
    phone.get_by_role("link", name="这是我家").click()
    look(phone, "6-pair")
    phone.get_by_label("室内卡号码").fill(f"{plate.code[:4]} {plate.code[4:]}")
    phone.get_by_role("button", name="绑定").click()
    expect(phone.locator(".good")).to_have_text("这部手机绑定好了。")
    look(phone, "7-plate-paired")
    phone.get_by_role("button", name="有情况").click()
    while phone.get_by_role("button", name="报上去").count() == 0:
        choice = "有" if "虫蛀" in phone.get_by_role("heading").inner_text() else "没有"
        phone.get_by_role("button", name=choice, exact=True).click()
    phone.get_by_role("button", name="报上去").click()
    look(phone, "8-thanks-trouble")
    phone.get_by_role("link", name="以前报的").click()
    expect(phone.locator(".reports li")).to_contain_text("正在处理")
    look(phone, "9-reports")


def test_a_plate_that_was_replaced(phone: Page, plate: IssuedDoor, house: Place, people: People, live_server) -> None:
    issue_door(place=house, by=people.village)
    phone.goto(f"{live_server.url}/d/{plate.token}/")
    expect(phone.get_by_role("heading")).to_have_text("这个码不能用了")
    look(phone, "10-gone")
