"""What a phone is given to find the house with: four hundred that are due, told apart, in a list and on a map."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from hemei.core.access import At
from hemei.core.actions.collector import issue_collector
from hemei.core.models import Check, Due, Place, PlaceIdentifier, Round
from hemei.field import offline
from hemei.field.about import whereabouts
from hemei.terms import tile
from hemei.terms.day import today
from tests.conftest import NEXT_VILLAGE, VILLAGE, People
from tests.field.collector import Phone, filled
from tests.field.test_collect import phone_of
from tests.field.test_dues import owe, plan
from tests.toy.wells import dig_well

DUE = 400
X = "{http://www.w3.org/2002/xforms}"


@pytest.fixture
def four_hundred(toy, people: People) -> Round:
    """Every fifth of them is called as the one before it, one in fifty stands on no map, one in forty is overdue."""
    turn = plan()
    spots = [(110.5 + n % 20 * 0.001, 31.5 + n // 20 * 0.001) for n in range(DUE)]
    Place.objects.bulk_create(
        Place(
            kind="well",
            region=VILLAGE,
            group=f"{n % 7 + 1}组",
            label=f"张家第{n - (n % 5 == 4)}户",
            address=f"河边{n // 35}号",
            **({} if n % 50 == 0 else {"lon": lon, "lat": lat, "tile": tile.key(lon, lat)}),
        )
        for n, (lon, lat) in enumerate(spots)
    )
    Due.objects.bulk_create(
        Due(
            round=turn,
            place=place,
            region=VILLAGE,
            account=people.grid.account,
            due_on=today() + timedelta(days=-3 if n % 40 == 39 else n % 9),
        )
        for n, place in enumerate(Place.objects.filter(kind="well").order_by("pk"))
    )
    return turn


def listed(phone: Phone, form: str = "wells.survey") -> list[dict[str, str]]:
    _blank, files = phone.fetch(phone.forms()[form])
    return list(csv.DictReader(io.StringIO(files["places.csv"].decode())))


def test_four_hundred_due_are_all_there_and_told_apart(four_hundred: Round, people: People) -> None:
    dig_well(NEXT_VILLAGE, "别村的井")
    rows = listed(phone_of(people.grid))
    assert len(rows) == DUE
    assert {row["name"] for row in rows} == {str(pk) for pk in four_hundred.dues.values_list("place", flat=True)}
    labels = [row["label"] for row in rows]
    assert len(set(labels)) == DUE
    assert [row["by"] for row in rows] == sorted(row["by"] for row in rows)  # the most urgent first
    assert all("已过期限" in label for label in labels[: DUE // 40])
    assert "组" in labels[0]


def test_houses_that_are_called_the_same_are_told_apart_by_their_numbers(toy, people: People) -> None:
    for n in range(3):
        PlaceIdentifier.objects.create(place=dig_well(VILLAGE, "老井"), system="village_ledger", value=f"42-{n}")
    last = dig_well(VILLAGE, "老井")
    dig_well(VILLAGE, "新井")
    labels = [row["label"] for row in listed(phone_of(people.grid))]
    assert set(labels) == {"老井 · 42-0", "老井 · 42-1", "老井 · 42-2", f"老井 · {last.pk}", "新井"}


def test_the_map_shows_those_that_have_a_position(four_hundred: Round, people: People) -> None:
    rows = {row["name"]: row["geometry"] for row in listed(phone_of(people.grid))}
    for place in Place.objects.filter(kind="well"):
        told = rows[str(place.pk)]
        if place.lat is None:
            assert told == ""  # found by the list, which is what the question begins with
        else:
            lat, lon, altitude, accuracy = map(float, told.split())
            assert (lat, lon, altitude, accuracy) == (pytest.approx(place.lat), pytest.approx(place.lon), 0, 0)


def test_the_place_is_asked_in_a_list_or_on_a_map(four_hundred: Round, people: People) -> None:
    blank, _files = phone_of(people.grid).fetch(phone_of(people.grid).forms()["wells.survey"])
    asked = {one.get("ref"): one.get("appearance") for one in blank.iter(f"{X}select1")}
    assert asked["/data/hemei_place"] == "minimal autocomplete"
    assert asked["/data/hemei_place_on_map"] == "map"
    binds = {one.get("nodeset"): one.get("relevant", "") for one in blank.iter(f"{X}bind")}
    assert "/data/hemei_way" in binds["/data/hemei_place"]
    assert "/data/hemei_way" in binds["/data/hemei_place_on_map"]
    [begun] = [one.text for one in blank.iter() if one.tag.endswith("hemei_way")]
    assert begun == "list"
    sources = [one.get("src") for one in blank.iter(f"{X}instance") if one.get("src")]
    assert set(sources) == {"jr://file-csv/places.csv"}
    assert ElementTree.tostring(blank)


def test_a_house_found_on_the_map_is_looked_at(four_hundred: Round, people: People) -> None:
    phone, place = phone_of(people.grid), four_hundred.dues.first().place
    said = {"hemei_way": "map", "hemei_place_on_map": str(place.pk), "cracked": "no"}
    assert phone.send(filled("wells.survey", said))[0].status_code == 201
    assert Check.objects.get().place == place
    assert four_hundred.dues.get(place=place).check_made == Check.objects.get()


def test_what_is_due_follows_duty_and_region(four_hundred: Round, people: People) -> None:
    elsewhere = dig_well(NEXT_VILLAGE, "别村的井")
    owe(four_hundred, elsewhere, people.next_village)
    theirs = {"account": people.next_village.account, "name": "邻村的手机", "by": people.next_village}
    _key, token = issue_collector(where=At(NEXT_VILLAGE), **theirs)
    rows = listed(Phone(f"http://testserver/key/{token}"))
    assert [(row["name"], bool(row["by"])) for row in rows] == [(str(elsewhere.pk), True)]
    place = four_hundred.dues.first().place
    phone = phone_of(people.grid)
    phone.send(filled("wells.survey", {"hemei_place": str(place.pk), "cracked": "no"}))
    owed = [row["name"] for row in listed(phone) if row["by"]]
    assert len(owed) == DUE - 1
    assert str(place.pk) not in owed


def test_whoever_goes_to_several_villages_is_told_which(toy, people: People) -> None:
    turn = plan()
    for village, label, address in ((VILLAGE, "东井", ""), (NEXT_VILLAGE, "西井", "下河村2号")):
        place = dig_well(village, label, 110.5)
        Place.objects.filter(pk=place.pk).update(address=address)
        owe(turn, place, people.township, 3)
    said = [row["label"].partition("（")[0] for row in listed(phone_of(people.township))]
    assert said == ["东井 上河村", "西井 下河村2号"]
    kept = offline.kit(people.township, people.township.account)["places"]
    assert [(row["label"], row["more"]) for row in kept] == [("东井", "上河村"), ("西井", "下河村2号")]


@pytest.mark.parametrize(
    ("label", "group", "address", "said"),
    [
        ("a12", "", "", ["上河村"]),
        ("镇上河村四组1号", "四组", "区镇上河村四组1号", []),
        ("1号", "四组", "区镇上河村四组1号", ["区镇上河村四组1号"]),
        ("老王家", "四组", "河边3号", ["上河村", "四组", "河边3号"]),
    ],
)
def test_where_a_place_is_is_said_once(label: str, group: str, address: str, said: list[str]) -> None:
    place = Place(region=VILLAGE, label=label, group=group, address=address)
    assert whereabouts(place, {VILLAGE: "上河村"}) == said
