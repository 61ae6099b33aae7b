from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hemei.core.models import PlaceIdentifier
from hemei.programmes.houses.models import House
from tests.api.conftest import Caller
from tests.conftest import NEXT_VILLAGE, TOWNSHIP, VILLAGE, build_house


def ids(answer) -> list[int]:
    assert answer.status == 200, answer.body
    return [item["id"] for item in answer.body["items"]]


def test_everybody_sees_their_own(house, next_house, people) -> None:
    assert ids(Caller(people.village).get("/places/house")) == [house.pk]
    assert ids(Caller(people.next_village).get("/places/house")) == [next_house.pk]
    assert ids(Caller(people.township).get("/places/house")) == [house.pk, next_house.pk]
    assert ids(Caller(people.neighbour).get("/places/house")) == []


def test_another_villages_house_is_not_there(house, people) -> None:
    for path in (f"/places/house/{house.pk}", "/places/house/999999"):
        answer = Caller(people.next_village).get(path)
        assert (answer.status, answer.body["code"]) == (404, "not_found")


def test_a_house_has_its_own_columns_and_identifiers(house, people) -> None:
    PlaceIdentifier.objects.create(place=house, system="village_ledger", value="H-1")
    body = Caller(people.village).get(f"/places/house/{house.pk}").body
    assert body["own"]["structure"] == "earth_timber"
    assert body["identifiers"] == [{"system": "village_ledger", "value": "H-1"}]
    assert (body["lon"], body["lat"]) == (110.5, 31.5)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"region": VILLAGE}, 1),
        ({"region": NEXT_VILLAGE}, 1),
        ({"region": TOWNSHIP}, 2),
        ({"structure": "earth_timber"}, 2),
        ({"structure": "frame"}, 0),
        ({"occupied": "true"}, 2),
        ({"occupied": "false"}, 0),
        ({"text": "河边"}, 1),
        ({"to_be_placed": "true"}, 0),
        ({"state": "found"}, 0),
    ],
)
def test_filters(house, next_house, people, query: dict[str, str], count: int) -> None:
    assert len(ids(Caller(people.township).get("/places/house", **query))) == count


@pytest.mark.parametrize(
    ("query", "field"), [({"structure": "castle"}, "structure"), ({"region": "42"}, "region"), ({"size": 9999}, "size")]
)
def test_a_filter_that_does_not_fit_is_named(people, query: dict[str, str], field: str) -> None:
    answer = Caller(people.township).get("/places/house", **query)
    assert (answer.status, answer.body["code"], answer.body["field"]) == (422, "invalid", field)


def test_pages_follow_each_other_without_gap_or_repeat(people) -> None:
    made = [build_house(label=f"第{number}户").pk for number in range(7)]
    caller, cursor, seen = Caller(people.village), "", []
    while True:
        body = caller.get("/places/house", size=3, cursor=cursor).body
        seen += [item["id"] for item in body["items"]]
        cursor = body["following"]
        if not cursor:
            break
    assert seen == made
    assert body["preceding"]


def test_a_longer_list_costs_no_more_queries(people) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            Caller(people.village).get("/places/house")
        return len(caught)

    build_house()
    few = queries()
    for number in range(20):
        build_house(label=f"第{number}户")
    assert queries() == few


def test_nobodys_name_or_number_is_told(house, people) -> None:
    from hemei.core.models import Holding, Household, Person

    head = Person.objects.create(name="王小明", region=VILLAGE, id_last4="002X", phone_masked="138******34")
    Holding.objects.create(household=Household.objects.create(region=VILLAGE, number="12", head=head), place=house)
    House.objects.filter(place=house).update(grade="C")
    for path in ("/places/house", f"/places/house/{house.pk}"):
        text = str(Caller(people.district).get(path).body)
        assert not any(secret in text for secret in ("王小明", "002X", "138"))
