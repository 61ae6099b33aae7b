"""The tile key: where a point lies, as one whole number in which neighbours are near each other.

A key is the quadkey of the point at zoom 26 (about 0.6 m) in the web map's Mercator square, as a 52-bit integer: bit
pairs from the coarsest quarter to the finest, y before x. The points of a map tile z/x/y are one BETWEEN on it.
"""

from __future__ import annotations

import math

ZOOM = 26
MAX_LATITUDE = 85.0511287798066


def spread(value: int) -> int:
    """Put a zero bit before every bit of a 26-bit number."""
    value &= 0x3FFFFFF
    value = (value | (value << 16)) & 0x0000FFFF0000FFFF
    value = (value | (value << 8)) & 0x00FF00FF00FF00FF
    value = (value | (value << 4)) & 0x0F0F0F0F0F0F0F0F
    value = (value | (value << 2)) & 0x3333333333333333
    return (value | (value << 1)) & 0x5555555555555555


def key(lon: float, lat: float) -> int:
    """The tile key of a longitude and latitude in degrees (CGCS2000 or WGS 84).

    >>> key(110.68, 31.744) >> 2 * (ZOOM - 5) == interleave(25, 13)
    True
    """
    size = 1 << ZOOM
    lat = min(max(lat, -MAX_LATITUDE), MAX_LATITUDE)
    x = math.floor((lon + 180.0) / 360.0 * size)
    y = math.floor((1.0 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2.0 * size)
    return interleave(min(max(x, 0), size - 1), min(max(y, 0), size - 1))


def interleave(x: int, y: int) -> int:
    """The quadkey, as an integer, of tile column x and row y of any zoom."""
    return (spread(y) << 1) | spread(x)


def span(z: int, x: int, y: int) -> tuple[int, int]:
    """The first and the last tile key inside map tile z/x/y: `tile BETWEEN first AND last`. Raises ValueError for none.

    >>> first, last = span(0, 0, 0)
    >>> first, last == 4**26 - 1
    (0, True)
    """
    if not (0 <= z <= ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise ValueError(f"no such tile: {z}/{x}/{y}")
    shift = 2 * (ZOOM - z)
    first = interleave(x, y) << shift
    return first, first + (1 << shift) - 1


def bounds(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """West, south, east, north of a map tile, in degrees."""
    size = 1 << z

    def latitude(row: int) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / size))))

    return x / size * 360 - 180, latitude(y + 1), (x + 1) / size * 360 - 180, latitude(y)
