"""Edits of a place: each field from the value that was seen; what loses is kept until a person settles it."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hemei.core.access import Actor, Refused, Scope
from hemei.core.actions.edit import Edit, Taken, resolve, seen_as, take_edit
from hemei.core.actions.place import take_out
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import AuditEntry, Clash, Place, PlaceEdit, PlaceTally
from hemei.core.queries.edits import clashes, last_changes
from hemei.programmes.houses.models import House
from hemei.terms.day import today
from tests.conftest import DISTRICT, NEXT_VILLAGE, VILLAGE, People, build_house

NUMBERS = count(1)


def edit(values: dict[str, Any], base: dict[str, Any], number: str = "") -> Edit:
    return Edit(number or f"uuid:{next(NUMBERS):08d}", timezone.now(), values, base)


def send(place: Place, by: Actor, **fields: tuple[Any, Any]) -> Taken:
    """Each field as (what was seen, what was put there)."""
    values = {name: new for name, (_old, new) in fields.items()}
    return take_edit(place=place, edit=edit(values, {name: old for name, (old, _new) in fields.items()}), by=by)


def test_what_was_seen_is_changed_in_every_kind_of_field(house: Place, people: People) -> None:
    taken = send(
        house, people.village, address=("", " 河边 3 号 "), storeys=(None, "2"), floor_area_m2=(None, "81.5"),
        occupied=(True, None), structure=("earth_timber", "mixed"), spot=([110.5, 31.5], [110.6, 31.6]),
    )  # fmt: skip
    assert sorted(taken.changed) == ["address", "floor_area_m2", "occupied", "spot", "storeys", "structure"]
    assert taken.clashes == []
    house.refresh_from_db()
    own = House.objects.get(place=house)
    assert (house.address, own.storeys, own.floor_area_m2, own.structure) == ("河边 3 号", 2, 81.5, "mixed")
    assert (own.occupied, own.occupied_since) == (None, today())
    assert (house.lon, house.lat, house.position_source) == (110.6, 31.6, "device")
    assert PlaceTally.objects.exclude(count=0).exists()
    entries = AuditEntry.objects.filter(subject=f"place:{house.pk}").order_by("id")
    assert [entry.verb for entry in entries] == ["place.change", "place.put_on_map"]


def test_what_somebody_changed_meanwhile_stays_and_the_other_waits(house: Place, people: People) -> None:
    send(house, people.village, storeys=(None, 2), address=("", "甲"))
    taken = send(house, people.township, storeys=(None, 3), address=("甲", "乙"))
    assert taken.changed == ["address"]
    [clash] = taken.clashes
    assert (clash.field, clash.base, clash.proposed) == ("storeys", None, 3)
    assert House.objects.get(place=house).storeys == 2
    entry = AuditEntry.objects.get(verb="place.clash")
    assert (entry.detail, entry.account) == ({"fields": ["storeys"]}, people.township.account)
    changes = last_changes([house.pk], within=Scope.of(DISTRICT))
    assert changes[house.pk, "storeys"].account == people.village.account


def test_two_who_say_the_same_do_not_clash(house: Place, people: People) -> None:
    for by in (people.village, people.township):
        assert send(house, by, storeys=(None, 2)).clashes == []


def test_the_same_edit_again_changes_nothing_even_after_others(house: Place, people: People) -> None:
    one = edit({"storeys": 2}, {"storeys": None})
    take_edit(place=house, edit=one, by=people.village)
    send(house, people.township, storeys=(2, 3))
    again = take_edit(place=house, edit=one, by=people.village)
    assert (again.repeated, House.objects.get(place=house).storeys, Clash.objects.count()) == (True, 3, 0)
    for other, by in (
        (edit({"storeys": 5}, {"storeys": None}, one.instance_id), people.village),
        (one, people.township),
    ):
        with pytest.raises(Conflict, match="内容不一样"):
            take_edit(place=house, edit=other, by=by)


def test_one_person_who_insists_under_two_numbers_waits_once(house: Place, people: People) -> None:
    send(house, people.village, storeys=(None, 2))
    first = send(house, people.township, storeys=(None, 3))
    second = send(house, people.township, storeys=(None, 3))
    assert [one.pk for one in first.clashes] == [one.pk for one in second.clashes]


@pytest.mark.parametrize(
    ("values", "base"),
    [
        ({"storeys": "两层"}, None), ({"storeys": [1, 2]}, None), ({"floor_area_m2": "nan"}, None),
        ({"floor_area_m2": float("nan")}, None), ({"structure": "paper"}, "earth_timber"), ({"label": ""}, "河边一号"),
        ({"grade": "A"}, ""), ({"region": "4"}, VILLAGE), ({"spot": [999, 1]}, None), ({"spot": "here"}, None),
        ({"spot": None}, None), ({"label": "a\0b"}, ""), ({"label": "\ud800"}, ""), ({"label": {"a": 1}}, ""),
        ({"storeys": 10**40}, None), ({"label": "x" * 100_000}, ""), ({"label": "x" * 500}, "河边一号"), ({}, None),
        ({"business_use": ""}, False), ({"business_use": "perhaps"}, False),
    ],
)  # fmt: skip
def test_what_cannot_stand_there_is_refused_whole(house: Place, people: People, values: Any, base: Any) -> None:
    wanted = edit({"address": "甲", **values} if values else {}, {"address": "", **dict.fromkeys(values, base)})
    with pytest.raises(Mistaken):
        take_edit(place=house, edit=wanted, by=people.village)
    house.refresh_from_db()
    assert (house.address, PlaceEdit.objects.count(), Clash.objects.count()) == ("", 0, 0)


def test_an_edit_that_does_not_say_from_what_is_refused(house: Place, people: People) -> None:
    with pytest.raises(Mistaken, match="读不懂"):
        take_edit(place=house, edit=edit({"address": "甲"}, {}), by=people.village)


def test_a_place_that_left_the_register_is_not_changed(house: Place, people: People) -> None:
    send(house, people.village, storeys=(None, 2))
    [clash] = send(house, people.township, storeys=(None, 3)).clashes
    take_out(place=house, on=today(), reason="已拆除", by=people.village)
    with pytest.raises(Conflict, match="已经注销"):
        send(house, people.village, storeys=(2, 3))
    assert not clashes(within=Scope.of(DISTRICT)).exists()
    with pytest.raises(Conflict, match="已经注销"):
        resolve(clash=clash, take=True, seen=seen_as(2), by=people.village)


@pytest.mark.parametrize("take", [True, False])
def test_a_person_settles_and_both_values_stay_on_record(house: Place, people: People, take: bool) -> None:
    send(house, people.village, storeys=(None, 2))
    [clash] = send(house, people.township, storeys=(None, 3)).clashes
    with pytest.raises(Conflict, match="刚又改过"):
        resolve(clash=clash, take=take, seen=seen_as(None), by=people.village)
    resolve(clash=clash, take=take, seen=seen_as(2), by=people.village)
    assert House.objects.get(place=house).storeys == (3 if take else 2)
    clash.refresh_from_db()
    assert (clash.other, clash.proposed, clash.taken, clash.settled_by) == (2, 3, take, people.village.account)
    entry = AuditEntry.objects.get(verb="place.resolve")
    assert entry.detail == {"fields": ["storeys"], "taken": take}
    assert not clashes(within=Scope.of(DISTRICT)).exists()
    with pytest.raises(Conflict, match="核定过"):
        resolve(clash=clash, take=take, seen=seen_as(2), by=people.village)


def test_a_spot_is_settled_too(house: Place, people: People) -> None:
    send(house, people.village, spot=([110.5, 31.5], [110.6, 31.6]))
    [clash] = send(house, people.township, spot=([110.5, 31.5], [110.7, 31.7])).clashes
    resolve(clash=clash, take=True, seen=seen_as([110.6, 31.6]), by=people.village)
    house.refresh_from_db()
    assert (house.lon, house.lat) == (110.7, 31.7)


@pytest.mark.parametrize(
    "who", ["next_village", "other_township", "neighbour", "grid", "inspector", "auditor", "nobody"]
)
def test_who_may_neither_change_nor_settle(house: Place, people: People, who: str) -> None:
    send(house, people.village, storeys=(None, 2))
    [clash] = send(house, people.township, storeys=(None, 3)).clashes
    by = getattr(people, who)
    with pytest.raises(Refused):
        send(house, by, storeys=(2, 4))
    with pytest.raises(Refused):
        resolve(clash=clash, take=True, seen=seen_as(2), by=by)


def test_what_waits_is_listed_where_it_stands(house: Place, people: People) -> None:
    send(house, people.village, storeys=(None, 2))
    send(house, people.township, storeys=(None, 3))
    assert clashes(within=Scope.of(VILLAGE)).count() == 1
    assert clashes(within=Scope.of(NEXT_VILLAGE)).count() == 0


PEOPLE = ("village", "second_in_village", "township", "district")
VALUES = {"storeys": [None, 1, 2, 3], "address": ["", "甲", "乙"], "occupied": [None, True, False]}
FIRST = {"storeys": None, "address": "", "occupied": True}
one_edit = st.tuples(
    st.sampled_from(PEOPLE),
    st.lists(st.sampled_from(sorted(VALUES)), min_size=1, unique=True).flatmap(
        lambda names: st.fixed_dictionaries(
            {name: st.tuples(st.sampled_from(VALUES[name]), st.sampled_from(VALUES[name])) for name in names}
        )
    ),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(one_edit, min_size=1, max_size=6), st.data())
def test_any_edits_in_any_order_and_repetition_lose_nothing(
    people: People, told: list[tuple[str, dict[str, tuple[Any, Any]]]], data: st.DataObject
) -> None:
    """Each field holds what was last given from the value that stood there; every other one is kept."""
    house = build_house(label=f"屋{next(NUMBERS)}")
    edits = [
        (who, edit({n: new for n, (_old, new) in fields.items()}, {n: old for n, (old, _new) in fields.items()}))
        for who, fields in told
    ]
    order = data.draw(st.permutations(range(len(edits))))
    deliveries = [*order, *data.draw(st.lists(st.sampled_from(order), max_size=6))]
    at = data.draw(st.lists(st.integers(0, len(order)), min_size=len(deliveries) - len(order)))
    for position, again in zip(at, deliveries[len(order) :], strict=False):
        order.insert(position, again)
    expected, lost, seen = dict(FIRST), set(), set()
    for n in order:
        who, one = edits[n]
        taken = take_edit(place=house, edit=one, by=getattr(people, who))
        assert taken.repeated == (n in seen)
        if n not in seen:
            for name, value in one.values.items():
                if one.base[name] == expected[name]:
                    expected[name] = value
                elif value != expected[name]:
                    lost.add((getattr(people, who).account.pk, name, value))
        seen.add(n)
    house.refresh_from_db()
    own = House.objects.get(place=house)
    assert {"storeys": own.storeys, "address": house.address, "occupied": own.occupied} == expected
    kept = Clash.objects.filter(place=house).values_list("edit__account", "field", "proposed")
    assert len(kept) == len(set(kept))
    assert set(kept) == lost
