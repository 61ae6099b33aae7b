"""The map as one still picture, for browsers that cannot draw: boundaries, and open cases a village as numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from html import escape
from math import cos, radians, sqrt

import numpy as np
import shapely
from django.db.models import Sum
from django.db.models.functions import Substr

from hemei.core.access import Scope
from hemei.core.lifecycle import LIFE
from hemei.core.models import PlaceTally
from hemei.core.queries.regions import Bounds
from hemei.maps.outlines import drawn_regions, extent, name_spots
from hemei.terms.region import Level

WIDTH, MARGIN = 900, 30
INK, LINE, OPEN, QUIET = "#1d2420", "#8a958d", "#b3261e", "#566058"


@dataclass(frozen=True)
class VillageCount:
    """How many places of a kind a village has on the map, and how many of them have an open case."""

    code: str
    name: str
    places: int
    open: int


def village_counts(*, within: Scope, kind: str) -> list[VillageCount]:
    """Every village of the scope, those with most open first."""
    rows = (
        PlaceTally.objects.filter(within.q(matter="kind"), kind=kind)
        .annotate(village=Substr("region", 1, int(Level.VILLAGE)))
        .values_list("village", "state")
        .annotate(n=Sum("count"))
        .order_by()
    )
    total: Counter[str] = Counter()
    still_open: Counter[str] = Counter()
    for village, state, n in rows:
        total[village] += n
        if state in LIFE.open_states:
            still_open[village] += n
    villages = drawn_regions(within).filter(level=Level.VILLAGE).values_list("code", "name")
    counts = [VillageCount(code, name, total[code], still_open[code]) for code, name in villages]
    return sorted(counts, key=lambda count: (-count.open, count.code))


@dataclass(frozen=True)
class Sheet:
    """Degrees to the picture's units, north up, widths as on the ground."""

    bounds: Bounds

    @property
    def scale(self) -> float:
        west, south, east, north = self.bounds
        across = max((east - west) * self.shrink, (north - south) / 2)
        return (WIDTH - 2 * MARGIN) / across

    @property
    def shrink(self) -> float:
        return cos(radians((self.bounds[1] + self.bounds[3]) / 2))

    @property
    def height(self) -> float:
        return (self.bounds[3] - self.bounds[1]) * self.scale + 2 * MARGIN

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        west, _south, _east, north = self.bounds
        return (lon - west) * self.shrink * self.scale + MARGIN, (north - lat) * self.scale + MARGIN


def picture(*, within: Scope, kind: str) -> str:
    """An SVG without styles or scripts of its own, small enough to be sent as it is."""
    bounds = extent(within=within)
    if bounds is None:
        return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 10"/>'
    sheet = Sheet(widened(bounds))
    rows = list(drawn_regions(within))
    spots = name_spots(rows, within=within)
    parts = [outline(shape, sheet, region.level) for region in rows if (shape := region.shape) is not None]
    for count in village_counts(within=within, kind=kind):
        if count.code in spots:
            parts.append(mark(count, *sheet.at(*spots[count.code])))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {sheet.height:.0f}" font-family="sans-serif">'
    return head + "".join(parts) + "</svg>"


def widened(bounds: Bounds) -> Bounds:
    """At least 2 km across, so that a single house still makes a picture."""
    west, south, east, north = bounds
    across, up = max(0.01 - (east - west) / 2, 0), max(0.01 - (north - south) / 2, 0)
    return west - across, south - up, east + across, north + up


def ring_path(shape: shapely.Geometry, sheet: Sheet) -> str:
    """The rings of a shape as an SVG path, as fine as two units of the picture."""
    simple = shapely.simplify(shape, 2 / sheet.scale)
    flat = shapely.transform(simple, lambda at: np.array([sheet.at(*spot) for spot in at]))
    rings = [ring for part in shapely.get_parts(flat) for ring in (part.exterior, *part.interiors)]
    return "".join("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in ring.coords) + "Z" for ring in rings)


def outline(shape: shapely.Geometry, sheet: Sheet, level: int) -> str:
    width = {Level.DISTRICT: 4, Level.TOWNSHIP: 2.5}.get(Level(level), 1)
    return f'<path d="{ring_path(shape, sheet)}" fill="none" stroke="{LINE}" stroke-width="{width}"/>'


def mark(count: VillageCount, x: float, y: float) -> str:
    radius = 9 + 2 * sqrt(count.open)
    written = f'font-size="12" text-anchor="middle" x="{x:.0f}"'
    return (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}" fill="{OPEN if count.open else QUIET}"/>'
        f'<text {written} y="{y + 4:.0f}" fill="#fff">{count.open}</text>'
        f'<text {written} y="{y + radius + 13:.0f}" fill="{INK}">{escape(count.name)}</text>'
    )
