"""What the register says of a place is changed in turn, and its spot on the map is counted."""

from __future__ import annotations

from datetime import date

import pytest
import shapely

from hemei.core.access import Refused
from hemei.core.actions import place as acting
from hemei.core.errors import Mistaken
from hemei.core.models import AuditEntry, Place, PlaceTally
from hemei.programmes.houses.models import House
from tests.conftest import People
from tests.core.actions.test_case import found


def test_fields_of_the_place_and_of_its_kind_change_together(house: Place, people: People) -> None:
    changed = acting.change_place(
        place=house, values={"label": "河边老屋", "storeys": 2, "group": ""}, by=people.village
    )
    assert changed == ["label", "storeys"]
    assert House.objects.get(place=house).storeys == 2
    assert AuditEntry.objects.get(verb="place.change").detail == {"fields": ["label", "storeys"]}


def test_nothing_changed_leaves_no_entry(house: Place, people: People) -> None:
    assert acting.change_place(place=house, values={"label": house.label}, by=people.village) == []
    assert not AuditEntry.objects.filter(verb="place.change").exists()


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"grade": "A"}, "不能在这里修改"),
        ({"region": "4"}, "不能在这里修改"),
        ({"structure": "paper"}, "paper"),
        ({"label": ""}, "不能为空"),
    ],
)
def test_what_cannot_stand_there_is_refused(house: Place, people: People, values: dict[str, str], why: str) -> None:
    with pytest.raises(Mistaken, match=why):
        acting.change_place(place=house, values=values, by=people.village)


@pytest.mark.parametrize("who", ["next_village", "neighbour", "grid", "auditor", "administrator", "nobody"])
def test_who_may_not(house: Place, people: People, who: str) -> None:
    by = getattr(people, who)
    with pytest.raises(Refused):
        acting.change_place(place=house, values={"label": "x"}, by=by)
    with pytest.raises(Refused):
        acting.put_on_map(place=house, lon=110.5, lat=31.5, by=by)


def test_a_moved_place_is_counted_where_it_stands(house: Place, people: People) -> None:
    acting.put_on_map(place=house, lon=110.6, lat=31.6, by=people.village)
    acting.put_on_map(place=house, lon=110.7, lat=31.7, by=people.village)
    counted = PlaceTally.objects.exclude(count=0).values_list("count", flat=True)
    assert sorted(counted) == [-1, 1]  # the fixture's house was never counted in


def test_a_point_outside_the_footprint_is_refused(house: Place, people: People) -> None:
    house.geometry = shapely.to_wkb(shapely.box(110.499, 31.499, 110.501, 31.501))
    house.save()
    acting.put_on_map(place=house, lon=110.5, lat=31.5, by=people.village)
    with pytest.raises(Mistaken, match="轮廓之外"):
        acting.put_on_map(place=house, lon=110.6, lat=31.5, by=people.village)


def test_a_place_leaves_the_register_when_nothing_is_open_there(house: Place, people: People) -> None:
    found(house, people)
    with pytest.raises(Mistaken, match="没了结的隐患"):
        acting.take_out(place=house, on=date(2026, 11, 1), reason="已拆除", by=people.village)
    house.cases.update(ended_at="2026-11-01T00:00:00Z")
    acting.take_out(place=house, on=date(2026, 11, 1), reason="已拆除", by=people.village)
    assert house.removed_on == date(2026, 11, 1)
