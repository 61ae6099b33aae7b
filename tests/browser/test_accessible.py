"""WCAG 2.1 AA by axe-core on the staff pages, as a phone and a desk show them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hemei.core.models import Place
from tests.browser.conftest import DESK, PHONE, Visit
from tests.conftest import ROOT, People
from tests.core.actions.test_case import LEANING, found

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = ROOT / "front" / "node_modules" / "axe-core" / "axe.min.js"
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}"
PAGES = ["", "cases/", "cases/?open=on", "places/", "zero/", "messages/", "rounds/", "units/", "parameters/", "audit/"]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_on_the_staff_pages_breaks_wcag_aa(
    size: dict[str, int], visit: Callable[..., Visit], people: People, house: Place
) -> None:
    found(house, people, LEANING, days=0)
    found(house, people, days=200)
    page = visit(people.district, size).page
    broken = {}
    for address in PAGES:
        page.goto(f"/office/{address}")
        page.evaluate(AXE.read_text("utf-8"))
        said = page.evaluate(f"axe.run(document, {RULES})")
        broken |= {
            (address, one["id"]): [node["html"][:160] for node in one["nodes"][:3]] for one in said["violations"]
        }
    assert broken == {}


def test_the_first_key_leads_past_the_navigation(visit: Callable[..., Visit], people: People) -> None:
    page = visit(people.district).page
    page.goto("/office/cases/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
