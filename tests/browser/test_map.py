"""The map in a real browser, under the real Content-Security-Policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.staticfiles import finders

from hemei.core.actions.placestate import recount
from hemei.core.models import Place
from tests.browser.conftest import DESK, PHONE, Visit
from tests.conftest import DISTRICT, VILLAGE, People

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _built() -> None:
    assert finders.find("built/map.js"), "the front end is not built: run `make setup`"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_house_is_found_and_opened_by_keyboard(
    size: dict[str, int], visit: Callable[..., Visit], people: People, house: Place
) -> None:
    Place.objects.update(state="found")
    recount("house", DISTRICT)
    seen = visit(people.village, size)
    page = seen.page
    page.goto(f"/maps/?kind=house&region={VILLAGE}")
    page.wait_for_selector("#map[data-drawn=yes]")
    page.focus("#map canvas")
    for _tile_still_coming in range(30):
        page.wait_for_timeout(1000)
        page.keyboard.press("Enter")
        if page.is_visible(".map-panel"):
            break
    page.wait_for_selector(".map-panel", state="visible")
    assert page.inner_text(".map-panel h3") == "河边一号"
    assert page.inner_text(".map-panel .state") == "已发现"
    assert page.get_attribute(".map-panel a", "href") == f"/office/places/{house.pk}/"
    page.keyboard.press("Escape")
    page.wait_for_selector(".map-panel", state="hidden")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert seen.complaints == []


def test_a_state_switched_off_leaves_the_map(visit: Callable[..., Visit], people: People, house: Place) -> None:
    Place.objects.update(state="found")
    seen = visit(people.village)
    page = seen.page
    page.goto("/maps/?kind=house")
    page.wait_for_selector("#map[data-drawn=yes]")
    page.click("[data-state=found]")
    assert page.get_attribute("[data-state=found]", "aria-pressed") == "false"
    page.focus("#map canvas")
    page.wait_for_timeout(1000)
    page.keyboard.press("Enter")
    assert page.is_hidden(".map-panel")


def test_without_scripts_there_is_the_list(visit: Callable[..., Visit], people: People, house: Place) -> None:
    recount("house", DISTRICT)
    page = visit(people.village, PHONE, java_script_enabled=False).page
    page.goto("/maps/?kind=house")
    table = page.locator("noscript table").bounding_box()
    assert table is not None
    assert table["y"] < 700  # in sight above the menu, not below an empty map
