"""A permit's page on a phone: what is to do above the fold, what is done folded, nothing wider than the window."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hemei.core.access import Actor
from hemei.programmes.building.models import Permit
from tests.browser.conftest import DESK, PHONE, Visit
from tests.conftest import People
from tests.programmes.building.conftest import OFFICES, Way, applied, household_of, second

__all__ = ["second"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen
SCREENS = 4
"""How many screens of a phone the page may be long, however far the permit has come."""


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"permit-{name}.png", full_page=True)


def height(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollHeight"))


def fits(page: Page, size: dict[str, int]) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= size["width"])


def above_the_fold(page: Page, text: str, size: dict[str, int]) -> bool:
    box = page.locator("main").get_by_text(text).first.bounding_box()
    return box is not None and box["y"] + box["height"] < size["height"]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_what_is_to_do_stands_above_the_fold(
    visit: Callable[..., Visit], people: People, second: Actor, size: dict[str, int]
) -> None:
    way, permit = Way(people, second), applied(people, household_of(), plot_m2=300.0)
    way.to_village(permit)
    seen = visit(people.township, size)
    page = seen.page
    page.goto(f"/building/{permit.pk}/")
    look(page, f"{size['width']}-review")
    assert fits(page, size)
    for said in ("乡镇审查通过", "还差什么", f"还没有意见：{'、'.join(OFFICES)}", "还没有登记：收到申请后实地审查"):
        assert above_the_fold(page, said, size), said
    page.locator(".lacking").get_by_role("link", name="出具意见").click()
    expect(page.get_by_role("button", name="出具会审意见")).to_be_visible()
    page.go_back()
    if size is PHONE:
        assert height(page) < SCREENS * PHONE["height"]
        conditions = page.locator("details", has_text="条件").first
        expect(conditions.get_by_text("依据").first).to_be_hidden()
        conditions.locator("summary").first.click()
    expect(page.get_by_text("机器不作决定")).to_be_visible()
    assert seen.complaints == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_queue_begins_on_the_first_screen(
    visit: Callable[..., Visit], people: People, size: dict[str, int]
) -> None:
    applied(people, household_of())
    page = visit(people.township, size).page
    page.goto("/building/")
    look(page, f"{size['width']}-queue")
    assert fits(page, size)
    assert above_the_fold(page, "石有田", size)
    if size is PHONE:
        expect(page.get_by_label("建房类型")).to_be_hidden()  # what is usual is no filter that somebody set


def test_a_house_that_is_done_does_not_make_a_long_page(
    visit: Callable[..., Visit], people: People, second: Actor
) -> None:
    permit = applied(people, household_of())
    Way(people, second).to_acceptance(permit)
    page = visit(people.township, PHONE).page
    page.goto(f"/building/{permit.pk}/")
    look(page, "390-accepted")
    assert fits(page, PHONE)
    assert height(page) < SCREENS * PHONE["height"]
    assert above_the_fold(page, "新房入册", PHONE)
    expect(page.locator(".lacking")).to_have_count(0)
    page.get_by_text("更早的").click()
    expect(page.get_by_text("登记申请")).to_be_visible()
    assert Permit.objects.count() == 1
