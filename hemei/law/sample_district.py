"""A small made-up district on disk, marked 演示, to try the rules on: layers, buildings, a proposal, a sample plan."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from .book import SAMPLE

X, Y = 501_000.0, 3_515_000.0
"""The corner of the made-up ground, EPSG:4546."""
DISTRICT = """\
# 演示数据：地方、图层和数值都是编的，不属于任何地方。
- name: 演示区（虚构）
  crs: EPSG:4546
  layers:
    - {id: highway_land, file: roads.geojson, class_column: grade, classes: {县道: county}, half_width_m: {county: 4}}
    - {id: permanent_farmland, file: farmland.geojson}
    - {id: geohazard_danger, file: hazard.geojson}
    - {id: river_management, file: river.geojson}
    - {id: sample_water, file: river.geojson}
    - {id: sample_hill, file: hill.geojson}
  zones: {file: zones.geojson, zone_column: zone, tier_column: tier}
  townships: {file: townships.geojson, township_column: name}
  buildings: {work_is: existing, height: height, storeys: storeys, density: density, position_error_m: 1}
  storey_height_m: 3.3
"""


def write_sample(folder: Path) -> None:
    """Write the district. Raises FileExistsError where the folder holds one already."""
    if (folder / "district.yaml").exists():
        raise FileExistsError(f"{folder}：已经有 district.yaml，请换一个空文件夹")
    folder.mkdir(parents=True, exist_ok=True)
    for path in SAMPLE.glob("*.yaml"):
        shutil.copy(path, folder / path.name)
    (folder / "district.yaml").write_text(DISTRICT, encoding="utf-8")
    for name, rows in layers().items():
        _write(folder / f"{name}.geojson", rows)
    _write(folder / "buildings.geojson", buildings())
    _write(folder / "proposal.geojson", proposal())


Rows = list[tuple[BaseGeometry, dict[str, Any]]]


def box(x: float, y: float, width: float, height: float) -> BaseGeometry:
    """A rectangle, metres from the corner of the made-up ground."""
    return shapely.box(X + x, Y + y, X + x + width, Y + y + height)


def layers() -> dict[str, Rows]:
    """A road in the south, a river in the west, fields in the north, a hill in the east, a slope above it."""
    road = shapely.LineString([(X + x, Y + 20 + 12 * np.sin(x / 160)) for x in range(-100, 1101, 20)])
    river = shapely.LineString([(X + 60 + 15 * np.sin(y / 90), Y + y) for y in range(-100, 1101, 20)])
    hill = shapely.LineString([(X + 760 + 20 * np.sin(y / 70), Y + y) for y in range(-100, 1101, 20)])
    slide = shapely.Polygon([(X + 700, Y + 500), (X + 860, Y + 470), (X + 880, Y + 640), (X + 720, Y + 660)])
    return {
        "roads": [(road, {"grade": "县道"})],
        "river": [(shapely.buffer(river, 18), {"name": "演示河"})],
        "farmland": [(box(130 + 150 * i, 330 + 90 * j, 140, 80), {}) for i in range(3) for j in range(3)],
        "hill": [(hill, {})],
        "hazard": [(slide, {})],
        "zones": [
            (box(-100, -100, 500, 1200), {"zone": "甲类", "tier": "一档"}),
            (box(400, -100, 700, 1200), {"zone": "乙类", "tier": ""}),
        ],
        "townships": [
            (box(-100, -100, 1200, 400), {"name": "演示一乡"}),
            (box(-100, 300, 1200, 800), {"name": "演示二乡"}),
        ],
    }


def buildings(count: int = 400, seed: int = 7) -> Rows:
    """Houses along the road and round the fields."""
    rng = np.random.default_rng(seed)
    rows: Rows = []
    for number in range(count):
        x, y = rng.uniform(0, 1000), rng.choice([rng.normal(45, 25), rng.uniform(80, 1000)])
        house = shapely.box(X + x, Y + y, X + x + rng.uniform(8, 16), Y + y + rng.uniform(7, 12))
        storeys = int(rng.integers(1, 5))
        known = {} if rng.uniform() < 0.1 else {"height": round(storeys * 3.2 + 0.5, 1), "storeys": storeys}
        density = round(float(rng.uniform(0.15, 0.5)), 2)
        rows.append((house, {"id": f"演示-{number + 1:04}", "density": density, **known}))
    return rows


def proposal() -> Rows:
    """A new house on a plot by the road and the foot of the hill, too near to the road."""
    house = {"role": "building", "use": "house", "work": "new", "height": 10.5, "storeys": 3, "position_error_m": 0.2}
    return [
        (box(730, 14, 12, 10), house),
        (box(722, 10, 26, 50), {"role": "plot"}),
        (box(724, 51, 8, 6), {"role": "existing", "storeys": 1}),
    ]


def _write(path: Path, rows: Rows) -> None:
    """GeoJSON in degrees, as RFC 7946 wants it."""
    degrees = Transformer.from_crs("EPSG:4546", "OGC:CRS84", always_xy=True)
    features = []
    for number, (shape, facts) in enumerate(rows, start=1):
        moved = shapely.transform(shape, lambda xy: np.column_stack(degrees.transform(xy[:, 0], xy[:, 1])))
        geometry = json.loads(shapely.to_geojson(moved))
        features.append({"type": "Feature", "properties": {"id": number, **facts}, "geometry": geometry})
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
