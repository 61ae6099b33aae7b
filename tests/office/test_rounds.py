"""轮次和抽查, by clicking."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from hemei.core.models import Draw, Due, Place, Round
from hemei.terms.day import today
from tests.conftest import DISTRICT, TOWNSHIP, VILLAGE, People

SignIn = Callable[[str], Client]


def planned(client: Client, **more: str) -> Client:
    data = {
        "name": "汛前排查",
        "matter": "houses",
        "tier": "survey",
        "region": TOWNSHIP,
        "starts": today().isoformat(),
        "ends": (today() + timedelta(days=20)).isoformat(),
        "everything": "on",
    }
    return client.post("/office/rounds/add/", data | more)


def test_a_round_is_planned_weighed_published_and_followed(house: Place, people: People, signed_in: SignIn) -> None:
    township = signed_in("township")
    assert planned(township).status_code == 302
    turn = Round.objects.get()
    page = township.get(f"/office/rounds/{turn.pk}/").content.decode()
    assert "小时" in page
    assert "发布这一轮" in page
    assert signed_in("village").get(f"/office/rounds/{turn.pk}/").status_code == 404
    assert signed_in("village").post(f"/office/rounds/{turn.pk}/publish/").status_code == 404
    township.post(f"/office/rounds/{turn.pk}/publish/")
    seen = signed_in("village").get(f"/office/rounds/{turn.pk}/").content.decode()
    assert "河边一号" in seen
    assert "转给别人" not in seen
    assert "汛前排查" in signed_in("grid").get("/office/rounds/").content.decode()
    assert "汛前排查" not in signed_in("other_township").get("/office/rounds/").content.decode()


def test_a_round_without_anything_due_says_what_to_do(people: People, signed_in: SignIn) -> None:
    answer = planned(signed_in("township"), everything="")
    assert answer.status_code == 422
    assert not Round.objects.exists()


def test_one_place_is_handed_to_somebody_else(house: Place, people: People, signed_in: SignIn) -> None:
    township = signed_in("township")
    planned(township)
    turn = Round.objects.get()
    township.post(f"/office/rounds/{turn.pk}/publish/")
    due = Due.objects.get()
    address = f"/office/dues/{due.pk}/hand-over/"
    assert signed_in("village").get(address).status_code == 403
    assert signed_in("other_township").get(address).status_code == 404
    assert township.post(address, {"to": people.second_in_village.id}).status_code == 302
    due.refresh_from_db()
    assert due.account == people.second_in_village.account


def test_a_draft_is_thrown_away_and_a_published_round_ends(house: Place, people: People, signed_in: SignIn) -> None:
    township = signed_in("township")
    planned(township)
    assert township.post(f"/office/rounds/{Round.objects.get().pk}/discard/").headers["Location"] == "/office/rounds/"
    planned(township)
    turn = Round.objects.get()
    township.post(f"/office/rounds/{turn.pk}/publish/")
    assert township.post(f"/office/rounds/{turn.pk}/discard/").headers["Location"] == f"/office/rounds/{turn.pk}/"
    township.post(f"/office/rounds/{turn.pk}/close/")
    turn.refresh_from_db()
    assert turn.state == "closed"


@pytest.mark.parametrize("page", ["/office/rounds/add/", "/office/draws/add/"])
@pytest.mark.parametrize("who", ["village", "grid", "auditor", "nobody"])
def test_who_may_not_plan(people: People, signed_in: SignIn, page: str, who: str) -> None:
    assert signed_in(who).get(page).status_code == 403


def frozen(client: Client, people: People, **more: str):
    tomorrow = today() + timedelta(days=1)
    data = {
        "name": "四季度巡查",
        "matter": "houses",
        "region": DISTRICT,
        "event": "福利彩票双色球",
        "event_on": tomorrow.isoformat(),
        "opens_on": (tomorrow + timedelta(days=1)).isoformat(),
        "ends": (tomorrow + timedelta(days=10)).isoformat(),
        f"takes_{people.inspector.id}": "on",
    }
    return client.post("/office/draws/add/", data | more)


def test_a_draw_is_frozen_then_drawn_by_the_event(house: Place, people: People, signed_in: SignIn) -> None:
    district = signed_in("district")
    assert frozen(district, people).status_code == 302
    held = Draw.objects.get()
    address = f"/office/draws/{held.pk}/"
    page = district.get(address).content.decode()
    assert held.frame_hash in page
    assert "抽取</button>" not in page
    assert district.post(address, {"seed": "010203"}).status_code == 422
    Draw.objects.update(event_on=today())
    assert signed_in("inspector").post(address, {"seed": "010203"}).status_code == 403
    assert district.post(address, {"seed": "010203"}).status_code == 302
    assert "河边一号" not in signed_in("inspector").get(address).content.decode()
    assert "河边一号" not in district.get(f"/office/rounds/{held.round_id}/").content.decode()
    district.post(f"{address}publish/")
    assert "到截止日期后才能公布" in district.get(address).content.decode()
    assert signed_in("neighbour").get(address).status_code == 404
    assert signed_in("nobody").get("/office/draws/").status_code == 403


def test_an_event_of_the_past_is_refused_beside_its_field(house: Place, people: People, signed_in: SignIn) -> None:
    answer = frozen(signed_in("district"), people, event_on=today().isoformat())
    assert answer.status_code == 422
    assert answer.context["form"].errors["event_on"]


def test_a_draw_needs_inspectors(house: Place, people: People, signed_in: SignIn) -> None:
    answer = frozen(signed_in("district"), people, **{f"takes_{people.inspector.id}": ""})
    assert answer.status_code == 422
    assert "请选择参加抽取的巡查人员" in answer.content.decode()
    assert VILLAGE not in str(answer.context["form"].errors)


def test_a_round_after_a_disaster_looks_at_everything_from_today_on(client: Client, people: People) -> None:
    client.force_login(people.township.account)
    assert "/office/rounds/add/?event=quake" in client.get("/office/rounds/").content.decode()
    page = client.get("/office/rounds/add/?event=quake").content.decode()
    assert 'value="地震"' in page
    assert "地震后排查（" in page
    assert re.search(r'name="everything"[^>]*checked', page)
    assert "后排查（" not in client.get("/office/rounds/add/?event=war").content.decode()
