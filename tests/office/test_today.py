"""今天: what waits for whom."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from hemei.core.actions import case as steps
from hemei.core.models import Message, Place
from tests.conftest import People, brought, days_ago, photo
from tests.core.actions.test_case import LEANING, found

SignIn = Callable[[str], Client]


def text(client: Client, page: str = "/office/") -> str:
    answer = client.get(page)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_overdue_case_waits_for_the_village(house: Place, people: People, signed_in: SignIn) -> None:
    found(house, people, days=100)
    mine = text(signed_in("village"))
    assert "墙体裂缝" in mine
    assert "已超期" in mine
    assert "墙体裂缝" not in text(signed_in("next_village"))


def test_a_remedied_case_waits_for_who_may_accept_it_but_not_for_who_remedied_it(
    house: Place, people: People, signed_in: SignIn
) -> None:
    case = found(house, people)
    steps.remedy(case=case, by=people.village, brought=brought(remedy="repair", files=[photo()]))
    assert "等我验收" not in text(signed_in("village"))
    assert "等我验收" in text(signed_in("second_in_village"))
    assert "等我验收" in text(signed_in("district"))


def test_an_urgent_remedy_waits_only_at_the_district(house: Place, people: People, signed_in: SignIn) -> None:
    case = found(house, people, LEANING)
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="demolish", files=[photo()]))
    assert "等我验收" not in text(signed_in("second_in_village"))
    assert "等我验收" in text(signed_in("district"))


def test_a_contained_case_comes_back_on_its_day(house: Place, people: People, signed_in: SignIn) -> None:
    case = found(house, people, days=20)
    steps.contain(case=case, by=people.grid, brought=brought(days_ago(10), files=[photo()]))
    assert "到期要复查" in text(signed_in("village"))


def test_an_urgent_message_is_answered_once(house: Place, people: People, signed_in: SignIn) -> None:
    found(house, people, LEANING)
    message = Message.objects.get()
    client = signed_in("village")
    assert "我已收到" in text(client)
    assert signed_in("second_in_village").post(f"/office/messages/{message.pk}/receipt/").status_code == 404
    assert client.post(f"/office/messages/{message.pk}/receipt/").status_code == 302
    assert "我已收到" not in text(client)


def test_who_has_no_duty_sees_an_empty_page_and_no_numbers(people: People, signed_in: SignIn) -> None:
    page = text(signed_in("nobody"))
    assert "现在没有等您办的事" in page
    assert "未销号" not in page


def test_the_administrator_has_no_cases_in_the_navigation(people: People, signed_in: SignIn) -> None:
    page = text(signed_in("administrator"))
    assert "/office/cases/" not in page
