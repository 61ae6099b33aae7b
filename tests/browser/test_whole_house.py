"""The whole life of one house by clicking: a family leaves its dangerous house and builds anew.

The household and the inspector look at a telephone, the offices at a desk. The clock goes on between the acts, for a
notice hangs its working days and walls need their weeks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from hemei.core.access import Actor, At
from hemei.core.actions.case import STEPS
from hemei.core.actions.opening import open_case
from hemei.core.models import Case, Holding, Place, Unit
from hemei.core.signing import slip
from hemei.programmes.building.models import Pattern, Permit
from hemei.programmes.building.shapes import rectangle, written
from hemei.programmes.building.views.printed import FOLLOW
from hemei.programmes.craftsmen.actions.people import issue_card
from hemei.programmes.houses.models import House
from hemei.terms import day
from hemei.terms.day import SHANGHAI, today
from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.test_building import PATIENT, answer, attach, degrees, look, take, type_spot, warm
from tests.conftest import TOWNSHIP, VILLAGE, People, brought, engage, photo
from tests.programmes.building.conftest import BUILT, OFFICES, VISITS, household_of
from tests.programmes.building.test_patterns import ROW
from tests.programmes.building.test_patterns import take_in as take_in_book
from tests.programmes.control.conftest import ROAD, _files, home, take_in
from tests.programmes.craftsmen.conftest import certified, craftsman_named, trained

__all__ = ["_files", "home"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Window = Callable[..., Visit]
BEGAN = date(2026, 3, 2)  # a Monday, and of a year whose holidays are known
SPOT = (500.0, 300.0)
BIG = 24 * 4 / 3  # CSS pixels: 24 points on paper


class Clock:
    """The site's clock, set by the test: everything asks `timezone.now` or `hemei.terms.day`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead, self.real = timedelta(0), timezone.now
        monkeypatch.setattr(timezone, "now", lambda: self.real() + self.ahead)
        monkeypatch.setattr(day, "datetime", self)

    def now(self, zone: Any) -> datetime:
        return (self.real() + self.ahead).astimezone(zone)

    def __getattr__(self, name: str) -> Any:
        return getattr(datetime, name)

    def to(self, days: int) -> None:
        """The morning of so many days after the beginning."""
        self.ahead = datetime(BEGAN.year, BEGAN.month, BEGAN.day, 9, tzinfo=SHANGHAI) + timedelta(days) - self.real()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def officers(people: People, units: dict[str, Unit]) -> list[Actor]:
    """Three of the township, each for an office of the joint review."""
    names = ("农经", "国土", "村镇")
    return [
        engage(f"office{number}", name, "township_officer", TOWNSHIP, units["township"])
        for number, name in enumerate(names)
    ]


class Town:
    """Who clicks, each in a window of their own; signed in anew at each act, for the clock has gone on."""

    def __init__(self, visit: Window, permit: Callable[[], Permit], folder: Path) -> None:
        self.visit, self.permit, self.folder, self.seen = visit, permit, folder, list[Visit]()

    def page(self, who: Actor | None, size: dict[str, int] = DESK) -> Page:
        seen = self.visit(who, size)
        seen.page.set_default_timeout(PATIENT)
        self.seen.append(seen)
        return seen.page

    def take(self, who: Actor, step: str, size: dict[str, int] = DESK, **said: str) -> Page:
        page = self.page(who, size)
        take(page, self.permit(), step, self.folder, **said)
        expect(page.locator(".said.success")).to_contain_text(step)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), step
        return page

    def form(self, page: Page, name: str, button: str, *, files: bool = False, **said: str) -> None:
        """A form that stands behind a link of the permit's page."""
        page.goto(f"/building/{self.permit().pk}/")
        page.locator("main").get_by_role("link", name=name, exact=True).first.click()
        answer(page, **said)
        if files:
            attach(page, self.folder)
        page.locator("#asked").get_by_role("button", name=button, exact=True).click()
        page.wait_for_url(f"**/building/{self.permit().pk}/")

    def on_site(self, who: Actor, number: int, size: dict[str, int] = DESK) -> None:
        said = {"kind": VISITS[number], "people": "三个部门、村支书、户主", "found": "四至清楚，量过了"}
        self.form(self.page(who, size), "登记到场", "登记到场", files=True, **said)

    def follows(self, said: str, name: str) -> None:
        """What the household reads on its telephone, by the code on its receipt."""
        page = self.page(None, PHONE)
        page.goto(reverse("building.follow", args=[slip(FOLLOW, self.permit())]))
        expect(page.get_by_role("heading").first).to_have_text(said)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        look(page, f"life-household-{name}")

    def paper(self, who: Actor, key: str) -> Page:
        page = self.page(who)
        page.goto(f"/building/{self.permit().pk}/papers/{key}/")
        page.emulate_media(media="print")
        expect(page.locator("article.document h1")).to_be_visible()
        assert not page.get_by_role("button", name="打印").is_visible(), "paper has no buttons"
        look(page, f"life-paper-{key}")
        return page


