"""A household tells something several times at its door: with a signal, and without one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hemei.core.actions.door import IssuedDoor, issue_door
from hemei.core.models import Case, Check, FormVersion, Place
from tests.browser.conftest import PHONE, Visit, back_in_reach, cut_off
from tests.browser.test_door_offline import Window, again, entry, fits, open_kept
from tests.conftest import People
from tests.field.test_repeat_at_door import buckets

__all__ = ["buckets"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen


@pytest.fixture
def plate(well: Place, buckets: FormVersion, people: People) -> IssuedDoor:
    return issue_door(place=well, by=people.village)


@pytest.fixture
def there(visit: Window, plate: IssuedDoor) -> Visit:
    seen = visit(None, PHONE, has_touch=True)
    open_kept(seen.page, plate)
    return seen


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"repeat-{name}.png", full_page=True)


def to_the_last_page(page: Page) -> None:
    page.get_by_text("有情况").click()
    for _ in range(2):
        page.get_by_role("button", name="没有", exact=True).click()
    expect(page.get_by_role("heading")).to_have_text("最后一步：报上去")


def fill_in_two(page: Page, litres: str) -> None:
    """The first of three is taken away again."""
    ones = page.locator("fieldset.one")
    for name in ("破桶", "大桶", "小桶"):
        if name != "破桶":
            page.get_by_role("button", name="再加一项").click()
        ones.last.get_by_label("哪一只？").fill(name)
        expect(ones.last.get_by_label("漏几升？")).to_be_hidden()
        ones.last.get_by_label("有", exact=True).check()
        ones.last.get_by_label("漏几升？").fill(litres)
    ones.first.get_by_role("button", name="去掉这一项").click()
    expect(ones).to_have_count(2)
    expect(ones.last.locator("legend")).to_have_text("水桶 2")
    expect(ones.first.get_by_label("哪一只？")).to_have_value("大桶")


def told(litres: float) -> list[dict[str, object]]:
    return [{"bucket": name, "leaks": "yes", "litres": litres, "gone": litres} for name in ("大桶", "小桶")]


def test_one_more_and_one_less_at_once_and_a_danger_is_answered_with_leaving(there: Visit) -> None:
    page = there.page
    to_the_last_page(page)
    fill_in_two(page, "6")
    look(page, "1-with-a-signal")
    assert fits(page)
    assert page.url.endswith("answer=no")  # nobody was asked meanwhile
    page.get_by_role("button", name="报上去").click()
    expect(page.get_by_role("heading")).to_have_text("请马上离开！")
    assert (Check.objects.get().answers["buckets"], Case.objects.get().code) == (told(6), "wells.F01")
    assert there.complaints == []


def test_without_a_signal_it_waits_and_a_danger_in_it_is_told_when_it_has_arrived(
    there: Visit, plate: IssuedDoor
) -> None:
    page = there.page
    cut_off(page.context)
    page = again(page, plate)
    to_the_last_page(page)
    expect(page.get_by_text("手机不一定看得出来")).to_be_visible()
    fill_in_two(page, "0")
    page.get_by_role("button", name="报上去").click()
    expect(page.locator("fieldset.one .error:visible")).to_have_count(2)
    look(page, "2-wrong")
    assert fits(page)
    page = again(page, plate)  # thrown away in between: what was typed is still there
    expect(page.locator("fieldset.one")).to_have_count(2)
    for box in page.get_by_label("漏几升？").all():
        box.fill("6")
    page.locator("fieldset.one").last.get_by_label("要裂开").check()
    expect(page.get_by_role("alert")).to_contain_text("请马上离开！")
    look(page, "3a-danger")
    page.locator("fieldset.one").last.get_by_label("不会").check()
    expect(page.get_by_role("alert")).to_have_count(0)
    look(page, "3-mended")
    page.get_by_role("button", name="报上去").click()
    expect(entry(page, "waiting")).to_contain_text("有情况")
    back_in_reach(page.context)
    page = again(page, plate)
    expect(entry(page, "sent")).to_contain_text("请马上离开！", timeout=40_000)
    look(page, "4-sent")
    one, other = told(6)
    assert Check.objects.get().answers["buckets"] == [one, other | {"burst": "no"}]
