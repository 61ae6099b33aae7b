"""A house put on its plot on the map: by anybody from the pattern book, by the village in an application."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import cycle
from math import hypot
from pathlib import Path
from time import monotonic

import pytest
import shapely
from django.utils import timezone
from playwright.sync_api import Page, expect

from hemei.core.access import Actor
from hemei.core.registry import registry
from hemei.programmes.building.actions.review import opine
from hemei.programmes.building.models import Pattern, Permit
from hemei.programmes.building.shapes import area_m2, house_of, in_metres, rectangle, ring_of, written
from hemei.terms.day import SHANGHAI, today
from hemei.terms.proposal import Proposal
from tests.browser.conftest import DESK, PHONE, Visit
from tests.conftest import VILLAGE, People, photo
from tests.programmes.building.conftest import BUILT, OFFICES, Way, applied, household_of, second
from tests.programmes.building.test_patterns import ROW
from tests.programmes.building.test_patterns import take_in as take_in_book
from tests.programmes.building.test_placing import corners
from tests.programmes.building.test_wings import L_SHAPE
from tests.programmes.control.conftest import DEGREES, FIELDS, ROAD, X, Y, _files, home, take_in, wkb

__all__ = ["_files", "home", "second"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATIENT = 60_000  # ms: what is looked for comes in a moment, but not on a machine that does much else
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen


def warm() -> None:
    """What judges is compiled at its first use, for which a page would not wait on a slow machine."""
    house, plot = wkb(shapely.box(500, 300, 510, 310)), wkb(shapely.box(490, 290, 520, 320))
    for public in (True, False):
        registry.ask("control.verdicts", [Proposal("warm", VILLAGE, house, plot=plot)], on=today(), public=public)


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"building-{name}.png", full_page=True)


def degrees(x: float, y: float) -> tuple[float, float]:
    lon, lat = DEGREES.transform(x + X, y + Y)
    return float(lon), float(lat)


def type_spot(page: Page, x: float, y: float) -> None:
    lon, lat = degrees(x, y)
    page.get_by_label("经度").fill(f"{lon:.7f}")
    page.get_by_label("纬度").fill(f"{lat:.7f}")


def canvas_at(page: Page, across: float, down: float) -> tuple[float, float]:
    page.locator("#map").scroll_into_view_if_needed()
    box = page.locator("#map canvas").bounding_box()
    assert box
    return box["x"] + box["width"] * across, box["y"] + box["height"] * down


def drag_house(page: Page, grip: tuple[float, float], to: tuple[float, float]) -> None:
    """By the sign that one goes by: until the pointer says that it holds the house, the map would be dragged."""
    x, y = canvas_at(page, *grip)
    until, aside = monotonic() + PATIENT / 1000, cycle((0, 1))  # it says so when it moves
    while page.locator("#map canvas").evaluate("canvas => canvas.style.cursor") != "move":
        assert monotonic() < until, "there is no house under the pointer"
        page.mouse.move(x + next(aside), y)
    page.mouse.down()
    page.mouse.move(*canvas_at(page, *to), steps=4)
    page.mouse.up()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_anybody_places_a_plan_turns_it_and_sees_the_verdicts(
    visit: Callable[..., Visit], people: People, home, size: dict[str, int]
) -> None:
    take_in("highway_land", ROAD, people.district, visibility="public", class_column="grade")
    take_in("permanent_farmland", FIELDS, people.district)
    take_in_book(people.district, ROW | {"面宽": 12, "进深": 8})
    name = "phone" if size is PHONE else "desk"
    warm()
    seen = visit(None, size)
    page = seen.page
    page.goto(f"/building/book/{Pattern.objects.get().pk}/")
    page.get_by_role("link", name="放到我家宅基地上看看").click()
    page.wait_for_selector("#map[data-drawn=yes]")
    look(page, f"{name}-1-empty")
    type_spot(page, 1500, 300)
    expect(page.locator("#answer[data-outcome]")).to_be_visible(timeout=PATIENT)
    page.get_by_role("button", name="看看行不行").click()
    page.wait_for_selector("#map[data-drawn=yes]")
    look(page, f"{name}-2-placed")
    before = page.get_by_label("经度").input_value()
    drag_house(page, (0.5, 0.5), (0.6, 0.45))
    expect(page.get_by_label("经度")).not_to_have_value(before)
    page.get_by_role("button", name="向右转 5 度").click()
    expect(page.get_by_label("朝向转角")).to_have_value("5")
    page.get_by_role("slider", name="房子的朝向").press("ArrowRight")
    expect(page.get_by_label("朝向转角")).to_have_value("6")
    page.get_by_role("button", name="画宅基地").click()
    for across, down in ((0.3, 0.25), (0.8, 0.25), (0.8, 0.75), (0.3, 0.75), (0.5, 0.5)):
        page.mouse.click(*canvas_at(page, across, down))
    page.get_by_role("button", name="退回一个角").click()
    expect(page.locator("#answer")).to_contain_text("图上绿色", timeout=PATIENT)
    look(page, f"{name}-3-drawn")
    type_spot(page, 500, 700)
    expect(page.locator("#answer[data-outcome=fail]")).to_contain_text("不得占用永久基本农田", timeout=PATIENT)
    look(page, f"{name}-4-fields")
    assert not Permit.objects.exists()
    assert seen.complaints == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_village_draws_house_and_plot_in_the_application(
    visit: Callable[..., Visit], people: People, home, size: dict[str, int], tmp_path: Path
) -> None:
    take_in("highway_land", ROAD, people.district, visibility="public", class_column="grade")
    household = household_of()
    name = "phone" if size is PHONE else "desk"
    warm()
    elsewhere = {"longitude": 110.1, "latitude": 31.2}  # the clerk fills it in at the office
    seen = visit(people.village, size, geolocation=elsewhere, permissions=["geolocation"])
    page = seen.page
    page.goto(f"/building/add/{household.pk}/")
    page.wait_for_selector("#map[data-drawn=yes]")
    look(page, f"{name}-5-form")
    for label, said in (
        ("申请理由", "儿子成家分户"), ("建房地点", "二组河边"), ("四至", "东至村道"), ("宅基地面积", "160"),
        ("基底面积", "90"),
        ("建筑面积", "180"), ("层数", "2"), ("面宽", "12"), ("进深", "8"),
    ):  # fmt: skip
        page.get_by_label(label).first.fill(said)
    type_spot(page, 500, 14)
    expect(page.locator("#answer[data-outcome=fail]")).to_contain_text("公路", timeout=PATIENT)
    corners = [degrees(*at) for at in ((490, 10.5), (510, 10.5), (510, 40), (490, 40))]
    page.get_by_label("宅基地界线的角点").fill(" ".join(f"{lon:.7f},{lat:.7f}" for lon, lat in corners))
    expect(page.locator("#answer")).to_contain_text("图上绿色", timeout=PATIENT)
    assert page.locator("#answer").get_attribute("data-permitted")
    page.reload()
    page.wait_for_selector("#map[data-drawn=yes]")
    expect(page.get_by_label("面宽")).to_have_value("12")
    expect(page.locator("#answer[data-permitted]")).to_be_visible(timeout=PATIENT)
    look(page, f"{name}-6-permitted")
    page.get_by_role("button", name="登记申请").click()
    expect(page.get_by_text("纸件是原件").first).to_be_visible()
    type_spot(page, 500, 30)
    expect(page.locator("#answer")).not_to_contain_text("条不符合", timeout=PATIENT)
    (tmp_path / "纸.jpg").write_bytes(photo().content)
    page.locator("input[type=file]").first.set_input_files(tmp_path / "纸.jpg")
    page.get_by_role("button", name="登记申请").click()
    expect(page.get_by_text("申请已登记")).to_be_visible(timeout=PATIENT)
    look(page, f"{name}-7-kept")
    permit = Permit.objects.get()
    assert (permit.lon, permit.lat) == pytest.approx(degrees(500, 30), abs=1e-6), "not where the photo was taken"
    assert permit.files.get().evidence.lon == pytest.approx(110.1)
    assert area_m2(shapely.from_wkb(bytes(permit.footprint or b""))) == pytest.approx(96, rel=1e-3)
    assert area_m2(shapely.from_wkb(bytes(permit.plot or b""))) == pytest.approx(590, rel=1e-2)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_permits_on_the_map_and_among_what_waits(
    visit: Callable[..., Visit], people: People, home, size: dict[str, int]
) -> None:
    for number in range(4):
        lon, lat = degrees(500 + 40 * number, 300)
        applied(people, household_of(f"石有{'田粮林山'[number]}", number=str(number)), lon=lon, lat=lat)
    name = "phone" if size is PHONE else "desk"
    warm()
    seen = visit(people.village, size)
    page = seen.page
    page.goto("/office/")
    expect(page.get_by_role("heading", name="建房申请，轮到我办的")).to_be_visible()
    look(page, f"{name}-8-today")
    page.goto("/maps/?kind=permit")
    page.wait_for_selector("#map[data-drawn=yes]")
    page.wait_for_timeout(800)
    look(page, f"{name}-9-map")
    page.goto("/building/")
    look(page, f"{name}-10-list")
    assert seen.complaints == []


def attach(page: Page, tmp_path: Path, at: str = "") -> None:
    """A photo from the album, taken when the step was done, or now by the site's clock."""
    picture = tmp_path / "照片.jpg"
    picture.write_bytes(photo().content)
    taken = (datetime.fromisoformat(at).replace(tzinfo=SHANGHAI) if at else timezone.now()).timestamp()
    os.utime(picture, (taken, taken))
    page.locator("input[data-source=album]").first.set_input_files(picture)


