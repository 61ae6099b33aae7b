"""Density and floor area ratio of a district's buildings, by plot or by circle, for the rules that limit them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import shapely
from pyproj import CRS

from hemei.engines.screen.density import CircleDensity, DensityTask, ParcelDensity, counted
from hemei.engines.screen.layers import area_map_of, read_layer
from hemei.engines.screen.reading import Source
from hemei.engines.screen.shapes import Footprints
from hemei.engines.screen.sharing import in_one_piece
from hemei.terms.measure import Measure

from .district import District

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
    """Density and floor area ratio of a batch (NaN: not known), where no column of the buildings tells them."""
    if density is None:
        return {}
    found = density.columns(footprints, in_one_piece)
    return {
        measure: np.asarray(found[measure.value].to_numpy(zero_copy_only=False), float)
        for measure in WANTED
        if measure.value in found and measure.value not in district.columns
    }
