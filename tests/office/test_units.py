"""单位、账号和岗位, by clicking."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hemei.core.models import Account, Duty, Unit
from tests.conftest import VILLAGE, People

SignIn = Callable[[str], Client]
Units = dict[str, Unit]
NEW = {"name": "新网格员", "username": "xin", "phone": "13800001234", "role": "grid_worker", "region": VILLAGE}


def test_everybody_sees_the_units_of_their_region(people: People, units: Units, signed_in: SignIn) -> None:
    page = signed_in("village").get("/office/units/").content.decode()
    assert "上河村村民委员会" in page
    assert "下河村村民委员会" not in page
    assert "/office/units/add/" not in page
    assert "上河村村民委员会" in signed_in("district").get("/office/units/", {"q": "网格"}).content.decode()


def test_by_address_another_villages_unit_is_not_found(people: People, units: Units, signed_in: SignIn) -> None:
    address = f"/office/units/{units['village'].pk}/"
    assert signed_in("village").get(address).status_code == 200
    assert signed_in("next_village").get(address).status_code == 404
    assert signed_in("nobody").get(address).status_code == 403
    assert signed_in("grid").get(address).status_code == 403


@pytest.mark.parametrize("page", ["change/", "accounts/add/", "duties/add/"])
def test_only_the_administrator_edits(people: People, units: Units, signed_in: SignIn, page: str) -> None:
    address = f"/office/units/{units['village'].pk}/{page}"
    assert signed_in("administrator").get(address).status_code == 200
    assert signed_in("district").get(address).status_code == 403
    assert signed_in("village").get(address).status_code == 403
    assert signed_in("village").post(f"/office/units/{units['village'].pk}/close/").status_code == 403


def test_a_new_person_signs_in_with_the_password_shown_once(people: People, units: Units, signed_in: SignIn) -> None:
    address = f"/office/units/{units['village'].pk}/accounts/add/"
    shown = signed_in("administrator").post(address, NEW | {"matter": "*", "starts": "2026-01-01"})
    assert shown.headers["Cache-Control"] == "no-store"
    said = re.search(r'id="password">([^<]+)<', shown.content.decode())
    assert said is not None
    client = Client()
    client.post("/sign-in/", {"username": "xin", "password": said[1]})
    assert client.get("/office/").headers["Location"] == "/office/password/"


def test_a_taken_name_stands_beside_its_field(people: People, units: Units, signed_in: SignIn) -> None:
    address = f"/office/units/{units['village'].pk}/accounts/add/"
    data = NEW | {"username": "grid", "matter": "*", "starts": "2026-01-01"}
    answer = signed_in("administrator").post(address, data)
    assert answer.status_code == 422
    assert answer.context["form"].errors["username"]
    assert "新网格员" in answer.content.decode()


def test_a_unit_is_made_changed_staffed_and_closed(people: People, units: Units, signed_in: SignIn) -> None:
    client = signed_in("administrator")
    assert (
        client.post("/office/units/add/", {"name": "河工队", "kind": "building_firm", "region": VILLAGE}).status_code
        == 302
    )
    unit = Unit.objects.get(name="河工队")
    address = f"/office/units/{unit.pk}/"
    client.post(f"{address}change/", {"name": "河工队", "seal_name": "河工队（章）", "phone": ""})
    data = {"account": people.grid.id, "role": "grid_worker", "region": VILLAGE, "matter": "*", "starts": "2026-01-01"}
    assert client.post(f"{address}duties/add/", data).status_code == 302
    client.post(f"{address}close/")
    assert "请先结束他们的岗位" in client.get(address).content.decode()
    duty = Duty.objects.get(unit=unit)
    assert client.post(f"/office/duties/{duty.pk}/end/").status_code == 302
    duty.refresh_from_db()
    assert duty.ends is not None


def test_a_password_is_reset_and_an_account_closed(people: People, signed_in: SignIn) -> None:
    client, account = signed_in("administrator"), people.grid.account
    assert account is not None
    duty = account.duties.get()
    assert 'id="password"' in client.post(f"/office/duties/{duty.pk}/password/").content.decode()
    assert signed_in("district").post(f"/office/duties/{duty.pk}/password/").status_code == 403
    assert signed_in("next_village").post(f"/office/duties/{duty.pk}/end/").status_code == 404
    client.post(f"/office/duties/{duty.pk}/close-account/")
    assert not Account.objects.get(pk=account.pk).is_active


def test_a_page_of_units_asks_once_for_all_its_staff(people: People, units: Units, signed_in: SignIn) -> None:
    client = signed_in("district")
    client.get("/office/units/")
    with CaptureQueriesContext(connection) as before:
        client.get("/office/units/")
    for number in range(20):
        Unit.objects.create(kind="village", name=f"新单位{number}", seal_name="", region=VILLAGE)
    with CaptureQueriesContext(connection) as after:
        client.get("/office/units/")
    assert len(after) == len(before)
