"""Layers in and out: GeoPackage and GeoJSON, geometry kept as WKB, the coordinate system as the file names it."""

from __future__ import annotations

import json
import os
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from hemei.engines.tables.table import BadFile, Row, Table, checked_header, value_of

BATCH = 20_000
SQLITE = b"SQLite format 3\x00"
STORED_IN = "EPSG:4490"
WGS84 = "EPSG:4326"


def read_geopackage(source: bytes | Path) -> list[Table]:
    """Every layer and every table of attributes. Raises BadFile.

    The first bytes are looked at first: GDAL would open whatever else hides behind the file's name, and that can name
    other files and addresses.
    """
    start = source[:16] if isinstance(source, bytes) else opening_bytes(source)
    if start != SQLITE:
        raise BadFile("这不是 GeoPackage 文件：请在 GIS 软件中重新导出为 GeoPackage（.gpkg）。")
    file = Scratch(source) if isinstance(source, bytes) else source
    try:
        return [layer_of(file, str(name)) for name in pyogrio.list_layers(str(file))[:, 0]]
    except (DataSourceError, DataLayerError) as error:
        raise BadFile(f"打不开这个 GeoPackage 文件（{error}）：请在 GIS 软件中重新导出。") from None


def opening_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(SQLITE))


class Scratch:
    """A file for bytes that only GDAL can read, gone with the last table that needs it."""

    def __init__(self, content: bytes) -> None:
        handle, self.path = tempfile.mkstemp(suffix=".gpkg")
        weakref.finalize(self, os.unlink, self.path)
        with open(handle, "wb") as file:
            file.write(content)

    def __str__(self) -> str:
        return self.path


def layer_of(file: Scratch | Path, name: str) -> Table:
    info = pyogrio.read_info(str(file), layer=name)
    header = checked_header(list(info["fields"]))
    return Table(name, header, rows_of_layer(file, name, header), label_of(info["crs"]), bool(info["geometry_type"]))


def rows_of_layer(file: Scratch | Path, name: str, header: Sequence[str]) -> Iterator[Row]:
    """The features in batches, numbered by their feature id."""
    passed = 0
    while True:
        _, ids, geometry, columns = pyogrio.raw.read(
            str(file), layer=name, skip_features=passed, max_features=BATCH, return_fids=True
        )
        for k, number in enumerate(ids):
            values = {heading: plain(column[k]) for heading, column in zip(header, columns, strict=True)}
            yield Row(int(number), values, None if geometry is None else geometry[k])
        passed += len(ids)
        if len(ids) < BATCH:
            return


def plain(value: Any) -> object:
    """A value of a numpy column as Python has it; None for null."""
    if isinstance(value, np.datetime64):
        day = None if np.isnat(value) else value.astype("datetime64[us]").item()
        return day.date() if isinstance(day, datetime) and day.time() == datetime.min.time() else day
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and value != value else value_of(value)


def label_of(crs: str | None) -> str | None:
    """A coordinate system as "EPSG:4490" where it has such a number, else as the file says; None where undefined."""
    if not crs or "undefined" in crs.lower() or crs.startswith(("LOCAL_CS", "ENGCRS")):
        return None
    try:
        authority = pyproj.CRS.from_user_input(crs).to_authority(min_confidence=70)
    except pyproj.exceptions.CRSError:
        return crs
    if authority is None:
        return crs
    return WGS84 if authority == ("OGC", "CRS84") else ":".join(authority)


def read_geojson(source: bytes | Path, name: str) -> Table:
    """The features of a FeatureCollection, numbered from 1. Raises BadFile.

    Without a `crs` member it is WGS 84 (RFC 7946); `crs: null` says that nobody knows, and is refused.
    """
    try:
        collection = json.loads(source if isinstance(source, bytes) else source.read_bytes(), parse_constant=no_number)
    except (ValueError, RecursionError):
        raise BadFile("这个 GeoJSON 文件读不懂：请在 GIS 软件中重新导出，编码选 UTF-8。") from None
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise BadFile("这个文件里没有要素集合（FeatureCollection）：请在 GIS 软件中重新导出为 GeoJSON。")
    headings = dict.fromkeys(heading for feature in features for heading in feature.get("properties") or {})
    header = checked_header(list(headings))
    return Table(
        name, header, rows_of_features(features, dict(zip(headings, header, strict=True))), crs_of(collection), True
    )


def no_number(constant: str) -> float:
    raise ValueError(constant)


def crs_of(collection: Mapping[str, Any]) -> str:
    if "crs" not in collection:
        return WGS84
    crs = collection["crs"]
    named = crs.get("properties", {}).get("name") if isinstance(crs, dict) else None
    label = label_of(named) if isinstance(named, str) else None
    if label is None:
        raise BadFile("文件声明坐标系不明（crs 为空）：请在 GIS 软件中设好坐标系，再重新导出。")
    return label


def rows_of_features(features: Iterable[Mapping[str, Any]], header: Mapping[str, str]) -> Iterator[Row]:
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") or {}
        values = {heading: flat(properties.get(key)) for key, heading in header.items()}
        try:
            yield Row(number, values, wkb_of(feature.get("geometry")))
        except (shapely.GEOSException, TypeError, ValueError):
            yield Row(number, values, fault="几何图形读不懂：请在 GIS 软件中检查这个要素，改好后重新导出。")


def flat(value: object) -> object:
    """A property; what is nested stays as JSON text."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value_of(value)


def wkb_of(geometry: object) -> bytes | None:
    return None if geometry is None else bytes(shapely.to_wkb(shapely.from_geojson(json.dumps(geometry))))


def write_gpkg(
    path: Path,
    layer: str,
    fields: Mapping[str, type],
    features: Iterable[tuple[bytes | None, Sequence[object]]],
    *,
    geometry: str = "Unknown",
) -> int:
    """Write features (WKB in CGCS2000, values in the order of `fields`) as the layer of a new file; return how many.

    Parameters: `fields` heading → str, int, float or date; `geometry` the type that the layer declares ("Point",
    "MultiPolygon" …). Features are taken and written in batches. None is null.
    """
    passed, rest = 0, iter(features)
    path.unlink(missing_ok=True)
    while (batch := list(islice(rest, BATCH))) or not passed:
        columns = list(zip(*(values for _, values in batch), strict=True)) or [()] * len(fields)
        pyogrio.raw.write(
            path,
            geometry=np.array([wkb for wkb, _ in batch], dtype=object),
            field_data=[array_of(column, kind) for column, kind in zip(columns, fields.values(), strict=True)],
            field_mask=[np.array([value is None for value in column], dtype=bool) for column in columns],
            fields=np.array(list(fields), dtype=object),
            layer=layer,
            driver="GPKG",
            geometry_type=geometry,
            crs=STORED_IN,
            append=passed > 0,
        )
        passed += len(batch)
        if len(batch) < BATCH:
            break
    return passed


def array_of(column: Sequence[object], kind: type) -> NDArray[Any]:
    """A column as GDAL takes it; what is null is masked and may hold anything."""
    if kind is date:
        return np.array([np.datetime64("NaT") if value is None else value for value in column], dtype="datetime64[D]")
    if kind is str:
        return np.array([None if value is None else str(value) for value in column], dtype=object)
    return np.array([0 if value is None else value for value in column], dtype=np.int64 if kind is int else np.float64)
