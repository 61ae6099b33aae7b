"""Who may ask at all, and that a key is its account and nothing more."""

from __future__ import annotations

import pytest
from django.test import Client

from hemei.core.access import At
from hemei.core.actions.apikey import issue_key, revoke_key
from tests.api.conftest import Caller
from tests.conftest import DISTRICT

ADDRESSES = ["/regions", "/places/house", "/cases", "/checks", "/zero?region=429999", "/evidence/1"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stranger_is_told_to_sign_in(db, address: str) -> None:
    answer = Caller().get(address)
    assert (answer.status, answer.body["code"]) == (401, "unauthenticated")
    assert set(answer.body) == {"type", "title", "status", "code", "detail", "field"}


def test_a_key_acts_as_its_account(house, people) -> None:
    key, token = issue_key(where=At(DISTRICT), account=people.village.account, name="平台", by=people.administrator)
    system = Caller(authorization=f"Bearer {token}")
    assert [place["id"] for place in system.get("/places/house").body["items"]] == [house.pk]
    revoke_key(where=At(DISTRICT), key=key, by=people.administrator)
    assert system.get("/places/house").status == 401


def test_a_made_up_key_is_refused(db) -> None:
    assert Caller(authorization="Bearer hm_nobody").get("/regions").status == 401


def test_whoever_must_choose_a_password_does_that_first(people) -> None:
    account = people.village.account
    account.must_change_password = True
    account.save(update_fields=["must_change_password"])
    assert Caller(people.village).get("/regions").status == 401


def test_a_page_needs_its_csrf_token_to_write(house, people) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.grid.account, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post("/api/cases", {"place": house.pk, "code": "houses.F03"}, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (403, "csrf")


def test_somebody_without_a_duty_is_refused(people) -> None:
    answer = Caller(people.nobody).get("/cases")
    assert (answer.status, answer.body["code"]) == (403, "refused")


def test_the_description_of_the_api_is_open_and_has_no_page(db) -> None:
    assert Client().get("/api/openapi.json").json()["info"]["title"] == "Hemei"
    assert Client().get("/api/docs").status_code == 404


@pytest.mark.parametrize(
    ("language", "title", "detail"),
    [("zh-hans", "内容不对", "应是整数。"), ("en", "Does not fit", "Must be a whole number.")],
)
def test_a_problem_speaks_the_readers_language(people, language: str, title: str, detail: str) -> None:
    caller = Caller(people.village, **{"Accept-Language": language})
    answer = caller.get("/cases", place="x")
    assert (answer.status, answer.body["title"], answer.body["detail"]) == (422, title, detail)
    assert (answer.body["field"], answer.body["type"]) == ("place", "urn:hemei:problem:invalid")
