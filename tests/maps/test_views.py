"""The map's addresses: who is answered, with what, and when the browser's own copy will do."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import shapely
from django.test import Client

from hemei.core.access import Actor
from hemei.core.actions.placestate import recount
from hemei.core.models import Place, Region
from tests.conftest import DISTRICT, NEXT_VILLAGE, TOWNSHIP, VILLAGE, People

TILE = "/maps/14/13220/6680.mvt?kind=house"
ASKED = [TILE, "/maps/regions.geojson?kind=house", "/maps/picture.svg?kind=house"]


@pytest.fixture
def signed_in(client: Client) -> Callable[[Actor], Client]:
    def sign_in(actor: Actor) -> Client:
        assert actor.account
        client.force_login(actor.account)
        return client

    return sign_in


@pytest.mark.django_db
@pytest.mark.parametrize("address", ASKED)
def test_a_stranger_and_someone_without_duties_are_refused(address: str, client: Client, people: People) -> None:
    assert client.get(address).status_code == 403
    assert people.nobody.account
    client.force_login(people.nobody.account)
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", ASKED)
def test_what_the_browser_has_already_is_not_sent_again(
    address: str, signed_in: Callable[[Actor], Client], people: People, house: Place
) -> None:
    client = signed_in(people.village)
    first = client.get(address)
    assert first.status_code == 200
    assert first["Cache-Control"] == "private, no-cache"
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    Place.objects.update(state="found", label="改了名")
    Region.objects.filter(code=VILLAGE).update(name="改了名")
    recount("house", DISTRICT)
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/maps/3/9/0.mvt?kind=house",
        "/maps/14/1/1.mvt?kind=nothing",
        "/maps/14/1/1.mvt",
        "/maps/14/1/1.mvt?kind=house&region=x",
    ],
)
def test_no_such_tile(address: str, signed_in: Callable[[Actor], Client], people: People) -> None:
    assert signed_in(people.district).get(address).status_code == 404


def test_a_tile_of_another_village_is_empty(
    signed_in: Callable[[Actor], Client], people: People, house: Place, next_house: Place
) -> None:
    tile = f"{TILE}&region={NEXT_VILLAGE}"
    assert signed_in(people.village).get(tile).content == b""
    assert people.next_village.account


def test_outlines_are_those_of_the_scope(signed_in: Callable[[Actor], Client], people: People, house: Place) -> None:
    square = shapely.box(110.4, 31.4, 110.6, 31.6)
    Region.objects.filter(code__in=[TOWNSHIP, NEXT_VILLAGE]).update(boundary=shapely.to_wkb(square))
    found = json.loads(signed_in(people.township).get("/maps/regions.geojson").content)
    kinds = {(f["properties"]["code"], f["geometry"]["type"]) for f in found["features"]}
    assert kinds == {
        (TOWNSHIP, "Polygon"),
        (TOWNSHIP, "Point"),
        (NEXT_VILLAGE, "Polygon"),
        (NEXT_VILLAGE, "Point"),
        (VILLAGE, "Point"),  # no boundary: its name stands amid its houses
    }
    names = {f["properties"]["code"]: f["geometry"]["coordinates"] for f in found["features"]}
    assert names[VILLAGE] == [110.5, 31.5]


def test_the_page_holds_the_map_and_the_list_that_stands_in_for_it(
    signed_in: Callable[[Actor], Client], people: People, house: Place
) -> None:
    Place.objects.update(state="found")
    recount("house", DISTRICT)
    html = signed_in(people.village).get("/maps/").content.decode()
    assert 'data-tiles="/maps/{z}/{x}/{y}.mvt?kind=house"' in html
    assert 'data-bounds="110.50000,31.50000,110.50000,31.50000"' in html
    assert '<td>上河村</td><td class="number">1</td><td class="number">1</td>' in html
    assert "下河村" not in html


def test_the_still_picture_names_villages_safely(
    signed_in: Callable[[Actor], Client], people: People, house: Place
) -> None:
    Region.objects.filter(code=VILLAGE).update(name="<b>村", boundary=shapely.to_wkb(shapely.box(110, 31, 111, 32)))
    recount("house", DISTRICT)
    drawn = signed_in(people.village).get("/maps/picture.svg?kind=house").content.decode()
    assert "&lt;b&gt;村" in drawn
    assert "<b>" not in drawn
    assert drawn.count("<path") == 1
