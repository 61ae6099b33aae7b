"""Regions on the map: their boundaries, where their names stand, and how far the map must reach to show them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from django.db.models import Avg, Max, Min, QuerySet
from django.db.models.functions import Substr

from hemei.core.access import Scope
from hemei.core.models import Region
from hemei.core.queries.places import places
from hemei.core.queries.regions import Bounds, regions
from hemei.terms.region import Level, contains

SIMPLER_BY = 0.0001  # degrees, about 10 m: less than a line's width on the map
DIGITS = 5  # of a degree, about 1 m

Point = tuple[float, float]


def drawn_regions(within: Scope) -> QuerySet[Region]:
    return regions(within=within).filter(level__lte=Level.VILLAGE).order_by("code")


def features(*, within: Scope) -> dict[str, Any]:
    """GeoJSON of the scope's regions: an area where the boundary is known, and a point that carries the name."""
    rows = list(drawn_regions(within))
    spots = name_spots(rows, within=within)
    out: list[dict[str, Any]] = []
    for region in rows:
        said = {"code": region.code, "name": region.name, "level": region.level}
        if shape := region.shape:
            simple = shapely.transform(shapely.simplify(shape, SIMPLER_BY), lambda at: np.round(at, DIGITS))
            out.append({"type": "Feature", "properties": said, "geometry": json.loads(shapely.to_geojson(simple))})
        if spot := spots.get(region.code):
            where = {"type": "Point", "coordinates": [round(axis, DIGITS) for axis in spot]}
            out.append({"type": "Feature", "properties": said, "geometry": where})
    return {"type": "FeatureCollection", "features": out}


def name_spots(rows: Iterable[Region], *, within: Scope) -> dict[str, Point]:
    """Where each region's name stands: as registered, else inside its boundary, else amid its places."""
    spots: dict[str, Point] = {}
    homeless: list[str] = []
    for region in rows:
        if region.lon is not None and region.lat is not None:
            spots[region.code] = (region.lon, region.lat)
        elif shape := region.shape:
            inside = shapely.point_on_surface(shape)
            spots[region.code] = (inside.x, inside.y)
        else:
            homeless.append(region.code)
    return spots | amid_places(homeless, within=within) if homeless else spots


def amid_places(codes: list[str], *, within: Scope) -> dict[str, Point]:
    means = (
        places(within=within)
        .filter(tile__isnull=False)
        .annotate(village=Substr("region", 1, int(Level.VILLAGE)))
        .values_list("village")
        .annotate(lon=Avg("lon"), lat=Avg("lat"))
        .order_by("village")
    )
    villages = {code: (lon, lat) for code, lon, lat in means}
    spots = {}
    for code in codes:
        if inside := [spot for village, spot in villages.items() if contains(code, village)]:
            lon, lat = np.mean(inside, axis=0)
            spots[code] = (float(lon), float(lat))
    return spots


def extent(*, within: Scope) -> Bounds | None:
    """West, south, east, north of what there is to see, or None where nothing has a position."""
    shapes = [shape for region in drawn_regions(within).exclude(boundary=None) if (shape := region.shape)]
    if shapes:
        west, south, east, north = shapely.total_bounds(shapes)
        return float(west), float(south), float(east), float(north)
    found = (
        places(within=within)
        .filter(tile__isnull=False)
        .aggregate(west=Min("lon"), south=Min("lat"), east=Max("lon"), north=Max("lat"))
    )
    return None if found["west"] is None else (found["west"], found["south"], found["east"], found["north"])
