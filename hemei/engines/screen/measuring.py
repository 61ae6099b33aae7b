"""A run: buildings streamed past the control maps, column by column, into a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute
import shapely
from pyproj import CRS, Transformer

from .arrow import column_of, whole_numbers
from .columns import AreaColumn, NearColumn, TerrainColumns, ZoneColumn
from .compiled import Floats
from .crs import chosen, converter, misplaced
from .density import CircleDensity, DensityTask, ParcelDensity, counted
from .footprints import Faults, read_footprints
from .layers import Layer, area_map_of, digest, near_map_of, open_layer
from .reading import Source, Unreadable, open_source
from .shapes import Footprints, areas
from .sharing import Sharing, in_one_piece
from .shifted import suspicions
from .store import KEPT, clear
from .terrain import read_terrain, slope_toe

ROWS = 1 << 18
"""Buildings measured at a time. Many lie near each other then (see `walk`), and memory does not grow with the file."""
ELSEWHERE = "如果它本应覆盖这里，请核对它的坐标系和范围"
"""What to do about a layer that no building meets: everything would pass where a layer lies elsewhere."""
FITTED = (ZoneColumn, AreaColumn, NearColumn)
Column = ZoneColumn | AreaColumn | NearColumn | TerrainColumns | ParcelDensity | CircleDensity


@dataclass(frozen=True, slots=True)
class Task:
    """What to measure: layers by file, distances with their reach in metres."""

    buildings: str
    zones: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    near: tuple[tuple[str, float], ...] = ()
    crs: str | None = None
    dem: str | None = None
    density: DensityTask | None = None
    toe_slope_deg: float = 25.0
    toe_within_m: float = 100.0
    workers: int = 1
    keep_maps: bool = True


@dataclass(slots=True)
class Report:
    """What a run has to say besides its columns; `cleared` is how many kept maps went, unopened for long."""

    crs: CRS
    rows: int = 0
    cleared: int = 0
    remarks: list[str] = field(default_factory=list)
    faults: dict[str, list[object]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def spend(self, what: str, since: float) -> None:
        """Add the seconds since a moment (`time.perf_counter`) to a part of the work."""
        self.seconds[what] = self.seconds.get(what, 0.0) + time.perf_counter() - since


@dataclass(frozen=True, slots=True)
class Measured:
    """A batch with its measures: the table to write, and the footprints' geometry as the file has it."""

    table: pa.Table
    geometry: pa.Array


class Stopped(ValueError):
    """A part of the work failed: the message says where, and that nothing was written."""


