"""An inspector lists rooms and takes a picture of each crack where it was asked: with a signal, and without one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from hemei.core.access import At
from hemei.core.actions.formversion import About, about, keep_draft, new_form, publish, reading_of
from hemei.core.models import Check, Evidence, FormVersion, Place
from hemei.core.registry import Programme, registry
from hemei.engines.forms.writing import workbook
from hemei.terms.day import today
from tests.browser.conftest import DESK, PHONE, Visit, back_in_reach, cut_off
from tests.browser.test_offline import OFFLINE, Window, finish, road, size, there
from tests.conftest import DISTRICT, People, photo

__all__ = ["road", "size", "there"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen
SURVEY = [
    {"type": "select_one yn", "name": "cracked", "label": "井台裂缝", "required": "yes"},
    {"type": "begin repeat", "name": "rooms", "label": "房间"},
    {"type": "text", "name": "room", "label": "哪一间？", "required": "yes"},
    {"type": "image", "name": "crack", "label": "裂缝照片", "required": "yes", "hint": "旁边放一把尺子"},
    {"type": "end repeat"},
]
COLOURS = {"东间": "firebrick", "西间": "steelblue", "后间": "seagreen"}


@pytest.fixture
def rooms(toy: Programme, people: People) -> FormVersion:
    """The survey of wells, which asks about each room since, with a picture."""
    return published(about(registry.forms["wells.survey"]), people)


def published(wanted: About, people: People) -> FormVersion:
    choices = [{"list_name": "yn", "name": name, "label": label} for name, label in (("yes", "有"), ("no", "没有"))]
    sheets = {"survey": SURVEY, "choices": choices, "settings": [{"form_id": wanted.id, "version": "2"}]}
    headings = {name: tuple(dict.fromkeys(key for row in some for key in row)) for name, some in sheets.items()}
    content, where = workbook(sheets, headings), At(DISTRICT, wanted.id.partition(".")[0])
    told: dict[str, Any] = {"content": content, "filename": "a.xlsx", "by": people.district}
    draft = keep_draft(where=where, wanted=wanted, read=reading_of(content, wanted), **told)
    return publish(where=where, version=draft, starts=today(), by=people.district)


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"repeat-photos-{name}-{page.viewport_size['width']}.png", full_page=True)


def take(box: Locator, room: str) -> None:
    picture = {"name": f"{room}.jpg", "mimeType": "image/jpeg", "buffer": photo(COLOURS[room]).content}
    box.locator("input[data-source=camera]").set_input_files(picture)
    expect(box.locator(".photos li")).to_have_count(1)


def by_room(check: Check) -> dict[str, str]:
    """Room → the colour of the picture that stands at its instance, however it was called."""
    seen = {photo(colour).sha256: room for room, colour in COLOURS.items()}
    files = {file.question: seen.get(file.sha256, file.name) for file in check.evidence.all()}
    return {one["room"]: files[f"crack.{number}"] for number, one in enumerate(check.answers["rooms"], start=1)}


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_without_a_signal_each_picture_stays_with_its_room(rooms: FormVersion, there: Visit) -> None:
    page = there.page
    cut_off(page.context)
    page.goto(OFFLINE)
    page.locator("li", has_text="井1号").get_by_role("link").click()
    page.get_by_text("没有", exact=True).first.click()
    ones = page.locator("fieldset.instance")
    for room in COLOURS:
        page.get_by_role("button", name="再加一项").click()
        ones.last.get_by_label("哪一间？").fill(room)
        if room != "后间":
            take(ones.last, room)
    finish(page)
    expect(page.get_by_text("有 1 处要改，已经标红。")).to_be_visible()
    look(page, "1-wrong")
    take(ones.last, "后间")
    ones.first.get_by_role("button", name="去掉这一项").click()
    expect(ones).to_have_count(2)
    expect(page.locator(".photos li")).to_have_count(2)
    expect(page.get_by_text("已存在手机里。")).to_be_visible()
    page.close()  # the camera, or the battery
    page = there.page.context.new_page()
    page.goto(OFFLINE)
    page.locator("li", has_text="井1号").get_by_role("link").click()
    ones = page.locator("fieldset.instance")
    expect(ones).to_have_count(2)
    for one in ones.all():
        expect(one.locator(".photos li")).to_have_count(1)
    look(page, "2-opened-again")
    finish(page)
    page.get_by_role("link", name="待发送 1 条").click()
    back_in_reach(page.context)
    page.get_by_role("button", name="现在发送").click()
    expect(page.locator("li[data-state=sent]")).to_be_visible()
    assert by_room(Check.objects.get()) == {"西间": "西间", "后间": "后间"}
    assert Evidence.objects.filter(source="camera").count() == 2


def test_more_pictures_than_a_check_takes_are_not_added(rooms: FormVersion, there: Visit) -> None:
    page = there.page
    page.locator("li", has_text="井1号").get_by_role("link").click()
    page.get_by_role("button", name="再加一项").click()
    one, content = page.locator("fieldset.instance"), photo().content
    many = [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": content} for n in range(49)]
    one.locator("input[data-source=album]").set_input_files(many)
    expect(one.locator(".photos li")).to_have_count(49)
    one.locator("input[data-source=album]").set_input_files(many[:12])
    expect(one.locator(".photos li")).to_have_count(60)
    expect(one.get_by_text("一份检查最多 60 张照片")).to_be_visible()
    look(page, "4-too-many")


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["phone", "desk"])
def test_with_a_signal_a_page_that_was_thrown_away_comes_back_whole(
    house: Place, visit: Window, people: People, window: dict[str, int]
) -> None:
    version = published(new_form("house", "survey", "每间房的裂缝"), people)
    seen = visit(people.grid, window)
    page = seen.page
    address = f"/field/places/{house.pk}/check/{version.form}/"
    page.goto(address)
    page.get_by_text("没有", exact=True).first.click()
    ones = page.locator("section.sheet", has=page.get_by_label("哪一间？"))
    for number, room in enumerate(COLOURS):
        if number:
            page.get_by_role("button", name="再加一项").click()
        expect(ones).to_have_count(number + 1)
        ones.last.get_by_label("哪一间？").fill(room)
        take(ones.last, room)
    expect(page.locator("ul.held > li")).to_have_count(2)  # those the server holds since one more was asked for
    look(page, "5-with-a-signal")
    ones.first.get_by_role("button", name="去掉这一项").click()
    expect(ones).to_have_count(2)
    page.wait_for_timeout(600)  # longer than the pause after which it is kept
    page.goto("about:blank")
    page.goto(address)
    expect(ones).to_have_count(2)
    expect(page.locator("form [role=status]")).to_contain_text("已经放回来了")
    expect(ones.first.get_by_label("哪一间？")).to_have_value("西间")
    look(page, "6-comes-back")
    page.get_by_role("button", name="提交检查").click()
    expect(page.get_by_role("heading", name="没有发现问题，已记下")).to_be_visible()
    assert by_room(Check.objects.get()) == {"西间": "西间", "后间": "后间"}
    assert seen.complaints == [] or SHOTS  # a picture of the page puts a style into it
    page.goto(f"/office/places/{house.pk}/")
    expect(page.locator("figcaption b")).to_have_text(["房间 1 · 裂缝照片", "房间 2 · 裂缝照片"])
    page.get_by_text("填了什么").click()
    look(page, "8-shown")


def test_without_scripts_each_room_has_a_photo_of_its_own(
    rooms: FormVersion, road: list[Place], visit: Window, people: People
) -> None:
    page = visit(people.grid, PHONE, java_script_enabled=False).page
    page.goto(f"/field/places/{road[1].pk}/check/wells.survey/")
    page.get_by_text("没有", exact=True).first.click()
    ones = page.locator("section.sheet", has=page.get_by_label("哪一间？"))
    for number, room in enumerate(COLOURS):
        if number:
            page.get_by_role("button", name="再加一项").click()
        ones.last.get_by_label("哪一间？").fill(room)
        picture = {"name": f"{room}.jpg", "mimeType": "image/jpeg", "buffer": photo(COLOURS[room]).content}
        ones.last.locator("input[type=file]:visible").set_input_files(picture)
    ones.nth(1).get_by_role("button", name="去掉这一项").click()
    look(page, "7-without-scripts")
    page.get_by_role("button", name="提交检查").click()
    expect(page.get_by_role("heading", name="没有发现问题，已记下")).to_be_visible()
    assert by_room(Check.objects.get()) == {"东间": "东间", "后间": "后间"}
