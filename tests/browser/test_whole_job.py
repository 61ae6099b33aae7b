"""The whole job by clicking: from a household's phone, through village and township, to zero at the district."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from hemei.core.access import Actor, At
from hemei.core.actions.door import IssuedDoor, issue_door
from hemei.core.actions.opening import open_case as open_case_at
from hemei.core.models import Case, Place
from hemei.terms.day import today
from tests.browser.conftest import DESK, PHONE, Visit
from tests.conftest import People, photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Window = Callable[..., Visit]


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("link", name=name, exact=True).click()


def attach(page: Page, name: str) -> None:
    page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "image/jpeg", "buffer": photo().content}
    )


def register(page: Page, step: str, *, note: str = "", picture: str = "", remedy: str = "") -> None:
    """Take one step of a case from its page: press, fill in, press again, and see it said."""
    press(page, step)
    if remedy:
        page.get_by_label(remedy).check()
    if picture:
        attach(page, picture)
    if note:
        page.locator("textarea").fill(note)
    page.locator("#step").get_by_role("button", name=step, exact=True).click()
    expect(page.locator(".said.success")).to_contain_text(step)


def open_case(page: Page, title: str) -> None:
    page.goto("/office/")
    press(page, title)


def all_is_well(page: Page, door: IssuedDoor) -> None:
    """The household makes its phone known with the card, and says so."""
    page.goto(f"/d/{door.token}/")
    page.get_by_role("link", name="这是我家").click()
    page.get_by_label("室内卡号码").fill(door.code)
    page.get_by_role("button", name="绑定").click()
    page.get_by_role("button", name="一切正常").click()
    expect(page.get_by_role("heading")).to_have_text("收到了，谢谢！")


def plan_round(page: Page) -> None:
    """Households of the township are asked to look, today."""
    page.goto("/office/rounds/")
    press(page, "编制一轮")
    page.get_by_label("名称").fill("整治后自查")
    page.get_by_label("哪一级看").select_option(label="农户自查")
    page.get_by_label("截止日期").fill(today().isoformat())
    page.get_by_label("全部查看").check()
    page.get_by_role("button", name="编成草稿").click()
    expect(page.locator("main")).to_contain_text("每人要花的时间")
    page.get_by_role("button", name="发布这一轮").click()
    page.locator("#confirm").get_by_role("button", name="发布这一轮").click()
    expect(page.locator(".said.success")).to_contain_text("已发布")


def standing_open(page: Page) -> str:
    page.goto("/office/zero/")
    return page.locator(".tile").filter(has_text="未销号").locator(".tile-number").first.inner_text()


def test_from_the_phone_at_the_door_to_zero(visit: Window, people: People, house: Place) -> None:
    door = issue_door(place=house, by=people.village)
    household, village = visit(None, PHONE), visit(people.village, PHONE)
    township, district = visit(people.township, DESK), visit(people.district, DESK)

    page = household.page
    page.goto(f"/d/{door.token}/")
    page.get_by_role("button", name="有情况").click()
    page.get_by_role("button", name="没有", exact=True).click()
    page.get_by_role("button", name="有", exact=True).click()  # the wall leans
    expect(page.get_by_role("heading")).to_have_text("请马上离开房子！")
    title = str(Case.objects.get().title)

    open_case(village.page, title)
    register(village.page, "核实属实", note="打电话问了，东墙外倾，人已出来。")
    assert standing_open(district.page) == "1"
    open_case(village.page, title)
    register(village.page, "已管控", note="人住亲戚家，门口拉了警戒线。", picture="警戒.jpg")
    register(village.page, "整治完成", remedy="修缮加固", note="加了扶壁。", picture="扶壁.jpg")

    open_case(district.page, title)
    register(district.page, "退回重做", note="墙脚还没有处理。")
    township.page.goto(f"/office/cases/{Case.objects.get().pk}/")
    register(township.page, "整治完成", remedy="修缮加固", note="墙脚灌浆。", picture="墙脚.jpg")
    assert standing_open(district.page) == "1"

    open_case(district.page, title)
    register(district.page, "验收通过", note="现场看过，墙已稳固。", picture="验收.jpg")
    assert Case.objects.get().state == "accepted"
    assert standing_open(district.page) == "无人查看"  # nobody is known to have looked: this is not zero yet
    plan_round(township.page)
    all_is_well(page, door)
    assert standing_open(district.page) == "0"
    assert [seen.complaints for seen in (household, village, township, district)] == [[], [], [], []]


def addresses(patterns: list[URLPattern | URLResolver], space: str = "") -> list[str]:
    """The pages of the doors and the programmes that need no number in their address."""
    found = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += addresses(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif pattern.name:
            try:
                found.append(reverse(space + pattern.name))
            except NoReverseMatch:
                continue
    return found


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


WALKERS = ("village", "grid", "township", "district", "inspector", "appraiser", "administrator", "auditor")


@pytest.mark.parametrize("role", WALKERS)
def test_every_page_opens_fits_the_phone_and_says_nothing_to_the_console(
    role: str, visit: Window, people: People, house: Place
) -> None:
    actor: Actor = getattr(people, role)
    where = At(house.region, "houses")
    case = open_case_at(where=where, place=house, code="houses.F03", at=timezone.now(), by=people.village)
    seen = visit(actor, PHONE)
    numbered = [f"/office/places/{house.pk}/", f"/office/places/{house.pk}/file/", f"/office/cases/{case.pk}/"]
    for address in [*pages_without_number(), *numbered]:
        answer = seen.page.request.get(address)
        assert answer.status in (200, 403, 404, 405), (address, answer.status)
        if answer.status != 200 or "html" not in answer.headers["content-type"]:
            continue
        seen.page.goto(address)
        assert fits(seen.page), address
        assert seen.complaints == [], (address, seen.complaints)


def pages_without_number() -> list[str]:
    left_out = ("/api/", "/sign-", "/i18n/", "/healthz")
    return [address for address in addresses(get_resolver().url_patterns) if not address.startswith(left_out)]
