"""Every page of the site in a real browser, under the enforced Content-Security-Policy: nothing is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from hemei.core.actions.door import issue_door
from hemei.core.models import Account, Place
from tests.browser.conftest import DESK, PHONE, Visit
from tests.conftest import People
from tests.site.test_addresses import ADDRESSES, NUMBER, all_of, village_records
from tests.site.test_open_to_all import opened

__all__ = ["village_records"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def pages_of(people: People, who: str) -> list[str]:
    """The addresses that answer this person with a page."""
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(Account.objects.get(pk=getattr(people, who).id), "django.contrib.auth.backends.ModelBackend")
    found = []
    for address in ADDRESSES:
        answer = client.get(address())
        all_of(answer)
        if answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/html"):
            found.append(address())
    return found


@pytest.mark.parametrize(("who", "size"), [("district", DESK), ("administrator", PHONE)])
def test_no_page_asks_for_what_its_policy_forbids(
    village_records: People, visit: Callable[..., Visit], who: str, size: dict[str, int]
) -> None:
    pages = pages_of(village_records, who)
    assert len(pages) >= 10
    seen = visit(getattr(village_records, who), size)
    told = {}
    for address in pages:
        seen.complaints.clear()
        seen.page.goto(address, wait_until="load")
        if said := [one for one in seen.complaints if "Content Security Policy" in one or "Content-Security" in one]:
            told[address] = said
    assert told == {}


def test_nor_does_any_page_that_is_open_to_all(village_records: People, visit: Callable[..., Visit]) -> None:
    client = Client(headers={"accept-language": "zh-CN"})
    pages = []
    for address in opened(village_records):
        answer = client.get(address)
        all_of(answer)
        if answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/html"):
            pages.append(address)
    assert len(pages) >= 10
    seen, told = visit(None, PHONE), {}
    for address in pages:
        seen.complaints.clear()
        seen.page.goto(address, wait_until="load")
        if said := [one for one in seen.complaints if "Content Security Policy" in one or "Content-Security" in one]:
            told[address] = said
    assert told == {}


def test_nor_does_the_door(village_records: People, visit: Callable[..., Visit]) -> None:
    door = issue_door(place=Place.objects.get(pk=NUMBER), by=village_records.village)
    seen = visit(None, PHONE)
    for page in ("", "phone/", "reports/"):
        seen.page.goto(f"/d/{door.token}/{page}")
    assert [one for one in seen.complaints if "Content Security Policy" in one] == []
