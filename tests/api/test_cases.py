"""A case over the wire, from seen to accepted, and what each person is answered on the way."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hemei.api.urls import api
from hemei.core.actions.case import STEPS
from hemei.core.lifecycle import LIFE
from hemei.core.models import Case, Evidence
from tests.api.conftest import Caller
from tests.conftest import photo


def picture(colour: str = "green", **said: Any) -> dict[str, Any]:
    content = base64.b64encode(photo(colour).content).decode()
    return {"name": "现场.jpg", "content": content, "source": "camera", **said}


@pytest.fixture
def crack(house, people) -> int:
    answer = Caller(people.grid).post("/cases", {"place": house.pk, "code": "houses.F05"})
    assert answer.status == 200, answer.body
    return answer.body["id"]


def test_opened_remedied_accepted(crack: int, people) -> None:
    grid, district = Caller(people.grid), Caller(people.district)
    answer = grid.post(f"/cases/{crack}/steps/remedy", {"remedy": "repair", "note": "已修补", "files": [picture()]})
    assert (answer.status, answer.body["state"]) == (200, "remedied"), answer.body
    answer = district.post(f"/cases/{crack}/steps/accept", {"files": [picture("blue", lon=110.5, lat=31.5)]})
    assert (answer.status, answer.body["state"]) == (200, "accepted"), answer.body
    assert [step["verb"] for step in answer.body["steps"]] == ["case.open", "case.assign", "case.remedy", "case.accept"]
    assert answer.body["offers"] == []
    taken = answer.body["steps"][-1]["evidence"][0]
    assert (taken["lon"], taken["media_type"], taken["source"]) == (110.5, "image/jpeg", "camera")


def test_uploads_do_what_base64_does(crack: int, people) -> None:
    upload = SimpleUploadedFile("现场.jpg", photo().content)
    answer = Caller(people.grid).upload(
        f"/cases/{crack}/steps/remedy/multipart", remedy="repair", files=[upload], source="camera", lon="110.5"
    )
    assert (answer.status, answer.body["state"]) == (200, "remedied"), answer.body
    piece = Evidence.objects.get()
    assert (piece.source, piece.lon, piece.name) == ("camera", 110.5, "现场.jpg")


def test_nobody_accepts_their_own_remedy(crack: int, people) -> None:
    caller = Caller(people.district)
    caller.post(f"/cases/{crack}/steps/remedy", {"remedy": "repair", "files": [picture()]})
    answer = caller.post(f"/cases/{crack}/steps/accept", {"files": [picture()]})
    assert (answer.status, answer.body["code"]) == (422, "own_remedy")
    assert "自己整治的不能自己验收" in answer.body["detail"]


@pytest.mark.parametrize(
    ("step", "body", "status", "code", "field"),
    [
        ("remedy", {}, 422, "invalid", "remedy"),
        ("remedy", {"remedy": "repair"}, 422, "no_evidence", "files"),
        ("remedy", {"remedy": "seal", "files": "x"}, 422, "invalid", "files"),
        ("accept", {}, 409, "wrong_state", ""),
        ("return", {"note": "x", "at": "2026-11-01T08:00:00"}, 422, "invalid", "at"),
        ("serve", {"note": ""}, 422, "no_note", "note"),
        ("assign", {"unit": 999999}, 404, "not_found", ""),
        ("refuse", {"note": "不同意", "witnesses": ["甲"]}, 422, "witnesses", "witnesses"),
        ("contain", {"files": [{"name": "a.exe", "content": "TVo="}]}, 422, "mistaken", "files"),
    ],
)
def test_what_is_wrong_is_named(crack: int, people, step: str, body: Any, status: int, code: str, field: str) -> None:
    answer = Caller(people.district).post(f"/cases/{crack}/steps/{step}", body)
    assert (answer.status, answer.body["code"], answer.body["field"]) == (status, code, field), answer.body


def test_seen_but_not_allowed_is_403_and_not_seen_is_404(crack: int, people) -> None:
    body = {"remedy": "repair", "files": [picture()]}
    expected = {
        "auditor": (403, "refused"),
        "inspector": (403, "refused"),
        "administrator": (403, "refused"),
        "next_village": (404, "not_found"),
        "other_township": (404, "not_found"),
        "neighbour": (404, "not_found"),
    }
    for who, (status, code) in expected.items():
        answer = Caller(getattr(people, who)).post(f"/cases/{crack}/steps/remedy", body)
        assert (answer.status, answer.body["code"]) == (status, code), who
    assert Case.objects.get().state == "assigned"


def test_every_step_of_the_life_has_its_call() -> None:
    paths = api.get_openapi_schema()["paths"]
    for step in LIFE.steps:
        slug = step.verb.partition(".")[2]
        assert f"/api/cases/{{pk}}/steps/{slug}" in paths
        assert f"/api/cases/{{pk}}/steps/{slug}/multipart" in paths
    assert {step.verb for step in LIFE.steps} == set(STEPS)


def test_assigned_to_a_person_of_a_unit(crack: int, people, units) -> None:
    body = {"unit": units["village"].pk, "assignee": people.grid.account.pk, "note": "请处理"}
    answer = Caller(people.village).post(f"/cases/{crack}/steps/assign", body)
    assert (answer.body["unit"]["name"], answer.body["assignee"]["name"]) == ("上河村村民委员会", "网格员")


def test_lists_are_narrowed(crack: int, people) -> None:
    caller = Caller(people.district)
    for query, count in (
        ({}, 1),
        ({"state": ["assigned", "found"]}, 1),
        ({"state": "accepted"}, 0),
        ({"only_open": "true"}, 1),
        ({"overdue_on": "2020-01-01"}, 0),
        ({"matter": "houses"}, 1),
        ({"text": "无此"}, 0),
        ({"place": 999999}, 0),
    ):
        assert len(caller.get("/cases", **query).body["items"]) == count, query
    assert Caller(people.neighbour).get("/cases").body["items"] == []


def test_offers_say_what_may_be_done_next(crack: int, people) -> None:
    offers = {offer["verb"]: offer["needs"] for offer in Caller(people.grid).get(f"/cases/{crack}").body["offers"]}
    assert offers["remedy"] == ["evidence", "remedy_kind"]
    assert "assign" not in offers
    assert Caller(people.auditor).get(f"/cases/{crack}").body["offers"] == []


@pytest.mark.parametrize("path", ["/cases?unit", "/cases?assignee", "/cases?place", "/checks?place"])
def test_no_number_is_too_large_to_ask_for(crack: int, people, path: str) -> None:
    assert Caller(people.grid).get(f"{path}={2**63}").status == 422
    assert Caller(people.grid).get(f"{path}={2**63 - 1}").body["items"] == []


def test_the_original_comes_back_as_a_download(crack: int, people) -> None:
    sent = photo()
    Caller(people.grid).post(f"/cases/{crack}/steps/contain", {"files": [picture()]})
    piece = Caller(people.grid).get(f"/cases/{crack}").body["steps"][-1]["evidence"][0]
    response = Caller(people.village).client.get(piece["url"])
    assert b"".join(response.streaming_content) == sent.content
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]
    for who, status in (("next_village", 404), ("neighbour", 404), ("administrator", 403)):
        assert Caller(getattr(people, who)).client.get(piece["url"]).status_code == status
