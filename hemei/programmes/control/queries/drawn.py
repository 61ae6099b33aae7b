"""Control layers as vector tiles: what is drawn of them, and what anybody may see drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import shapely

from hemei.maps import mvt
from hemei.programmes.control.keeping import copy_of, in_force
from hemei.programmes.control.kinds import ELEVATION
from hemei.programmes.control.models import LayerVersion, Visibility

MOST = 3_000  # features of one layer in a tile
DEGREES_A_METRE = 1 / 111_000
LINE_HALF_M = 2.0  # a layer of lines is drawn as wide as this
FINEST = 20


@dataclass(frozen=True)
class Drawn:
    """A layer's features in degrees, with what is written on them."""

    geometry: np.ndarray
    index: shapely.STRtree
    named: tuple[str, ...]


@lru_cache(maxsize=32)
def _features(path: Path, half_width_m: float) -> Drawn:
    table = pq.read_table(path)
    geometry = shapely.from_wkb(table.column("geometry").to_pylist())
    flat = shapely.get_dimensions(geometry) < 2
    wide = max(half_width_m, LINE_HALF_M) * DEGREES_A_METRE
    geometry[flat] = shapely.buffer(geometry[flat], wide, quad_segs=2)
    columns = [table.column(name).to_pylist() for name in ("class", "tier") if name in table.column_names]
    named = tuple(" ".join(filter(None, words)) for words in zip(*columns, strict=True))
    return Drawn(geometry, shapely.STRtree(geometry), named)


def shown_layers(region: str, on: date, *, public: bool) -> list[LayerVersion]:
    """The layers of a day that may be drawn: for the public those that are public."""
    rows = [row for row in in_force(region, on) if row.kind != ELEVATION]
    return [row for row in rows if not public or row.visibility == Visibility.PUBLIC]


def tile_of(layers: list[LayerVersion], z: int, x: int, y: int) -> bytes:
    """Layer `areas`, each area with `layer`, its kind, and `name`, its class. Raises ValueError for no such tile."""
    if not (0 <= z <= FINEST and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise ValueError("no such tile")
    frame = _frame(z, x, y)
    tolerance = 360.0 / (1 << z) / mvt.EXTENT * 4
    shapes: list[shapely.Geometry] = []
    kinds: list[str] = []
    names: list[str] = []
    for layer in layers:
        drawn = _features(copy_of(layer), layer.half_width_m)
        rows = np.sort(drawn.index.query(frame))[:MOST]
        shapes.extend(shapely.simplify(drawn.geometry[rows], tolerance))
        kinds.extend([layer.kind] * len(rows))
        names.extend(drawn.named[row] for row in rows)
    return mvt.areas("areas", (z, x, y), shapes, {"layer": kinds, "name": names}) if shapes else b""


def _frame(z: int, x: int, y: int) -> shapely.Geometry:
    def lat(row: float) -> float:
        return float(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * row / (1 << z))))))

    def lon(column: float) -> float:
        return column / (1 << z) * 360.0 - 180.0

    edge = mvt.BUFFER / mvt.EXTENT
    return shapely.box(lon(x - edge), lat(y + 1 + edge), lon(x + 1 + edge), lat(y - edge))
