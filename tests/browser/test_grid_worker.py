"""A grid worker with a phone: the nearest house, its survey with photos, what was found; and 代报 for a caller."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hemei.core.models import Case, Check, Due, Place, Round, RoundState
from hemei.terms.day import today
from tests.browser.conftest import DESK, PHONE, Visit
from tests.conftest import VILLAGE, People, build_house, photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen
Open = Callable[..., Visit]
THERE = {"longitude": 110.505, "latitude": 31.5, "accuracy": 9}


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"worker-{name}.png", full_page=True)


@pytest.fixture
def road(people: People) -> list[Place]:
    """Six houses along a road, all owed by the grid worker, the first overdue."""
    turn = Round.objects.create(
        matter="houses",
        tier="survey",
        name="2026 年秋季排查",
        region=VILLAGE,
        starts=today(),
        ends=today() + timedelta(days=20),
        state=RoundState.PUBLISHED,
    )
    houses = [build_house(label=f"河边{n}号", lon=110.5 + n * 0.001) for n in range(1, 7)]
    for n, house in enumerate(houses):
        Place.objects.filter(pk=house.pk).update(group="二组", address=f"上河村二组 {n + 1} 号")
        day = today() + timedelta(days=-3 if n == 0 else 2 * n)
        Due.objects.create(round=turn, place=house, region=VILLAGE, due_on=day, account=people.grid.account)
    return houses


def pick(page: Page, question: str, choice: str) -> None:
    page.locator(f"#q-{question}").get_by_text(choice, exact=True).click()


def sound_but(page: Page, **signs: str) -> None:
    """Answer a survey: everything is sound but for these signs."""
    for box in page.locator("fieldset[data-question]").all():
        if not box.is_visible():
            continue
        name = box.get_attribute("data-question") or ""
        usual = (value for value in ("none", "no", "earth_timber") if box.locator(f"[value={value}]").count())
        if wanted := signs.get(name) or next(usual, None):
            box.locator(f"[value={wanted}]").check()


def test_the_nearest_house_its_survey_and_what_was_found(visit: Open, people: People, road: list[Place]) -> None:
    page = visit(people.grid, PHONE, geolocation=THERE, permissions=["geolocation"]).page
    page.goto("/field/")
    look(page, "1-dues")
    expect(page.locator("tbody tr").first).to_contain_text("河边1号")  # overdue
    page.get_by_role("button", name="离我最近的在前").click()
    page.wait_for_url("**lat=31.5**")
    expect(page.locator("tbody tr").nth(1)).to_contain_text("河边5号")
    look(page, "2-nearest")
    page.locator("tbody tr").nth(1).get_by_role("link", name="镇村排查").click()
    look(page, "3-survey")
    expect(page.locator("#q-business_kind")).to_be_hidden()
    expect(page.locator("#q-appraise_by")).to_be_hidden()
    page.get_by_role("button", name="提交检查").click()
    expect(page.locator(".error-summary")).to_contain_text("处需要修改")
    look(page, "4-errors")
    page.locator("[name=storeys]").fill("２")
    sound_but(page, beam_rot="obvious", first_judgement="some", occupied="yes", told_to_leave="yes")
    page.locator("#q-timber_photo input[data-source=camera]").set_input_files(
        {"name": "梁.jpg", "mimeType": "image/jpeg", "buffer": photo().content}
    )
    expect(page.locator("#q-timber_photo .photos li")).to_have_count(1)
    page.locator("#q-position").get_by_role("button").click()
    expect(page.locator("[name=position]")).to_have_value("31.500000 110.505000 0.0 9")
    look(page, "5-filled")
    page.get_by_role("button", name="提交检查").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("发现 2 个问题")
    look(page, "6-found")
    check = Check.objects.get()
    kept = check.evidence.get()
    assert (kept.source, kept.question, kept.lon) == ("camera", "timber_photo", 110.505)
    assert kept.device_at is not None
    assert Case.objects.count() == 2
    page.get_by_role("link", name="看下一户").click()
    expect(page.get_by_text("河边5号")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_answering_for_somebody_who_called(visit: Open, people: People, road: list[Place], scripts: bool) -> None:
    page = visit(people.grid, PHONE, java_script_enabled=scripts).page
    page.goto("/field/")
    page.get_by_role("link", name="找一户代报").click()
    page.get_by_label("户主姓名").fill("河边3")
    page.get_by_role("button", name="查找").click()
    look(page, "7-find")
    page.get_by_role("link", name="代报").click()
    pick_channel = page.locator("#id_channel").get_by_text("电话代报")
    pick_channel.click()
    page.get_by_label("替谁报的").fill("户主本人")
    pick(page, "wall_leaning", "有")
    look(page, "8-proxy")
    page.get_by_role("button", name="提交代报").click()
    expect(page.get_by_role("alert").last).to_contain_text("现在就请人离开")
    look(page, "9-urgent")
    check = Check.objects.get()
    assert (check.channel, check.on_behalf, check.counts) == ("call", "户主本人", True)


def test_plates_are_issued_and_printed_at_once(visit: Open, people: People, road: list[Place]) -> None:
    page = visit(people.village, DESK).page
    page.goto(f"/field/plates/?region={VILLAGE}")
    look(page, "10-plates")
    page.get_by_role("button", name="发放选中的并打印").click()
    page.get_by_role("button", name="确认").click()
    expect(page.locator(".plate")).to_have_count(6)
    look(page, "11-sheets")
    broken = page.evaluate("[...document.images].filter(i => !i.naturalWidth).length")
    assert broken == 0
    page.emulate_media(media="print")
    expect(page.get_by_text("请现在打印")).to_be_hidden()
    look(page, "11-printed")
    if SHOTS:
        page.pdf(path=Path(SHOTS) / "plates.pdf", prefer_css_page_size=True)


def test_on_a_desk_the_same_pages(visit: Open, people: People, road: list[Place]) -> None:
    page = visit(people.grid, DESK).page
    page.goto("/field/")
    look(page, "12-dues-wide")
    page.get_by_role("link", name="镇村排查").first.click()
    look(page, "13-survey-wide")
    expect(page.get_by_role("button", name="提交检查")).to_be_visible()
