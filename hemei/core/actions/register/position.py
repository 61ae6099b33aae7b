"""Where a row's thing stands: its coordinates brought into the one system that is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from numpy.typing import NDArray

from hemei.core.actions.register.judging import Desk
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.sheet import Field, Line
from hemei.core.errors import Mistaken
from hemei.engines.tables import BadCell, as_decimal, as_latitude, as_longitude
from hemei.engines.tables.coordinates import GEOD, SHIFTED, UnknownSystem, crs_of, name_of, point_fault, to_cgcs2000
from hemei.terms import tile

DECIMALS = 8  # about a millimetre: what is read twice compares equal
BOTH_IN_ONE = ("坐标", "经纬度", "经纬度坐标", "GPS坐标")  # a column that is read twice
FAR_KM = 10.0
WIDEST_KM = 5.0  # no single place is wider: such a shape is a village's, or drawn with a slip of the hand


@dataclass(frozen=True)
class Spot:
    """A point in degrees (CGCS2000), and the footprint as WKB in hexadecimal where there is one."""

    lon: float
    lat: float
    footprint: str | None = None

    @staticmethod
    def key(lon: float | None, lat: float | None) -> int | None:
        return tile.key(lon, lat) if lon is not None and lat is not None else None


def coordinate_fields(sheet: Sheet) -> list[Field]:
    """Longitude and latitude, or easting and northing: a survey table's X坐标 is the northing."""
    x, y = ("X坐标", "X", "x"), ("Y坐标", "Y", "y")
    plane = _is_plane(sheet.crs)
    east, north = (y, x) if plane else (x, y)
    both = () if plane else BOTH_IN_ONE
    return [
        Field(
            "lon",
            (lazy("经度"), "东经", "东坐标", "横坐标", "lon", "longitude", *east, *both),
            as_decimal if plane else as_longitude,
        ),
        Field(
            "lat",
            (lazy("纬度"), "北纬", "北坐标", "纵坐标", "lat", "latitude", *north, *both),
            as_decimal if plane else as_latitude,
        ),
    ]


def _is_plane(crs: str) -> bool:
    try:
        return name_of(crs) not in SHIFTED.values() and crs_of(name_of(crs)).is_projected
    except UnknownSystem:
        return False


def system_of(sheet: Sheet, said_by_file: str | None) -> str:
    """The coordinate system of a file that has coordinates. Raises Mistaken where nobody names one that we can bring
    to CGCS2000. What `district.yaml` says of this very file is stronger than what the file says of itself."""
    system = sheet.crs if sheet.own_crs else said_by_file or sheet.crs
    try:
        to_cgcs2000(0.0, 0.0, system)
    except UnknownSystem as fault:
        raise Mistaken(
            _("%(file)s 有坐标，但%(fault)s请在 district.yaml 里写 crs，例如 crs: EPSG:4490。")
            % {"file": sheet.file, "fault": fault},
            field="files",
            code="no_crs",
        ) from fault
    return name_of(system)


def in_cgcs2000(lines: Sequence[Line], system: str) -> list[Line]:
    """The rows with their coordinates and geometries in degrees (CGCS2000), faults added where that cannot be."""
    return _points(_shapes(lines, system), system)


def _shapes(lines: Sequence[Line], system: str) -> list[Line]:
    shapes = shapely.from_wkb([line.geometry for line in lines], on_invalid="ignore")
    out = []
    for line, shape in zip(lines, _moved(shapely.force_2d(shapes), system), strict=True):
        if line.geometry is None:
            out.append(line)
        elif shape is None or shape.is_empty or not np.isfinite(shape.bounds).all():
            out.append(replace(line, geometry=None, faults=[*line.faults, _shape_fault(line.geometry, system)]))
        else:
            out.append(replace(line, geometry=bytes(shapely.to_wkb(shape))))
    return out


def _moved(shapes: NDArray[np.object_], system: str) -> NDArray[np.object_]:
    """The geometries in degrees; None where a corner has no place there, for no ring closes over what is no number."""
    vertices, owner = shapely.get_coordinates(shapes, return_index=True)
    moved = np.column_stack(to_cgcs2000(vertices[:, 0], vertices[:, 1], system))
    lost = np.unique(owner[~np.isfinite(moved).all(axis=1)])
    shapes[lost] = None
    placed: NDArray[np.object_] = shapely.set_coordinates(shapes, moved[~np.isin(owner, lost)])
    return placed


