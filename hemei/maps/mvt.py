"""Vector tiles: columns of points, or areas, to the bytes of a Mapbox Vector Tile 2.1.

A tile is the concatenation of its layers, so `points(...) + areas(...)` is a tile. Written here because the public
encoder wants each feature as a dictionary and takes five times as long for 2,000 points: 34 ms, this one 6.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

EXTENT = 4096
BUFFER = 64  # areas reach this far over the tile's edge, so that their outlines do not show there
POINT, POLYGON = 1, 3

Value = str | int | float | bool | None
Columns = Mapping[str, Sequence[Value]]


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


SMALL = tuple(varint(number) for number in range(1 << 14))  # nearly every number in a tile is one of these


def number(value: int) -> bytes:
    return SMALL[value] if value < len(SMALL) else varint(value)


def field(key: int, body: bytes) -> bytes:
    """A length-delimited protobuf field."""
    return bytes((key << 3 | 2,)) + number(len(body)) + body


def tagged(value: Value) -> bytes:
    """The message Value of the specification."""
    if isinstance(value, bool):
        return bytes((7 << 3, value))
    if isinstance(value, int):
        return b"\x28" + number(value) if value >= 0 else b"\x30" + varint(-2 * value - 1)
    if isinstance(value, float):
        return b"\x19" + struct.pack("<d", value)
    return field(1, str(value).encode())


def project(z: int, x: int, y: int, lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Degrees to units of tile z/x/y, from its upper left corner: 0 to 4096 inside it.

    >>> [float(round(axis)) for axis in project(0, 0, 0, 0.0, 0.0)]
    [2048.0, 2048.0]
    """
    size = float(1 << z)
    radians = np.radians(np.asarray(lat, dtype=float))
    across = (np.asarray(lon, dtype=float) + 180.0) / 360.0 * size - x
    down = (1.0 - np.arcsinh(np.tan(radians)) / np.pi) / 2.0 * size - y
    return across * EXTENT, down * EXTENT


def points(name: str, x: ArrayLike, y: ArrayLike, columns: Columns, ids: Sequence[int] | None = None) -> bytes:
    """A layer of points in tile units. Each column holds one property; None leaves the property out."""
    across, down = zigzag(x), zigzag(y)
    geometries = [b"\x09" + number(a) + number(d) for a, d in zip(across, down, strict=True)]
    return layer(name, POINT, geometries, columns, ids)


def areas(name: str, tile: tuple[int, int, int], shapes: Sequence[shapely.Geometry], columns: Columns) -> bytes:
    """A layer of polygons given in degrees, cut to the tile. What does not reach the tile is left out."""
    frame = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    geometries, kept = [], []
    for index, shape in enumerate(shapes):
        flat = shapely.transform(shape, lambda at: np.column_stack(project(*tile, at[:, 0], at[:, 1])))
        cut = shapely.intersection(shapely.make_valid(flat), frame)
        if rings := rings_of(cut):
            geometries.append(rings)
            kept.append(index)
    chosen = {key: [column[index] for index in kept] for key, column in columns.items()}
    return layer(name, POLYGON, geometries, chosen, None)


def zigzag(values: ArrayLike) -> list[int]:
    whole = np.rint(np.asarray(values, dtype=float)).astype(np.int64)
    signed: list[int] = ((whole << 1) ^ (whole >> 63)).tolist()
    return signed


def rings_of(shape: shapely.Geometry) -> bytes:
    """The drawing commands of all polygons in `shape`: outer rings clockwise on the screen, holes the other way."""
    out = bytearray()
    at = np.zeros(2)
    for part in shapely.get_parts(shapely.get_parts(shape)):  # a collection may hold multipolygons
        if part.geom_type != "Polygon":
            continue
        turned = shapely.geometry.polygon.orient(part, sign=1.0)
        for ring in (turned.exterior, *turned.interiors):
            corners = np.rint(shapely.get_coordinates(ring)[:-1])
            corners = corners[np.any(corners != np.roll(corners, 1, axis=0), axis=1)]
            if len(corners) < 3:
                continue
            steps = zigzag(np.diff(np.vstack([at, corners]), axis=0).ravel())
            out += b"\x09" + number(steps[0]) + number(steps[1])
            out += number(len(corners) - 1 << 3 | 2) + b"".join(map(number, steps[2:])) + b"\x0f"
            at = corners[-1]
    return bytes(out)


def layer(name: str, kind: int, geometries: Sequence[bytes], columns: Columns, ids: Sequence[int] | None) -> bytes:
    if not geometries:
        return b""
    values: dict[tuple[type, Value], int] = {}
    tags = list(tags_of(columns, values, len(geometries)))
    shape = b"\x18" + bytes((kind,))
    parts = [b"\x78\x02", field(1, name.encode())]
    for index, (drawing, tag) in enumerate(zip(geometries, tags, strict=True)):
        identity = b"\x08" + number(ids[index]) if ids is not None else b""
        parts.append(field(2, identity + field(2, tag) + shape + field(4, drawing)))
    parts.extend(field(3, key.encode()) for key in columns)
    parts.extend(field(4, tagged(value)) for _, value in values)
    parts.append(b"\x28" + number(EXTENT))
    return field(3, b"".join(parts))


def tags_of(columns: Columns, values: dict[tuple[type, Value], int], rows: int) -> Iterable[bytes]:
    """For each feature the pairs of key and value, as places in the layer's two lists; fills the list of values."""
    by_column = []
    for key, column in enumerate(columns.values()):
        head = number(key)
        known: dict[tuple[type, Value], bytes] = {}
        pairs = []
        for value in column:
            if value is None:
                pairs.append(b"")
                continue
            # The type belongs to the key: 1, 1.0 and True are equal in Python and different in a tile.
            typed = (type(value), value)
            if typed not in known:
                known[typed] = head + number(values.setdefault(typed, len(values)))
            pairs.append(known[typed])
        by_column.append(pairs)
    return map(b"".join, zip(*by_column, strict=True)) if by_column else [b""] * rows
