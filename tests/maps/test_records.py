"""Records with a life of their own on the map: near one by one, far as numbers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hemei.core.access import Scope
from hemei.core.models import Household
from hemei.core.registry import registry
from hemei.maps import records
from hemei.maps.records import record_tile
from hemei.programmes.building.models import Permit
from hemei.terms.day import today
from tests.conftest import NEXT_VILLAGE, VILLAGE
from tests.maps.test_layers import around, read

HERE = Scope.of(VILLAGE)


def permit(
    state: str = "applied", region: str = VILLAGE, lon: float | None = 110.5, lat: float | None = 31.5
) -> Permit:
    household = Household.objects.create(region=region, number=f"B{Household.objects.count()}")
    return Permit.objects.create(
        household=household, region=region, work="new", reason="分户", address="村道边", bounds="四至清楚",
        plot_m2=140.0, footprint_m2=96.0, floor_area_m2=190.0, storeys=2, state=state, since=today(),
        filed_at=datetime.now(UTC), lon=lon, lat=lat,
    )  # fmt: skip


def drawn(z: int) -> dict[str, list]:
    return read(record_tile(*around(110.5, 31.5, z), within=HERE, kind=registry.records["permit"]))


def test_far_they_are_numbers_by_state_amid_what_they_count(db) -> None:
    for one in ("applied", "applied", "building"):
        permit(one)
    permit(lon=110.5001)
    permit(lon=None, lat=None)
    permit(region=NEXT_VILLAGE)
    [square] = drawn(8)["counts"]
    assert square["properties"] == {"n": 4, "applied": 3, "building": 1}


def test_far_a_number_stands_where_most_of_its_records_are(db) -> None:
    for _ in range(9):
        permit()
    permit(lon=110.51)
    [square] = drawn(8)["counts"]
    z, x, _y = around(110.5, 31.5, 8)
    lon = (x + square["geometry"]["coordinates"][0] / 4096) / (1 << z) * 360 - 180
    assert lon == pytest.approx(110.501, abs=0.0005)


@pytest.mark.parametrize("z", [11, 12])
def test_where_nothing_lies_the_tile_is_empty(z: int, db) -> None:
    permit(lon=100.0)
    assert record_tile(*around(110.5, 31.5, z), within=HERE, kind=registry.records["permit"]) == b""


def test_of_too_many_the_most_pressing_are_kept(db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LIMIT", 2)
    states = list(registry.records["permit"].states)
    for state in states[:3]:
        permit(state)
    tile = drawn(15)
    assert {feature["properties"]["state"] for feature in tile["places"]} == set(states[1:3])
    assert tile["truncated"][0]["properties"] == {"left_out": 1}


@pytest.mark.parametrize("tile", [(8, 256, 0), (25, 0, 0), (3, -1, 0)])
def test_there_is_no_such_tile(tile: tuple[int, int, int], db) -> None:
    with pytest.raises(ValueError, match="no such tile"):
        record_tile(*tile, within=HERE, kind=registry.records["permit"])
