"""What a tile shows, to whom, and how much of it."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest

from hemei.core.access import Scope
from hemei.core.actions.placestate import recount
from hemei.core.models import Place
from hemei.maps import layers
from hemei.terms import tile
from tests.conftest import DISTRICT, NEXT_VILLAGE, VILLAGE

HERE = Scope.of(VILLAGE)


def around(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    columns, rows = layers.unfold(np.array([tile.key(lon, lat) >> 2 * (tile.ZOOM - z)]))
    return z, int(columns[0]), int(rows[0])


def read(data: bytes) -> dict[str, list[dict[str, Any]]]:
    decoded = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
    return {name: layer["features"] for name, layer in decoded.items()}


def house(region: str = VILLAGE, state: str = "none", lon: float = 110.5, lat: float = 31.5, **more: Any) -> Place:
    return Place(
        kind="house",
        region=region,
        state=state,
        label=f"{state}一号",
        lon=lon,
        lat=lat,
        tile=tile.key(lon, lat),
        **more,
    )


@pytest.mark.django_db
def test_a_near_tile_shows_each_place_where_it_lies() -> None:
    Place.objects.bulk_create([house(state="found")])
    z, x, y = around(110.5, 31.5, 15)
    (feature,) = read(layers.tile_of(z, x, y, within=HERE, kind="house"))["places"]
    assert feature["properties"] == {"state": "found", "label": "found一号"}
    assert feature["id"] == Place.objects.get().pk
    west, south, east, north = tile.bounds(z, x, y)
    across, down = feature["geometry"]["coordinates"]
    assert west + (east - west) * across / 4096 == pytest.approx(110.5, abs=1e-5)
    assert north - (north - south) * down / 4096 == pytest.approx(31.5, abs=1e-5)


@pytest.mark.django_db
@pytest.mark.parametrize("z", [9, 15])
def test_no_tile_shows_what_stands_outside_the_scope(z: int) -> None:
    Place.objects.bulk_create([house(NEXT_VILLAGE, "found"), house()])
    recount("house", DISTRICT)
    where = around(110.5, 31.5, z)
    mine = read(layers.tile_of(*where, within=HERE, kind="house"))
    shown = mine.get("places") or mine["counts"]
    assert len(shown) == 1
    assert shown[0]["properties"].get("found") is None
    assert shown[0]["properties"].get("state") != "found"
    assert layers.tile_of(*where, within=Scope(), kind="house") == b""
    assert layers.tile_of(*where, within=HERE, kind="well") == b""


@pytest.mark.django_db
def test_a_far_tile_counts_every_place_once_whatever_the_zoom() -> None:
    rng = np.random.default_rng(7)
    states = ["found", "none", "remedied"]
    Place.objects.bulk_create(
        house(state=states[n % 3], lon=110.5 + float(a), lat=31.5 + float(b))
        for n, (a, b) in enumerate(rng.uniform(-0.02, 0.02, (300, 2)))
    )
    recount("house", DISTRICT)
    for z in range(layers.NEAR_ZOOM):
        tiles = {around(lon, lat, z) for lon, lat in Place.objects.values_list("lon", "lat")}
        counts = [f["properties"] for t in tiles for f in read(layers.tile_of(*t, within=HERE, kind="house"))["counts"]]
        assert sum(count["n"] for count in counts) == 300
        assert {state: sum(count.get(state, 0) for count in counts) for state in states} == dict.fromkeys(states, 100)


@pytest.mark.django_db
def test_a_number_stands_where_its_places_are() -> None:
    Place.objects.bulk_create(house(state="found") for _ in range(5))
    recount("house", DISTRICT)
    z, x, y = around(110.5, 31.5, 8)
    (feature,) = read(layers.tile_of(z, x, y, within=HERE, kind="house"))["counts"]
    across, down = feature["geometry"]["coordinates"]
    west, south, east, north = tile.bounds(z, x, y)
    assert west + (east - west) * across / 4096 == pytest.approx(110.5, abs=0.1)
    assert north - (north - south) * down / 4096 == pytest.approx(31.5, abs=0.1)


@pytest.mark.django_db
def test_a_crowded_tile_keeps_the_most_pressing_and_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "LIMIT", 10)
    Place.objects.bulk_create([house() for _ in range(12)] + [house(state="found") for _ in range(3)])
    decoded = read(layers.tile_of(*around(110.5, 31.5, 14), within=HERE, kind="house"))
    assert len(decoded["places"]) == 10
    assert sum(f["properties"]["state"] == "found" for f in decoded["places"]) == 3
    assert decoded["truncated"][0]["properties"] == {"left_out": 5}


@pytest.mark.django_db
def test_places_that_are_gone_or_nowhere_are_not_drawn() -> None:
    nowhere = Place(kind="house", region=VILLAGE, label="待落图")
    Place.objects.bulk_create([house(removed_on="2026-01-01"), nowhere])
    assert layers.tile_of(*around(110.5, 31.5, 14), within=HERE, kind="house") == b""


def test_there_is_no_tile_beyond_the_edge() -> None:
    with pytest.raises(ValueError, match="no such tile"):
        layers.tile_of(3, 8, 0, within=HERE, kind="house")
