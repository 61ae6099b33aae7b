"""这里能建什么: the answer of a spot, for staff and for anybody, and what is drawn of the layers."""

from __future__ import annotations

from math import asinh, pi, radians, tan

import pytest
from django.test import Client
from django.urls import reverse

from hemei.programmes.control.models import LayerVersion
from hemei.programmes.control.queries.drawn import shown_layers, tile_of
from hemei.terms.day import today
from tests.conftest import DISTRICT, People
from tests.programmes.control.conftest import DEGREES, ZONES, X, Y, take_in
from tests.programmes.control.test_pages import NONSENSE, signed_in

pytestmark = pytest.mark.django_db


def spot(x: float, y: float, **said: object) -> dict[str, object]:
    lon, lat = DEGREES.transform(x + X, y + Y)
    return {"lon": lon, "lat": lat, "work": "new", "use": "house", **said}


def test_a_tapped_spot_is_answered_with_its_clauses(layers, people: People) -> None:
    client = signed_in(people.village)
    assert "还没有点位置" in client.get(reverse("control.here")).content.decode()
    said = client.get(reverse("control.here"), spot(500, 700)).content.decode()
    assert "不得占用永久基本农田" in said
    assert "有 1 条不符合" in said
    assert "土地管理法》第三十五条" in said
    assert "效力待核" in said
    fine = client.get(reverse("control.here"), spot(1500, 300)).content.decode()
    assert "有 1 条不符合" not in fine
    far = client.get(reverse("control.here"), spot(50_000, 300)).content.decode()
    assert "这里的规则管不到" in far


def test_anybody_gets_the_answer_and_no_number_of_an_internal_layer(layers, home) -> None:
    client = Client()
    said = client.get(reverse("control.open_here"), spot(500, 700)).content.decode()
    assert "不得占用永久基本农田" in said
    assert "平方米" not in said
    assert "到窗口核实" in said
    near_road = client.get(reverse("control.open_here"), spot(500, 200)).content.decode()
    assert "不在永久基本农田内" not in near_road
    assert "以内没有这一类公路用地" in near_road
    assert "不涉及" not in near_road
    close = client.get(reverse("control.open_here"), spot(500, 40)).content.decode()
    assert "距公路用地 29.5 米，要求不小于 10 米" in close
    assert client.get(reverse("control.here")).status_code == 302


def test_only_public_layers_are_drawn_for_anybody(layers: dict[str, LayerVersion], people: People) -> None:
    take_in("zones", ZONES, people.district, class_column="zone", tier_column="tier")
    kinds = {row.kind for row in shown_layers(DISTRICT, today(), public=True)}
    assert kinds == {"highway_land", "river_management"}
    lon, lat = DEGREES.transform(500 + X, 700 + Y)
    z = 14

    x, y = int((lon + 180) / 360 * 2**z), int((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**z)
    whole = tile_of(shown_layers(DISTRICT, today(), public=False), z, x, y)
    assert b"permanent_farmland" in whole
    assert "甲类 一档".encode() in whole
    anybody = Client().get(reverse("control.open_tile", args=[z, x, y]))
    assert anybody.status_code == 200
    assert b"permanent_farmland" not in anybody.content
    assert b"highway_land" in anybody.content
    assert Client().get(reverse("control.tile", args=[z, x, y])).status_code == 302
    assert signed_in(people.village).get(reverse("control.tile", args=[z, x, y])).status_code == 200
    assert Client().get(reverse("control.open_tile", args=[3, 99, 0])).status_code == 404


def test_a_stranger_asks_about_so_many_spots_only(layers, home, settings) -> None:
    settings.LIMITS = {"spot": (2, 600)}
    client = Client()
    answers = [client.get(reverse("control.open_here"), spot(500, 700)).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


@pytest.mark.parametrize("word", [*NONSENSE, "nan", "1e999", "inf"])
def test_nonsense_gets_a_page(layers, people: People, word: str) -> None:
    said = dict.fromkeys(("lon", "lat", "work", "use", "storeys", "height_m", "district"), word)
    for client, name in ((signed_in(people.district), "control.here"), (Client(), "control.open_here")):
        assert client.get(reverse(name), said).status_code in (200, 400)
