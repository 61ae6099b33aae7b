"""Density and floor area ratio round each building: footprints, and floor area, ÷ a reference area.

The reference is the parcel that holds most of the building, or else the circle of a given radius round the building's
centroid. All buildings of the file count, each with the part that stands in the reference; buildings that overlap each
count. That takes two passes over the file: one to add up, one to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from .area_map import AreaMap
from .arrow import column_of
from .columns import NearColumn, nullable
from .compiled import Floats
from .footprints import read_footprints
from .inside import NOWHERE, add_up, zone_of
from .layers import Layer, listed
from .neighbours import Neighbours, built_around, neighbours_of
from .reading import Source, Unreadable
from .rings import Rings
from .shapes import Footprints, areas
from .sharing import Sharing


@dataclass(frozen=True, slots=True)
class DensityTask:
    """Which density is wanted. Exactly one of `parcels` (file) and `radius_m`; at most one of the two columns.

    `near` (file, metres): only for buildings so near to that layer. `storeys`, `floor_area` name a column of the
    buildings (number of storeys; floor area in m²); without either there is no `far`.
    """

    parcels: str | None = None
    radius_m: float | None = None
    near: tuple[str, float] | None = None
    storeys: str | None = None
    floor_area: str | None = None

    def check(self, source: Source) -> None:
        """Raises Unreadable where the task contradicts itself or the buildings lack a column."""
        if (self.parcels is None) == (self.radius_m is None):
            raise Unreadable("密度要有一个参照：请给出宗地图层（--parcel）或圆的半径（--density-radius），二者取一")
        if self.radius_m is not None and not 0 < self.radius_m < 1e6:
            raise Unreadable(f"半径 {self.radius_m:g} 不是可用的米数：请写大于 0、小于 1,000,000 的数")
        if self.storeys and self.floor_area:
            raise Unreadable("容积率按层数（--storeys）或按建筑面积（--floor-area）计算，请只给一个")
        column = self.storeys or self.floor_area
        if column and column not in source.columns:
            raise Unreadable(f"{source.path}：没有列“{column}”，有：{'、'.join(source.columns)}")


class Counted(NamedTuple):
    """A batch of the first pass: footprints, floors (floor area ÷ footprint, NaN where not known), ids."""

    footprints: Footprints
    floors: Floats
    ids: pa.Array


def counted(source: Source, convert: Callable[[Floats], Floats] | None, task: DensityTask) -> Iterator[Counted]:
    """Read the buildings for the first pass, a batch at a time, in metres. Raises Unreadable."""
    column = task.storeys or task.floor_area
    wanted = dict.fromkeys(name for name in (source.id_column, column) if name)
    row = 0
    for batch in source.batches(list(wanted)):
        footprints = read_footprints(batch.column(source.geometry), convert)[0]
        floors = np.full(len(batch), np.nan)
        if column:
            floors = numbers(batch.column(column))
            if task.floor_area:
                floors = np.divide(floors, areas(footprints), out=np.full(len(batch), np.nan), where=floors > 0.0)
        ids = batch.column(source.id_column) if source.id_column else column_of(np.arange(row, row + len(batch)))
        row += len(batch)
        yield Counted(footprints, floors, ids)


def numbers(column: pa.Array) -> Floats:
    """A column as numbers, NaN for null, text that is no number, and whatever is not above 0; shape (rows,)."""
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        values = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    else:
        values = np.array([_number(value) for value in column.to_pylist()], np.float64)
    return np.where(np.isfinite(values) & (values > 0.0), values, np.nan)


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return float("nan")


class Surroundings:
    """What both kinds of reference have in common: who is asked, and what is said of missing floors."""

    def __init__(self, task: DensityTask, near: NearColumn | None) -> None:
        self.task, self.near = task, near
        self.with_floors = bool(task.storeys or task.floor_area)
        self.unknown: list[pa.Array] = []

    def see(self, batch: Counted) -> None:
        """Note the buildings of which the floors are not known."""
        if self.with_floors:
            missing = np.isnan(batch.floors) & (areas(batch.footprints) > 0.0)
            if missing.any():
                self.unknown.append(batch.ids.filter(column_of(missing)))

    def remarks(self) -> Iterator[str]:
        """What has to be said besides the columns: whose floors are not known."""
        if self.unknown:
            ids = pa.chunked_array(self.unknown).combine_chunks()
            column = self.task.storeys or self.task.floor_area
            yield f"{listed(ids, np.ones(len(ids), bool))} 没有可用的“{column}”：参照范围内有它们的，容积率（far）为空"

    def asked(self, footprints: Footprints, share: Sharing) -> np.ndarray:
        """Which footprints are wanted, shape (footprints,)."""
        if self.near is None:
            return np.ones(len(footprints), bool)
        return ~np.isnan(self.near.metres(footprints, share))

    def answer(self, density: Floats, far: Floats) -> dict[str, pa.Array]:
        """The columns (footprints,), without unit, null for NaN; no `far` where nobody asked for floors."""
        made = {"density": nullable(density)}
        return made | {"far": nullable(far)} if self.with_floors else made


class CircleDensity(Surroundings):
    """Columns `density` and `far` (both without unit) of the circle round each building."""

    def __init__(self, task: DensityTask, near: NearColumn | None, batches: Iterator[Counted], radius: float) -> None:
        super().__init__(task, near)
        kept: list[tuple[Rings, Floats]] = []
        for batch in batches:
            self.see(batch)
            outline = batch.footprints.outline
            kept.append((Rings(outline.xy, outline.ring_at, outline.owner_at), batch.floors))
        self.radius = radius
        self.neighbours: Neighbours = neighbours_of(kept, radius)

    def columns(self, footprints: Footprints, share: Sharing) -> dict[str, pa.Array]:
        """The columns (footprints,) of some footprints in metres, a building a row."""
        asked = self.asked(footprints, share)
        ground, floor = built_around(self.neighbours, footprints, self.radius, asked, share)
        circle = np.pi * self.radius**2
        return self.answer(ground / circle, floor / circle)


class ParcelDensity(Surroundings):
    """Columns `density`, `far` (both without unit) and `density_in` (the parcel's id) of the parcel of each building.

    Null for a building that stands in no parcel.
    """

    def __init__(
        self,
        task: DensityTask,
        near: NearColumn | None,
        batches: Iterator[Counted],
        layer: Layer,
        ground_m2: Floats,
        parcels: AreaMap,
    ) -> None:
        """`ground_m2` (parcels,) is the area of each parcel of `layer`."""
        super().__init__(task, near)
        self.layer, self.map = layer, parcels
        sums = np.zeros((max(len(layer.ids), 1), 2))
        for batch in batches:
            self.see(batch)
            add_up(parcels, batch.footprints, batch.floors, sums)
        ground = np.zeros(len(sums))
        ground[: len(layer.ids)] = ground_m2
        self.sums_m2, self.ground_m2 = sums, np.where(ground > 0.0, ground, np.nan)
        self.ratios = sums / self.ground_m2[:, None]

    def columns(self, footprints: Footprints, share: Sharing) -> dict[str, pa.Array]:
        """The columns (footprints,) of some footprints in metres, a building a row."""
        zone, _ = zone_of(self.map, len(self.layer.ids), footprints, share)
        nowhere = (zone == NOWHERE) | ~self.asked(footprints, share)
        density, far = (np.where(nowhere, np.nan, self.ratios[zone, i]) for i in range(2))
        return self.answer(density, far) | {"density_in": self.layer.ids.take(column_of(zone, nowhere))}
