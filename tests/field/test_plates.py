"""Plates and indoor cards: issued and printed at once, eight a sheet, and only once."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from hemei.core.models import DoorToken, Place
from hemei.core.queries.door import who_stands
from tests.conftest import NEXT_VILLAGE, VILLAGE, People
from tests.toy.wells import dig_well

SignIn = Callable[[str], Client]


@pytest.fixture
def ten(toy, people: People) -> list[Place]:
    return [dig_well(VILLAGE, f"井{n}号", 110.5 + n * 0.001) for n in range(10)]


def addresses(page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'alt="(http[^"]+)"', page)]


def test_eight_a_sheet_and_a_card_for_each(ten: list[Place], signed_in: SignIn) -> None:
    client = signed_in("village")
    response = client.post(f"/field/plates/?region={VILLAGE}", {"do": "issue", "place": [place.pk for place in ten]})
    page = response.content.decode()
    assert page.count('class="plate"') == page.count('class="card-inside"') == 10
    assert page.count('class="a4"') == 4  # eight and two, outside and inside
    assert "no-store" in response["Cache-Control"]
    codes = re.findall(r'class="digits">(\d{4} \d{4})<', page)
    assert len(set(codes)) == 10
    assert len(addresses(page)) == 10
    for address, code in zip(addresses(page), codes, strict=True):
        assert address.startswith("http://testserver/d/")
        phone = Client()
        path = address.removeprefix("http://testserver")
        assert "绑定好了" in phone.post(f"{path}phone/", {"code": code}, follow=True).content.decode()


def test_the_address_is_the_one_that_phones_reach(ten: list[Place], signed_in: SignIn, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://nongfang.example.gov.cn/"
    page = signed_in("village").post("/field/plates/", {"do": "issue", "place": [ten[0].pk]}).content.decode()
    address = addresses(page)[0]
    assert address.startswith("https://nongfang.example.gov.cn/d/")
    assert who_stands(address.split("/d/")[1].strip("/")) is not None


def test_only_those_without_are_ticked_and_a_new_one_ends_the_old(ten: list[Place], signed_in: SignIn) -> None:
    client = signed_in("village")
    first = addresses(client.post("/field/plates/", {"do": "issue", "place": [ten[0].pk]}).content.decode())[0]
    page = client.get("/field/plates/", {"region": VILLAGE}).content.decode()
    assert page.count("checked") == 9
    assert "本村还有 9 户没有门牌码" in page
    assert client.get("/field/plates/", {"which": "all"}).content.decode().count('name="place"') == 10
    assert client.get("/field/plates/?which=all&tick=1").content.decode().count("checked") == 10
    client.post("/field/plates/?which=all", {"do": "issue", "place": [ten[0].pk]})
    assert who_stands(first.split("/d/")[1].strip("/")) is None
    assert DoorToken.objects.filter(revoked_at=None).count() == 1


def test_a_plate_is_revoked_without_a_new_one(ten: list[Place], signed_in: SignIn) -> None:
    client = signed_in("village")
    client.post("/field/plates/", {"do": "issue", "place": [ten[0].pk]})
    response = client.post(
        "/field/plates/?which=all", {"do": "revoke", "place": [place.pk for place in ten]}, follow=True
    )
    assert "已作废 1 块" in response.content.decode()
    assert not DoorToken.objects.filter(revoked_at=None).exists()


def test_an_address_that_phones_may_not_reach_is_said(ten: list[Place], signed_in: SignIn, settings: Settings) -> None:
    assert "HEMEI_PUBLIC_URL" in signed_in("village").get("/field/plates/").content.decode()
    settings.PUBLIC_URL = "https://nongfang.example.gov.cn"
    assert "HEMEI_PUBLIC_URL" not in signed_in("village").get("/field/plates/").content.decode()


def test_nothing_chosen_issues_nothing(ten: list[Place], signed_in: SignIn) -> None:
    response = signed_in("village").post("/field/plates/", follow=True)
    assert "请至少选一户" in response.content.decode()
    assert not DoorToken.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("village", 200), ("township", 200), ("grid", 403), ("inspector", 403)])
def test_who_may(ten: list[Place], signed_in: SignIn, who: str, status: int) -> None:
    assert signed_in(who).get("/field/plates/").status_code == status


def test_a_house_of_the_next_village_is_not_issued(toy, people: People, signed_in: SignIn) -> None:
    other = dig_well(NEXT_VILLAGE, "井外")
    signed_in("village").post(f"/field/plates/?region={NEXT_VILLAGE}", {"do": "issue", "place": [other.pk]})
    assert not DoorToken.objects.exists()
