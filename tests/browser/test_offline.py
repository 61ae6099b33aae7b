"""An inspector where there is no signal: list, forms and photos on the phone, sent once there is a line again."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from hemei.core.access import Actor, At
from hemei.core.actions.formversion import about, keep_draft, publish, reading_of
from hemei.core.models import Check, Due, Evidence, FormVersion, Place
from hemei.core.registry import Programme, registry
from hemei.engines.forms.writing import workbook
from hemei.terms.day import today
from tests.browser.conftest import DESK, PHONE, Visit, back_in_reach, come_true, cut_off
from tests.conftest import DISTRICT, VILLAGE, People, photo
from tests.field.test_dues import owe, plan
from tests.toy.wells import dig_well

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen
Window = Callable[..., Visit]
HERE = {"longitude": 110.5021, "latitude": 31.5, "accuracy": 9}
OFFLINE = "/field/offline/"


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"offline-{name}.png", full_page=True)


@pytest.fixture
def road(toy: Programme, people: People) -> list[Place]:
    """Five wells on a road going east, the third overdue, all owed by the grid worker."""
    turn, wells = plan(), [dig_well(VILLAGE, f"井{n}号", 110.5 + n * 0.001) for n in range(5)]
    for n, well in enumerate(wells):
        owe(turn, well, people.grid, -2 if n == 2 else 9)
    dig_well(VILLAGE, "井9号", 110.51)  # nobody is to look at it
    return wells


@pytest.fixture
def there(road: list[Place], visit: Window, people: People, size: dict[str, int]) -> Visit:
    """The page opened once where there was a signal."""
    seen = visit(people.grid, size, geolocation=HERE, permissions=["geolocation"])
    open_kept(seen.page)
    return seen


@pytest.fixture
def size() -> dict[str, int]:
    return PHONE


def open_kept(page: Page) -> None:
    page.goto(OFFLINE)
    expect(page.get_by_text("清单更新于")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready")
    come_true(page, "caches.keys().then((names) => names.length > 0)")


def fill(page: Page, label: str, *, cracked: str = "有", with_photo: bool = True) -> None:
    page.locator("li", has_text=label).get_by_role("link").click()
    page.get_by_text(cracked, exact=True).first.click()
    if cracked == "有":
        page.get_by_label("裂缝宽度").fill("３．５")
    if with_photo:
        page.locator("input[data-source=camera]").set_input_files(
            {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photo().content}
        )
        expect(page.locator(".photos li")).to_have_count(1)


def finish(page: Page) -> None:
    page.get_by_role("button", name="填完了，放进待发送").click()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_one_of_many_is_found_by_name_on_the_map_and_beyond_the_first_lines(
    road: list[Place], visit: Window, people: People, size: dict[str, int]
) -> None:
    turn, many = Due.objects.filter(place=road[0]).get().round, []
    for n in range(70):
        many.append(dig_well(VILLAGE, f"远井{n:02d}号", 110.6 + n * 0.001))
        owe(turn, many[-1], people.grid, 5)
    page = visit(people.grid, size, geolocation=HERE, permissions=["geolocation"]).page
    open_kept(page)
    page.context.set_offline(True)
    rows, wanted = page.locator("ul.lines > li"), page.get_by_label("找一处：名称、门牌、村组")
    expect(rows).to_have_count(60)
    page.get_by_role("button", name="再列一些").click()
    expect(rows).to_have_count(75)
    expect(page.get_by_role("button", name="再列一些")).to_be_hidden()
    wanted.fill("远井 3")
    expect(rows).to_have_count(16)
    wanted.fill("远井33")
    expect(rows).to_have_count(1)
    wanted.fill("没有的")
    expect(page.get_by_text("没有找到。少写几个字再找。")).to_be_visible()
    wanted.fill("")
    page.get_by_role("button", name="在地图上找").click()
    expect(page.locator("svg.map .spot")).to_have_count(75)
    page.locator("svg.map .spot.late").click(force=True)
    expect(page.locator("svg.map .tapped")).to_have_count(1)
    page.locator("svg.map .spot.late").click(force=True)  # larger now, beside the others
    expect(rows.first).to_contain_text("井2号")
    ring, spot = (page.locator(f"svg.map .{name}").get_attribute("cx") for name in ("tapped", "late"))
    assert ring == spot
    expect(page.get_by_text("下面第一处就是圈着的，后面是它附近的。")).to_be_visible()
    look(page, "map")
    fill(page, "井2号", cracked="没有", with_photo=False)
    finish(page)
    expect(page.get_by_text("查了 1 处，还剩 74 处。")).to_be_visible()
    expect(rows.first).not_to_contain_text("井2号")
    expect(page.locator("svg.map .spot.done")).to_have_count(1)
    page.get_by_role("button", name="看全图").click()
    expect(page.get_by_text("点地图，先列出那附近的。")).to_be_visible()


def without_network_noise(seen: Visit) -> list[str]:
    return [said for said in seen.complaints if "ERR_INTERNET_DISCONNECTED" not in said and "401" not in said]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_look_without_a_signal_is_sent_when_there_is_one(there: Visit, road: list[Place], people: People) -> None:
    page, context = there.page, there.page.context
    context.set_offline(True)
    page.goto(OFFLINE)
    expect(page.get_by_text("没有信号。填好的都在手机里")).to_be_visible()
    expect(page.locator("ul.lines > li")).to_have_count(5)
    page.get_by_role("button", name="离我最近的在前").click()
    expect(page.locator("ul.lines > li").first).to_contain_text("井2号")
    expect(page.locator("ul.lines > li").first).to_contain_text("已逾期 2 天")
    look(page, "list")
    page.locator("li", has_text="井1号").get_by_role("link").click()
    expect(page.get_by_text("裂缝宽度")).to_be_hidden()
    finish(page)
    expect(page.get_by_text("有 1 处要改，已经标红。")).to_be_visible()
    look(page, "wrong")
    page.get_by_role("link", name="先回清单").click()
    fill(page, "井1号")
    expect(page.get_by_text("已存在手机里。")).to_be_visible()
    look(page, "form")
    page.close()  # the battery, or the camera
    page = context.new_page()
    page.goto(OFFLINE)
    expect(page.locator("li", has_text="井1号")).to_contain_text("填了一半")
    page.locator("li", has_text="井1号").get_by_role("link").click()
    expect(page.get_by_label("裂缝宽度")).to_have_value("３．５")
    expect(page.locator(".photos li")).to_have_count(1)
    finish(page)
    expect(page.get_by_role("link", name="待发送 1 条")).to_be_visible()
    assert not Check.objects.exists()
    page.get_by_role("link", name="待发送 1 条").click()
    look(page, "outbox")
    context.set_offline(False)
    page.get_by_role("button", name="现在发送").click()
    expect(page.locator("li[data-state=sent]")).to_contain_text("发现 1 个问题：井台开裂。")
    look(page, "sent")
    check = Check.objects.get()
    assert check.answers == {"cracked": "yes", "crack_mm": 3.5, "photo": "photo-1.jpg"}
    assert (check.lon, check.accuracy_m, check.account) == (110.5021, 9, people.grid.account)
    assert Evidence.objects.get().source == "camera"
    assert Due.objects.filter(done_at=None).count() == 4
    assert without_network_noise(there) == []


@pytest.fixture
def buckets(toy: Programme, people: People) -> FormVersion:
    """The survey of wells, which asks about each bucket since."""
    rows = [
        {"type": "select_one yn", "name": "cracked", "label": "井台裂缝", "required": "yes"},
        {"type": "begin repeat", "name": "buckets", "label": "水桶"},
        {"type": "text", "name": "bucket", "label": "哪一只？", "required": "yes"},
        {"type": "select_one yn", "name": "leaks", "label": "漏吗？"},
        {"type": "decimal", "name": "litres", "label": "漏几升？", "relevant": "${leaks} = 'yes'", "required": "yes"},
        {"type": "end repeat"},
    ]
    choices = [{"list_name": "yn", "name": name, "label": label} for name, label in (("yes", "有"), ("no", "没有"))]
    sheets = {"survey": rows, "choices": choices, "settings": [{"form_id": "wells.survey", "version": "2"}]}
    headings = {name: tuple(dict.fromkeys(key for row in some for key in row)) for name, some in sheets.items()}
    wanted, content, where = about(registry.forms["wells.survey"]), workbook(sheets, headings), At(DISTRICT, "wells")
    read = reading_of(content, wanted)
    draft = keep_draft(where=where, wanted=wanted, read=read, content=content, filename="a.xlsx", by=people.district)
    return publish(where=where, version=draft, starts=today(), by=people.district)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_what_is_told_several_times_is_asked_for_without_a_signal(buckets: FormVersion, there: Visit) -> None:
    page = there.page
    page.context.set_offline(True)
    page.goto(OFFLINE)
    page.locator("li", has_text="井1号").get_by_role("link").click()
    page.get_by_text("没有", exact=True).first.click()
    ones = page.locator("fieldset.instance")
    expect(ones).to_have_count(0)
    for name in ("破桶", "大桶", "小桶"):
        page.get_by_role("button", name="再加一项").click()
        ones.last.get_by_label("哪一只？").fill(name)
        expect(ones.last.get_by_label("漏几升？")).to_be_hidden()
    ones.last.get_by_label("有", exact=True).check()
    look(page, f"several-{there.page.viewport_size['width']}")
    finish(page)
    expect(page.get_by_text("有 1 处要改，已经标红。")).to_be_visible()
    ones.last.get_by_label("漏几升？").fill("２．５")
    ones.first.get_by_role("button", name="去掉这一项").click()
    expect(ones).to_have_count(2)
    expect(ones.last.locator("legend").first).to_have_text("水桶 2")
    page.get_by_role("button", name="再加一项").click()  # and nothing in it: no bucket
    expect(page.get_by_text("已存在手机里。")).to_be_visible()
    page.reload()
    expect(ones).to_have_count(2)
    finish(page)
    page.get_by_role("link", name="待发送 1 条").click()
    page.context.set_offline(False)
    page.get_by_role("button", name="现在发送").click()
    expect(page.locator("li[data-state=sent]")).to_have_count(1)
    told = [{"bucket": "大桶"}, {"bucket": "小桶", "leaks": "yes", "litres": 2.5}]
    assert Check.objects.get().answers == {"cracked": "no", "buckets": told}
    assert without_network_noise(there) == []


def test_a_household_is_answered_for_at_its_door(there: Visit, road: list[Place], people: People) -> None:
    page, context = there.page, there.page.context
    cut_off(context)
    page.goto(OFFLINE)
    page.get_by_role("link", name="代报：替住户填自查").click()
    expect(page.locator("ul.lines > li")).to_have_count(6)
    page.get_by_role("button", name="离我最近的在前").click()
    expect(page.locator("ul.lines > li").first).to_contain_text("井2号")
    look(page, "doors")
    page.get_by_label("门牌、地址").fill("井9")
    expect(page.locator("ul.lines > li")).to_have_count(1)
    look(page, "doors-found")
    page.locator("li", has_text="井9号").get_by_role("link").click()
    page.get_by_text("有", exact=True).nth(0).click()
    expect(page.get_by_text("这样有危险：请马上带住户离开")).to_be_visible()
    look(page, "proxy-danger")
    page.get_by_text("没有", exact=True).nth(0).click()
    expect(page.get_by_text("这样有危险")).to_be_hidden()
    page.get_by_text("有", exact=True).nth(1).click()
    finish(page)
    expect(page.get_by_text("有 2 处要改，已经标红。")).to_be_visible()
    look(page, "proxy-wrong")
    page.get_by_text("上门代报", exact=True).click()
    page.get_by_label("替谁报的").fill("隔壁王婶")
    expect(page.get_by_text("已存在手机里。")).to_be_visible()
    page.close()
    page = context.new_page()
    page.goto(f"{OFFLINE}#doors")
    page.locator("li", has_text="井9号").get_by_role("link").click()
    expect(page.get_by_label("替谁报的")).to_have_value("隔壁王婶")
    look(page, "proxy")
    finish(page)
    expect(page.get_by_role("link", name="待发送 1 条")).to_be_visible()
    assert not Check.objects.exists()
    back_in_reach(context)
    page.goto(f"{OFFLINE}#outbox")
    page.get_by_role("button", name="现在发送").click()
    expect(page.locator("li[data-state=sent]")).to_contain_text("代报：水井自查")
    look(page, "proxy-sent")
    check = Check.objects.get()
    assert (check.tier, check.channel, check.on_behalf) == ("self", "visit", "隔壁王婶")
    assert (check.place.label, check.account) == ("井9号", people.grid.account)


def test_a_page_that_is_opened_first_stands_once_the_list_is_there(
    road: list[Place], visit: Window, people: People
) -> None:
    page = visit(people.grid, PHONE).page
    page.goto(f"{OFFLINE}#doors")
    expect(page.locator("ul.lines > li")).to_have_count(6)


def test_a_big_photo_is_made_small_enough_for_a_bad_line(there: Visit) -> None:
    page = there.page
    page.locator("li", has_text="井3号").get_by_role("link").click()
    large = io.BytesIO()
    Image.new("RGB", (4000, 3000), "green").save(large, "PNG")
    page.locator("input[data-source=album]").set_input_files(
        {"name": "大.png", "mimeType": "image/png", "buffer": large.getvalue()}
    )
    expect(page.locator(".photos li")).to_have_count(1)
    look_up = """() => new Promise((done) => {
          const opening = indexedDB.open("hemei-field", 1);
          opening.onsuccess = () => {
            const asked = opening.result.transaction("sheets").objectStore("sheets").getAll();
            asked.onsuccess = async () => {
              opening.result.close();
              const photo = asked.result.flatMap((sheet) => sheet.photos)[0];
              const bitmap = photo && (await createImageBitmap(photo.blob));
              done(bitmap ? [bitmap.width, bitmap.height] : null);
            };
          };
        })"""
    for _try in range(50):  # kept a quarter of a second after it was taken
        if size := page.evaluate(look_up):
            break
        page.wait_for_timeout(100)
    assert size == [1280, 960]


def test_what_the_server_refuses_is_shown_and_mended(there: Visit, road: list[Place]) -> None:
    page = there.page
    fill(page, "井4号", cracked="没有", with_photo=False)
    page.get_by_label("打井日期").fill("1500-01-01")  # what only the server minds
    finish(page)
    expect(page.get_by_role("link", name="1 条要改")).to_be_visible()
    page.get_by_role("link", name="1 条要改").click()
    expect(page.locator("li[data-state=refused]")).to_contain_text("有 1 处要改")
    look(page, "refused")
    page.get_by_role("link", name="打开").click()
    expect(page.get_by_text("1500 年不对")).to_be_visible()
    page.get_by_label("打井日期").fill("1990-01-01")
    finish(page)
    expect(page.locator("li", has_text="井4号")).to_contain_text("已发送")
    assert Check.objects.get().answers["dug_on"] == "1990-01-01"


def sign_in(context: BrowserContext, actor: Actor, address: str) -> None:
    client = Client()
    client.force_login(actor.account)
    context.add_cookies([{"name": "sessionid", "value": client.session.session_key, "url": address}])


def test_a_colleague_with_the_same_phone_sees_nothing_of_the_first(
    there: Visit, people: People, live_server, road: list[Place]
) -> None:
    page, context = there.page, there.page.context
    context.set_offline(True)
    fill(page, "井1号")
    finish(page)
    expect(page.get_by_role("link", name="待发送 1 条")).to_be_visible()
    context.clear_cookies()
    sign_in(context, people.next_village, live_server.url)
    context.set_offline(False)
    page.goto(OFFLINE)
    expect(page.get_by_text("没有要您检查的")).to_be_visible()
    page.get_by_role("link", name="没有待发送的").click()
    expect(page.get_by_text("还有 1 条是别的账号填的")).to_be_visible()
    assert "井" not in page.locator("main").inner_text()
    assert not Check.objects.exists()
    context.clear_cookies()
    sign_in(context, people.grid, live_server.url)
    page.goto(OFFLINE)
    expect(page.locator("li", has_text="井1号")).to_contain_text("已发送")
    assert Check.objects.get().account == people.grid.account


def test_signing_out_with_something_unsent_asks_first(there: Visit, people: People) -> None:
    page, context = there.page, there.page.context
    context.set_offline(True)
    fill(page, "井1号")
    finish(page)
    expect(page.get_by_role("link", name="待发送 1 条")).to_be_visible()
    page.route("**/field/offline/send/", lambda route: route.abort())
    context.set_offline(False)
    page.goto("/field/")
    page.locator("header details summary").last.click()
    page.get_by_role("button", name="退出").click()
    dialog = page.locator("dialog#confirm")
    expect(dialog).to_contain_text("还有 1 份检查没有发送")
    look(page, "sign-out")
    dialog.get_by_role("button", name="取消").click()
    page.goto("/field/")
    page.locator("header details summary").last.click()
    page.get_by_role("button", name="退出").click()
    dialog.get_by_role("button", name="退出").click()
    page.wait_for_url("**/sign-in/**")
    page.goto(OFFLINE)
    expect(page.get_by_text("手机里还没有清单")).to_be_visible()


def test_inside_wechat_nothing_is_promised(road: list[Place], visit: Window, people: People) -> None:
    seen = visit(people.grid, PHONE, user_agent="Mozilla/5.0 (Linux; Android 10) Chrome/86.0 MicroMessenger/8.0.40")
    seen.page.goto(OFFLINE)
    expect(seen.page.get_by_text("这个浏览器不能离线用")).to_be_visible()
    look(seen.page, "wechat")
    assert seen.page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


@pytest.fixture
def flickering(there: Visit) -> Callable[[], None]:
    """A line that is cut before some requests arrive and after others have, by turns."""
    counted = {"n": 0}
    lock = threading.Lock()

    def pass_on(route) -> None:
        with lock:
            counted["n"] += 1
            n = counted["n"]
        if n % 3 == 1:
            route.abort()
        elif n % 3 == 2:
            route.fetch()  # it arrives, but its answer does not
            route.abort()
        else:
            route.continue_()

    return lambda: there.page.route("**/field/offline/send/", pass_on)


def test_a_line_that_breaks_at_any_moment_stores_each_once(
    there: Visit, road: list[Place], flickering: Callable[[], None]
) -> None:
    page = there.page
    flickering()
    for n in range(5):
        fill(page, f"井{n}号", cracked="没有")
        finish(page)
        expect(page.locator("[data-part=outbox]")).to_contain_text("待发送")
    page.get_by_role("link", name="待发送").click()
    for _try in range(150):
        if page.locator("li[data-state=sent]").count() == 5:
            break
        page.get_by_role("button", name="现在发送").click()
        page.wait_for_timeout(300)
    expect(page.locator("li[data-state=sent]")).to_have_count(5)
    assert Check.objects.count() == 5
    assert sorted(Check.objects.values_list("place", flat=True)) == sorted(well.pk for well in road)


def test_a_base_that_was_taken_away_is_opened_anew(there: Visit) -> None:
    """By a browser short of room, or by another page: what is filled in is kept all the same, at the first press."""
    page = there.page
    page.context.set_offline(True)
    fill(page, "井1号", cracked="没有")
    expect(page.get_by_text("已存在手机里")).to_be_visible()
    page.evaluate(GONE)
    finish(page)
    expect(page.get_by_text("待发送 1 条")).to_be_visible()


GONE = """new Promise((go) => (indexedDB.deleteDatabase("hemei-field").onsuccess = go))"""


def test_what_the_browser_threw_away_is_named(there: Visit, people: People) -> None:
    """Its database and caches, while nobody looked: what was said to be kept is not lost without a word."""
    page = there.page
    cut_off(page.context)
    fill(page, "井1号", cracked="没有", with_photo=False)
    finish(page)
    expect(page.get_by_text("待发送 1 条")).to_be_visible()
    fill(page, "井4号", cracked="没有", with_photo=False)
    expect(page.get_by_text("已存在手机里。")).to_be_visible()
    page.evaluate(GONE)
    page.reload()
    expect(page.get_by_text("有 2 份还没有发送就没了")).to_be_visible()
    assert "井" not in page.locator("body").inner_text()  # who opens it is not known yet
    page.evaluate("caches.keys().then((all) => Promise.all(all.map((one) => caches.delete(one))))")
    back_in_reach(page.context)
    page.goto(OFFLINE)
    expect(page.get_by_text("请重新填：井1号 · 水井排查、井4号 · 水井排查。")).to_be_visible()
    look(page, "lost")
    page.get_by_role("button", name="知道了").click()
    page.reload()
    expect(page.get_by_text("清单更新于")).to_be_visible()
    expect(page.get_by_text("请重新填")).to_be_hidden()


def test_a_photo_that_finds_no_room_is_not_said_to_be_kept(there: Visit) -> None:
    page = there.page
    page.locator("li", has_text="井1号").get_by_role("link").click()
    full = "() => { throw new DOMException('full', 'QuotaExceededError'); }"
    page.evaluate(f"() => {{ IDBObjectStore.prototype.put = {full}; }}")
    picture = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photo().content}
    page.locator("input[data-source=camera]").set_input_files(picture)
    expect(page.get_by_text("手机存储满了，没有存下。请先清理手机，再点一次。")).to_be_visible()
    expect(page.get_by_text("已存在手机里。")).to_be_hidden()
    page.get_by_text("没有", exact=True).first.click()
    finish(page)
    expect(page.get_by_role("button", name="填完了")).to_be_visible()  # it stays open, and nothing waits
    expect(page.get_by_text("没有待发送的")).to_be_visible()
    look(page, "full")


def test_one_that_never_gets_through_holds_up_no_other(there: Visit, road: list[Place]) -> None:
    page = there.page

    page.evaluate(
        """(place) => {
          const whole = window.fetch;
          window.fetch = (address, told) => {
            const check = told?.body?.get?.("check");
            return check && JSON.parse(check).place === place ? Promise.reject(new TypeError()) : whole(address, told);
          };
        }""",
        road[0].pk,
    )
    for n in range(3):
        fill(page, f"井{n}号", cracked="没有", with_photo=False)
        finish(page)
        expect(page.locator("[data-part=outbox]")).to_contain_text("待发送")
    page.get_by_role("link", name="待发送").click()
    for _try in range(60):
        if page.locator("li[data-state=sent]").count() == 2:
            break
        page.get_by_role("button", name="现在发送").click()
        page.wait_for_timeout(300)
    expect(page.locator("li[data-state=sent]")).to_have_count(2)
    expect(page.locator("li[data-state=waiting]")).to_contain_text("会接着试")
    assert sorted(Check.objects.values_list("place", flat=True)) == sorted(well.pk for well in road[1:3])
