"""Layers as surveyors and clerks hand them over: every row of them is taken or refused, none makes the file fail."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from hemei.core.access import SYSTEM
from hemei.core.actions.register.folder import import_folder
from hemei.core.models import Place, StagedRow
from tests.core.actions.register.workbooks import V

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
LON, LAT = 110.5, 31.5
BOX = shapely.box(LON, LAT, LON + 0.0001, LAT + 0.0001)


def plane(epsg: int) -> shapely.Geometry:
    x, y = pyproj.Transformer.from_crs(4490, epsg, always_xy=True).transform(LON, LAT)
    return shapely.box(x, y, x + 10, y + 8)


def turned(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy[:, ::-1])


def ring(*corners: tuple[float, float]) -> bytes:
    """A polygon's WKB, whatever its ring is like."""
    return struct.pack("<BIII", 1, 3, 1, len(corners)) + b"".join(struct.pack("<dd", *corner) for corner in corners)


def curved() -> bytes:
    """A polygon whose outline is an arc."""
    corners = [(LON, LAT), (LON + 0.0001, LAT), (LON + 0.0001, LAT + 0.0001), (LON, LAT + 0.0001), (LON, LAT)]
    arc = struct.pack("<BII", 1, 8, 5) + b"".join(struct.pack("<dd", *corner) for corner in corners)
    return struct.pack("<BII", 1, 10, 1) + arc


CASES: dict[str, tuple[object, str, str]] = {  # what it is about → the geometry, its system, why it is refused
    "degrees": (BOX, "EPSG:4490", ""),
    "with heights": (shapely.force_3d(BOX, 5.0), "EPSG:4490", ""),
    "an arc": (curved(), "EPSG:4490", ""),
    "a belt with its number": (plane(4525), "EPSG:4525", ""),
    "latitude first": (turned(BOX), "EPSG:4490", "经度和纬度写反了"),
    "metres called degrees": (plane(4525), "EPSG:4490", "不是经纬度"),
    "degrees called metres": (BOX, "EPSG:4525", "像是经纬度"),
    "degrees called metres without a number": (BOX, "EPSG:4546", "像是经纬度"),
    "no number where the system has one": (plane(4546), "EPSG:4525", "没有带号"),
    "a number where the system has none": (plane(4525), "EPSG:4546", "带有带号 37"),
    "northing first": (turned(plane(4546)), "EPSG:4546", "纵横坐标写反了"),
    "one corner far away": (shapely.Polygon([(LON, LAT), (LON, 200), (LON + 0.001, LAT)]), "EPSG:4490", "不是经纬度"),
    "nothing at nought": (shapely.Point(0, 0), "EPSG:4490", "坐标是 0，0"),
    "a ring that does not close": (ring((LON, LAT), (LON + 1e-4, LAT), (LON, LAT + 1e-4)), "EPSG:4490", "图形读不懂"),
    "a ring of two": (ring((LON, LAT), (LON + 1e-4, LAT)), "EPSG:4490", "图形读不懂"),
    "an outline that crosses itself": (
        shapely.Polygon([(LON, LAT), (LON + 1e-4, LAT + 1e-4), (LON + 1e-4, LAT), (LON, LAT + 1e-4)]),
        "EPSG:4490",
        "图形不是一个点，也不是一个面",
    ),
    "a line": (shapely.LineString([(LON, LAT), (LON + 1e-4, LAT)]), "EPSG:4490", "图形不是一个点，也不是一个面"),
    "an empty one": (shapely.Polygon(), "EPSG:4490", "图形是空的"),
}


@pytest.mark.parametrize("about", CASES)
def test_a_house_is_taken_or_refused_by_its_shape(about: str, tmp_path: Path) -> None:
    geometry, crs, why = CASES[about]
    came = geometry if isinstance(geometry, bytes) else shapely.to_wkb(geometry)
    pyogrio.raw.write(
        str(tmp_path / "农房.gpkg"),
        geometry=np.array([came], dtype=object),
        field_data=[np.array([V], dtype=object), np.array(["F-1"], dtype=object)],
        fields=np.array(["村代码", "编号"], dtype=object),
        driver="GPKG",
        geometry_type="Unknown",
        crs=crs,
    )
    (tmp_path / "district.yaml").write_text(
        'district: "429999"\nregisters:\n  places: {file: 农房.gpkg, kind: house}\n', "utf-8"
    )
    summary = import_folder(tmp_path, by=SYSTEM, confirm=True)
    assert summary.state == "applied", summary.message
    if not why:
        place = Place.objects.get()
        assert (round(place.lon or 0, 3), round(place.lat or 0, 3)) == (LON, LAT)
    else:
        row = StagedRow.objects.get()
        assert (row.outcome, row.line, why in row.reason) == ("refused", 1, True), row.reason
        assert row.remedy