def answer(page: Page, **said: str) -> None:
    """The fields of the form that is asked, by name."""
    for name, value in said.items():
        field = page.locator(f"#asked [name={name}]").first
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        elif field.get_attribute("type") == "radio":
            page.locator(f"#asked [name={name}][value='{value}']").check()
        else:
            field.fill(value)


def take(page: Page, permit: Permit, step: str, tmp_path: Path, *, at: str = "", **said: str) -> None:
    """One step as its page has it: fill in what is asked, attach a photo, press, and see that it is said."""
    page.goto(f"/building/{permit.pk}/")
    page.locator("main").get_by_role("link", name=step, exact=True).first.click()
    answer(page, **{"at": at} if at else {}, **said)
    attach(page, tmp_path, at)
    page.locator("#asked").get_by_role("button", name=step, exact=True).click()
    page.wait_for_url(f"**/building/{permit.pk}/")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_life_of_one_house_from_the_meeting_to_the_register(
    visit: Callable[..., Visit], people: People, second: Actor, home, size: dict[str, int], tmp_path: Path
) -> None:
    lon, lat = degrees(500, 300)
    began = today() - timedelta(days=60)
    permit = applied(
        people, household_of(), on=began, lon=lon, lat=lat, width_m=12.0, depth_m=8.0, turn=20.0,
    )  # fmt: skip
    name = "phone" if size is PHONE else "desk"
    warm()
    village, town, deputy = (visit(who, size).page for who in (people.village, people.township, second))
    for page in (village, town, deputy):
        page.set_default_timeout(PATIENT)

    def on(days: int) -> str:
        return f"{(began + timedelta(days=days)).isoformat()}T09:00"

    meeting = {"convened": "group", "entitled": "30", "present": "24", "in_favour": "23"}
    take(village, permit, "登记集体讨论", tmp_path, **meeting, at=on(1))
    take(village, permit, "张榜公示", tmp_path, at=on(2))
    look(village, f"{name}-11-on-notice")
    take(village, permit, "登记公示结果", tmp_path, at=on(20))
    take(village, permit, "村级审查通过", tmp_path, note="属实，四邻同意", at=on(21))
    for office in OFFICES:
        opine(permit=permit, office=office, said="agrees", note="", by=people.township)
    Way(people, second).visit(permit, 0)
    take(town, permit, "乡镇审查通过", tmp_path, note="符合村庄规划", at=on(25))
    assert deputy.goto(f"/building/{permit.pk}/steps/register/").url.endswith(f"/building/{permit.pk}/"), "not yet"
    deputy.goto(f"/building/{permit.pk}/steps/approve/")
    expect(deputy.get_by_text("还有").first).to_be_visible()
    Way(people, second).settle(permit)
    numbers = {
        "planning_number": "乡字1号",
        "planning_issuer": "规划局",
        "land_number": "宅批1号",
        "land_issuer": "镇政府",
    }
    take(deputy, permit, "批准", tmp_path, **numbers, note="按图施工", at=on(27))
    look(deputy, f"{name}-12-approved")
    permit.refresh_from_db()
    Way(people, second).visit(permit, 1)
    take(town, permit, "放线验线", tmp_path, firm="云岭农房建设公司", at=on(30))
    take(town, permit, "开工", tmp_path, at=on(31))
    for number, stage in enumerate(("基础", "主体", "屋面")):
        take(town, permit, "施工检查", tmp_path, stage=stage, note="合格", at=on(35 + number))
    permit.refresh_from_db()
    Way(people, second).visit(permit, 2)
    deputy.goto(f"/building/{permit.pk}/")
    deputy.locator("main").get_by_role("link", name="验收合格", exact=True).click()
    deputy.wait_for_selector("#map[data-drawn=yes]")
    built = written(shapely.to_wkb(rectangle(lon, lat, 12.0, 8.4, 20.0)))
    fields = {key: str(value) for key, value in BUILT.items()} | {"footprint": built, "note": "进深多 0.4 米，保温层"}
    for key, value in fields.items():
        deputy.locator(f"#asked [name={key}]").first.fill(value)
    look(deputy, f"{name}-13-measured")
    attach(deputy, tmp_path)
    deputy.locator("#asked").get_by_role("button", name="验收合格", exact=True).click()
    expect(deputy.get_by_text("最远处差 0.2 米")).to_be_visible()
    look(deputy, f"{name}-14-accepted")
    town.goto(f"/building/{permit.pk}/")
    town.locator("main").get_by_role("link", name="新房入册", exact=True).click()
    town.locator("#asked").get_by_role("button", name="新房入册", exact=True).click()
    town.wait_for_url(f"**/building/{permit.pk}/")
    permit.refresh_from_db()
    assert permit.state == "registered"
    assert permit.house is not None
    assert permit.house.geometry
    town.goto(f"/office/places/{permit.house_id}/")
    expect(town.get_by_role("heading", name="建房审批")).to_be_visible()
    look(town, f"{name}-15-house")