def _shape_fault(geometry: bytes, system: str) -> BadCell:
    """What is wrong with a geometry that could not be brought to degrees."""
    shape = shapely.from_wkb(geometry, on_invalid="ignore")
    if shape is None:
        return BadCell(_("图形读不懂。"), _("请在 GIS 软件中检查这个图形，改好后重新导出。"))
    vertices = shapely.get_coordinates(shape)
    if shape.is_empty or not np.isfinite(vertices).all():
        return BadCell(
            _("图形是空的，或坐标不是数。"), _("请在 GIS 软件中重画这个图形；还没有位置的，删去图形再导入。")
        )
    faults = (point_fault(x, y, system) for x, y in vertices.tolist())
    return _told(next(filter(None, faults), _("图形不在所写的坐标系里：请在 GIS 软件中检查坐标系。")))


def _told(sentence: str) -> BadCell:
    """A sentence of reason and remedy, as a fault of a row."""
    reason, _colon, remedy = sentence.partition("：")
    return BadCell(f"{reason}。", remedy)


def _points(lines: Sequence[Line], system: str) -> list[Line]:
    said = [(line.values.get("lon"), line.values.get("lat")) for line in lines]
    nothing = float("nan")
    xs = np.array([nothing if x is None else x for x, _y in said], dtype=np.float64)
    ys = np.array([nothing if y is None else y for _x, y in said], dtype=np.float64)
    lons, lats = to_cgcs2000(xs, ys, system)
    out = []
    for line, (x, y), lon, lat in zip(lines, said, lons.tolist(), lats.tolist(), strict=True):
        if x is None and y is None:
            out.append(line)
        elif x is None or y is None:
            fault = BadCell(
                _("经度和纬度只有一个。"),
                _("请两个都填，或都空着，以后在地图上点选；两个写在同一格的，选列名时经度、纬度都选这一列。"),
            )
            out.append(replace(line, faults=[*line.faults, fault]))
        elif lon != lon:
            out.append(replace(line, faults=[*line.faults, _told(point_fault(x, y, system))]))
        else:
            out.append(replace(line, values=line.values | {"lon": lon, "lat": lat}))
    return out


def _shape_of_place(geometry: bytes) -> Any:
    """The shape, a point or an area. Raises BadCell where one place cannot look like that."""
    shape = shapely.from_wkb(geometry)
    if shape.geom_type == "MultiPoint" and len(shape.geoms) == 1:
        shape = shape.geoms[0]
    if shape.geom_type not in ("Point", "Polygon", "MultiPolygon") or (shape.geom_type != "Point" and not shape.area):
        raise BadCell(_("图形不是一个点，也不是一个面。"), _("请在 GIS 软件中把这一处画成一个点或一个面，再重新导出。"))
    west, south, east, north = shape.bounds
    wide = GEOD.inv(west, south, east, north)[2] / 1000
    if wide > WIDEST_KM:
        raise BadCell(
            _("图形从一头到另一头有 %(wide).0f 公里，不像是一处。") % {"wide": wide},
            _("请在 GIS 软件中检查这个图形的拐点，改好后重新导出。"),
        )
    return shape


def spot_of(line: Line) -> Spot | None:
    """The spot of a row whose coordinates are already in CGCS2000; None where it has none yet (待落图)."""
    if line.geometry:
        shape = _shape_of_place(line.geometry)
        point = shape if shape.geom_type == "Point" else shape.representative_point()
        footprint = None if shape.geom_type == "Point" else line.geometry.hex()
        return Spot(round(point.x, DECIMALS), round(point.y, DECIMALS), footprint)
    lon, lat = line.values.get("lon"), line.values.get("lat")
    return None if lon is None or lat is None else Spot(round(lon, DECIMALS), round(lat, DECIMALS))


def at_home(spot: Spot | None, desk: Desk) -> Spot | None:
    """The spot. Raises BadCell where it lies so far outside the district, as far as its boundary is known, that the
    coordinate system or its zone must be another one."""
    if spot is None or desk.bounds is None:
        return spot
    west, south, east, north = desk.bounds
    lon, lat = min(max(spot.lon, west), east), min(max(spot.lat, south), north)
    off = GEOD.inv(spot.lon, spot.lat, lon, lat)[2] / 1000
    if off <= FAR_KM:
        return spot
    named = {"lon": f"{spot.lon:.4f}", "lat": f"{spot.lat:.4f}", "off": f"{off:.0f}"}
    raise BadCell(
        _("坐标（经度 %(lon)s，纬度 %(lat)s）在本区以外约 %(off)s 公里。") % named,
        _("请核对坐标系、带号和小数点；坐标没有错的，请先在区划表里更正本区的边界。"),
    )