def dangerous_house(people: People) -> tuple[Place, Case]:
    lon, lat = degrees(SPOT[0] + 60, SPOT[1])
    place = Place.objects.create(
        kind="house", region=VILLAGE, label="河边一号", lon=lon, lat=lat, position_source="register"
    )
    House.objects.create(place=place, structure="earth_timber", occupied=False, grade="D", graded_on=today())
    where = At(VILLAGE, "houses", place.pk)
    case: Case = open_case(where=where, place=place, code="houses.F03", at=timezone.now(), by=people.village)
    moved_out = brought(note="人已搬出，申请重建", files=[photo()], remedy="rebuild")
    STEPS["case.remedy"](case=case, by=people.village, brought=moved_out)
    return place, case


def chooses_a_plan(town: Town) -> None:
    page = town.page(None, PHONE)
    page.goto("/building/book/")
    look(page, "life-household-book")
    page.get_by_role("link", name="一号户型").first.click()
    look(page, "life-household-plan")
    page.get_by_role("link", name="放到我家宅基地上看看").click()
    page.wait_for_selector("#map[data-drawn=yes]")
    type_spot(page, *SPOT)
    expect(page.locator("#answer[data-outcome]")).to_be_visible()
    look(page, "life-household-placed")


def applies(town: Town, village: Actor) -> None:
    """The clerk enters the paper that the householder signed."""
    page = town.page(village)
    page.goto("/building/add/?q=石有田")
    page.get_by_role("link", name="给这一户申请").click()
    page.wait_for_selector("#map[data-drawn=yes]")
    for label, value in (
        ("申请理由", "危房重建"), ("建房地点", "上河村二组河边"), ("四至", "东至村道，南至李家"), ("宅基地面积", "120"),
        ("基底面积", "90"), ("建筑面积", "180"), ("层数", "2"), ("檐口高度", "6.5"), ("总高度", "8.8"),
        ("结构", "砖混"), ("屋面样式和颜色", "坡屋面，青灰"), ("外墙材料和颜色", "白"), ("面宽", "11.25"),
        ("进深", "8"),
    ):  # fmt: skip
        page.get_by_label(label).first.fill(value)
    chosen = {"建房类型": "dangerous", "旧房怎么处置": "demolish", "占用什么地": "homestead", "在不在林地": "no"}
    for label, value in {**chosen, "在不在国家公园": "no", "选用图集": str(Pattern.objects.get().pk)}.items():
        page.get_by_label(label).first.select_option(value)
    page.get_by_label("是哪一处旧房").select_option(index=1)
    type_spot(page, *SPOT)
    expect(page.locator("#answer[data-outcome]")).to_be_visible()
    attach(page, town.folder)
    page.get_by_role("button", name="登记申请").click()
    expect(page.get_by_text("申请已登记")).to_be_visible()