def drawing(visit: Callable[..., Visit], people: People, size: dict[str, int]) -> Visit:
    """The clerk before the map of an application."""
    warm()
    seen = visit(people.village, size)
    seen.page.goto(f"/building/add/{household_of().pk}/")
    seen.page.wait_for_selector("#map[data-drawn=yes]")
    return seen


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_house_with_wings_is_drawn_dragged_and_turned(
    visit: Callable[..., Visit], people: People, home, size: dict[str, int]
) -> None:
    seen = drawing(visit, people, size)
    page = seen.page
    page.get_by_role("button", name="画带厢房的房子").click()
    page.mouse.click(*canvas_at(page, 0.5, 0.5))  # from far away this says about where
    corners = page.get_by_label("房屋外墙的角点")
    for number, at in enumerate(((0.3, 0.3), (0.7, 0.3), (0.7, 0.45), (0.5, 0.45)), start=1):
        page.mouse.click(*canvas_at(page, *at))
        expect(corners).to_have_value(re.compile(rf"^(\S+,\S+ ?){{{number}}}$"))
    page.get_by_role("button", name="退回一个角").click()
    page.locator("#map canvas").press("Enter")  # by the keyboard, at the cross
    expect(corners).to_have_value(re.compile(r"^(\S+,\S+ ?){4}$"))
    page.mouse.click(*canvas_at(page, 0.3, 0.5))
    expect(page.locator("#answer")).to_contain_text("房屋", timeout=PATIENT)
    look(page, f"{size['width']}-16-wings")
    drawn = corners.input_value()
    page.get_by_role("button", name="放房子").click()
    drag_house(page, (0.4, 0.38), (0.45, 0.45))
    expect(corners).not_to_have_value(drawn)
    dragged = corners.input_value()
    page.get_by_role("button", name="向右转 5 度").click()
    expect(corners).not_to_have_value(dragged)
    areas = [area_m2(ring_of(said, field="")) for said in (drawn, dragged, corners.input_value())]
    assert areas == pytest.approx([areas[0]] * 3, rel=1e-2)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert seen.complaints == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_house_with_a_courtyard_is_drawn_dragged_and_turned(
    visit: Callable[..., Visit], people: People, home, size: dict[str, int]
) -> None:
    seen = drawing(visit, people, size)
    page = seen.page
    page.get_by_role("button", name="画天井").click()
    expect(page.get_by_role("button", name="画带厢房的房子")).to_have_attribute("aria-pressed", "true")  # walls first
    page.get_by_role("button", name="放房子").click()
    page.get_by_label("面宽（米）").fill("30")
    page.get_by_label("进深（米）").fill("24")
    page.mouse.click(*canvas_at(page, 0.5, 0.5))  # from far away
    page.mouse.click(*canvas_at(page, 0.5, 0.5))
    said = page.get_by_label("房屋外墙的角点")
    expect(said).to_have_value("")
    page.get_by_role("button", name="画天井").click()
    expect(said).to_have_value(re.compile(r"^(\S+,\S+ ?){4}$"))  # the rectangle by its corners
    for at in ((0.46, 0.46), (0.54, 0.46), (0.54, 0.54), (0.6, 0.6)):
        page.mouse.click(*canvas_at(page, *at))
    page.get_by_role("button", name="退回一个角").click()
    page.mouse.click(*canvas_at(page, 0.46, 0.54))
    expect(page.locator("#answer")).to_contain_text("不含 1 个天井", timeout=PATIENT)
    look(page, f"{size['width']}-17-courtyard")
    page.get_by_role("button", name="再画一个天井").click()
    expect(said).to_have_value(re.compile(r"\| $"))
    page.get_by_role("button", name="退回一个角").click()
    drawn = said.input_value()
    page.get_by_role("button", name="放房子").click()
    page.get_by_role("button", name="向右转 5 度").click()
    expect(said).not_to_have_value(drawn)
    turned = said.input_value()
    page.mouse.click(*canvas_at(page, 0.4, 0.45))
    expect(said).not_to_have_value(turned)
    houses = [house_of(text, field="") for text in (drawn, turned, said.input_value())]
    assert [len(one.interiors) for one in houses] == [1, 1, 1]
    assert [area_m2(one) for one in houses] == pytest.approx([area_m2(houses[0])] * 3, rel=2e-3)
    page.get_by_role("button", name="画天井").click()
    page.get_by_role("button", name="全部重画").click()
    expect(said).to_have_value(re.compile(r"^(\S+,\S+ ?){4}$"))  # the walls stay
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert seen.complaints == []


