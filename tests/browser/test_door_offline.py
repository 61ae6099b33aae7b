"""A household where there is no signal: its page opens all the same, what it reports waits and is sent once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hemei.core.actions.door import IssuedDoor, issue_door
from hemei.core.models import Case, Check, Place
from tests.browser.conftest import PHONE, Visit
from tests.conftest import People, photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen
Window = Callable[..., Visit]
SMALL = {"width": 320, "height": 568}


@pytest.fixture
def plate(house: Place, people: People) -> IssuedDoor:
    return issue_door(place=house, by=people.village)


@pytest.fixture
def size() -> dict[str, int]:
    return PHONE


@pytest.fixture
def there(visit: Window, plate: IssuedDoor, size: dict[str, int]) -> Visit:
    """A phone on which the page was opened once where there was a signal."""
    seen = visit(None, size, has_touch=True)
    open_kept(seen.page, plate)
    return seen


def look(page: Page, name: str) -> None:
    if SHOTS:
        wide = page.viewport_size["width"]
        page.screenshot(path=Path(SHOTS) / f"door-{wide}-{name}.png", full_page=True)


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def open_kept(page: Page, plate: IssuedDoor) -> None:
    page.goto(f"/d/{plate.token}/")
    expect(page.get_by_text("这一页存到手机里了")).to_be_visible()


def again(page: Page, plate: IssuedDoor) -> Page:
    """The phone was put away in between."""
    context = page.context
    page.close()
    opened = context.new_page()
    opened.goto(f"/d/{plate.token}/")
    return opened


def entry(page: Page, state: str):
    return page.locator(f".wait[data-state={state}]")


@pytest.mark.parametrize("size", [PHONE, SMALL], ids=["phone", "small"])
def test_all_is_well_without_a_signal_is_sent_once_when_there_is_one(there: Visit, plate: IssuedDoor) -> None:
    page = there.page
    look(page, "1-plate")
    page.context.set_offline(True)
    page = again(page, plate)
    look(page, "2-kept")
    assert fits(page)
    page.get_by_role("button", name="一切正常").click()
    expect(entry(page, "waiting")).to_contain_text("待发送")
    look(page, "3-waits")
    page = again(page, plate)
    expect(entry(page, "waiting")).to_contain_text("一切正常")
    assert not Check.objects.exists()
    page.context.set_offline(False)
    page = again(page, plate)
    expect(entry(page, "sent")).to_contain_text("已收到")
    look(page, "4-sent")
    assert fits(page)
    page = again(page, plate)
    expect(entry(page, "sent")).to_have_count(1)
    check = Check.objects.get()
    assert (check.without_findings, check.counts, check.channel) == (True, False, "page")


@pytest.mark.parametrize("size", [PHONE, SMALL], ids=["phone", "small"])
def test_danger_is_said_at_once_and_waits_while_the_rest_is_answered(there: Visit, plate: IssuedDoor) -> None:
    page = there.page
    page.context.set_offline(True)
    page = again(page, plate)
    page.get_by_role("button", name="有情况").click()
    look(page, "5-question")
    assert fits(page)
    page.get_by_role("button", name="没有").click()
    page.get_by_role("button", name="有", exact=True).click()  # the wall leans
    expect(page.get_by_role("heading")).to_have_text("请马上离开房子！")
    expect(page.get_by_text("没有信号，还没有报上去")).to_be_visible()
    look(page, "6-leave")
    assert fits(page)
    page = again(page, plate)  # whoever ran out comes back
    expect(page.get_by_text("请在安全的地方回答")).to_be_visible()
    while page.get_by_role("button", name="报上去").count() == 0:
        page.get_by_role("button", name="没有").click()
    page.locator("input[capture]").set_input_files(
        {"name": "墙.jpg", "mimeType": "image/jpeg", "buffer": photo().content}
    )
    expect(page.locator(".shots img")).to_have_count(1)
    look(page, "7-last")
    page.get_by_role("button", name="报上去").click()
    expect(entry(page, "waiting")).to_have_count(1)
    page.context.set_offline(False)
    expect(entry(page, "sent")).to_contain_text("村里会先打电话或者上门核实")
    look(page, "8-sent")
    check = Check.objects.get()
    assert (check.answers["wall_leaning"], check.evidence.get().source) == ("yes", "camera")
    assert Case.objects.get().code == "houses.F03"
