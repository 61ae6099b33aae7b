"""In which projected system a run measures, and how coordinates get there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from .compiled import Floats


class Unmeasurable(ValueError):
    """Coordinates in which no metre can be measured; the message proposes a system."""


def metric(crs: CRS) -> bool:
    """Whether the system is projected and counts in metres."""
    return crs.is_projected and all(axis.unit_conversion_factor == 1.0 for axis in crs.axis_info[:2])


def proposed(lon: float, lat: float) -> int:
    """An EPSG code to measure in near a place given in degrees.

    In China the three-degree Gauss–Krüger belt of CGCS2000 whose central meridian is nearest (4534 … 4554, without the
    belt's number before the easting), elsewhere UTM on WGS 84.

    >>> proposed(110.68, 31.74), proposed(1.6, 42.55)
    (4546, 32631)
    """
    if 73.5 <= lon <= 136.5 and 3.0 <= lat <= 54.0:
        return 4534 + round((lon - 75.0) / 3.0)
    return (32600 if lat >= 0 else 32700) + int((lon + 180.0) // 6.0) + 1


def chosen(asked: str | None, own: CRS, middle: Callable[[], tuple[float, float] | None]) -> CRS:
    """The system of a run: the one asked for, else the buildings' own where it is metric. Raises Unmeasurable.

    `middle` gives the longitude and latitude of the buildings' middle, for the proposal; None where there are none.
    """
    try:
        crs = CRS.from_user_input(asked) if asked else own
    except CRSError as error:
        raise Unmeasurable(f"--crs {asked}：没有这个坐标系。请写投影坐标系的 EPSG 代码，例如 EPSG:4546") from error
    if metric(crs):
        return crs
    place = middle()
    if place is None:
        raise Unmeasurable(
            f"{crs.name} 的单位不是米，不能量面积和距离；文件里没有几何，无从建议。请用 --crs 写明投影坐标系"
        )
    code = proposed(*place)
    raise Unmeasurable(f"{crs.name} 的单位不是米，不能量面积和距离。请加上 --crs EPSG:{code}（按数据所在位置建议）")


def converter(source: CRS, target: CRS) -> Callable[[Floats], Floats] | None:
    """A function from (n, 2) coordinates of `source`, x or longitude first, to `target`; None where both are one."""
    if source == target or source.equals(target, ignore_axis_order=True):
        return None
    transformer = Transformer.from_crs(source, target, always_xy=True)

    def convert(xy: Floats) -> Floats:
        x, y = transformer.transform(xy[:, 0], xy[:, 1])
        return np.column_stack([x, y])

    return convert


def misplaced(xy: Floats, crs: CRS) -> str | None:
    """What is plainly wrong with coordinates (n, 2) said to be in `crs`, or None: degrees for metres, the axes changed
    over, a belt's number where the system has none."""
    finite = xy if np.isfinite(xy.sum()) else xy[np.isfinite(xy).all(axis=1)]
    if len(finite) == 0:
        return None
    low, high = finite.min(axis=0), finite.max(axis=0)
    if metric(crs) and np.abs([low, high]).max() <= 360.0:
        return f"坐标像是经纬度（{low[0]:.4f}, {low[1]:.4f}），写明的坐标系却是 {crs.name}（米）"
    if crs.is_geographic:
        if max(-low[1], high[1]) > 90.0 and max(-low[0], high[0]) <= 90.0:
            return "纬度超过 90 度：坐标轴顺序可能颠倒（应为经度在前）"
        if np.abs([low[0], high[0]]).max() > 360.0 or max(-low[1], high[1]) > 90.0:
            return f"坐标（{low[0]:.1f}, {low[1]:.1f}）不是经纬度，写明的坐标系却是 {crs.name}"
    x, y = np.median(finite, axis=0)
    return _elsewhere(float(x), float(y), crs)


FAR_DEG = 10.0
"""So far beyond its area of use, degrees, nobody uses a system on purpose."""
BELT_M = 1_000_000.0
"""The belt's number stands before the easting in millions of metres: 37 501 000 is 501 000 in belt 37."""


def used_at(x: float, y: float, crs: CRS) -> bool | None:
    """Whether a place in `crs` lies in the system's area of use, or near it; None where the system names none."""
    area = crs.area_of_use
    if area is None:
        return None
    to_degrees = Transformer.from_crs(crs, crs.geodetic_crs or "OGC:CRS84", always_xy=True)  # of one datum: quick
    lon, lat = (float(value) for value in to_degrees.transform(x, y))
    east = area.east + 360.0 if area.east < area.west else area.east
    turned = any(area.west - FAR_DEG <= lon + turn <= east + FAR_DEG for turn in (-360.0, 0.0, 360.0))
    return turned and area.south - FAR_DEG <= lat <= area.north + FAR_DEG


def _elsewhere(x: float, y: float, crs: CRS) -> str | None:
    """Why a place is far from where its system is used, where a slip explains it: axes changed over, a belt's number.

    What no slip explains is no fault of the file: a made-up or local system may bear another's name.
    """
    if used_at(x, y, crs) is not False:
        return None
    if used_at(y, x, crs):
        order = "经度在前" if crs.is_geographic else "东坐标在前，北坐标在后；测量成果表里的 X 是北坐标"
        digits = 4 if crs.is_geographic else 0
        there = f"坐标（{x:,.{digits}f}, {y:,.{digits}f}）落在 {crs.name} 的适用范围之外，调换两个数就在其内"
        return f"{there}：坐标轴顺序可能颠倒（应为{order}）"
    belt, east = divmod(x, BELT_M)
    if not crs.is_geographic and 13 <= belt <= 45 and used_at(east, y, crs):
        return f"东坐标 {x:,.0f} 前面像是带着带号 {belt:.0f}，写明的坐标系 {crs.name} 却是不带带号的"
    number = _belt_of(crs)
    if number and used_at(x + number * BELT_M, y, crs):
        return f"东坐标 {x:,.0f} 前面没有带号，写明的坐标系 {crs.name} 却要带带号 {number}"
    return None


def _belt_of(crs: CRS) -> int:
    """The number before the easting of a system's belt, 0 where it has none."""
    operation = crs.coordinate_operation
    params = operation.params if operation is not None else []
    return int(next((float(one.value) for one in params if one.name == "False easting"), 0.0) // BELT_M)
