"""Thick fingers, no signal, a sign-in that ran out: nothing typed is lost, and nothing is done twice."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from hemei.core.access import Actor, At
from hemei.core.actions import case as steps
from hemei.core.actions.opening import open_case
from hemei.core.models import Case, Check, Place
from tests.browser.conftest import PHONE, Visit
from tests.browser.test_grid_worker import sound_but
from tests.conftest import People, brought, photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen
Window = Callable[..., Visit]
ALERT = "form [role=alert]"


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"lines-{name}.png")


@pytest.fixture
def contained(house: Place, people: People) -> Case:
    where = At(house.region, "houses")
    case = open_case(where=where, place=house, code="houses.F14", at=timezone.now(), by=people.grid)
    steps.contain(case=case, by=people.grid, brought=brought(files=[photo()]))
    return case


def sign_in(context: BrowserContext, actor: Actor, address: str) -> None:
    """As in another window of the same browser."""
    client = Client()
    client.force_login(actor.account)
    context.add_cookies([{"name": "sessionid", "value": client.session.session_key, "url": address}])


def fill_in_survey(page: Page, house: Place) -> None:
    page.goto(f"/field/places/{house.pk}/check/houses.survey/")
    page.locator("[name=storeys]").fill("2")
    sound_but(page, beam_rot="obvious", first_judgement="some", occupied="yes", told_to_leave="yes")
    page.locator("#q-timber_photo input[data-source=camera]").set_input_files(
        {"name": "梁.jpg", "mimeType": "image/jpeg", "buffer": photo().content}
    )
    expect(page.locator("#q-timber_photo .photos li")).to_have_count(1)


def submit(page: Page) -> None:
    page.get_by_role("button", name="提交检查").click()


def stored_once_with_its_photo(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text("发现 2 个问题")
    check = Check.objects.get()
    assert check.answers["beam_rot"] == "obvious"
    assert [file.name for file in check.evidence.all()] == ["梁.jpg"]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_step_tapped_twice_is_taken_once(visit: Window, people: People, contained: Case, scripts: bool) -> None:
    page = visit(people.grid, PHONE, java_script_enabled=scripts).page
    page.goto(f"/office/cases/{contained.pk}/do/look_again/")
    page.locator("textarea").fill("封条完好。")
    page.locator("#step button.btn-primary").dblclick()
    expect(page.locator(".said.success")).to_contain_text("已登记：管控复查")
    assert contained.steps.filter(verb="case.look_again").count() == 1


def test_going_back_and_pressing_again_adds_nothing(visit: Window, people: People, house: Place) -> None:
    page = visit(people.grid, PHONE).page
    fill_in_survey(page, house)
    submit(page)
    stored_once_with_its_photo(page)
    page.go_back()
    submit(page)  # the form as it was is the same check; an empty one is refused
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert Check.objects.count() == 1


def test_without_a_signal_the_form_stays_and_says_so(visit: Window, people: People, house: Place) -> None:
    page = visit(people.grid, PHONE).page
    fill_in_survey(page, house)
    page.context.set_offline(True)
    submit(page)
    expect(page.locator(ALERT)).to_contain_text("没有网络")
    look(page, "1-offline")
    submit(page)
    expect(page.locator(ALERT)).to_have_count(1)
    page.context.set_offline(False)
    submit(page)
    stored_once_with_its_photo(page)


def test_an_answer_that_got_lost_on_its_way_back(visit: Window, people: People, house: Place) -> None:
    page = visit(people.grid, PHONE).page
    fill_in_survey(page, house)

    def lose(route) -> None:
        route.fetch()  # it arrives, and is stored
        route.abort()

    page.route("**/check/houses.survey/", lose, times=1)
    submit(page)
    expect(page.locator(ALERT)).to_contain_text("没有网络")
    assert Check.objects.count() == 1
    submit(page)
    stored_once_with_its_photo(page)


def test_a_sign_in_that_ran_out_in_the_middle_of_a_survey(
    visit: Window, people: People, house: Place, live_server
) -> None:
    page = visit(people.grid, PHONE).page
    fill_in_survey(page, house)
    page.context.clear_cookies(name="sessionid")
    submit(page)
    expect(page.locator(ALERT)).to_contain_text("登录已过期")
    look(page, "2-signed-out")
    assert page.locator("[name=storeys]").input_value() == "2"
    sign_in(page.context, people.village, live_server.url)
    submit(page)
    expect(page.locator(ALERT)).to_contain_text("另一个人")
    assert not Check.objects.exists()
    sign_in(page.context, people.grid, live_server.url)
    submit(page)
    stored_once_with_its_photo(page)
    assert Check.objects.get().account == people.grid.account


def test_a_page_that_the_phone_threw_away(visit: Window, people: People, house: Place) -> None:
    page = visit(people.grid, PHONE).page
    fill_in_survey(page, house)
    page.wait_for_timeout(600)  # longer than the pause after which it is kept
    page.goto("about:blank")
    page.goto(f"/field/places/{house.pk}/check/houses.survey/")
    expect(page.locator("form [role=status]")).to_contain_text("已经放回来了")
    look(page, "3-found-again")
    assert page.locator("[name=beam_rot][value=obvious]").is_checked()
    expect(page.locator("#q-timber_photo .photos li")).to_have_count(1)
    submit(page)
    stored_once_with_its_photo(page)
    page.goto(f"/field/places/{house.pk}/check/houses.survey/")
    page.wait_for_timeout(300)
    assert not page.locator("[name=beam_rot][value=obvious]").is_checked()
    expect(page.locator("form [role=status]")).to_have_count(0)


def test_what_one_person_typed_is_not_shown_to_the_next(
    visit: Window, people: People, house: Place, live_server
) -> None:
    page = visit(people.grid, PHONE).page
    fill_in_survey(page, house)
    page.wait_for_timeout(600)
    sign_in(page.context, people.village, live_server.url)
    page.goto(f"/field/places/{house.pk}/check/houses.survey/")
    page.wait_for_timeout(300)
    assert page.locator("[name=storeys]").input_value() == ""