def hangs_out(town: Town, clock: Clock, people: People) -> None:
    """The meeting, and the notice on the board: two steps away an elderly villager reads it."""
    meeting = {"convened": "group", "entitled": "30", "present": "24", "in_favour": "23"}
    clock.to(1)
    agreed = town.take(people.village, "登记集体讨论", **meeting)
    expect(agreed.locator(".story").get_by_text("应到 30，到会 24，同意 23")).to_be_visible()
    notice = town.paper(people.village, "notice")
    for told in ("h1", ".board-who", ".board-when", ".board-say", ".paper-table td", ".paper-table th"):
        size = notice.locator(f".board {told}").first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
        assert size >= BIG - 0.5, (told, size)
    assert notice.pdf(format="A4").count(b"/Type /Page\n") == 1, "one sheet"
    assert "138" not in notice.locator(".board").inner_text(), "no telephone of the family"
    clock.to(2)
    town.take(people.village, "张榜公示", note="村委会公示栏")
    town.follows("公示中", "notice")
    clock.to(4)
    early = town.page(people.village)
    early.goto(f"/building/{town.permit().pk}/steps/close_notice/")
    attach(early, town.folder)
    early.locator("#asked").get_by_role("button", name="登记公示结果").click()
    expect(early.get_by_text("才满").first).to_be_visible()
    clock.to(9)
    town.take(people.village, "登记公示结果")
    town.take(people.village, "村级审查通过", note="属实，四邻同意")


def is_reviewed(town: Town, clock: Clock, officers: list[Actor], approver: Actor) -> None:
    """Three offices side by side, each on its own page; nothing is approved before all have spoken and looked."""
    clock.to(10)
    pages = [town.page(who) for who in officers]
    for number, (page, office) in enumerate(zip(pages, OFFICES, strict=True)):
        if number == 2:
            blocked = town.page(approver)
            blocked.goto(f"/building/{town.permit().pk}/steps/approve/")
            assert blocked.url.endswith(f"/building/{town.permit().pk}/"), "not yet"
        town.form(page, "出具意见", "出具会审意见", office=office, said="agrees", note=f"{office}同意")
    town.on_site(officers[0], 0, PHONE)
    town.take(officers[0], "乡镇审查通过", note="符合村庄规划")
    settling = town.page(officers[1])
    settling.goto(f"/building/{town.permit().pk}/")
    while settling.get_by_role("link", name="写现场认定").count():
        town.form(settling, "写现场认定", "写现场认定", outcome="pass", note="到场量过，三家都在")
    look(settling, "life-office-gates")
    clock.to(12)
    numbers = {"planning_number": "乡字1号", "planning_issuer": "规划局", "land_number": "宅批1号"}
    town.take(approver, "批准", **numbers, land_issuer="镇政府", note="按图施工")
    town.follows("已批准", "approved")
    for key in ("planning", "homestead"):
        sheet = town.paper(approver, key)
        assert town.permit().code
        expect(sheet.get_by_alt_text("核对用的二维码")).to_be_visible()


def is_built(town: Town, clock: Clock, officers: list[Actor], mason: str) -> None:
    inspector = officers[2]
    clock.to(20)
    town.on_site(inspector, 1, PHONE)
    scanned = town.page(None, PHONE)
    scanned.goto(reverse("building.check", args=[town.permit().code]))
    expect(scanned.get_by_role("heading").first).to_have_text("✓ 许可是真的")
    look(scanned, "life-craftsman-permit")
    town.take(inspector, "放线验线", PHONE, craftsman=mason)
    town.take(inspector, "开工", PHONE)
    for number, stage in enumerate(("基础", "主体")):
        clock.to(40 + 20 * number)
        town.take(inspector, "施工检查", PHONE, stage=stage, note="合格")
    town.follows("施工中", "building")


