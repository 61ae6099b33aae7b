"""Every named coordinate system → CGCS2000 longitude and latitude, at the edge, once.

Stored is EPSG:4490. WGS 84 differs from it by far less than a metre here and is taken as it is. GCJ-02 (the maps of
高德 and 腾讯) and BD-09 (百度) are shifted by 300–600 m and are undone by iteration. The older datums (北京54, 西安80)
need parameters that are not public and are refused, as are coordinates that nobody has labelled: a wrong guess is
further off than any buffer in the rules.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray

Degrees = NDArray[np.float64]
Shift = Callable[[Degrees, Degrees], tuple[Degrees, Degrees]]

SAME_DATUM = ("China 2000", "World Geodetic System 1984", "World Geodetic System 1984 ensemble")
WGS84, CGCS2000 = "EPSG:4326", "EPSG:4490"
GEOGRAPHIC = {"WGS84": WGS84, "CGCS2000": CGCS2000}
HALF_WIDTH_OF_A_ZONE = 500_000
FARTHEST_NORTH = 10_000_000

# Krasovsky's ellipsoid and the box in which the maps are shifted, as every published form of the formula has them.
GCJ_AXIS, GCJ_ECCENTRICITY = 6378245.0, 0.00669342162296594323
GCJ_WEST, GCJ_EAST, GCJ_SOUTH, GCJ_NORTH = 72.004, 137.8347, 0.8293, 55.8271
SHIFTED = {"GCJ02": "GCJ-02", "BD09": "BD-09", "BD09LL": "BD-09"}
BAIDU_PI = np.pi * 3000.0 / 180.0
GEOD = pyproj.Geod(ellps="GRS80")
CLOSE_ENOUGH = 1e-10  # degrees: about a hundredth of a millimetre
MOST_TURNS = 30


class UnknownSystem(ValueError):
    """The coordinate system is not named, or cannot be brought to CGCS2000; the message says what to write."""


def to_cgcs2000(x: ArrayLike, y: ArrayLike, system: str | None) -> tuple[Degrees, Degrees]:
    """Longitude and latitude in CGCS2000, degrees; NaN where `point_fault` has something to say.

    Parameters: `x` longitude or easting, `y` latitude or northing (a survey table's X坐标 is the northing: it is `y`),
    in degrees or metres; `system` "EPSG:…", "GCJ-02" or "BD-09". Eastings of EPSG:4513–4533 begin with the zone number,
    those of EPSG:4534–4554 do not. Raises UnknownSystem.
    """
    xs, ys = np.atleast_1d(np.asarray(x, dtype=np.float64)), np.atleast_1d(np.asarray(y, dtype=np.float64))
    name = name_of(system)
    if name == "GCJ-02":
        return undone(gcj, *within_the_world(xs, ys))
    if name == "BD-09":
        return undone(gcj, *undone(bd, *within_the_world(xs, ys)))
    crs = crs_of(name)
    if crs.is_geographic:
        return within_the_world(xs, ys)
    fits = fits_zone(xs, ys, false_easting(crs))
    lon, lat = inverse_of(name).transform(np.where(fits, xs, np.nan), np.where(fits, ys, np.nan))
    return within_the_world(np.asarray(lon), np.asarray(lat))


def point_fault(x: float | None, y: float | None, system: str | None) -> str:
    """Why this point has no place, in a sentence with the remedy, or "". Raises UnknownSystem as `to_cgcs2000` does."""
    name = name_of(system)
    if x is None or y is None or np.isnan(x) or np.isnan(y):
        return "没有坐标：可以先导入，以后在地图上点选位置。"
    if not np.isnan(to_cgcs2000(x, y, name)[0][0]):
        return ""
    if x == 0 and y == 0:
        return "坐标是 0，0：没有坐标时请留空。"
    if name in ("GCJ-02", "BD-09") or crs_of(name).is_geographic:
        swapped = abs(y) <= 180 and abs(x) <= 90
        return "经度和纬度写反了：经度在前，纬度在后。" if swapped else f"{x}，{y} 不是经纬度：请核对坐标系和小数点。"
    return plane_fault(x, y, name)


def plane_fault(x: float, y: float, name: str) -> str:
    """What is wrong with an easting and a northing that do not fit the zone of the system."""
    origin = false_easting(crs_of(name))
    if abs(x) <= 180 and abs(y) <= 90:
        return f"（{x:.4f}，{y:.4f}）像是经纬度，写明的坐标系却是以米计的 {name}：请核对坐标系。"
    if bool(fits_zone(np.array([y]), np.array([x]), origin)[0]):
        return "纵横坐标写反了：测量成果表里的 X坐标 是纵坐标（北），Y坐标 是横坐标（东），请在列的对应关系里换过来。"
    zone = int(x // 1_000_000)
    if origin < 1_000_000 and 25 <= zone <= 45:
        return f"横坐标 {x:.0f} 带有带号 {zone}：坐标系应为 EPSG:{4513 + zone - 25}。"
    if origin > 1_000_000 and 0 < x < 1_000_000:
        return f"横坐标 {x:.0f} 没有带号：请改用不带带号的坐标系（EPSG:4534–4554）。"
    return f"（{x:.0f}，{y:.0f}）不在 {name} 这一带：请核对坐标系和带号。"


def geometry_to_cgcs2000(wkb: bytes, system: str | None) -> bytes:
    """A geometry in the system, as WKB, brought to CGCS2000 vertex by vertex; heights stay. Raises UnknownSystem."""

    def moved(vertices: Degrees) -> Degrees:
        lon, lat = to_cgcs2000(vertices[:, 0], vertices[:, 1], system)
        return np.column_stack([lon, lat, *vertices[:, 2:].T])

    shape = shapely.from_wkb(wkb)
    return bytes(shapely.to_wkb(shapely.transform(shape, moved, include_z=bool(shapely.has_z(shape)))))


def name_of(system: str | None) -> str:
    """The system in one spelling. Raises UnknownSystem where it is not named.

    >>> name_of("gcj02"), name_of(" epsg：4490 "), name_of("CGCS2000")
    ('GCJ-02', 'EPSG:4490', 'EPSG:4490')
    """
    plain = unicodedata.normalize("NFKC", system or "").upper().replace(" ", "").replace("_", "")
    if not plain:
        raise UnknownSystem("没有写明坐标系：请注明是 EPSG 编号、GCJ-02（高德、腾讯地图）还是 BD-09（百度地图）。")
    return SHIFTED.get(plain.replace("-", "")) or GEOGRAPHIC.get(plain.replace("-", "")) or plain


def definition_of(system: str) -> str:
    """What a file is told of the coordinate system of its geometries: an EPSG number, or for GCJ-02 and BD-09, which
    have none, a definition in WKT that carries the name and nothing that another program could take for CGCS2000. By
    that name `label_of` knows it again. Raises UnknownSystem."""
    name = name_of(system)
    if name not in SHIFTED.values():
        return name
    ellipsoid = f'ELLIPSOID["Krassowsky 1940",{GCJ_AXIS},298.3,LENGTHUNIT["metre",1]]'
    axes = 'CS[ellipsoidal,2],AXIS["longitude",east],AXIS["latitude",north],ANGLEUNIT["degree",0.0174532925199433]'
    return f'GEOGCRS["{name}",DATUM["{name}",{ellipsoid}],{axes}]'


def label_of(crs: str | None) -> str | None:
    """A coordinate system as "EPSG:4490" where it has such a number, GCJ-02 or BD-09 where that is its name, else as
    the file says; None where undefined."""
    if not crs or "undefined" in crs.lower() or crs.startswith(("LOCAL_CS", "ENGCRS")):
        return None
    try:
        known = pyproj.CRS.from_user_input(crs)
        if (called := name_of(known.name)) in SHIFTED.values():
            return called
        authority = known.to_authority(min_confidence=70)
    except (pyproj.exceptions.CRSError, UnknownSystem):
        return crs
    if authority is None:
        return crs
    return WGS84 if authority == ("OGC", "CRS84") else ":".join(authority)


@lru_cache(maxsize=64)
def crs_of(name: str) -> pyproj.CRS:
    """The coordinate system. Raises UnknownSystem where it is none that can be brought to CGCS2000 exactly."""
    try:
        crs = pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError:
        raise UnknownSystem(f"不认识坐标系“{name}”：请写 EPSG 编号，例如 EPSG:4490。") from None
    datum = crs.geodetic_crs.datum.name if crs.geodetic_crs and crs.geodetic_crs.datum else ""
    if datum not in SAME_DATUM or not (crs.is_projected or crs.is_geographic):
        raise UnknownSystem(f"“{name}”（{crs.name}）没有公开的转换参数：请先由测绘部门转换成 CGCS2000。")
    return crs


@lru_cache(maxsize=64)
def inverse_of(name: str) -> pyproj.Transformer:
    """From the plane to the degrees of its own datum: no datum shift, no grid to download."""
    crs = crs_of(name)
    assert crs.geodetic_crs is not None
    return pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)


def false_easting(crs: pyproj.CRS) -> float:
    """The easting of the central meridian, in metres: 500 000, or 37 500 000 with zone number 37."""
    operation = crs.coordinate_operation
    params = operation.params if operation else []
    return next((float(param.value) for param in params if param.name == "False easting"), 0.0)


def fits_zone(x: NDArray[np.float64], y: NDArray[np.float64], origin: float) -> NDArray[np.bool_]:
    """Whether the points lie within half a million metres of the central meridian; a plane without zones takes all but
    what must be degrees."""
    metres = (np.abs(x) > 180) | (np.abs(y) > 90)
    if not origin:
        return np.isfinite(x) & np.isfinite(y) & metres
    return metres & (np.abs(x - origin) < HALF_WIDTH_OF_A_ZONE) & (np.abs(y) < FARTHEST_NORTH)


def within_the_world(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """The degrees, NaN for both where they are none or exactly 0, 0, which is what an empty cell becomes."""
    good = (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & ((lon != 0) | (lat != 0))
    return np.where(good, lon, np.nan), np.where(good, lat, np.nan)


def undone(shift: Shift, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """The points that the shift brings to (lon, lat), by fixed-point iteration: the shift changes slowly."""
    at_lon, at_lat = lon.copy(), lat.copy()
    for _ in range(MOST_TURNS):
        shifted_lon, shifted_lat = shift(at_lon, at_lat)
        off_lon, off_lat = lon - shifted_lon, lat - shifted_lat
        at_lon, at_lat = at_lon + off_lon, at_lat + off_lat
        if not np.any(np.maximum(np.abs(off_lon), np.abs(off_lat)) > CLOSE_ENOUGH):
            break
    return at_lon, at_lat


def gcj(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """WGS 84 → GCJ-02; outside the box nothing is shifted."""
    x, y, pi = lon - 105.0, lat - 35.0, np.pi
    ripple = (20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + ripple
    north += (20.0 * np.sin(y * pi) + 40.0 * np.sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * pi) + 320.0 * np.sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + ripple
    east += (20.0 * np.sin(x * pi) + 40.0 * np.sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * pi) + 300.0 * np.sin(x / 30.0 * pi)) * 2.0 / 3.0
    bend = 1.0 - GCJ_ECCENTRICITY * np.sin(np.radians(lat)) ** 2
    meridian = GCJ_AXIS * (1.0 - GCJ_ECCENTRICITY) / (bend * np.sqrt(bend))
    parallel = GCJ_AXIS / np.sqrt(bend) * np.cos(np.radians(lat))
    inside = (lon >= GCJ_WEST) & (lon <= GCJ_EAST) & (lat >= GCJ_SOUTH) & (lat <= GCJ_NORTH)
    return (
        lon + np.where(inside, np.degrees(east / parallel), 0.0),
        lat + np.where(inside, np.degrees(north / meridian), 0.0),
    )


def shifted_by(lon: float, lat: float, seen_lon: float, seen_lat: float) -> float | None:
    """How far a point seen lies from where a thing is registered, metres, if one of the two is likely in GCJ-02.

    All in degrees, CGCS2000 as far as anybody knows. None where the two do not differ as GCJ-02 does: by its length and
    in its direction (or the opposite one, where the register is what was shifted), to within a quarter of the shift.

    >>> shifted_by(116.3913, 39.9074, 116.39754, 39.90880)
    556.0
    >>> shifted_by(116.3913, 39.9074, 116.3913, 39.9124) is None
    True
    """
    here, seen = (np.array([lon]), np.array([lat])), (np.array([seen_lon]), np.array([seen_lat]))
    for right, other in ((here, seen), (seen, here)):
        there = gcj(*right)
        shift = GEOD.inv(*right, *there)[2][0]
        if GEOD.inv(*there, *other)[2][0] < shift / 4:
            return float(round(GEOD.inv(*here, *seen)[2][0]))
    return None


def bd(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """GCJ-02 → BD-09."""
    length = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BAIDU_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BAIDU_PI)
    return length * np.cos(angle) + 0.0065, length * np.sin(angle) + 0.006
