"""The whole job at the desk and on the phone; every page fits and none complains."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hemei.core.access import At
from hemei.core.actions import case as steps
from hemei.core.actions.opening import open_from
from hemei.core.actions.round import RoundDraft, plan_round, publish_round
from hemei.core.actions.seal import seal_pending
from hemei.core.models import Case, Holding, Household, Job, JobState, Person, Place, Region
from hemei.core.personal import encrypt
from hemei.core.writing import writing
from hemei.terms.day import today
from hemei.terms.finding import FindingKind, Severity
from hemei.terms.personal import mask_phone
from tests.browser.conftest import DESK, PHONE, Visit
from tests.conftest import NEXT_VILLAGE, PASSWORD, TOWNSHIP, VILLAGE, People, brought, build_house, days_ago, photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen
Open = Callable[..., Visit]

CRACK = FindingKind("houses.F02", Severity.ROUTINE, "墙体出现新裂缝", "观察并修补")
ROOF = FindingKind("houses.F07", Severity.SERIOUS, "檩条严重弯曲", "加固或更换檩条")
LEANING = FindingKind("houses.F03", Severity.URGENT, "墙体倾斜", "人员立即撤离")


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def found(house: Place, people: People, kind: FindingKind, days: float, certain: bool = True) -> Case:
    with writing():
        when = days_ago(days)
        return open_from(kind, house, by=people.grid, at=when, now=when, check=None, certain=certain)


def settle(house: Place) -> None:
    """Let somebody live there."""
    head = Person.objects.create(
        name="张大山",
        region=VILLAGE,
        id_last4="002X",
        id_cipher=encrypt("11010519491231002X"),
        phone=encrypt("13800001234"),
        phone_masked=mask_phone("13800001234"),
    )
    household = Household.objects.create(region=VILLAGE, number="0103", head=head, group="二组")
    Holding.objects.create(household=household, place=house)


def survey(people: People) -> None:
    """A round that is under way."""
    begun, ends = today() - timedelta(days=20), today() + timedelta(days=5)
    draft = RoundDraft("冬季排查", "houses", "survey", TOWNSHIP, begun, ends, everything=True)
    turn = plan_round(where=At(TOWNSHIP, "houses"), draft=draft, by=people.township)
    publish_round(turn=turn, by=people.township)


@pytest.fixture
def village(people: People) -> list[Place]:
    """Eight houses of a village with something of every sort going on, some of it overdue."""
    Region.objects.filter(code=VILLAGE).update(lon=110.51, lat=31.5)
    houses = [build_house(VILLAGE, f"上河{n}号", 110.5 + n / 500, 31.5 + n / 900) for n in range(1, 9)]
    build_house(NEXT_VILLAGE, "下河1号", 110.54, 31.52)
    found(houses[0], people, CRACK, 100)
    found(houses[1], people, LEANING, 3)
    found(houses[2], people, ROOF, 0.4, certain=False)
    contained = found(houses[3], people, ROOF, 30)
    note = "人已到亲戚家，拉了警戒线"
    steps.contain(case=contained, by=people.grid, brought=brought(days_ago(12), note=note, files=[photo("red")]))
    remedied = found(houses[4], people, CRACK, 20)
    repaired = {"remedy": "repair", "note": "裂缝已灌浆", "files": [photo("blue")]}
    steps.remedy(case=remedied, by=people.grid, brought=brought(days_ago(1), **repaired))
    closed = found(houses[5], people, CRACK, 60)
    steps.remedy(case=closed, by=people.grid, brought=brought(days_ago(9), **repaired))
    steps.accept(case=closed, by=people.village, brought=brought(days_ago(8), note="现场看过，牢固", files=[photo()]))
    settle(houses[4])
    survey(people)
    Place.objects.filter(pk=houses[7].pk).update(lon=None, lat=None, tile=None, position_source="")
    by = people.township.account
    Job.objects.create(kind="register.read", region=TOWNSHIP, by=by, state=JobState.RUNNING, done=3, total=8)
    seal_pending()
    return houses


def test_from_the_sign_in_to_an_accepted_repair(
    village: list[Place], people: People, visit: Open, tmp_path: Path
) -> None:
    account = people.village.account
    assert account is not None
    account.set_password(PASSWORD)
    account.save()
    picture = tmp_path / "现场.jpg"
    picture.write_bytes(photo("green").content)

    seen = visit(None, PHONE, geolocation={"longitude": 110.505, "latitude": 31.5}, permissions=["geolocation"])
    page = seen.page
    page.goto("/")
    look(page, "phone-00-sign-in")
    page.get_by_label("账号").fill("village")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("今天要办的")
    look(page, "phone-01-today")
    page.get_by_role("button", name="我已收到，马上处理").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("墙体倾斜")

    page.goto("/office/")
    page.get_by_role("link", name="墙体出现新裂缝").first.click()
    look(page, "phone-02-case")
    page.get_by_role("link", name="整治完成").click()
    page.get_by_label("修缮加固").check()
    page.get_by_label("做了什么").fill("裂缝灌浆，东墙加了扶壁")
    page.get_by_role("button", name="整治完成").click()
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.get_by_label("做了什么")).to_have_value("裂缝灌浆，东墙加了扶壁")
    look(page, "phone-03-error")
    page.locator("input[data-source=camera]").set_input_files(picture)
    expect(page.locator("[data-photos] li img")).to_be_visible()
    look(page, "phone-04-photo")
    page.get_by_label("什么时候").fill("2099-01-01T08:00")
    page.get_by_role("button", name="整治完成").click()
    expect(page.get_by_text("时间在将来").first).to_be_visible()
    expect(page.locator("[data-photos] li img")).to_be_visible()  # nothing that was brought is lost
    look(page, "phone-04-future")
    page.get_by_label("什么时候").fill("")
    page.get_by_role("button", name="整治完成").click()
    expect(page.get_by_text("已登记：整治完成")).to_be_visible()
    expect(page.get_by_text("要由另一个人到现场验收")).to_be_visible()
    look(page, "phone-05-remedied")

    case = Case.objects.get(place=village[0])
    second = visit(people.township, DESK).page
    second.goto(f"/office/cases/{case.pk}/")
    look(second, "desk-06-case-to-accept")
    second.get_by_role("link", name="验收通过").click()
    picture.write_bytes(photo("blue").content)  # taken now: a picture from the album brings its own time
    second.locator("input[data-source=album]").set_input_files(picture)
    second.get_by_label("现场看到的情况").fill("到现场看过，牢固")
    look(second, "desk-07-accept")
    second.get_by_role("button", name="验收通过").click()
    expect(second.get_by_text("这条隐患已经了结")).to_be_visible()
    look(second, "desk-08-accepted")
    case.refresh_from_db()
    assert case.state == "accepted"
    # Taking a picture of the page puts a style into it, which our policy rightly complains about.
    said = [complaint for complaint in seen.complaints if "422" not in complaint]
    assert [complaint for complaint in said if not (SHOTS and "inline style" in complaint)] == []


PAGES = {
    "today": "/office/",
    "cases": "/office/cases/",
    "cases-none": "/office/cases/?q=没有这样的",
    "case": "/office/cases/{contained}/",
    "case-refuse": "/office/cases/{overdue}/do/refuse/",
    "case-assign": "/office/cases/{overdue}/do/assign/",
    "paper": "/office/cases/{overdue}/documents/stop_use/?number=青建停〔2026〕3号&to=张大山",
    "places": "/office/places/",
    "place": "/office/places/{place}/",
    "place-edit": "/office/places/{place}/edit/",
    "place-point": "/office/places/{unplaced}/point/",
    "place-file": "/office/places/{place}/file/",
    "zero": "/office/zero/",
    "rounds": "/office/rounds/",
    "round": "/office/rounds/{round}/",
    "round-add": "/office/rounds/add/",
    "draws": "/office/draws/",
    "draw-add": "/office/draws/add/",
    "units": "/office/units/",
    "unit": "/office/units/{unit}/",
    "parameters": "/office/parameters/",
    "parameter": "/office/parameters/houses.judgement.wording/",
    "audit": "/office/audit/",
    "jobs": "/office/jobs/",
}


@pytest.mark.parametrize(("device", "size"), [("phone", PHONE), ("desk", DESK)])
def test_every_page_fits_and_nothing_complains(
    village: list[Place], people: People, visit: Open, device: str, size: dict[str, int]
) -> None:
    ids = {
        "contained": Case.objects.get(place=village[3]).pk,
        "overdue": Case.objects.get(place=village[0]).pk,
        "place": village[4].pk,
        "unplaced": village[7].pk,
        "round": village[0].dues.get().round_id,
        "unit": people.village.grants[0].unit,
    }
    seen = visit(people.district, size)
    for name, address in PAGES.items():
        answer = seen.page.goto(address.format(**ids))
        assert answer is not None
        assert answer.status == 200, name
        seen.page.wait_for_load_state("networkidle")
        look(seen.page, f"{device}-{name}")
        wide = seen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px wider than the screen"
        assert seen.complaints == [], name


def test_an_administrator_makes_an_account_by_clicking(village: list[Place], people: People, visit: Open) -> None:
    page = visit(people.administrator).page
    page.goto("/office/units/")
    look(page, "desk-admin-units")
    page.get_by_role("link", name="上河村村民委员会").click()
    page.get_by_role("link", name="添加人员").click()
    page.get_by_label("姓名").fill("新网格员")
    page.get_by_label("用户名").fill("xin")
    page.get_by_label("岗位").select_option("grid_worker")
    page.get_by_label("负责区域").select_option(VILLAGE)
    look(page, "desk-admin-account")
    page.get_by_role("button", name="建立账号").click()
    expect(page.locator("#password")).to_be_visible()
    look(page, "desk-admin-password")


def test_a_number_is_unmasked_after_a_question(village: list[Place], people: People, visit: Open) -> None:
    page = visit(people.township).page
    page.goto(f"/office/places/{village[4].pk}/")
    expect(page.get_by_text("**************002X")).to_be_visible()
    page.get_by_role("button", name="查看完整号码").click()
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.get_by_text("11010519491231002X")).to_be_visible()
    look(page, "desk-unmasked")


def test_a_house_is_put_on_the_map_by_tapping(village: list[Place], people: People, visit: Open) -> None:
    seen = visit(people.village)
    seen.page.goto(f"/office/places/{village[7].pk}/point/")
    seen.page.locator("#map[data-drawn=yes]").wait_for()
    seen.page.locator("#map canvas").click(position={"x": 300, "y": 200})
    expect(seen.page.locator("#id_lon")).not_to_have_value("")
    look(seen.page, "desk-point")
    seen.page.get_by_role("button", name="定在这里").click()
    expect(seen.page.get_by_text("已落图。")).to_be_visible()
    assert seen.complaints == []


def test_papers_and_files_print_on_a4_without_menus(village: list[Place], people: People, visit: Open) -> None:
    page = visit(people.township).page
    case = Case.objects.get(place=village[0])
    for name, address in {
        "paper": f"/office/cases/{case.pk}/documents/notice/",
        "file": f"/office/places/{village[4].pk}/file/",
    }.items():
        page.goto(address)
        page.emulate_media(media="print")
        for part in (".header", ".footer", ".filters", ".page-head .actions"):
            for one in page.locator(part).all():
                expect(one).to_be_hidden()
        if SHOTS:
            page.pdf(path=Path(SHOTS) / f"print-{name}.pdf", format="A4")
        page.emulate_media(media="screen")