def is_accepted(town: Town, clock: Clock, officers: list[Actor], approver: Actor) -> None:
    """Not before the roof was looked at; then what was built stands beside what was approved."""
    clock.to(100)
    town.on_site(officers[2], 2, PHONE)
    shape = rectangle(*degrees(*SPOT), 11.25, 8.2, 0.0)
    built = {key: str(value) for key, value in BUILT.items()} | {
        "footprint": written(bytes(shape.wkb)),
        "note": "保温层",
    }
    early = town.page(approver)
    early.goto(f"/building/{town.permit().pk}/steps/accept/")
    early.wait_for_selector("#map[data-drawn=yes]")
    for key, value in built.items():
        early.locator(f"#asked [name={key}]").first.fill(value)
    attach(early, town.folder)
    early.locator("#asked").get_by_role("button", name="验收合格", exact=True).click()
    expect(early.get_by_text("还没有施工检查：屋面").first).to_be_visible()
    assert town.permit().state == "building"
    look(town.take(officers[2], "施工检查", PHONE, stage="屋面", note="瓦已铺好"), "life-inspector")
    page = town.take(approver, "验收合格", **built)
    expect(page.get_by_text("竣工和批准对照")).to_be_visible()
    town.paper(approver, "acceptance")
    town.follows("验收合格", "accepted")


def is_entered(town: Town, clock: Clock, officer: Actor) -> None:
    clock.to(101)
    town.take(officer, "新房入册", certificate="鄂不动产权第0001号")


def is_pulled_down(town: Town, officer: Actor, old: Place) -> None:
    """The old house leaves the register; until then the permit's page asks for it."""
    page = town.page(officer)
    page.goto(f"/building/{town.permit().pk}/")
    expect(page.get_by_text("还没有注销")).to_be_visible()
    page.goto(f"/office/places/{old.pk}/take-out/")
    page.get_by_label("为什么注销").fill("旧房已拆")
    page.locator("main form").get_by_role("button", name="注销").click()
    expect(page.get_by_text("已注销").first).to_be_visible()
    page.goto(f"/building/{town.permit().pk}/")
    expect(page.get_by_text("还没有注销")).to_have_count(0)


def closes(town: Town, district: Actor, case: Case, *, may: bool) -> None:
    page = town.page(district)
    page.goto(f"/office/cases/{case.pk}/")
    page.locator("main").get_by_role("link", name="验收通过", exact=True).click()
    attach(page, town.folder)
    page.locator("textarea").fill("旧房已拆，新房已验收")
    page.locator("#step").get_by_role("button", name="验收通过", exact=True).click()
    expect(page.locator(".said.success") if may else page.get_by_text("还没有验收").first).to_be_visible()
    case.refresh_from_db()
    assert (case.state == "accepted") is may


def test_a_family_leaves_its_dangerous_house_and_builds_anew(
    visit: Window, people: People, officers: list[Actor], home, clock: Clock, tmp_path: Path
) -> None:
    clock.to(-5)
    take_in("highway_land", ROAD, people.district, visibility="public", class_column="grade")
    take_in_book(people.district, ROW | {"面宽": 11.25, "进深": 8})
    mason = craftsman_named("石大山", lead=True)
    certified(mason, people.township)
    trained(mason)
    card = issue_card(craftsman=mason, by=people.township)
    old, case = dangerous_house(people)
    Holding.objects.create(household=household_of(), place=old)
    warm()
    town = Town(visit, Permit.objects.get, tmp_path)
    clock.to(0)
    chooses_a_plan(town)
    applies(town, people.village)
    town.paper(people.village, "receipt")
    town.follows("已申请", "applied")
    hangs_out(town, clock, people)
    is_reviewed(town, clock, officers, people.township)
    shown = town.page(None, PHONE)
    shown.goto(reverse("craftsmen.check", args=[card.code]))
    expect(shown.get_by_text("石大山").first).to_be_visible()
    look(shown, "life-craftsman-card")
    is_built(town, clock, officers, str(mason.person_id))
    closes(town, people.district, case, may=False)
    is_accepted(town, clock, officers, people.township)
    is_entered(town, clock, people.township)
    closes(town, people.district, case, may=True)
    is_pulled_down(town, people.township, old)
    town.follows("已入册", "registered")
    permit = town.permit()
    assert permit.builder == mason.person
    assert permit.house is not None
    assert permit.steps.filter(verb="permit.inspect").count() == 3
    complaints = [said for seen in town.seen for said in seen.complaints]
    assert [said for said in complaints if "422" not in said] == []
    assert len(complaints) == 3, "what was tried too early: the notice, the acceptance, the case"