def test_wings_that_are_turned_and_turned_back_stand_where_they_stood(
    visit: Callable[..., Visit], people: People, home
) -> None:
    page = visit(people.village, DESK).page
    page.goto(f"/building/add/{household_of().pk}/")
    page.wait_for_selector("#map[data-drawn=yes]")
    said = page.get_by_label("房屋外墙的角点")
    said.fill(corners(L_SHAPE))
    slider = page.get_by_role("slider", name="房子的朝向")

    def press(way: str) -> None:
        if way.startswith("Arrow"):
            slider.press(way)
        else:
            page.get_by_role("button", name=way).click()

    def farthest() -> float:
        """How far a corner lies from where it was drawn, in metres."""
        now, drawn = (in_metres(ring_of(text, field=""), L_SHAPE.centroid) for text in (said.input_value(), before))
        return max(
            hypot(*(a - b)) for a, b in zip(shapely.get_coordinates(now), shapely.get_coordinates(drawn), strict=True)
        )

    before = said.input_value()
    for there, back in (("向右转 5 度", "向左转 5 度"), ("ArrowRight", "ArrowLeft")):
        turned = []
        for way in (there, back):
            for _step in range(9 if "转" in way else 45):
                press(way)
            expect(page.get_by_label("朝向转角")).to_have_value("45" if way == there else "0")
            turned.append((farthest(), area_m2(ring_of(said.input_value(), field=""))))
        (away, area), (left, same) = turned
        assert away > 1, "it was turned"
        assert left < 0.01
        assert [area, same] == pytest.approx([90, 90], abs=0.2)  # its corners are written to a centimetre
    page.mouse.click(*canvas_at(page, 0.5, 0.5))  # puts it there
    page.mouse.click(*canvas_at(page, 0.57, 0.61))
    expect(said).not_to_have_value(before)
    sides = [
        shapely.get_coordinates(ring_of(text, field="")) - ring_of(text, field="").exterior.coords[0]
        for text in (before, said.input_value())
    ]
    assert abs(sides[0] - sides[1]).max() < 1e-9, "moving it changes no wall"
