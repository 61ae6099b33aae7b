"""What a run writes: for each layer its columns, made from footprints a batch at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyproj import CRS

from .area_map import AreaMap
from .arrow import column_of
from .compiled import Floats
from .inside import NOWHERE, area_inside, zone_of
from .layers import Layer
from .near_map import NearMap
from .nearest import distance
from .shapes import Footprints, areas
from .sharing import Sharing, in_one_piece
from .terrain import SlopeToe, Terrain, terrain_at, toe_distance


def nullable(values: Floats) -> pa.Array:
    """The values (rows,) as a column, with null for NaN."""
    return column_of(values, np.isnan(values))


@dataclass(frozen=True, slots=True)
class ZoneColumn:
    layer: Layer
    map: AreaMap

    def columns(self, footprints: Footprints, share: Sharing) -> dict[str, pa.Array]:
        zone, part = zone_of(self.map, len(self.layer.ids), footprints, share)
        nowhere = zone == NOWHERE
        ids = self.layer.ids.take(column_of(zone, nowhere))
        return {self.layer.name: ids, f"{self.layer.name}_share": column_of(part, nowhere)}

    def fit(self, footprints: Footprints) -> Floats:
        """How much of each footprint its zone holds, 0 … 1: less where it stands across a border."""
        return np.nan_to_num(zone_of(self.map, len(self.layer.ids), footprints)[1])


@dataclass(frozen=True, slots=True)
class AreaColumn:
    layer: Layer
    map: AreaMap

    def columns(self, footprints: Footprints, share: Sharing) -> dict[str, pa.Array]:
        return {f"{self.layer.name}_m2": column_of(area_inside(self.map, footprints, share))}

    def fit(self, footprints: Footprints) -> Floats:
        """How much of each footprint lies in the layer, 0 … 1."""
        whole = areas(footprints)
        return area_inside(self.map, footprints) / np.where(whole > 0.0, whole, np.inf)


@dataclass(frozen=True, slots=True)
class NearColumn:
    layer: Layer
    map: NearMap
    ground: AreaMap | None

    def metres(self, footprints: Footprints, share: Sharing) -> Floats:
        """The distance of each footprint, 0 inside, NaN beyond the reach, shape (footprints,)."""
        metres = distance(self.map, footprints, share)
        if self.ground is not None:
            metres[area_inside(self.ground, footprints, share) > 0.0] = 0.0
        return metres

    def columns(self, footprints: Footprints, share: Sharing) -> dict[str, pa.Array]:
        return {f"{self.layer.name}_m": nullable(self.metres(footprints, share))}

    def fit(self, footprints: Footprints) -> Floats:
        """1 for each footprint within reach, else 0."""
        return (~np.isnan(self.metres(footprints, in_one_piece))).astype(np.float64)


@dataclass(frozen=True, slots=True)
class TerrainColumns:
    terrain: Terrain
    toe: SlopeToe
    crs: CRS

    def columns(self, footprints: Footprints, share: Sharing) -> dict[str, pa.Array]:
        made = terrain_at(self.terrain, footprints, self.crs) | {"slope_toe_m": toe_distance(self.toe, footprints)}
        return {name: nullable(values) for name, values in made.items()}
