"""A phone that is full, to the last byte of its disk: what could not be kept is said, and sent once there is room."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hemei.core.actions.door import issue_door
from hemei.core.models import Check, Evidence, Place
from tests.browser.conftest import PATIENCE_MS, PHONE, Visit, back_in_reach, cut_off
from tests.conftest import People, photo
from tests.faults.ground import fill, small_disk
from tests.field.test_dues import owe, plan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen
PICTURE = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photo().content}
Window = Callable[..., Visit]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "96m") as disk:
        yield disk


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"full-{name}.png", full_page=True)


def test_an_inspector_is_told_what_was_not_kept(visit: Window, well: Place, people: People, disk: Path) -> None:
    owe(plan(), well, people.grid, 9)
    page = visit(people.grid, PHONE, disk / "profile").page
    page.goto("/field/offline/")
    page.locator("li", has_text=well.label).get_by_role("link").click()
    page.get_by_text("没有", exact=True).first.click()
    expect(page.get_by_text("已存在手机里。")).to_be_visible()
    fill(disk / "ballast")
    for number in (1, 2):  # Chromium says so the first time, and closes what it keeps the second time without a word
        page.locator("input[data-source=camera]").set_input_files(PICTURE)
        expect(page.locator(".photos li")).to_have_count(number)
        expect(page.get_by_text("手机存储满了，没有存下。请先清理手机，再点一次。")).to_be_visible()
        expect(page.get_by_text("已存在手机里。")).to_be_hidden()
    finish = page.get_by_role("button", name="填完了")
    finish.click()
    expect(page.get_by_text("手机存储满了，没有存下。请先清理手机，再点一次。")).to_be_visible()
    expect(finish).to_be_visible()  # it stays open, and nothing waits
    expect(page.get_by_text("没有待发送的")).to_be_visible()
    look(page, "inspector")
    page.once("dialog", lambda one: one.dismiss())
    with page.expect_event("dialog") as asked:
        page.get_by_role("link", name="先回清单").click()
    assert asked.value.message == "手机存储满了，这一份没有存下，离开就没有了。要离开吗？"
    expect(page.locator(".photos li")).to_have_count(2)
    (disk / "ballast").unlink()
    finish.click()
    expect(finish).to_be_hidden(timeout=PATIENCE_MS)  # it is kept now: whoever leaves before is asked
    expect(page.get_by_text("没有待发送的")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("link", name="没有待发送的").click()
    expect(page.locator("li[data-state=sent]")).to_have_count(1, timeout=PATIENCE_MS)
    assert (Check.objects.count(), Evidence.objects.count()) == (1, 2)


def test_what_was_sent_from_a_full_phone_is_stored_once(visit: Window, well: Place, people: People, disk: Path) -> None:
    """It cannot note that it was sent, and sends it again."""
    owe(plan(), well, people.grid, 9)
    page = visit(people.grid, PHONE, disk / "profile").page
    page.goto("/field/offline/")
    expect(page.get_by_text("清单更新于")).to_be_visible()
    cut_off(page.context)
    page.locator("li", has_text=well.label).get_by_role("link").click()
    page.get_by_text("没有", exact=True).first.click()
    page.get_by_role("button", name="填完了").click()
    expect(page.get_by_text("待发送 1 条")).to_be_visible()
    fill(disk / "ballast")
    page.get_by_role("link", name="待发送").click()
    with page.expect_response("**/offline/send/") as answer:
        back_in_reach(page.context)  # a page that hears of it sends by itself
    assert answer.value.json()["outcome"] == "stored"
    (disk / "ballast").unlink()
    page.get_by_role("button", name="现在发送").click()
    expect(page.locator("li[data-state=sent]")).to_have_count(1)
    assert Check.objects.count() == 1


def test_a_household_is_told_to_call(visit: Window, house: Place, people: People, disk: Path) -> None:
    plate = issue_door(place=house, by=people.village)
    page = visit(None, PHONE, disk / "profile", has_touch=True).page
    page.goto(f"/d/{plate.token}/")
    expect(page.get_by_text("这一页存到手机里了")).to_be_visible()
    cut_off(page.context)
    page.goto(f"/d/{plate.token}/")
    fill(disk / "ballast")
    waiting, full = page.locator(".wait[data-state=waiting]"), page.locator("[data-part=full]:not([hidden])")
    kept = 0
    for _press in range(40):  # a few go into what room the browser has already
        page.get_by_role("button", name="一切正常").click()
        expect(waiting.nth(kept).or_(full).first).to_be_visible()
        if full.count():
            break
        kept += 1
    expect(page.get_by_text("手机存不下，没有存上。请直接打电话或者去找村干部。")).to_be_visible()
    look(page, "household")
    expect(waiting).to_have_count(kept)
    (disk / "ballast").unlink()
    page.get_by_role("button", name="一切正常").click()
    expect(waiting).to_have_count(kept + 1)
    back_in_reach(page.context)
    page.goto(f"/d/{plate.token}/")
    expect(page.locator(".wait[data-state=sent]")).to_have_count(kept + 1)
    assert Check.objects.count() == kept + 1
