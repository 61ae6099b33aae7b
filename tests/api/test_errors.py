"""Whatever goes wrong outside every call is a problem document too, in the reader's language; pages stay pages."""

from __future__ import annotations

import pytest
from django.test import Client

from hemei.api import errors, lists
from hemei.office.views import places
from tests.conftest import People

MEMBERS = {"type", "title", "status", "code", "detail", "field"}


@pytest.mark.parametrize("address", ["/api/nothing", "/api/", "/api/cases/1/steps", "/api/places/x/y/z", "/api/地区"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_that_nobody_has(db, address: str, method: str) -> None:
    answer = getattr(Client(), method)(address)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert set(said) == MEMBERS
    assert (said["status"], said["code"], said["type"]) == (404, "no_such_address", "urn:hemei:problem:no_such_address")
    assert "openapi.json" in said["detail"]


def test_a_method_that_an_address_does_not_take(people: People) -> None:
    client = Client()
    client.force_login(people.district.account)
    answer = client.delete("/api/cases")
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert answer.json()["code"] == "method"
    assert "GET" in answer["Allow"]


@pytest.mark.parametrize(("language", "word"), [("zh-Hans", "服务器出错了"), ("en", "The server failed")])
def test_a_fault_of_our_own(people: People, monkeypatch: pytest.MonkeyPatch, language: str, word: str) -> None:
    def break_down(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("what nobody thought of: 身份证 11010519491231002X")

    monkeypatch.setattr(lists, "page", break_down)
    monkeypatch.setattr(places, "page", break_down)
    client = Client(raise_request_exception=False, headers={"accept-language": language})
    client.force_login(people.district.account)
    answer = client.get("/api/places/house")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert word in answer.json()["detail"]
    assert "11010519491231002X" not in answer.content.decode()
    page = client.get("/office/places/")
    assert (page.status_code, page["Content-Type"]) == (500, "text/html; charset=utf-8")


def test_pages_stay_pages(people: People) -> None:
    assert Client().get("/nothing/")["Content-Type"].startswith("text/html")
    assert Client().get("/api")["Content-Type"].startswith("text/html")


def test_every_answer_that_the_middleware_gives_has_a_title() -> None:
    assert set(errors.UNCALLED) <= set(errors.TITLES)
