"""An address with an old code leads to the new one, on pages and in the interface."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.conftest import DISTRICT, NEXT_VILLAGE, VILLAGE, People
from tests.core.actions.regionchange.tables import ON, UNITED, change, row


@pytest.fixture
def officer(client: Client, people: People, tmp_path: Path) -> Client:
    change(tmp_path / "表", row(VILLAGE, UNITED, "合并", "双河村"), row(NEXT_VILLAGE, UNITED, "合并"))
    client.force_login(people.district.account)
    return client


@pytest.mark.parametrize("address", ["/office/cases/", "/office/places/", "/office/zero/", "/maps/", "/api/cases"])
def test_an_old_code_in_an_address_leads_to_the_new_one(officer: Client, address: str) -> None:
    answered = officer.get(address, {"region": VILLAGE, "q": "河"})
    assert answered.status_code == 302
    assert parse_qs(urlsplit(answered.url).query) == {"region": [UNITED], "q": ["河"]}
    assert urlsplit(answered.url).path == address


def test_the_interface_knows_an_old_region(officer: Client) -> None:
    answered = officer.get(f"/api/regions/{VILLAGE}", follow=True)
    assert answered.json()["code"] == UNITED
    assert officer.get(f"/api/regions/{DISTRICT}").status_code == 200


def test_a_board_of_a_day_on_which_the_old_code_stood_stays_its_own(officer: Client) -> None:
    before = {"region": VILLAGE, "on": (ON - timedelta(days=1)).isoformat()}
    page = officer.get("/office/zero/", before)
    assert page.status_code == 200
    assert "上河村" in page.content.decode()
    assert officer.get("/office/zero/", before | {"on": ON.isoformat()}).status_code == 302


def test_what_was_done_under_an_old_code_is_found_under_it(officer: Client) -> None:
    assert officer.get("/office/audit/", {"region": VILLAGE}).status_code == 200


@pytest.mark.parametrize("said", ["", "abc", "٤٢٩", "9" * 40, DISTRICT, f"{VILLAGE}' OR 1=1"])
def test_whatever_else_is_asked_is_left_alone(officer: Client, said: str) -> None:
    assert officer.get("/office/cases/", {"region": said}).status_code == 200
