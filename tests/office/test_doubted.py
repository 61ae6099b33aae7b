"""A check whose position differs from the register's as the Chinese maps do is shown with the doubt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.test import Client

from hemei.core.actions.check import Answered, submit_check
from hemei.core.models import Place
from hemei.engines.tables.coordinates import gcj
from tests.conftest import People, days_ago

SignIn = Callable[[str], Client]
DOUBT = "可能是 GCJ-02 坐标"


def there(place: Place) -> dict[str, Any]:
    lon, lat = gcj(np.array([place.lon]), np.array([place.lat]))
    return {"lon": float(lon[0]), "lat": float(lat[0])}


def page_after(place: Place, people: People, signed_in: SignIn, **spot: Any) -> str:
    answered = Answered(instance_id="uuid:1", form="houses.selfcheck", answers={}, at=days_ago(0.01), **spot)
    submit_check(place=place, answered=answered, by=people.grid)
    return signed_in("village").get(f"/office/places/{place.pk}/").content.decode()


def test_a_shifted_position_is_doubted_and_the_register_stays(house: Place, people: People, signed_in: SignIn) -> None:
    stood = (house.lon, house.lat)
    assert DOUBT in page_after(house, people, signed_in, **there(house), accuracy_m=12.0)
    house.refresh_from_db()
    assert (house.lon, house.lat) == stood


@pytest.mark.parametrize("spot", [{}, {"lon": 110.5001, "lat": 31.5001}, {"lon": 110.5, "lat": 31.506}])
def test_no_position_a_near_one_and_one_off_in_another_direction_are_not(
    house: Place, people: People, signed_in: SignIn, spot: dict[str, float]
) -> None:
    assert DOUBT not in page_after(house, people, signed_in, **spot)


def test_a_position_too_vague_to_tell_is_not(house: Place, people: People, signed_in: SignIn) -> None:
    assert DOUBT not in page_after(house, people, signed_in, **there(house), accuracy_m=400.0)


def test_a_house_that_is_not_on_the_map_has_nothing_to_differ_from(
    house: Place, people: People, signed_in: SignIn
) -> None:
    spot = there(house)
    Place.objects.filter(pk=house.pk).update(lon=None, lat=None, tile=None)
    house.refresh_from_db()
    assert DOUBT not in page_after(house, people, signed_in, **spot)
