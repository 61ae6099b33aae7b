"""Everything that stands, as a table that can be screened."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from django.db.models import Q
from pyproj import CRS

from hemei.core.access import Scope
from hemei.core.models import Place
from hemei.core.queries.standing import storeys
from hemei.core.registry import registry
from hemei.core.standing import kinds_that_stand
from hemei.core.stepwise import stepwise
from hemei.engines.screen.crs import converter
from hemei.law.subject import GPS_ERROR_M, SPOT_ERROR_M
from hemei.programmes.control.keeping import HALF_SPOT_M, STORED
from hemei.terms.region import Level, successor

COLUMNS = {"use": "use", "township": "village", "storeys": "storeys", "footprint": "footprint"}
ERROR = "error_m"
SPOT = "is_spot"


@dataclass(frozen=True)
class Standing:
    """What was gathered: the file, how many buildings are in it, by footprint or by a point, and how many are not."""

    path: Path
    places: np.ndarray  # their keys, growing
    is_spot: np.ndarray
    unplaced: int


def in_region(region: str) -> Q:
    return Q(region__gte=region, region__lt=successor(region))


def gather(region: str, crs: CRS, path: Path, step: Callable[[], None] = lambda: None) -> Standing:
    """Write all buildings of a region, in metres, to a file. What is not on the map is counted only."""
    rows = Place.objects.filter(in_region(region), kind__in=kinds_that_stand(), removed_on=None)
    known = storeys(within=Scope.of(region))
    keys, villages, uses = [], [], []
    shapes: list[bytes | tuple[float, float]] = []
    unplaced = 0
    wanted = rows.values_list("id", "region", "kind", "lon", "lat", "geometry")
    for number, (key, where, kind, lon, lat, geometry) in enumerate(stepwise(wanted, 5_000)):
        if number % 5_000 == 0:
            step()
        if geometry is None and (lon is None or lat is None):
            unplaced += 1
            continue
        keys.append(key)
        villages.append(where[: Level.VILLAGE])
        uses.append(registry.kinds[kind].use)
        shapes.append(bytes(geometry) if geometry is not None else (float(lon or 0.0), float(lat or 0.0)))
    outlines, is_spot = _in_metres(shapes, crs)
    places = np.array(keys, np.int64)
    table = pa.table(
        {
            "id": places,
            "village": pa.array(villages, pa.string()),
            "use": pa.array(uses, pa.string()),
            "storeys": pa.array([known.get(key) for key in keys], pa.float64()),
            "footprint": pa.array(shapely.area(outlines), mask=is_spot),
            SPOT: is_spot,
            ERROR: np.where(is_spot, SPOT_ERROR_M, GPS_ERROR_M),
            "geometry": pa.array(shapely.to_wkb(outlines), pa.binary()),
        }
    )
    described = {"encoding": "WKB", "geometry_types": [], "crs": crs.to_json_dict()}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": described}}
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), path, row_group_size=16_384)
    return Standing(path, places, is_spot, unplaced)


def _in_metres(shapes: list[bytes | tuple[float, float]], crs: CRS) -> tuple[np.ndarray, np.ndarray]:
    """Footprints in metres; where only a point is known, the smallest square that can be measured, marked."""
    convert = converter(STORED, crs)
    assert convert is not None
    made = np.full(len(shapes), None, dtype=object)
    drawn = np.array([isinstance(shape, bytes) for shape in shapes], bool)
    made[drawn] = shapely.force_2d(shapely.from_wkb([s for s in shapes if isinstance(s, bytes)], on_invalid="ignore"))
    flat = drawn & (shapely.get_dimensions(made) != 2)
    made[drawn] = shapely.transform(made[drawn], convert)
    points = np.array([s for s in shapes if not isinstance(s, bytes)], float).reshape(-1, 2)
    at = convert(points) if len(points) else points
    made[~drawn] = _squares(at)
    if flat.any():  # a line or a point where an outline was meant
        made[flat] = _squares(shapely.get_coordinates(shapely.centroid(made[flat])))
    return made, ~drawn | flat


def _squares(at: np.ndarray) -> np.ndarray:
    half = HALF_SPOT_M
    boxes = shapely.box(at[:, 0] - half, at[:, 1] - half, at[:, 0] + half, at[:, 1] + half)
    return np.asarray(boxes, dtype=object)
