"""Two who correct the same field of a house, one of them without a signal: both stay, and a person settles it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hemei.core.models import Clash, Place, Round
from hemei.programmes.houses.models import House
from tests.browser.conftest import DESK, PHONE, Visit, back_in_reach, cut_off
from tests.browser.test_offline import HERE, OFFLINE, open_kept, without_network_noise
from tests.conftest import People, build_house
from tests.field.test_dues import owe, plan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")
Window = Callable[..., Visit]


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"edits-{name}.png", full_page=True)


@pytest.fixture
def house_owed(people: People) -> Place:
    house, turn = build_house(), plan()
    Round.objects.update(matter="houses")
    owe(turn, house, people.village)
    return house


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_correction_without_a_signal_meets_another_one(
    house_owed: Place, visit: Window, people: People, size: dict[str, int]
) -> None:
    seen = visit(people.village, size, geolocation=HERE, permissions=["geolocation"])
    page, context = seen.page, seen.page.context
    open_kept(page)
    cut_off(context)
    page.goto(OFFLINE)
    page.get_by_role("link", name="改登记").click()
    page.get_by_role("button", name="改完了").click()
    expect(page.get_by_text("没有改动。")).to_be_visible()
    page.get_by_label("层数").fill("2")
    page.get_by_label("地址").fill("河边 3 号")
    page.get_by_label("有人居住").select_option("false")
    page.get_by_role("button", name="我就站在这里").click()
    expect(page.get_by_text("已定位，误差约 9 米")).to_be_visible()
    look(page, f"form-{size['width']}")
    expect(page.get_by_text("已存在手机里。")).to_be_visible()
    page.close()  # the battery
    page = context.new_page()
    page.goto(OFFLINE)
    page.get_by_role("link", name="改登记").click()
    expect(page.get_by_label("层数")).to_have_value("2")
    page.get_by_role("button", name="改完了").click()
    expect(page.get_by_role("link", name="待发送 1 条")).to_be_visible()

    office = visit(people.township, size).page
    office.goto(f"/office/places/{house_owed.pk}/edit/")
    office.get_by_label("层数").fill("3")
    office.get_by_role("button", name="保存登记").click()
    expect(office.get_by_text("已保存。")).to_be_visible()

    page.get_by_role("link", name="待发送 1 条").click()
    back_in_reach(context)  # and it is sent by itself
    expect(page.locator("li[data-state=sent]")).to_contain_text("别人刚改过同一项（层数）", timeout=40_000)
    look(page, f"sent-{size['width']}")
    house_owed.refresh_from_db()
    own = House.objects.get(place=house_owed)
    assert (own.storeys, own.occupied, house_owed.address) == (3, False, "河边 3 号")
    assert (house_owed.lon, house_owed.position_source) == (HERE["longitude"], "device")

    office.goto("/office/")
    look(office, f"today-{size['width']}")
    expect(office.get_by_text("两人改法不一致、等您核定的登记")).to_be_visible()
    office.goto(f"/office/places/{house_owed.pk}/")
    look(office, f"place-{size['width']}")
    office.get_by_role("link", name="去核定").click()
    for part in ("镇经办", "村支书", "层数"):
        expect(office.locator("section.clash")).to_contain_text(part)
    look(office, f"clash-{size['width']}")
    office.get_by_role("button", name="照提出的").click()
    expect(office.get_by_text("已核定。")).to_be_visible()
    assert House.objects.get(place=house_owed).storeys == 2
    assert Clash.objects.get().taken is True
    assert without_network_noise(seen) == []
