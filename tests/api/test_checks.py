from __future__ import annotations

import base64

from django.utils import timezone

from hemei.api.checks import MOST_CHECKS
from hemei.core.models import Check
from tests.api.conftest import Caller
from tests.conftest import photo

LEANS = {"wall_leaning": "yes", "corner_gap": "no"}


def filled(place, instance: str, **said):
    at = timezone.now().isoformat()
    return {"instance_id": instance, "place": place.pk, "form": "houses.selfcheck", "at": at, "channel": "call", **said}


def test_each_check_of_a_batch_is_answered(house, next_house, people) -> None:
    caller = Caller(people.grid)
    files = [{"name": "a.jpg", "content": base64.b64encode(photo().content).decode(), "question": "wall_leaning"}]
    batch = [
        filled(house, "uuid:0001"),
        filled(house, "uuid:0002", answers=LEANS, files=files),
        filled(next_house, "uuid:0003"),
        filled(house, "uuid:0004", answers={"wall_leaning": "perhaps"}),
    ]
    first = caller.post("/checks", {"checks": batch})
    assert first.status == 200, first.body
    outcomes = first.body["outcomes"]
    assert [one["outcome"] for one in outcomes] == ["stored", "stored", "refused", "refused"]
    assert [one["fault"] and one["fault"]["code"] for one in outcomes] == [None, None, "no_such_place", "answer"]
    assert outcomes[3]["fault"]["field"] == "wall_leaning"
    again = caller.post("/checks", {"checks": batch}).body["outcomes"]
    assert [one["outcome"] for one in again] == ["repeated", "repeated", "refused", "refused"]
    assert [one["check"] for one in again] == [one["check"] for one in outcomes]
    assert Check.objects.count() == 2

    whole = caller.get(f"/checks/{outcomes[1]['check']}").body
    assert whole["answers"] == LEANS
    assert whole["findings"] == [{"code": "houses.F03", "case": outcomes[1]["cases"][0]}]
    assert whole["evidence"][0]["question"] == "wall_leaning"


def test_lists_are_narrowed_and_scoped(house, people) -> None:
    Caller(people.grid).post("/checks", {"checks": [filled(house, "uuid:0001")]})
    caller = Caller(people.district)
    assert len(caller.get("/checks", tier="self", place=house.pk).body["items"]) == 1
    assert caller.get("/checks", tier="patrol").body["items"] == []
    assert caller.get("/checks", until="2020-01-01").body["items"] == []
    assert Caller(people.neighbour).get("/checks").body["items"] == []
    pk = Check.objects.get().pk
    assert Caller(people.next_village).get(f"/checks/{pk}").status == 404


def test_a_batch_has_a_size(house, people) -> None:
    caller = Caller(people.grid)
    many = [filled(house, f"uuid:{number:05}") for number in range(MOST_CHECKS + 1)]
    for checks in ([], many):
        answer = caller.post("/checks", {"checks": checks})
        assert (answer.status, answer.body["field"]) == (422, "checks")
    assert Check.objects.count() == 0


def test_more_than_the_server_takes_is_said(house, people, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 200
    answer = Caller(people.grid).post("/checks", {"checks": [filled(house, "uuid:0001", device="x" * 80)]})
    assert (answer.status, answer.body["code"]) == (413, "too_big")


def test_what_is_no_json_is_said(people) -> None:
    response = Caller(people.grid).client.post("/api/checks", "{", content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (400, "bad_request")


def test_a_number_without_end_is_refused(house, people) -> None:
    """JSON can write one (`1e999`) and cannot name it: one stored check would spoil every list it stands in."""
    caller, spot = Caller(people.grid), {"lon": 110.5, "lat": 31.5}
    answer = caller.post("/checks", {"checks": [filled(house, "uuid:0009", accuracy_m=float("inf"), **spot)]})
    assert (answer.status, answer.body["field"]) == (422, "checks.0.accuracy_m")
    photo_of = {"name": "a.jpg", "content": base64.b64encode(photo().content).decode(), "accuracy_m": float("inf")}
    answer = caller.post("/checks", {"checks": [filled(house, "uuid:0010", files=[photo_of])]})
    assert answer.status == 422
    assert Check.objects.count() == 0
