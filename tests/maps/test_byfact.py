"""A layer coloured by a fact: what is known, where, and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from hemei.core.access import Scope
from hemei.core.models import Place
from hemei.core.registry import Fact, registry
from hemei.maps import byfact
from hemei.maps.templatetags.maps import legend
from hemei.terms.day import today
from tests.conftest import DISTRICT, NEXT_VILLAGE, VILLAGE
from tests.maps.test_layers import around, house, read

HERE = Scope.of(VILLAGE)


@pytest.fixture
def fact(db) -> Fact:
    """As the programme's own, said of places by their label."""

    def told(*, within: Scope, on: Any, places: Any = None) -> dict[int, Any]:
        rows = Place.objects.filter(within.q(matter="kind"), label__in="AD")
        return {pk: (label, today()) for pk, label in rows.values_list("pk", "label")}

    return Fact("toy.grade", "等级", told, {"A": "完好", "D": "危房"})


def graded(value: str, region: str = VILLAGE, **where: float) -> Place:
    place = house(region, **where)
    place.label = value
    return place


@pytest.mark.parametrize(("z", "layer"), [(9, "counts"), (15, "places")])
def test_only_places_of_which_the_fact_is_known_are_drawn(z: int, layer: str, fact: Fact) -> None:
    Place.objects.bulk_create([graded("D"), graded("A", lon=110.5001), house(), graded("D", NEXT_VILLAGE)])
    tile = byfact.value_tile(*around(110.5, 31.5, z), within=HERE, kind="house", fact=fact)
    drawn = [feature["properties"] for feature in read(tile)[layer]]
    if layer == "counts":
        assert drawn == [{"n": 2, "A": 1, "D": 1}]
    else:
        assert sorted(one["state"] for one in drawn) == ["A", "D"]


def test_of_too_many_the_most_pressing_are_kept(fact: Fact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(byfact, "LIMIT", 1)
    Place.objects.bulk_create([graded("A"), graded("D", lon=110.5001)])
    drawn = read(byfact.value_tile(*around(110.5, 31.5, 15), within=HERE, kind="house", fact=fact))
    assert [feature["properties"]["state"] for feature in drawn["places"]] == ["D"]
    assert drawn["truncated"][0]["properties"] == {"left_out": 1}


def test_where_nothing_is_known_the_tile_is_empty(fact: Fact) -> None:
    Place.objects.bulk_create([house()])
    assert byfact.value_tile(*around(110.5, 31.5, 15), within=HERE, kind="house", fact=fact) == b""


def test_the_legend_says_how_many_there_are_of_each_worst_first(fact: Fact, monkeypatch: pytest.MonkeyPatch) -> None:
    Place.objects.bulk_create([graded("D"), graded("D", lon=110.6), graded("A"), house()])
    monkeypatch.setattr("hemei.maps.templatetags.maps.fact_of", lambda kind: fact)
    shown = legend("house", Scope.of(DISTRICT), by_fact=True, counted=True)
    assert [(one.key, one.letter, one.count) for one in shown] == [("D", "D", 2), ("A", "A", 1)]
    assert shown[0].css != shown[1].css


@pytest.mark.parametrize("few", [0, 100])
def test_few_or_many_known_values_are_counted_alike(few: int, fact: Fact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(byfact, "FEW", few)
    unplaced = graded("A")
    unplaced.tile = None
    Place.objects.bulk_create([graded("D"), graded("A"), house(), unplaced, graded("D", NEXT_VILLAGE)])
    assert byfact.numbers("house", fact, within=HERE) == {"A": 1, "D": 1}


def test_without_a_fact_the_legend_names_the_worst_state_first_and_no_withdrawn_case(db) -> None:
    keys = [one.key for one in legend("house", HERE, by_fact=False, counted=False)]
    assert keys[0] == "found"
    assert keys[-1] == "none"
    assert "withdrawn" not in keys


def test_every_kind_that_names_a_fact_names_one_with_values() -> None:
    named = {key: kind.layer.colour_by for key, kind in registry.kinds.items() if kind.layer.colour_by != "state"}
    assert named
    for key, name in named.items():
        fact = byfact.fact_of(key)
        assert fact is not None, f"{key} is coloured by {name}, which has no values"
        assert fact.name == name
    assert byfact.fact_of("nothing") is None
