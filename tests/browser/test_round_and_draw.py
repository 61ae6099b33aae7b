"""A survey round and a random draw, from the plan to the last look, by clicking, on the phone and at the desk."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hemei.core.models import Check, Draw, Due, Place, Round
from hemei.terms.day import today
from tests.browser.conftest import DESK, PHONE, Visit
from tests.conftest import TOWNSHIP, People, build_house

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen
Open = Callable[..., Visit]
SIZES = pytest.mark.parametrize(("device", "size"), [("phone", PHONE), ("desk", DESK)], ids=["phone", "desk"])
AT_THE_END = {"longitude": 110.508, "latitude": 31.5, "accuracy": 9}  # of the road
SEED = "030914212733"


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def press(page: Page, button: str) -> None:
    """Press a button and answer the question that it asks with the same word."""
    page.locator("main").get_by_role("button", name=button, exact=True).first.click()
    if page.locator("#confirm").is_visible():
        page.locator("#confirm").get_by_role("button", name=button, exact=True).click()


def in_days(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.fixture
def road(people: People) -> list[Place]:
    """Eight houses along a road of one village."""
    return [build_house(label=f"河边{n}号", lon=110.5 + n * 0.001) for n in range(1, 9)]


@SIZES
def test_a_round_is_weighed_published_and_looked_at_nearest_first(
    visit: Open, people: People, road: list[Place], device: str, size: dict[str, int]
) -> None:
    township = visit(people.township, size)
    page = township.page
    page.goto("/office/rounds/")
    look(page, f"round-{device}-0-none")
    page.get_by_role("link", name="编制一轮").first.click()
    page.get_by_label("名称").fill("汛前排查")
    page.get_by_label("截止日期").fill(in_days(20))
    page.get_by_label("全部查看").check()
    look(page, f"round-{device}-1-form")
    page.get_by_role("button", name="编成草稿").click()
    load = page.locator("section").filter(has=page.get_by_role("heading", name="每人要花的时间"))
    expect(load.locator("tbody tr")).to_have_count(3)  # eight houses of twenty minutes among those on duty there
    expect(load.locator("tbody tr").filter(has_text="网格员")).to_contain_text("0.7")
    assert fits(page)
    look(page, f"round-{device}-2-draft")
    worker = visit(people.grid, size, geolocation=AT_THE_END, permissions=["geolocation"])
    worker.page.goto("/field/")
    expect(worker.page.locator("main")).to_contain_text("没有待您检查的")  # nobody owes anything before it is published
    press(page, "发布这一轮")
    expect(page.locator(".said.success")).to_contain_text("已发布")
    look(page, f"round-{device}-3-published")

    owed = worker.page
    owed.goto("/office/")
    look(owed, f"round-{device}-4-today")
    owed.goto("/field/")
    owed.get_by_role("button", name="离我最近的在前").click()
    owed.wait_for_url("**lat=31.5**")
    names = owed.locator("tbody tr td:first-child b").all_inner_texts()
    assert names == ["河边8号", "河边7号"]
    assert fits(owed)
    look(owed, f"round-{device}-5-owed")

    page.get_by_role("link", name="转给别人").first.click()
    page.get_by_label("转给").select_option(label="网格员")
    look(page, f"round-{device}-6-hand-over")
    assert [seen.complaints for seen in (township, worker)] == [[], []]


def come(held: Draw, **days: int) -> None:
    """The days pass."""
    Draw.objects.filter(pk=held.pk).update(**{name: today() + timedelta(days=n) for name, n in days.items()})
    if "opens_on" in days:
        Round.objects.filter(pk=held.round_id).update(starts=today() + timedelta(days=days["opens_on"]))


def patrol(page: Page) -> None:
    """Fill in the patrol: everything is sound but a cracked wall, which the survey must have seen."""
    for box in page.locator("fieldset[data-question]").all():
        usual = [value for value in ("none", "no") if box.is_visible() and box.locator(f"[value={value}]").count()]
        if usual:
            box.locator(f"[value={usual[0]}]").check()
    page.locator("#q-occupied [value=yes]").check()
    page.locator("#q-wall_crack [value=obvious]").check()
    page.locator("#q-wall_seen [value=wall_crack]").check()


def freeze(page: Page, device: str) -> str:
    """Plan a draw and freeze its frame; gives the hash that is shown."""
    page.goto("/office/draws/")
    look(page, f"draw-{device}-0-none")
    page.get_by_role("link", name="组织一次抽查").first.click()
    page.get_by_label("名称").fill("四季度巡查")
    page.get_by_label("范围").select_option(TOWNSHIP)
    page.get_by_label("公开事件").fill("福利彩票双色球第 2026135 期")
    page.get_by_label("事件日期").fill(in_days(1))
    page.get_by_label("名单启用日期").fill(in_days(2))
    page.get_by_label("截止日期").fill(in_days(9))
    page.get_by_label("巡查员", exact=True).check()
    look(page, f"draw-{device}-1-form")
    page.get_by_role("button", name="封存名单").click()
    expect(page.locator(".said.success")).to_contain_text("名单已封存")
    expect(page.locator("main")).to_contain_text("出结果，再来录入种子")
    look(page, f"draw-{device}-2-frozen")
    assert fits(page)
    return page.locator("dd.code").first.inner_text()


@SIZES
def test_a_draw_from_the_frozen_frame_to_the_published_codes(
    visit: Open, people: People, road: list[Place], device: str, size: dict[str, int]
) -> None:
    district, inspector, stranger = visit(people.district, size), visit(people.inspector, size), visit(None, size)
    shown = freeze(district.page, device)
    held = Draw.objects.get()
    assert re.fullmatch(r"[0-9a-f]{64}", shown)
    assert shown == held.frame_hash
    stranger.page.goto("/public/draws/")
    expect(stranger.page.locator("main")).to_contain_text(shown)  # before anybody can know the seed
    look(stranger.page, f"draw-{device}-3-public-hash")

    come(held, event_on=0, opens_on=1)
    district.page.reload()
    district.page.get_by_label("种子").fill(SEED)
    look(district.page, f"draw-{device}-4-seed")
    press(district.page, "抽取")
    expect(district.page.locator(".said.success")).to_contain_text("已抽取")
    look(district.page, f"draw-{device}-5-drawn")
    inspector.page.goto("/field/")
    expect(inspector.page.locator("main")).to_contain_text("没有待您检查的")  # the list is closed until its day

    come(held, event_on=-1, opens_on=0)
    drawn = [one["code"] for one in Draw.objects.get().drawn]
    inspector.page.reload()
    expect(inspector.page.locator("tbody tr")).to_have_count(len(drawn))
    look(inspector.page, f"draw-{device}-6-list")
    inspector.page.get_by_role("link", name="区级随机巡查").first.click()
    patrol(inspector.page)
    look(inspector.page, f"draw-{device}-7-patrol")
    assert fits(inspector.page)
    inspector.page.get_by_role("button", name="提交检查").click()
    expect(inspector.page.get_by_role("heading", level=1)).to_contain_text("发现 1 个问题")
    look(inspector.page, f"draw-{device}-8-found")
    assert Check.objects.get().answers["wall_seen"] == ["wall_crack"]
    assert Due.objects.filter(check_made=Check.objects.get()).count() == 1

    district.page.reload()
    expect(district.page.locator("main")).to_contain_text("全部查完，或到")
    expect(district.page.get_by_role("button", name="公布抽查")).to_have_count(0)
    Round.objects.filter(pk=held.round_id).update(ends=today())  # the last day has come
    district.page.reload()
    press(district.page, "公布抽查")
    expect(district.page.locator(".said.success")).to_contain_text("已公布")
    look(district.page, f"draw-{device}-9-published")
    stranger.page.reload()
    expect(stranger.page.locator("main")).to_contain_text(SEED)
    stranger.page.locator("summary").click()
    expect(stranger.page.get_by_text(drawn[0])).to_be_visible()
    look(stranger.page, f"draw-{device}-10-public")
    facts = stranger.page.request.get(f"/public/draws/{held.pk}.json")
    assert [one["code"] for one in facts.json()["drawn"]] == drawn
    assert not any(place.label in facts.text() for place in road)
    assert [seen.complaints for seen in (district, inspector, stranger)] == [[], [], []]
