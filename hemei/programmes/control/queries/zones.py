"""What stands in each zone: built area, its ceiling, and what this year added and took away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow.parquet as pq
import shapely
from django.db.models import Q
from pyproj import CRS

from hemei.core.access import Scope
from hemei.core.models import Place
from hemei.core.standing import has_column, kinds_that_stand
from hemei.engines.screen.crs import converter
from hemei.programmes.control.keeping import STORED, copy_of, crs_of, in_force, laid, newest_law
from hemei.programmes.control.kinds import ZONES
from hemei.programmes.control.queries.layers import districts
from hemei.programmes.control.standing import in_region
from hemei.terms.day import start_of
from hemei.terms.region import successor

DAY = timedelta(days=1)
AREA, BUILT = "floor_area_m2", "year_built"


@dataclass
class ZoneTotal:
    """One zone class and tier. Areas in m²; `ceiling` None where 未配置; `lacking` buildings have no area on record."""

    zone: str
    tier: str
    land_m2: float = 0.0
    buildings: int = 0
    built_m2: float = 0.0
    lacking: int = 0
    added_m2: float = 0.0
    removed_m2: float = 0.0
    ceiling: float | None = None
    document: str = ""

    @property
    def net_m2(self) -> float:
        return self.added_m2 - self.removed_m2

    @property
    def left_m2(self) -> float | None:
        return None if self.ceiling is None else self.ceiling - self.built_m2


@dataclass
class Totals:
    """The zones of a district, and what stands in none of them. `version` is that of the layer, "" where none holds."""

    version: str = ""
    is_demo: bool = False
    rows: list[ZoneTotal] = field(default_factory=list)
    outside: int = 0
    unplaced: int = 0


def zone_totals(region: str, on: date, *, within: Scope) -> Totals:
    """Counted now, so that every acceptance and every demolition that the register knows is in it.

    A building counts in the zone in which its point lies, with the floor area on record; this year's are those whose
    year built is this year, less those taken out of the register this year; what came and went within it is neither.
    """
    layer = next((row for row in in_force(region, on) if row.kind == ZONES), None)
    if layer is None or not (within.everything or region in districts(within=within)):
        return Totals()
    table = pq.read_table(copy_of(layer))
    geometry = np.array(shapely.from_wkb(table.column("geometry").to_pylist()), dtype=object)
    tiers = table.column("tier").to_pylist() if "tier" in table.column_names else [""] * len(geometry)
    keys = list(zip(table.column("class").to_pylist(), tiers, strict=True))
    out = Totals(layer.version, layer.is_demo)
    found = {key: ZoneTotal(*key) for key in dict.fromkeys(keys)}
    convert = converter(STORED, CRS.from_user_input(crs_of(region, [laid(layer)])))
    assert convert is not None
    for key, area in zip(keys, shapely.area(shapely.transform(geometry, convert)), strict=True):
        found[key].land_m2 += float(area)
    _count(out, found, keys, geometry, list(_standing(region, on)))
    for entry in _ceilings(region, on):
        if (total := found.get((entry["zone"], entry.get("tier", "")))) is not None:
            total.ceiling, total.document = float(entry["m2"]), entry.get("document", "")
    out.rows = sorted(found.values(), key=lambda one: (one.zone, one.tier))
    return out


Row = tuple[float | None, float | None, float | None, bool, bool]


def _standing(region: str, on: date) -> Iterator[Row]:
    """Longitude, latitude, floor area, whether built this year, whether taken out this year: of all that stands, and of
    what was taken out this year."""
    first = date(on.year, 1, 1)
    there = Q(removed_on=None) | Q(removed_on__gte=first, removed_on__lte=on)
    for key, kind in kinds_that_stand().items():
        own = {}
        if has_column(kind, AREA):
            columns = ("place", AREA, BUILT) if has_column(kind, BUILT) else ("place", AREA, AREA)
            rows = kind.model._default_manager.filter(
                place__region__gte=region, place__region__lt=successor(region)
            ).values_list(*columns)
            own = {place: (area, year) for place, area, year in rows}
        places = Place.objects.filter(in_region(region), there, kind=key, created_at__lt=start_of(on + DAY))
        for place, lon, lat, removed in places.values_list("id", "lon", "lat", "removed_on"):
            area, year = own.get(place, (None, None))
            yield lon, lat, area, year == on.year, removed is not None


def _count(
    out: Totals,
    found: dict[tuple[str, str], ZoneTotal],
    keys: list[tuple[str, str]],
    geometry: np.ndarray,
    rows: list[Row],
) -> None:
    placed = [row for row in rows if row[0] is not None and row[1] is not None]
    out.unplaced = sum(not row[4] for row in rows) - sum(not row[4] for row in placed)
    if not placed:
        return
    points = shapely.points(np.array([row[:2] for row in placed], float))
    at, zone = shapely.STRtree(geometry).query(points, predicate="intersects")
    first = np.full(len(placed), -1)
    first[at[::-1]] = zone[::-1]  # on a border the first of the two
    for number, (_lon, _lat, area, is_new, is_gone) in zip(first.tolist(), placed, strict=True):
        if number < 0:
            out.outside += not is_gone
            continue
        total, metres = found[keys[number]], area or 0.0
        if is_gone:
            total.removed_m2 += 0.0 if is_new else metres
            continue
        total.buildings += 1
        total.lacking += area is None
        total.built_m2 += metres
        total.added_m2 += metres if is_new else 0.0


def _ceilings(region: str, on: date) -> list[dict[str, str]]:
    """What the district set as ceilings, by zone and tier: of each the last that has begun."""
    law = newest_law(region)
    begun = [one for one in (law.entries.get("ceilings", []) if law else []) if one["from"] <= on.isoformat()]
    return sorted(begun, key=lambda one: str(one["from"]))
