"""A made-up district two kilometres wide, with a road, fields and a river; every number in metres from its corner."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from hemei.core.access import Actor, At
from hemei.core.models import Job, Place, Region
from hemei.programmes.control import changes, keeping
from hemei.programmes.control.actions.layers import upload
from hemei.programmes.control.models import LayerVersion
from hemei.programmes.control.offering import NewLayer, results_of
from hemei.programmes.control.reading import Wanted
from hemei.programmes.houses.models import House
from tests.conftest import DISTRICT, VILLAGE, People

X, Y = 501_000.0, 3_515_000.0
DEGREES = Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True)
FIRST = date(2020, 1, 1)


def in_degrees(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: np.column_stack(DEGREES.transform(xy[:, 0] + X, xy[:, 1] + Y)))


def wkb(shape: shapely.Geometry) -> bytes:
    return bytes(shapely.to_wkb(in_degrees(shape)))


def geojson(*rows: tuple[shapely.Geometry, dict[str, Any]]) -> bytes:
    features = [
        {"type": "Feature", "properties": said, "geometry": json.loads(shapely.to_geojson(in_degrees(shape)))}
        for shape, said in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


ROAD = geojson((shapely.box(0, 0, 2000, 10), {"grade": "县道"}))
FIELDS = geojson((shapely.box(0, 500, 1000, 900), {}))
RIVER = geojson((shapely.box(0, 1500, 2000, 1540), {}))
ZONES = geojson(
    (shapely.box(-100, -100, 1000, 2100), {"zone": "甲类", "tier": "一档"}),
    (shapely.box(1000, -100, 2100, 2100), {"zone": "乙类", "tier": "二档"}),
)


def take_in(kind: str, content: bytes, by: Actor, *, name: str = "图层.geojson", **said: Any) -> LayerVersion:
    wanted = Wanted(**{key: said.pop(key) for key in ("layername", "class_column", "tier_column") if key in said})
    told = {"visibility": "internal", "publisher": "自然资源局", "starts": FIRST, **said}
    return upload(
        where=At(DISTRICT, "control"), name=name, content=content, layer=NewLayer(kind, wanted=wanted, **told), by=by
    )


def house_at(x: float, y: float, *, side: float = 10, outline: bool = True, region: str = VILLAGE, **own: Any) -> Place:
    lon, lat = (float(axis) for axis in DEGREES.transform(x + X + side / 2, y + Y + side / 2))
    place = Place.objects.create(
        kind="house",
        region=region,
        label=f"{x:g},{y:g}",
        lon=lon,
        lat=lat,
        geometry=wkb(shapely.box(x, y, x + side, y + side)) if outline else None,
    )
    House.objects.create(place=place, **own)
    return place


def changed_by(job: Job) -> list[list[Any]]:
    """Place, and what is said before and after, of all that a preview found to change."""
    rows = changes.kept(results_of(job)).to_pylist()
    return [[row["place"], row["before"], row["after"]] for row in rows]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path: Path) -> Iterator[None]:
    settings.VAR = tmp_path / "var"
    settings.VAR.mkdir()
    yield
    keeping.forget()


@pytest.fixture
def home(people: People) -> Region:
    """The district with its boundary."""
    region = Region.objects.get(code=DISTRICT)
    region.boundary = wkb(shapely.box(-200, -200, 2200, 2200))
    region.save()
    return region


@pytest.fixture
def layers(home: Region, people: People) -> dict[str, LayerVersion]:
    by = people.district
    return {
        "road": take_in("highway_land", ROAD, by, visibility="public", class_column="grade"),
        "fields": take_in("permanent_farmland", FIELDS, by),
        "river": take_in("river_management", RIVER, by, visibility="public"),
    }
