"""Plots and houses as they are drawn: corners, courtyards, a turned rectangle, and how far two shapes are apart."""

from __future__ import annotations

import math
import re

import shapely
from django.utils.translation import gettext as _
from shapely import affinity

from hemei.core.errors import Mistaken

EQUATOR_M, SQUASHED = 6_378_137.0, 0.006_694_380_023
"""The ellipsoid of CGCS2000 (GB 22021-2008): half its width at the equator, and its eccentricity squared."""
MOST_CORNERS = 60
MOST_TEXT = 2_000
BETWEEN_RINGS = "|"
WIDEST_M = 300.0
CORNER = re.compile(r"(-?\d{1,3}(?:\.\d{1,12})?)\s*[,，]\s*(-?\d{1,2}(?:\.\d{1,12})?)")
BETWEEN = re.compile(r"[\s;；]*")


def rectangle(lon: float, lat: float, width_m: float, depth_m: float, turn: float) -> shapely.Polygon:
    """A house of that width and depth about a spot, in degrees, its width turned clockwise from east by `turn` degrees.

    >>> [round(degree, 5) for degree in rectangle(110.0, 31.0, 10.0, 8.0, 0.0).bounds]
    [109.99995, 30.99996, 110.00005, 31.00004]
    """
    flat = shapely.box(-width_m / 2, -depth_m / 2, width_m / 2, depth_m / 2)
    return in_degrees(affinity.rotate(flat, -turn, origin=(0, 0)), lon, lat)


def ring_of(text: str, *, field: str) -> shapely.Polygon:
    """The polygon of its corners, "longitude,latitude" with a space, a semicolon or a new line between them.

    Raises Mistaken that says what is wrong with it.
    """
    corners = _corners(text, field)
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners = corners[:-1]
    if not 3 <= len(corners) <= MOST_CORNERS:
        said = _("要有 3 到 %(most)d 个角，现在是 %(n)d 个。") % {"most": MOST_CORNERS, "n": len(corners)}
        raise Mistaken(said, field=field, code="corners")
    ring = shapely.Polygon(corners)
    if not ring.is_valid:
        raise Mistaken(_("边线自己交叉了：请沿着边界一个角一个角地按顺序点。"), field=field, code="crosses")
    _require_size(ring, field)
    return ring


def _require_size(ring: shapely.Polygon, field: str) -> None:
    west, south, east, north = in_metres(ring).bounds
    if max(east - west, north - south) > WIDEST_M:
        said = _("画得太大，长宽不能超过 %(most)d 米，请看看是不是有一个角点错了。") % {"most": int(WIDEST_M)}
        raise Mistaken(said, field=field, code="too_large")
    if area_m2(ring) < 1.0:
        raise Mistaken(_("画得太小，还不到 1 平方米，请重新画。"), field=field, code="too_small")


def house_of(text: str, *, field: str) -> shapely.Polygon:
    """A house by the corners of its outer walls, and of each courtyard that they close in after a "|".

    Raises Mistaken that says what is wrong with it.
    """
    outer, *inner = text.split(BETWEEN_RINGS)
    walls = ring_of(outer, field=field)
    courts = [_court(ring, walls, number, field) for number, ring in enumerate(filter(str.strip, inner), start=1)]
    house = shapely.Polygon(walls.exterior, [court.exterior for court in courts])
    if not house.is_valid:
        said = _("天井画到外墙上了，或者几个天井连在一起：天井四面都要有房子，请重新画。")
        raise Mistaken(said, field=field, code="open_court")
    if area_m2(house) < 1.0:
        raise Mistaken(_("除去天井，房子还不到 1 平方米，请重新画。"), field=field, code="too_small")
    return house


