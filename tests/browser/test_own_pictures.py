"""A clerk's own picture, sent in beside the workbook: in the preview, at a door and with an inspector offline."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hemei.core.actions.door import issue_door
from hemei.core.models import FormPicture, Place
from tests.browser.conftest import DESK, PHONE, Visit, come_true
from tests.conftest import People
from tests.field.test_dues import owe, plan
from tests.field.test_own_pictures import drawn, pictured, sheet

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COLOURS = (("裂缝", "darkred"), ("小图", "navy"))
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"pictures-{name}.png", full_page=True)


def publish(page: Page, form: str, folder: Path, *, with_picture: bool = True) -> None:
    choice = pictured(form).choices[-1].labels["zh"]
    workbook = folder / f"{form}.xlsx"
    workbook.write_bytes(sheet("裂缝.png", f"{choice}=小图.png", form=form))
    page.goto(f"/office/forms/{form}/")
    page.locator("input[name=file]").set_input_files(workbook)
    files = [{"name": f"{name}.png", "mimeType": "image/png", "buffer": drawn(colour)} for name, colour in COLOURS]
    page.locator("input[name=pictures]").set_input_files(files if with_picture else files[:1])
    page.get_by_role("button", name="上传并检查").click()
    if with_picture:
        page.get_by_role("button", name="发布这一版").click()
        expect(page.get_by_text("已发布。")).to_be_visible()


def shown(page: Page, stem: str) -> bool:
    """Whether a picture of that name stands there with its pixels, not a broken frame."""
    name = FormPicture.objects.get(name__startswith=f"{stem}.").name
    picture = page.locator(f'img[src$="{name.partition(".")[2]}"]').first
    expect(picture).to_be_visible()
    return bool(picture.evaluate("async (one) => { await one.decode(); return one.naturalWidth > 0; }"))


def test_from_the_clerk_s_desk_to_the_phones_without_a_signal(
    visit: Callable[..., Visit], people: People, house: Place, tmp_path: Path
) -> None:
    desk = visit(people.district, DESK).page
    desk.goto("/office/forms/houses.selfcheck/")
    look(desk, "1-form")
    publish(desk, "houses.selfcheck", tmp_path, with_picture=False)
    expect(desk.get_by_text("没有图片“小图.png”")).to_be_visible()
    look(desk, "2-missing")
    publish(desk, "houses.selfcheck", tmp_path)
    publish(desk, "houses.survey", tmp_path)
    owe(plan(), house, people.grid, 9)
    plate = issue_door(place=house, by=people.village)

    household = visit(None, PHONE, has_touch=True).page
    household.goto(f"/d/{plate.token}/")
    expect(household.get_by_text("这一页存到手机里了")).to_be_visible()
    household.get_by_role("button", name="有情况").click()
    assert shown(household, "裂缝")
    assert shown(household, "小图")
    look(household, "3-door")
    household.context.set_offline(True)
    household.goto(f"/d/{plate.token}/")
    household.get_by_role("button", name="有情况").click()
    assert shown(household, "裂缝")
    assert shown(household, "小图")
    look(household, "4-door-kept")

    inspector = visit(people.grid, PHONE).page
    inspector.goto("/field/offline/")
    expect(inspector.get_by_text("清单更新于")).to_be_visible()
    inspector.evaluate("navigator.serviceWorker.ready")
    come_true(inspector, "caches.open('pictures').then((kept) => kept.keys()).then((keys) => keys.length > 1)")
    inspector.context.set_offline(True)
    inspector.goto("/field/offline/")
    inspector.locator("ul.lines").get_by_role("link").first.click()
    assert shown(inspector, "裂缝")
    assert shown(inspector, "小图")
    look(inspector, "5-inspector-kept")
