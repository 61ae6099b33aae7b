"""动态清零: any region, any day, on the page and as a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import openpyxl
import pytest
from django.test import Client

from hemei.core.actions import case as steps
from hemei.core.models import Place
from hemei.terms.day import today
from tests.conftest import NEXT_VILLAGE, TOWNSHIP, VILLAGE, People, brought, days_ago, photo
from tests.core.actions.test_case import found

SignIn = Callable[[str], Client]


@pytest.fixture
def closed_yesterday(house: Place, people: People) -> None:
    case = found(house, people, days=10)
    steps.remedy(case=case, by=people.grid, brought=brought(days_ago(3), remedy="repair", files=[photo()]))
    steps.accept(case=case, by=people.village, brought=brought(days_ago(1), files=[photo()]))


def test_the_past_is_counted_as_it_was(closed_yesterday: None, signed_in: SignIn) -> None:
    client = signed_in("township")
    for days, expected in ((5, 1), (0, 0)):
        day = today() - timedelta(days=days)
        answer = client.get("/office/zero/", {"on": day.isoformat()})
        assert answer.context["board"].total.open == expected
    known = (today() - timedelta(days=2)).isoformat()
    assert client.get("/office/zero/", {"known": known}).context["board"].total.open == 1


def test_a_village_where_nobody_looked_is_not_zero(house: Place, signed_in: SignIn) -> None:
    page = signed_in("township").get("/office/zero/").content.decode()
    assert "无人查看" in page


def test_it_drills_down_and_stays_in_the_scope(house: Place, signed_in: SignIn) -> None:
    district = signed_in("district").get("/office/zero/").content.decode()
    assert f"region={TOWNSHIP}" in district
    village = signed_in("village").get("/office/zero/", {"region": NEXT_VILLAGE})
    assert village.context["board"].total.region == VILLAGE


@pytest.mark.parametrize("day", ["2026-99-99", "9999-12-31", "0001-01-01", "x"])
def test_nonsense_in_the_address_gives_the_board_of_today(house: Place, signed_in: SignIn, day: str) -> None:
    answer = signed_in("township").get("/office/zero/", {"on": day, "region": "x", "by": "7", "known": day})
    assert answer.status_code == 200
    assert answer.context["board"].on == today()


@pytest.mark.parametrize("page", ["/office/zero/", "/office/zero.csv", "/office/zero.xlsx"])
def test_who_has_no_duty_gets_no_board(people: People, signed_in: SignIn, page: str) -> None:
    assert signed_in("nobody").get(page).status_code == 403
    assert signed_in("administrator").get(page).status_code == 403


def test_the_board_as_files(house: Place, people: People, signed_in: SignIn) -> None:
    found(house, people)
    client = signed_in("township")
    csv = client.get("/office/zero.csv").content
    assert csv.startswith(b"\xef\xbb\xbf")
    assert VILLAGE in csv.decode()
    book = openpyxl.load_workbook(io.BytesIO(client.get("/office/zero.xlsx").content))
    rows = list(book.worksheets[0].values)
    assert rows[0][:3] == ("区划代码", "区域", "未销号")
    assert rows[-1][:3] == (TOWNSHIP, "青石镇", 1)
    assert client.get("/office/zero.pdf").status_code == 404
