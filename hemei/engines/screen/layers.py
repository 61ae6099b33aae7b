"""Layers of control lines: read, converted, mended, and kept as control maps beside their files."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute
import shapely
from pyproj import CRS

from .area_map import AreaMap, build_area_map
from .arrow import column_of
from .compiled import Floats
from .crs import converter, misplaced
from .footprints import offsets_of
from .near_map import NearMap, build_near_map, segments_of
from .reading import Source, Unreadable, open_source
from .rings import Rings, rings_of
from .store import kept, load_said, save_said

LARGE = 2_000_000
"""Vertices of a layer that is read a second time rather than held beside its maps."""


@dataclass(frozen=True)
class Layer:
    """Features of one file in the run's system, in the order of their ids.

    `ids` (features,) as the file has them; `version` the digest of the file, by which results say what they were
    measured against; `remarks` what had to be done to the file; `has_ground` whether any feature is a polygon.
    """

    name: str
    ids: pa.Array
    version: str
    remarks: tuple[str, ...]
    has_ground: bool
    read: Callable[[], np.ndarray]
    columns: Mapping[str, pa.Array] = field(default_factory=dict)

    @cached_property
    def geometry(self) -> np.ndarray:
        """Valid shapely geometries (features,), read when somebody asks: a kept map needs none."""
        return self.read()

    def let_go(self) -> None:
        """Give the memory of a large geometry back; who asks again has it read again."""
        if int(shapely.get_num_coordinates(self.geometry).sum()) > LARGE:
            vars(self).pop("geometry")


def open_layer(name: str | Path, crs: CRS, beside: Path | None) -> Layer:
    """A layer of which all but the geometry is kept in the folder `beside`, from when it was first read.

    Raises Unreadable.
    """
    if beside is None:
        return read_layer(name, crs)
    source = open_source(name)
    version = digest(source.path)
    path = beside / f"{source.name}-{version}-{_stamp(crs)}.layer"
    known = load_said(path)
    if known is None:
        layer = read_layer(name, crs)
        save_said(path, layer.ids, {"remarks": layer.remarks, "has_ground": layer.has_ground})
        return layer
    ids, said = known
    return Layer(
        source.name, ids, version, tuple(said["remarks"]), said["has_ground"], lambda: read_layer(name, crs).geometry
    )


def read_layer(name: str | Path, crs: CRS, columns: Sequence[str] = ()) -> Layer:
    """Read a layer whole, with some of its columns (layers are small beside buildings). Raises Unreadable."""
    source = open_source(name)
    absent = [column for column in columns if column not in source.columns]
    if absent:
        raise Unreadable(f"{source.path}：没有列 {'、'.join(absent)}，有：{'、'.join(source.columns)}")
    wanted = dict.fromkeys([*([source.id_column] if source.id_column else []), *columns])
    batches, geometry = _read(source, list(wanted))
    remarks = [f"{source.name}：{source.texts.remark}"] if source.texts and source.texts.remark else []
    if source.id_column:
        ids = _column(batches, source.id_column)
    else:
        ids = column_of(np.arange(len(geometry)))
        remarks.append(f"{source.name}：没有 id 列，用行号（从 0 起）代替")
    order = np.asarray(pa.compute.sort_indices(ids)) if len(ids) else np.empty(0, np.int64)
    ids, geometry = ids.take(column_of(order)), geometry[order]
    if len(ids) != len(pa.compute.unique(ids)):
        remarks.append(f"{source.name}：id 有重复，重复的要素仍分别计算")
    geometry = _in_system(geometry, ids, source, crs)
    geometry = _valid(geometry, ids, source.name, remarks)
    taken = {column: _column(batches, column).take(column_of(order)) for column in columns}
    has_ground = bool((shapely.get_dimensions(geometry) == 2).any())
    read = _first(geometry, lambda: read_layer(name, crs).geometry)
    del geometry
    return Layer(source.name, ids, digest(source.path), tuple(remarks), has_ground, read, taken)


def _first(geometry: np.ndarray, again: Callable[[], np.ndarray]) -> Callable[[], np.ndarray]:
    """A function that hands over what is there, and reads anew when it is asked again."""
    held = [geometry]
    return lambda: held.pop() if held else again()


def _read(source: Source, columns: list[str]) -> tuple[list[pa.RecordBatch], np.ndarray]:
    """The wanted columns batch by batch, and all geometries (features,); their binary is let go as it is parsed."""
    batches: list[pa.RecordBatch] = []
    geometry: list[np.ndarray] = [np.empty(0, object)]
    for batch in source.batches(columns):
        geometry.append(_geometry(batch, source))
        batches.append(batch.select(columns))
        del batch
    pa.default_memory_pool().release_unused()  # a polygon may be hundreds of megabytes
    return batches, np.concatenate(geometry)


def _column(batches: list[pa.RecordBatch], name: str) -> pa.Array:
    if not batches:  # a layer of which the district has none
        return pa.array([], pa.string())
    return pa.chunked_array([batch.column(name) for batch in batches]).combine_chunks()


def digest(path: Path) -> str:
    """The layer's version: the first 16 digits of its SHA-256 (of a Shapefile: of all its files)."""
    parts = [path]
    if path.suffix.lower() == ".shp":
        parts += [part for part in sorted(path.parent.glob(f"{glob.escape(path.stem)}.*")) if part != path]
    read = hashlib.sha256()
    for part in parts:
        with part.open("rb") as file:
            while piece := file.read(1 << 20):
                read.update(piece)
    return read.hexdigest()[:16]


