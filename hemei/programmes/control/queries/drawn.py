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
from hemei.programmes.control.changes import FILE as CHANGES
from hemei.programmes.control.comparing import FILE as DIFFERENCE
from hemei.programmes.control.keeping import copy_of, in_force
from hemei.programmes.control.kinds import ELEVATION
from hemei.programmes.control.models import LayerVersion, Visibility

MOST = 3_000  # features of one layer in a tile
DEGREES_A_METRE = 1 / 111_000
LINE_HALF_M = 2.0  # a layer of lines is drawn as wide as this
DOT = 6 / 512  # how large a dot is, of a tile's side
AFTER = ("unset", "pass", "unknown", "fail")
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


def preview_tile(folder: Path, z: int, x: int, y: int) -> bytes:
    """Layer `areas` of a preview: the ground that differs (came, went, turned), and a dot for each place whose verdict
    would change (to-fail, to-unknown, to-pass, to-unset). Raises ValueError for no such tile."""
    frame = _frame(z, x, y)
    lots: list[tuple[np.ndarray, list[str]]] = []
    if (path := folder / DIFFERENCE).is_file():
        drawn = _features(path, 0.0)
        rows = np.sort(drawn.index.query(frame))[:MOST]
        tolerance = 360.0 / (1 << z) / mvt.EXTENT * 4
        lots.append((shapely.simplify(drawn.geometry[rows], tolerance), [drawn.named[row] for row in rows]))
    if (path := folder / CHANGES).is_file():
        at, what = _spots(path)
        west, south, east, north = frame.bounds
        here = (at[:, 0] >= west) & (at[:, 0] <= east) & (at[:, 1] >= south) & (at[:, 1] <= north)
        rows = np.flatnonzero(here)[:MOST]
        size = DOT * 360.0 / (1 << z)
        lots.append((_dots(at[rows], size), [what[row] for row in rows]))
    shapes = [shape for some, _kinds in lots for shape in some]
    kinds = [kind for _shapes, some in lots for kind in some]
    return mvt.areas("areas", (z, x, y), shapes, {"layer": kinds}) if shapes else b""


@lru_cache(maxsize=8)
def _spots(path: Path) -> tuple[np.ndarray, list[str]]:
    """Where the places of a preview stand (n, 2), and what each would become; what is worse is drawn last."""
    table = pq.read_table(path, columns=["lon", "lat", "after"]).drop_null()
    at = np.column_stack([table.column("lon").to_numpy(), table.column("lat").to_numpy()])
    after = table.column("after").to_pylist()
    order = np.argsort([AFTER.index(word) for word in after], kind="stable")
    return at[order], [f"to-{after[row]}" for row in order]


def _dots(at: np.ndarray, size: float) -> np.ndarray:
    """Round spots in degrees that are round on the map too."""
    turn = np.linspace(0.0, 2 * np.pi, 9)[:-1]
    circle = np.column_stack([np.cos(turn), np.sin(turn)]) * size
    flat = np.column_stack([np.ones(len(at)), np.cos(np.radians(at[:, 1]))])
    return np.asarray(shapely.polygons(at[:, None, :] + circle[None] * flat[:, None, :]))


def _frame(z: int, x: int, y: int) -> shapely.Geometry:
    if not (0 <= z <= FINEST and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise ValueError("no such tile")

    def lat(row: float) -> float:
        return float(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * row / (1 << z))))))

    def lon(column: float) -> float:
        return column / (1 << z) * 360.0 - 180.0

    edge = mvt.BUFFER / mvt.EXTENT
    return shapely.box(lon(x - edge), lat(y + 1 + edge), lon(x + 1 + edge), lat(y - edge))