class Run:
    """Opens the files and builds the maps; `batches` measures. Raises Unreadable or Unmeasurable."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.source = open_source(task.buildings)
        self.crs = chosen(task.crs, self.source.crs, lambda: middle_of(self.source))
        self.report = Report(self.crs)
        self.convert = converter(self.source.crs, self.crs)
        if self.convert is not None:
            middle_of(self.source)  # converted, a misplaced file would only have rows that are no numbers
        self.folders: set[Path] = set()
        _refuse_doubles(task)
        self.nobody: dict[str, str] = {}
        start = time.perf_counter()
        self.columns: list[Column] = [*self._zones(), *self._areas(), *self._near(), *self._terrain()]
        self.unmet = {column.layer.name: column for column in self.columns if isinstance(column, FITTED)}
        self.report.spend("maps", start)
        if task.density is not None:
            start = time.perf_counter()
            self.columns.append(self._density(task.density))
            self.report.spend("neighbourhood", start)
        self.report.cleared = sum(map(clear, sorted(self.folders)))

    def _beside(self, name: str) -> Path | None:
        """The folder in which the maps of a file are kept; None where none are to be."""
        if not self.task.keep_maps:
            return None
        folder = Path(name.partition("|")[0]).parent / KEPT
        self.folders.add(folder)
        return folder

    def _layer(self, name: str) -> tuple[Layer, Path | None]:
        folder = self._beside(name)
        layer = open_layer(name, self.crs, folder)
        self.report.remarks.extend(layer.remarks)
        self.report.versions[layer.name] = layer.version
        return layer, folder

    def _grounds(self, name: str) -> tuple[Layer, Path | None]:
        """A layer in which buildings are to lie, with a remark where none can."""
        layer, folder = self._layer(name)
        if len(layer.ids) and not layer.has_ground:
            self.report.remarks.append(f"{layer.name}：没有面，量不出里外。请换成面；要量距离请用 --near")
        return layer, folder

    def _zones(self) -> Iterator[Column]:
        for name in self.task.zones:
            layer, folder = self._grounds(name)
            yield ZoneColumn(layer, area_map_of(layer, dissolved=False, beside=folder, crs=self.crs))

    def _areas(self) -> Iterator[Column]:
        for name in self.task.areas:
            layer, folder = self._grounds(name)
            yield AreaColumn(layer, area_map_of(layer, dissolved=True, beside=folder, crs=self.crs))

    def _near(self) -> Iterator[Column]:
        for name, reach in self.task.near:
            yield self._near_one(name, reach)

    def _near_one(self, name: str, reach: float) -> NearColumn:
        layer, folder = self._layer(name)
        ground = None
        if layer.has_ground:
            ground = area_map_of(layer, dissolved=True, beside=folder, crs=self.crs)
        return NearColumn(layer, near_map_of(layer, reach, beside=folder, crs=self.crs), ground)

    def _density(self, task: DensityTask) -> ParcelDensity | CircleDensity:
        task.check(self.source)
        near = self._near_one(*task.near) if task.near else None
        batches = counted(self.source, self.convert, task)
        made: ParcelDensity | CircleDensity
        if task.radius_m is not None:
            made = CircleDensity(task, near, batches, task.radius_m)
        else:
            layer, folder = self._layer(str(task.parcels))
            ground = shapely.area(layer.geometry)  # first: a large layer lets its geometry go for the map
            parcels = area_map_of(layer, dissolved=False, beside=folder, crs=self.crs)
            made = ParcelDensity(task, near, batches, layer, ground, parcels)
        self.report.remarks.extend(made.remarks())
        return made

    def _terrain(self) -> Iterator[Column]:
        if self.task.dem is not None:
            path, beside = Path(self.task.dem), self._beside(self.task.dem)
            terrain, version = read_terrain(path), digest(path)
            self.report.versions[path.stem] = version
            toe = slope_toe(
                terrain,
                self.crs,
                steeper_than=self.task.toe_slope_deg,
                within_m=self.task.toe_within_m,
                beside=beside,
                version=version,
            )
            yield TerrainColumns(terrain, toe, self.crs)

    def batches(self) -> Iterator[Measured]:
        """Read, measure and hand on, some ten thousand buildings at a time."""
        wanted = [self.source.id_column] if self.source.id_column else []
        ids = IdCheck()
        with ThreadPoolExecutor(self.task.workers) as pool:
            share = shared(pool, self.task.workers) if self.task.workers > 1 else in_one_piece
            start = time.perf_counter()
            for batch in self.source.batches(wanted, ROWS):
                self.report.spend("read", start)
                start = time.perf_counter()
                id_column = batch.column(wanted[0]) if wanted else _row_numbers(self.report.rows, len(batch))
                yield self._done(batch, id_column, share)
                ids.see(id_column)
                self.report.rows += len(batch)
                start = time.perf_counter()
        self.report.remarks.extend(f"{name}：{said}。{ELSEWHERE}" for name, said in self.nobody.items())
        doubles = ids.doubles()
        if doubles:
            self.report.faults["id 重复，各行都量了"] = doubles

    def _done(self, batch: pa.RecordBatch, ids: pa.Array, share: Sharing) -> Measured:
        """`_measured`, with the rows named where a worker fails, so that nobody has to guess."""
        try:
            return self._measured(batch, ids, share)
        except ValueError:
            raise
        except Exception as error:
            rows = f"{self.report.rows + 1:,}–{self.report.rows + len(batch):,}"
            raise Stopped(
                f"量第 {rows} 栋时，一个计算线程出错（{type(error).__name__}：{error}）。"
                "结果没有写出，原有文件未动；内存不足时请关闭其他程序或减少 --workers 后重新运行"
            ) from error

    def _measured(self, batch: pa.RecordBatch, ids: pa.Array, share: Sharing) -> Measured:
        start = time.perf_counter()
        geometry = batch.column(self.source.geometry)
        footprints, measurable, faults = read_footprints(geometry, self.convert, share)
        if self.report.rows == 0:
            self._look_at_the_first(footprints)
        self.report.spend("parse", start)
        start = time.perf_counter()
        made: dict[str, pa.Array] = {"id": ids, "area_m2": column_of(areas(footprints))}
        for column in self.columns:
            made.update(column.columns(footprints, share))
        self.nobody = {name: said for name, column in self.unmet.items() if (said := column.nobody(made))}
        self.unmet = {name: self.unmet[name] for name in self.nobody}
        if not measurable.all():
            keep = column_of(measurable)
            nothing = {name: pa.compute.if_else(keep, values, None) for name, values in made.items() if name != "id"}
            made.update(nothing)
        self._note(faults, ids)
        self.report.spend("measure", start)
        return Measured(pa.table(made), geometry)

    def _look_at_the_first(self, footprints: Footprints) -> None:
        """Whether the buildings can be where they are said to be. Raises Unreadable where they cannot."""
        wrong = misplaced(footprints.outline.xy, self.source.crs) if self.convert is None else None
        if wrong:
            raise Unreadable(f"{self.source.path}：{wrong}。请改正坐标系后重新导出")
        fitted = [(column.layer.name, column) for column in self.columns if isinstance(column, FITTED)]
        self.report.remarks.extend(suspicions(fitted, footprints, self.crs, self.source.name))

    def _note(self, faults: Faults, ids: pa.Array) -> None:
        for what, rows in faults.rows.items():
            self.report.faults.setdefault(what, []).extend(ids.take(column_of(np.array(rows))).to_pylist())


def shared(pool: ThreadPoolExecutor, workers: int) -> Sharing:
    """Divide a batch into four parts a worker, so that none waits long for another; a failure in a part is raised."""

    def share(count: int, work: Callable[[int, int], None]) -> None:
        cuts = np.linspace(0, count, 4 * workers + 1).astype(int)
        for done in [pool.submit(work, int(a), int(b)) for a, b in pairwise(cuts) if a < b]:
            done.result()

    return share


class IdCheck:
    """Finds ids that come twice, without work while they only grow, and without memory while they grow one by one."""

    def __init__(self) -> None:
        self.parts: list[pa.Array | range] = []
        self.grows = True
        self.last: int | None = None

    def see(self, ids: pa.Array) -> None:
        """Look at the ids (rows,) of the next batch."""
        values = whole_numbers(ids)
        if values is None or not len(values):
            self.grows = self.grows and not len(ids)
            self.parts.append(ids)
            return
        first, last = int(values[0]), int(values[-1])
        grows = bool((values[1:] > values[:-1]).all())
        self.grows = self.grows and grows and (self.last is None or first > self.last)
        self.last = last
        one_by_one = grows and last - first + 1 == len(values)
        self.parts.append(range(first, last + 1) if one_by_one else column_of(values.copy()))

    def doubles(self) -> list[object]:
        """The ids that came more than once, each one time."""
        if self.grows:
            return []
        whole = [
            column_of(np.arange(part.start, part.stop)) if isinstance(part, range) else part for part in self.parts
        ]
        kind = next((part.type for part in whole if not pa.types.is_integer(part.type)), pa.int64())
        counted = pa.chunked_array([part.cast(kind) for part in whole]).value_counts()
        several = pa.compute.greater(counted.field("counts"), 1)
        return [value for value in counted.field("values").filter(several).to_pylist() if value is not None]


def _row_numbers(start: int, count: int) -> pa.Array:
    return column_of(np.arange(start, start + count))


def _refuse_doubles(task: Task) -> None:
    names = [open_source(name).name for name in (*task.zones, *task.areas, *(name for name, _ in task.near))]
    for name in names:
        if names.count(name) > 1:
            raise Unreadable(f"有两个图层都叫“{name}”，结果的列会混在一起。请给文件改名")


def middle_of(source: Source) -> tuple[float, float] | None:
    """Longitude and latitude of the first buildings' middle; None where there are none.

    Raises Unreadable where they cannot be where they are said to be: no system is to be proposed for a place read from
    swapped axes.
    """
    xy: Floats = np.zeros((0, 2))
    for batch in source.batches([]):
        xy = read_footprints(batch.column(source.geometry))[0].outline.xy
        break
    wrong = misplaced(xy, source.crs)
    if wrong:
        raise Unreadable(f"{source.path}：{wrong}。请改正坐标系后重新导出")
    if not len(xy):
        return None
    x, y = np.median(xy, axis=0)
    lon, lat = Transformer.from_crs(source.crs, "OGC:CRS84", always_xy=True).transform(x, y)
    return float(lon), float(lat)