def _court(text: str, walls: shapely.Polygon, number: int, field: str) -> shapely.Polygon:
    try:
        court = ring_of(text, field=field)
    except Mistaken as mistake:
        said = _("第 %(n)d 个天井：%(why)s") % {"n": number, "why": mistake}
        raise Mistaken(said, field=field, code=mistake.code) from None
    if not shapely.contains_properly(walls, court):
        said = _("第 %(n)d 个天井没有全在外墙里面：一面敞开的院子，请沿着外墙画进去，不要画成天井。")
        raise Mistaken(said % {"n": number}, field=field, code="open_court")
    return court


def _corners(text: str, field: str) -> list[tuple[float, float]]:
    text = text.strip()
    found: list[tuple[float, float]] = []
    at = 0
    while at < len(text) <= MOST_TEXT:
        corner = CORNER.match(text, at)
        if corner is None:
            break
        found.append((float(corner[1]), float(corner[2])))
        between = BETWEEN.match(text, corner.end())
        at = between.end() if between else corner.end()
    if at < len(text) or not all(abs(lon) <= 180 and abs(lat) <= 85 for lon, lat in found):
        raise Mistaken(
            _("角点看不懂：每个角写“经度,纬度”，角与角之间空一格，例如 110.67051,31.74402 110.67064,31.74402 …"),
            field=field,
            code="no_corners",
        )
    return found


def written(wkb: bytes | memoryview | None) -> str:
    """The corners of a stored shape, as `house_of` reads them, and `ring_of` where it has no courtyard; "" for none."""
    if not wkb:
        return ""
    shape = shapely.from_wkb(bytes(wkb))
    rings = [shapely.get_coordinates(ring)[:-1] for ring in (shape.exterior, *shape.interiors)]
    said = (" ".join(f"{lon:.7f},{lat:.7f}" for lon, lat in corners) for corners in rings)
    return f" {BETWEEN_RINGS} ".join(said)


def metres_a_degree(lat: float) -> tuple[float, float]:
    """How long a degree is there, eastward and northward, on the ellipsoid of CGCS2000: ten metres by a sphere's are
    four centimetres wrong.

    >>> [round(metres) for metres in metres_a_degree(31.0)]
    [95504, 110869]
    """
    turn = math.radians(lat)
    flat = 1 - SQUASHED * math.sin(turn) ** 2
    east = math.radians(1) * EQUATOR_M * math.cos(turn) / math.sqrt(flat)
    return east, math.radians(1) * EQUATOR_M * (1 - SQUASHED) / flat**1.5


def in_metres(shape: shapely.Geometry, about: shapely.Point | None = None) -> shapely.Geometry:
    """The shape on the plane that touches the ground there, in metres from `about` or its own middle."""
    spot = about or shape.centroid
    east, north = metres_a_degree(spot.y)
    return affinity.affine_transform(shape, [east, 0, 0, north, -spot.x * east, -spot.y * north])


def in_degrees(shape: shapely.Geometry, lon: float, lat: float) -> shapely.Geometry:
    """A shape in metres about a spot, in degrees."""
    east, north = metres_a_degree(lat)
    return affinity.affine_transform(shape, [1 / east, 0, 0, 1 / north, lon, lat])


def area_m2(shape: shapely.Polygon) -> float:
    """Square metres of a shape in degrees.

    >>> round(area_m2(rectangle(110.0, 31.0, 10.0, 8.0, 30.0)), 3)
    80.0
    """
    return float(in_metres(shape).area)


def farthest_m(drawn: shapely.Polygon, found: shapely.Polygon) -> float:
    """How far the walls of what was found, those of its courtyards too, depart at most from what was drawn (Hausdorff
    distance), in metres."""
    about = drawn.centroid
    one, other = (shapely.boundary(in_metres(shape, about)) for shape in (drawn, found))
    return float(shapely.hausdorff_distance(one, other, densify=0.1))


def outside_m2(house: shapely.Polygon, plot: shapely.Polygon) -> float:
    """How much of a house lies outside its plot, in square metres."""
    about = plot.centroid
    return float(shapely.area(shapely.difference(in_metres(house, about), in_metres(plot, about))))
