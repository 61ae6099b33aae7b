"""Density and floor area ratio of a district's buildings, by plot or by circle, for the rules that limit them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from pyproj import CRS

from hemei.engines.screen.density import CircleDensity, DensityTask, ParcelDensity, counted
from hemei.engines.screen.footprints import read_footprints
from hemei.engines.screen.layers import area_map_of, read_layer
from hemei.engines.screen.neighbours import built_around
from hemei.engines.screen.reading import Source
from hemei.engines.screen.shapes import Footprints
from hemei.engines.screen.sharing import in_one_piece
from hemei.terms.measure import Measure

from .buildings import shapes_of
from .district import District

SPOTS_BEYOND = np.inf
"""The most that may stand round a building near one of which only a spot is known."""
WANTED = (Measure.DENSITY, Measure.FAR)
Convert = Callable[[np.ndarray], np.ndarray] | None


def density_of(
    district: District, source: Source, convert: Convert, crs: CRS, beside: Path | None = None
) -> ParcelDensity | CircleDensity | None:
    """Add up what stands on each plot, or round each building (two passes over the file, this is the first).

    None where the district names neither plots nor a radius, or no rule asks. `beside` as in `places.places_of`. Raises
    Unreadable.
    """
    asked = any(rule.measure in WANTED for rule in district.book.rules)
    if not asked or not (district.plots or district.density_radius_m):
        return None
    storeys = district.columns.get(Measure.STOREYS.value, "")
    storeys = storeys if storeys in source.columns else ""
    if district.plots:
        task = DensityTask(parcels=district.plots, storeys=storeys or None)
        layer = read_layer(district.plots, crs)
        ground = shapely.area(layer.geometry)  # first: a large layer lets its geometry go for the map
        parcels = area_map_of(layer, dissolved=False, beside=beside, crs=crs)
        return ParcelDensity(task, None, counted(source, convert, task), layer, ground, parcels)
    radius = district.density_radius_m or 0.0
    task = DensityTask(radius_m=radius, storeys=storeys or None)
    return CircleDensity(task, None, counted(source, convert, task), radius)


def crowded(
    density: ParcelDensity | CircleDensity | None, footprints: Footprints, district: District
) -> dict[Measure, np.ndarray]:
    """Density and floor area ratio (buildings,) of a batch, NaN where not known; what a column tells is left out."""
    if density is None:
        return {}
    found = density.columns(footprints, in_one_piece)
    return {
        measure: np.asarray(found[measure.value].to_numpy(zero_copy_only=False), float)
        for measure in WANTED
        if measure.value in found and measure.value not in district.columns
    }


def could_be(
    density: ParcelDensity | CircleDensity | None,
    footprints: Footprints,
    error_m: np.ndarray,
    storeys: np.ndarray | None,
    district: District,
) -> dict[Measure, tuple[np.ndarray, np.ndarray]]:
    """The least and the greatest density and floor area ratio of each building within its position error.

    `error_m` (buildings,) metres; `storeys` (buildings,) NaN where unknown. NaN where the
    building could stand on no plot.
    """
    if density is None:
        return {}
    if isinstance(density, CircleDensity):
        found = _round(density, footprints, error_m)
    else:
        floors = np.full(len(footprints), np.nan) if storeys is None else storeys
        found = _on_plots(density, footprints, error_m, floors)
    return {
        measure: limits
        for measure, limits in zip(WANTED, found, strict=True)
        if measure.value not in district.columns and (measure is Measure.DENSITY or density.with_floors)
    }


@dataclass(frozen=True, slots=True)
class Spots:
    """Where buildings are of which only a spot is known: a tree of points (m), and their largest position error (m)."""

    points: shapely.STRtree
    error_m: float

    def blur(
        self,
        ranges: dict[Measure, tuple[np.ndarray, np.ndarray]],
        density: ParcelDensity | CircleDensity,
        footprints: Footprints,
        error_m: np.ndarray,
    ) -> dict[Measure, tuple[np.ndarray, np.ndarray]]:
        """`ranges` without an upper end where such a building may stand in a circle or on a plot that is asked."""
        rows = np.flatnonzero(np.diff(footprints.outline.owner_at) > 0)
        shapes = shapes_of(footprints)(rows)
        if isinstance(density, CircleDensity):
            reach = error_m[rows] + density.radius + self.error_m
            near, _ = self.points.query(shapely.centroid(shapes), predicate="dwithin", distance=reach)
        else:
            own, plot = shapely.STRtree(density.layer.geometry).query(shapes, "dwithin", distance=error_m[rows])
            doubtful = np.unique(self.points.query(density.layer.geometry, "dwithin", distance=self.error_m)[0])
            near = own[np.isin(plot, doubtful)]
        blurred = np.zeros(len(footprints), bool)
        blurred[rows[near]] = True
        return {measure: (low, np.where(blurred, SPOTS_BEYOND, high)) for measure, (low, high) in ranges.items()}


def spots_of(district: District, source: Source, convert: Convert) -> Spots | None:
    """The buildings of a file of which only a spot is known; None where no column tells, or there is none."""
    if district.spot_column not in source.columns:
        return None
    points, error = [], 0.0
    for batch in source.batches([district.spot_column, district.error_column]):
        is_spot = np.asarray(batch.column(district.spot_column).to_numpy(zero_copy_only=False), bool)
        box = read_footprints(batch.column(source.geometry), convert)[0].outline.box[is_spot]
        points.append(shapely.points((box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2))
        far = batch.column(district.error_column).to_numpy(zero_copy_only=False)[is_spot]
        error = max(error, float(far.max(initial=0.0)))
    found = np.concatenate(points) if points else np.empty(0, object)
    return Spots(shapely.STRtree(found), error) if len(found) else None


Range = tuple[np.ndarray, np.ndarray]


def _round(density: CircleDensity, footprints: Footprints, error_m: np.ndarray) -> tuple[Range, Range]:
    """A circle that is moved by the error holds one smaller by as much, and lies in one larger by as much."""
    circle = np.pi * density.radius**2
    lows, highs = np.full((2, len(footprints)), np.nan), np.full((2, len(footprints)), np.nan)
    for error in np.unique(error_m):
        alike = error_m == error
        inner, outer = max(density.radius - error, 0.0), density.radius + error
        if inner > 0.0:
            lows[:, alike] = np.array(built_around(density.neighbours, footprints, inner, alike))[:, alike] / circle
        else:
            lows[:, alike] = 0.0
        highs[:, alike] = np.array(built_around(density.neighbours, footprints, outer, alike))[:, alike] / circle
    return (lows[0], highs[0]), (lows[1], highs[1])


def _on_plots(
    density: ParcelDensity, footprints: Footprints, error_m: np.ndarray, storeys: np.ndarray
) -> tuple[Range, Range]:
    """On every plot that the building could reach: with none of it there, and with all of it."""
    ratios = density.columns(footprints, in_one_piece)
    lows = np.array([np.asarray(ratios["density"].to_numpy(zero_copy_only=False), float)] * 2)
    if "far" in ratios:
        lows[1] = np.asarray(ratios["far"].to_numpy(zero_copy_only=False), float)
    highs = lows.copy()
    plots = density.layer.geometry
    rows = np.flatnonzero((np.diff(footprints.outline.owner_at) > 0) & (error_m > 0.0) & ~np.isnan(lows[0]))
    shapes = shapes_of(footprints)(rows)
    near, plot = shapely.STRtree(plots).query(shapes, predicate="dwithin", distance=error_m[rows])
    held = shapely.intersection(shapes[near], plots[plot])
    edge = shapely.distance(shapes[near], shapely.boundary(plots[plot]))
    moves = np.bincount(near[edge < error_m[rows][near]], minlength=len(rows)) > 0  # could leave, or reach, a plot
    own, kept_m2 = shapely.area(shapes), shapely.area(held)
    ground = density.ground_m2[plot]
    for which, factor in ((0, np.ones(len(rows))), (1, storeys[rows])):
        rest = (density.sums_m2[plot, which] - kept_m2 * factor[near]) / ground
        least, most = np.full(len(rows), np.inf), np.full(len(rows), -np.inf)
        with np.errstate(invalid="ignore"):  # unknown storeys on a plot leave it unknown
            np.minimum.at(least, near, rest)
            np.maximum.at(most, near, rest + own[near] * factor[near] / ground)
        stays = _stays(shapes, near, plots[plot], held, error_m[rows])
        lows[which, rows[moves]] = np.where(stays, least, np.nan)[moves]
        highs[which, rows[moves]] = np.where(stays, most, np.nan)[moves]
    return (lows[0], highs[0]), (lows[1], highs[1])


def _stays(
    shapes: np.ndarray, near: np.ndarray, plots: np.ndarray, held: np.ndarray, error_m: np.ndarray
) -> np.ndarray:
    """Which buildings surely stand on some plot: a point of them lies deeper in it than they can be shifted."""
    points = shapely.point_on_surface(held)
    deep = shapely.distance(points, shapely.boundary(shapes[near])) + shapely.distance(points, shapely.boundary(plots))
    best = np.zeros(len(shapes))
    np.fmax.at(best, near, deep)
    return np.asarray(best > error_m)
