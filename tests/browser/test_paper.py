"""What is printed lies on A4 as it should: a notice on one page, a file without empty ones."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from hemei.core.access import At
from hemei.core.actions import case as steps
from hemei.core.actions.opening import open_case
from hemei.core.models import Case, Place
from tests.browser.conftest import DESK, Visit
from tests.conftest import People, brought, photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was printed
Window = Callable[..., Visit]


@pytest.fixture
def case(house: Place, people: People) -> Case:
    where = At(house.region, "houses")
    return open_case(where=where, place=house, code="houses.F14", at=timezone.now(), by=people.grid, files=[photo()])


def printed_pages(page: Page, name: str) -> int:
    paper = page.pdf(prefer_css_page_size=True)
    if SHOTS:
        (Path(SHOTS) / f"{name}.pdf").write_bytes(paper)
    assert re.search(rb"/MediaBox\s*\[0 0 59[45][.\d]* 84[12]", paper)  # A4
    return len(re.findall(rb"/Type\s*/Page\b", paper))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("paper", ["notice", "stop_use"])
def test_a_notice_keeps_to_one_page(
    visit: Window, people: People, case: Case, live_server, paper: str, language: str
) -> None:
    page = visit(people.township, DESK).page
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    page.goto(f"/office/cases/{case.pk}/documents/{paper}/?number=青建停〔2026〕3号")
    assert printed_pages(page, f"{paper}-{language}") == 1


def test_the_file_has_a_cover_contents_and_no_empty_page(
    visit: Window, people: People, case: Case, house: Place
) -> None:
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="repair", files=[photo("blue")]))
    page = visit(people.village, DESK).page
    page.goto(f"/office/places/{house.pk}/file/")
    begins = page.locator(".filed .new-page").count()
    assert begins == 7
    assert printed_pages(page, "file") == begins + 1  # each part that begins a page, after the cover
