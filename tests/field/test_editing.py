"""Corrections of the register from a page without a signal: taken once, or kept beside what somebody else wrote."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hemei.core.models import Clash, Place, PlaceEdit, Round
from hemei.programmes.houses.models import House
from tests.conftest import People
from tests.field.test_dues import owe, plan

SignIn = Callable[[str], Client]
KIT, EDIT = "/field/offline/kit.json", "/field/offline/edit/"


@pytest.fixture
def owed(house: Place, people: People) -> Place:
    for actor in (people.village, people.grid):
        owe(plan(), house, actor)
    Round.objects.update(matter="houses")
    return house


def said(place: Place, values: dict[str, Any], base: dict[str, Any], number: str = "uuid:0123456789") -> dict[str, Any]:
    return {"instance": number, "place": place.pk, "at": timezone.now().isoformat(), "values": values, "base": base}


def post(client: Client, told: Any) -> Any:
    return client.post(EDIT, {"edit": told if isinstance(told, str) else json.dumps(told)})


def test_a_phone_keeps_what_its_person_may_correct(owed: Place, signed_in: SignIn) -> None:
    kit = signed_in("village").get(KIT).json()
    [place] = kit["places"]
    assert place["edit"]["structure"] == "earth_timber"
    assert place["edit"]["spot"] == [110.5, 31.5]
    assert "grade" not in place["edit"]
    columns = {one["name"]: one for one in kit["columns"]["house"]}
    assert columns.keys() == place["edit"].keys() - {"spot"}
    assert columns["structure"]["choices"][0] == ["earth_timber", "土木"]
    assert columns["occupied"]["choices"][0] == ["null", "不详"]
    assert (columns["floor_area_m2"]["sort"], columns["floor_area_m2"]["unit"]) == ("number", "m²")


def test_who_only_looks_is_offered_no_correction(owed: Place, signed_in: SignIn) -> None:
    kit = signed_in("grid").get(KIT).json()
    assert "edit" not in kit["places"][0]
    assert kit["columns"] == {}
    answer = post(signed_in("grid"), said(owed, {"storeys": 2}, {"storeys": None}))
    assert (answer.status_code, answer.json()["outcome"]) == (403, "refused")


def test_a_correction_is_taken_once_and_a_clash_is_told(owed: Place, signed_in: SignIn) -> None:
    client, told = (
        signed_in("village"),
        said(owed, {"storeys": "2", "address": "河边"}, {"storeys": None, "address": ""}),
    )
    assert post(client, told).json() == {
        "outcome": "stored", "message": "登记已改。", "link": f"/office/places/{owed.pk}/",
    }  # fmt: skip
    assert post(client, told).json()["outcome"] == "repeated"
    second = post(signed_in("township"), said(owed, {"storeys": 3}, {"storeys": None}, "uuid:99999999")).json()
    assert second["outcome"] == "stored"
    assert "（层数）" in second["message"]
    assert "等人核定" in second["message"]
    assert House.objects.get(place=owed).storeys == 2
    assert Clash.objects.get().proposed == 3


def test_what_cannot_be_is_refused_beside_its_field(owed: Place, signed_in: SignIn) -> None:
    answer = post(signed_in("village"), said(owed, {"storeys": "两层"}, {"storeys": None}))
    assert answer.status_code == 422
    assert answer.json()["wrong"].keys() == {"storeys"}
    assert not PlaceEdit.objects.exists()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"place": 10**12}, 404), ({"place": 2**70}, 422), ({"place": "1"}, 422), ({"instance": "x"}, 422),
        ({"instance": "x\0" * 10}, 422), ({"instance": "\ud800" * 10}, 422), ({"at": "0000"}, 422),
        ({"values": []}, 422),
        ({"values": {"\0": 1}, "base": {"\0": 1}}, 422), ({"values": {"label": "\ud800"}, "base": {"label": ""}}, 422),
        ({"base": {"storeys": "\0"}}, 422), ({"base": {"storeys": {"a": 1}}}, 422), ({"base": {"storeys": "?"}}, 200),
    ],
)  # fmt: skip
def test_nonsense_is_answered_plainly(owed: Place, signed_in: SignIn, change: dict[str, Any], status: int) -> None:
    told = said(owed, {"storeys": 2}, {"storeys": None}) | change
    assert post(signed_in("village"), told).status_code == status


@pytest.mark.parametrize("raw", ["", "[]", "{}", "nul", "[" * 5000, '{"values": 1}'])
def test_what_no_page_sends_is_refused(owed: Place, signed_in: SignIn, raw: str) -> None:
    assert post(signed_in("village"), raw).status_code == 422


@pytest.mark.parametrize("who", ["next_village", "other_township", "neighbour", "nobody"])
def test_others_change_nothing_there(owed: Place, signed_in: SignIn, who: str) -> None:
    assert post(signed_in(who), said(owed, {"storeys": 2}, {"storeys": None})).status_code in (403, 404)
    assert House.objects.get(place=owed).storeys is None