def _geometry(batch: pa.RecordBatch, source: Source) -> np.ndarray:
    column = batch.column(source.geometry)
    try:
        if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
            with np.errstate(invalid="ignore"):  # what is no number is named below, by id
                return np.asarray(shapely.from_wkb(np.array(column.to_pylist(), dtype=object)))
        return from_geoarrow(column, source.encoding)
    except shapely.GEOSException as error:
        raise Unreadable(f"{source.path}：有几何读不懂（{error}）。请在制图软件中检查并重新导出") from error


def from_geoarrow(column: pa.Array, encoding: str) -> np.ndarray:
    """Shapely geometries (rows,) of a GeoArrow column (separate x and y), None for null; Z and M are passed over.

    `encoding` as GeoParquet names it: "point" … "multipolygon".
    """
    offsets: list[np.ndarray] = []
    level = column
    while pa.types.is_list(level.type) or pa.types.is_large_list(level.type):
        offsets.insert(0, offsets_of(level))
        level = level.flatten()
    xy = np.column_stack([np.asarray(level.field(axis), np.float64) for axis in (0, 1)])
    made = np.asarray(
        shapely.from_ragged_array(shapely.GeometryType[encoding.upper()], xy, tuple(offsets) if offsets else None)
    )
    made[~np.asarray(column.is_valid())] = None
    return made


def _in_system(geometry: np.ndarray, ids: pa.Array, source: Source, crs: CRS) -> np.ndarray:
    xy = shapely.get_coordinates(geometry)
    wrong = misplaced(xy, source.crs)
    if wrong:
        raise Unreadable(f"{source.path}：{wrong}。请改正坐标系后重新导出")
    convert = converter(source.crs, crs)
    moved = convert(xy) if convert is not None and len(xy) else xy
    lost = ~np.isfinite(moved).all(axis=1)
    if lost.any():
        row = shapely.get_coordinates(geometry, return_index=True)[1]
        which = listed(ids, np.isin(np.arange(len(ids)), row[lost]))
        raise Unreadable(f"{source.path}：{which} 有坐标不是数，或换算不到 {crs.name}。请检查坐标系和坐标轴顺序")
    if convert is None:
        return geometry
    del xy
    return np.asarray(shapely.set_coordinates(shapely.force_2d(geometry), moved))


def _valid(geometry: np.ndarray, ids: pa.Array, name: str, remarks: list[str]) -> np.ndarray:
    empty = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    if empty.any():
        remarks.append(f"{name}：{listed(ids, empty)} 几何为空，没有参加计算")
    crossed = ~empty & ~shapely.is_valid(geometry)
    if crossed.any():
        remarks.append(f"{name}：{listed(ids, crossed)} 自相交，已按 make_valid(structure) 修复")
        geometry = geometry.copy()
        geometry[crossed] = shapely.make_valid(geometry[crossed], method="structure")
        flat = crossed & ~(shapely.area(geometry) > 0.0)
        if flat.any():
            remarks.append(f"{name}：{listed(ids, flat)} 面积为零，不占任何面积")
    return geometry


def listed(ids: pa.Array, chosen: np.ndarray, most: int = 20) -> str:
    """The ids of the rows `chosen` (rows,), in words: the first few, and how many they are."""
    rows = np.flatnonzero(chosen)
    first = "、".join(str(ids[int(row)].as_py()) for row in rows[:most])
    return f"id {first}" if len(rows) <= most else f"id {first} 等 {len(rows)} 个"


def area_map_of(layer: Layer, *, dissolved: bool, beside: Path | None, crs: CRS) -> AreaMap:
    """The layer's polygons as a map; taken from the folder `beside` where this version was built before."""
    kind = "area" if dissolved else "zone"
    name = f"{layer.name}-{layer.version}-{kind}-{_stamp(crs)}"
    return kept(beside, name, AreaMap, lambda: build_area_map(_rings(layer), dissolved=dissolved))


def _rings(layer: Layer) -> Rings:
    rings = rings_of(layer.geometry)
    layer.let_go()
    return rings


def near_map_of(layer: Layer, reach: float, *, beside: Path | None, crs: CRS) -> NearMap:
    """The layer's lines and outlines as a map of distances up to `reach` metres."""
    name = f"{layer.name}-{layer.version}-near{reach:g}-{_stamp(crs)}"
    return kept(beside, name, NearMap, lambda: build_near_map(_segments(layer), reach))


def _segments(layer: Layer) -> Floats:
    segments = segments_of(layer.geometry)
    layer.let_go()
    return segments


def _stamp(crs: CRS) -> str:
    return hashlib.sha256(crs.to_wkt().encode()).hexdigest()[:8]
