"""What a run writes: for each layer its columns, made from footprints a batch at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute
from pyproj import CRS

from .area_map import AreaMap
from .arrow import column_of
from .compiled import Floats
from .inside import NOWHERE, area_inside, zone_of
from .layers import Layer
from .near_map import NearMap
from .nearest import gap
from .shapes import Footprints, areas
from .sharing import Sharing, in_one_piece
from .terrain import SlopeToe, Terrain, terrain_at, toe_distance


def nullable(values: Floats) -> pa.Array:
    """The values (rows,) as a column, with null for NaN."""
    return column_of(values, np.isnan(values))


@dataclass(frozen=True, slots=True)
class ZoneColumn:
    """`<layer>`: the id of the feature that holds most of each building; `<layer>_share`: how much of it, 0 … 1."""

    layer: Layer
    map: AreaMap

    def columns(self, footprints: Footprints, share: Sharing) -> dict[str, pa.Array]:
        """The columns (footprints,) of some footprints in metres, a building a row."""
        zone, part = zone_of(self.map, len(self.layer.ids), footprints, share)
        nowhere = zone == NOWHERE
        ids = self.layer.ids.take(column_of(zone, nowhere))
        return {self.layer.name: ids, f"{self.layer.name}_share": column_of(part, nowhere)}

    def nobody(self, made: dict[str, pa.Array]) -> str:
        """What to say where no building of a batch is in the layer; "" where one is."""
        return "没有一栋建筑在这个图层里" if made[self.layer.name].null_count == len(made[self.layer.name]) else ""

    def fit(self, footprints: Footprints) -> Floats:
        """How much of each footprint its zone holds, 0 … 1: less where it stands across a border."""
        return np.nan_to_num(zone_of(self.map, len(self.layer.ids), footprints)[1])


@dataclass(frozen=True, slots=True)
class AreaColumn:
    """`<layer>_m2`: how much of each building lies in the layer, m²; features that overlap count once."""

    layer: Layer
    map: AreaMap

    def columns(self, footprints: Footprints, share: Sharing) -> dict[str, pa.Array]:
        """The columns (footprints,) of some footprints in metres, a building a row."""
        return {f"{self.layer.name}_m2": column_of(area_inside(self.map, footprints, share))}

    def nobody(self, made: dict[str, pa.Array]) -> str:
        """What to say where no building of a batch has ground in the layer; "" where one has."""
        most = pa.compute.max(made[f"{self.layer.name}_m2"]).as_py()
        return "" if most else "没有一栋建筑在这个图层里"

    def fit(self, footprints: Footprints) -> Floats:
        """How much of each footprint lies in the layer, 0 … 1."""
        whole = areas(footprints)
        return area_inside(self.map, footprints) / np.where(whole > 0.0, whole, np.inf)


@dataclass(frozen=True, slots=True)
class NearColumn:
    """`<layer>_m`: the distance of each building from the layer, m; 0 inside, null beyond the reach."""

    layer: Layer
    map: NearMap
    ground: AreaMap | None

    def metres(self, footprints: Footprints, share: Sharing) -> Floats:
        """The distance of each footprint, 0 inside, NaN beyond the reach, shape (footprints,)."""
        return gap(self.map, self.ground, footprints, share)

    def columns(self, footprints: Footprints, share: Sharing) -> dict[str, pa.Array]:
        """The columns (footprints,) of some footprints in metres, a building a row."""
        return {f"{self.layer.name}_m": nullable(self.metres(footprints, share))}

    def nobody(self, made: dict[str, pa.Array]) -> str:
        """What to say where no building of a batch is within reach of the layer; "" where one is."""
        metres = made[f"{self.layer.name}_m"]
        return f"{self.map.reach[0]:g} 米以内没有一栋建筑" if metres.null_count == len(metres) else ""

    def fit(self, footprints: Footprints) -> Floats:
        """1 for each footprint within reach, else 0."""
        return (~np.isnan(self.metres(footprints, in_one_piece))).astype(np.float64)


@dataclass(frozen=True, slots=True)
class TerrainColumns:
    """`elevation_m`, `slope_deg` (degrees) and `slope_toe_m` of each building; null over voids and beyond the reach."""

    terrain: Terrain
    toe: SlopeToe
    crs: CRS

    def columns(self, footprints: Footprints, share: Sharing) -> dict[str, pa.Array]:
        """The columns (footprints,) of some footprints in metres, a building a row."""
        made = terrain_at(self.terrain, footprints, self.crs) | {"slope_toe_m": toe_distance(self.toe, footprints)}
        return {name: nullable(values) for name, values in made.items()}
