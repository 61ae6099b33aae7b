"""A household where there is no signal: its page opens all the same, what it reports waits and is sent once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from playwright.sync_api import Locator, Page, Route, expect

from hemei.core.actions.door import IssuedDoor, issue_door, revoke_door
from hemei.core.models import Case, Check, Place
from hemei.field.views import door
from tests.browser.conftest import PHONE, Visit, back_in_reach, cut_off
from tests.conftest import NEXT_VILLAGE, People, build_house, photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen
Window = Callable[..., Visit]
TAKE_AWAY = """new Promise((go, failed) => {
  const taken = indexedDB.deleteDatabase("hemei-field");
  taken.onsuccess = go;
  taken.onerror = failed;
})"""
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


def entry(page: Page, state: str) -> Locator:
    return page.locator(f".wait[data-state={state}]")


@pytest.mark.parametrize("size", [PHONE, SMALL], ids=["phone", "small"])
def test_all_is_well_without_a_signal_is_sent_once_when_there_is_one(there: Visit, plate: IssuedDoor) -> None:
    page = there.page
    look(page, "1-plate")
    cut_off(page.context)
    page = again(page, plate)
    look(page, "2-kept")
    assert fits(page)
    page.get_by_role("button", name="一切正常").click()
    expect(entry(page, "waiting")).to_contain_text("待发送")
    look(page, "3-waits")
    page = again(page, plate)
    expect(entry(page, "waiting")).to_contain_text("一切正常")
    assert list(Check.objects.values_list("instance_id", "actor", "answers")) == []
    back_in_reach(page.context)
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
    cut_off(page.context)
    page = again(page, plate)
    page.get_by_role("button", name="有情况").click()
    look(page, "5-question")
    assert fits(page)
    page.get_by_role("button", name="没有").click()
    page.get_by_role("button", name="有", exact=True).click()  # the wall leans
    expect(page.get_by_role("heading")).to_have_text("请马上离开房子！")
    expect(page.get_by_text("没有信号，还没有报上去")).to_be_visible()
    expect(page.get_by_role("button", name="人已经安全")).to_be_visible()  # by then it is in the outbox
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
    expect(entry(page, "waiting").first).to_be_visible()
    back_in_reach(page.context)
    expect(entry(page, "sent").first).to_contain_text("村里会先打电话或者上门核实", timeout=40_000)
    expect(entry(page, "waiting")).to_have_count(0, timeout=40_000)
    look(page, "8-sent")
    # Where the danger was on its way already when the rest was sent, the rest has taken its place.
    whole = Check.objects.get(replaced_by=None)
    assert (whole.answers["wall_leaning"], whole.evidence.get().source) == ("yes", "camera")
    assert Case.objects.get().code == "houses.F03"


def test_a_danger_whose_answer_was_lost_does_not_stand_beside_the_rest(there: Visit, plate: IssuedDoor) -> None:
    """It is stored, and the phone does not know: it is taken back there, and the rest comes under the next number."""
    page = there.page

    def lost(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/kept/send/", lost, times=1)
    page.goto(f"/d/{plate.token}/kept/")
    page.get_by_role("button", name="有情况").click()
    page.get_by_role("button", name="没有").click()
    page.get_by_role("button", name="有", exact=True).click()
    expect(page.get_by_role("button", name="人已经安全")).to_be_visible()
    while not Check.objects.exists():
        page.wait_for_timeout(50)
    cut_off(page.context)
    page.get_by_role("button", name="人已经安全").click()
    while page.get_by_role("button", name="报上去").count() == 0:
        page.get_by_role("button", name="没有").click()
    page.get_by_role("button", name="报上去").click()
    expect(entry(page, "waiting")).to_have_count(1)
    back_in_reach(page.context)
    expect(entry(page, "sent")).to_have_count(1, timeout=40_000)
    expect(entry(page, "waiting")).to_have_count(0)
    danger, whole = Check.objects.order_by("id")
    assert whole.replaces == danger
    assert Case.objects.get().findings.count() == 2


def test_a_base_that_was_closed_or_taken_away_is_opened_anew(there: Visit, plate: IssuedDoor) -> None:
    """By a browser short of room, or by another page: nobody has to press twice."""
    page = there.page
    cut_off(page.context)
    page = again(page, plate)
    page.evaluate(TAKE_AWAY)
    page.get_by_role("button", name="一切正常").click()
    expect(entry(page, "waiting")).to_have_count(1)
    expect(page.locator("[data-part=full]")).to_be_hidden()


def test_a_report_that_the_browser_threw_away_is_named(there: Visit, plate: IssuedDoor) -> None:
    page = there.page
    cut_off(page.context)
    page = again(page, plate)
    page.get_by_role("button", name="一切正常").click()
    expect(entry(page, "waiting")).to_be_visible()
    page.evaluate(TAKE_AWAY)
    page = again(page, plate)
    expect(entry(page, "lost")).to_contain_text("没发出去就没了")
    expect(entry(page, "lost")).to_contain_text("一切正常")
    look(page, "13-thrown-away")
    assert fits(page)
    entry(page, "lost").get_by_role("button", name="知道了").click()
    expect(entry(page, "lost")).to_have_count(0)
    page = again(page, plate)
    expect(page.get_by_role("button", name="一切正常")).to_be_visible()
    expect(entry(page, "lost")).to_have_count(0)


def test_a_server_in_trouble_is_as_good_as_none(there: Visit, plate: IssuedDoor, live_server) -> None:
    server = live_server.thread.httpd
    heard = server.get_app()

    def trouble(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("503 Service Unavailable", [("Content-Type", "text/html")])
        return [b"trouble"]

    server.set_app(trouble)
    page = again(there.page, plate)
    expect(page.get_by_text("没有信号也可以报")).to_be_visible()
    page.get_by_role("button", name="一切正常").click()
    expect(entry(page, "waiting")).to_be_visible()
    assert not Check.objects.exists()
    server.set_app(heard)
    page = again(page, plate)
    expect(entry(page, "sent")).to_contain_text("已收到")
    assert Check.objects.count() == 1


def test_a_plate_that_was_revoked_meanwhile_sends_back_what_waited_and_says_so(
    there: Visit, plate: IssuedDoor, house: Place, people: People
) -> None:
    page = there.page
    cut_off(page.context)
    page = again(page, plate)
    page.get_by_role("button", name="一切正常").click()
    expect(entry(page, "waiting")).to_be_visible()
    revoke_door(place=house, by=people.village)
    back_in_reach(page.context)
    page = again(page, plate)
    expect(page.get_by_role("heading")).to_have_text("这个码不能用了")
    expect(entry(page, "refused")).to_contain_text("这个门牌码不能用了，没有收下")
    look(page, "9-revoked")
    page.get_by_role("button", name="知道了").click()
    expect(page.locator(".wait")).to_have_count(0)
    assert list(Check.objects.values_list("instance_id", "actor", "answers")) == []


def test_another_household_s_plate_on_the_same_phone_sees_nothing_of_the_first(
    there: Visit, plate: IssuedDoor, house: Place, people: People
) -> None:
    page = there.page
    other = issue_door(place=build_house(NEXT_VILLAGE, "李四的房"), by=people.next_village)
    open_kept(page, other)
    cut_off(page.context)
    page = again(page, plate)
    page.get_by_role("button", name="一切正常").click()
    expect(entry(page, "waiting")).to_be_visible()
    page = again(page, other)
    expect(page.get_by_role("button", name="一切正常")).to_be_visible()
    expect(page.locator(".wait")).to_have_count(0)
    back_in_reach(page.context)
    page = again(page, plate)
    expect(entry(page, "sent")).to_have_count(1)
    assert Check.objects.get().place == house


def test_a_danger_tapped_by_mistake_is_taken_back_where_nothing_was_sent(there: Visit, plate: IssuedDoor) -> None:
    page = there.page
    cut_off(page.context)
    page = again(page, plate)
    page.get_by_role("button", name="有情况").click()
    page.get_by_role("button", name="没有").click()
    page.get_by_role("button", name="有", exact=True).click()
    expect(page.get_by_text("没有信号，还没有报上去")).to_be_visible()
    page.get_by_role("link", name="按错了").click()
    expect(page.locator(".step")).to_contain_text("第 2 题")
    while page.get_by_role("button", name="报上去").count() == 0:
        page.get_by_role("button", name="没有").click()
    page.get_by_role("button", name="报上去").click()
    back_in_reach(page.context)
    expect(entry(page, "sent")).to_have_count(1)
    assert Check.objects.get().without_findings
    assert not Case.objects.exists()


def test_a_step_that_is_lost_on_its_way_is_said_to_be(there: Visit, plate: IssuedDoor) -> None:
    page = again(there.page, plate)  # with the worker in charge
    expect(page.get_by_text("这一页存到手机里了")).to_be_visible()
    cut_off(page.context)
    page.get_by_role("button", name="一切正常").click()
    expect(page.get_by_text("刚才那一步没有发出去")).to_be_visible()
    look(page, "12-lost")
    assert list(Check.objects.values_list("instance_id", "actor", "answers")) == []


def test_a_danger_sent_from_the_page_with_a_signal_and_told_again_here_is_one(
    there: Visit, plate: IssuedDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was stored, its answer did not come, and the kept page that stands in takes its number over."""
    page = again(there.page, plate)
    expect(page.get_by_text("这一页存到手机里了")).to_be_visible()
    monkeypatch.setattr(door, "redirect", lambda _to: HttpResponse(status=503))
    page.get_by_role("button", name="有情况").click()
    page.get_by_role("button", name="没有").click()
    page.get_by_role("button", name="有", exact=True).click()
    expect(page.get_by_text("刚才那一步没有发出去")).to_be_visible()
    monkeypatch.undo()
    page.get_by_role("button", name="有情况").click()
    page.get_by_role("button", name="没有").click()
    page.get_by_role("button", name="有", exact=True).click()
    expect(page.get_by_text("已经报给")).to_be_visible(timeout=40_000)
    first, second = Check.objects.order_by("id")
    assert second.replaces == first
    assert Case.objects.count() == 1


def test_inside_wechat_nothing_is_kept_and_nothing_promised(visit: Window, plate: IssuedDoor) -> None:
    agent = "Mozilla/5.0 (Linux; Android 10) Chrome/86.0 MicroMessenger/8.0.40"
    page = visit(None, PHONE, user_agent=agent).page
    page.goto(f"/d/{plate.token}/kept/")
    expect(page.get_by_text("这个浏览器存不住东西")).to_be_visible()
    page.goto(f"/d/{plate.token}/", wait_until="networkidle")
    assert page.get_by_text("存到手机里").count() == 0
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    page.get_by_role("button", name="一切正常").click()
    expect(page.get_by_role("heading")).to_have_text("收到了，谢谢！")
