"""Rows of a file → footprints ready to be measured, with whatever had to be said about a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import shapely

from .arrow import column_of
from .compiled import Floats, Ints
from .reading import Unreadable
from .rings import Rings, areas_of, convexity, orient, rings_of
from .shapes import Footprints, areas, footprints_of
from .sharing import Sharing, in_one_piece
from .wkb import Parsed, Status, mark_unbounded, parse

MOST_VERTICES = 100_000
"""No building has more: such a row is named, not measured."""


@dataclass(slots=True)
class Faults:
    """What was wrong with rows: row numbers of the batch by what is said of them."""

    rows: dict[str, list[int]] = field(default_factory=dict)

    def add(self, what: str, rows: Ints) -> None:
        """Note some rows (rows,) of the batch."""
        if len(rows):
            self.rows.setdefault(what, []).extend(rows.tolist())


NULL = "几何为空，没有量"
OTHER = "不是面，没有量"
BROKEN = "几何损坏或坐标不是数，没有量"
FLAT = "面积为零，没有量"
HUGE = f"顶点超过 {MOST_VERTICES:,} 个，不像建筑，没有量"
REPAIRED = "自相交，已按 make_valid(structure) 修复后再量"


def read_footprints(
    column: pa.Array, convert: Callable[[Floats], Floats] | None = None, share: Sharing = in_one_piece
) -> tuple[Footprints, np.ndarray, Faults]:
    """Parse a batch's geometry (binary WKB, or GeoArrow polygons) and repair what crosses itself.

    Returns the footprints, one a row; which rows could be measured (row,); and the faults. A convex single ring is
    valid by itself; only the other rows are looked at by GEOS. `share` may divide some of the work.
    """
    faults = Faults()
    rings, is_shell, status = parsed(column)
    for code, what in ((Status.EMPTY, NULL), (Status.OTHER, OTHER), (Status.BROKEN, BROKEN)):
        faults.add(what, np.flatnonzero(status == code))
    if convert is not None and len(rings.xy):
        moved = convert(rings.xy)
        lost = np.unique(rings.owners()[_ring_of(rings, np.asarray(~np.isfinite(moved).all(axis=1)))])
        faults.add(BROKEN, lost[status[lost] == Status.POLYGON])
        status[lost] = Status.BROKEN
        rings = Rings(np.where(np.isfinite(moved), moved, 0.0), rings.ring_at, rings.owner_at)
    huge = np.flatnonzero(np.diff(rings.ring_at[rings.owner_at]) > MOST_VERTICES)
    faults.add(HUGE, huge)
    status[huge] = Status.OTHER
    bad = np.flatnonzero((status != Status.POLYGON) & (np.diff(rings.owner_at) > 0))
    if len(bad):
        rings, is_shell = replaced(rings, is_shell, bad, np.full(len(bad), None))
    rings = _repaired(rings, is_shell, faults)
    footprints = footprints_of(rings, share)
    flat = (status == Status.POLYGON) & ~(areas(footprints) > 0.0)
    faults.add(FLAT, np.flatnonzero(flat))
    return footprints, (status == Status.POLYGON) & ~flat, faults


def parsed(column: pa.Array) -> Parsed:
    """Coordinate arrays of a column (rows,) of binary WKB, or of GeoArrow polygons or multipolygons.

    Raises Unreadable for GeoArrow points and lines.
    """
    if pa.types.is_large_binary(column.type) or pa.types.is_binary(column.type):
        wide = pa.types.is_large_binary(column.type)
        _, offsets, data = column.buffers()
        at = np.frombuffer(offsets, np.int64 if wide else np.int32)[column.offset : column.offset + len(column) + 1]
        made = parse(np.frombuffer(data or b"", np.uint8), at.astype(np.int64))
        again = _written_anew(column, np.flatnonzero(made.status == Status.BROKEN))
        return made if again is None else parsed(again)
    return _from_geoarrow(column)


def _written_anew(column: pa.Array, rows: Ints) -> pa.Array | None:
    """The column with those of some rows written anew that GEOS can read and `parse` cannot: big-endian ones, as Java
    programs write them. None where there are none."""
    if not len(rows):
        return None
    with np.errstate(invalid="ignore"):  # what is no number stays broken
        geometry = shapely.from_wkb(column.take(column_of(rows)).to_numpy(zero_copy_only=False), on_invalid="ignore")
        xy, of = shapely.get_coordinates(geometry, return_index=True)
    sound = ~shapely.is_missing(geometry)
    sound[of[~np.isfinite(xy).all(axis=1)]] = False
    if not sound.any():
        return None
    values = np.array(column.to_pylist(), dtype=object)
    values[rows[sound]] = shapely.to_wkb(geometry[sound], byte_order=1)
    return pa.array(values, pa.large_binary())


def _from_geoarrow(column: pa.Array) -> Parsed:
    status = np.where(np.asarray(column.is_valid()), Status.POLYGON, Status.EMPTY).astype(np.int8)
    depth = 0
    kind = column.type
    while pa.types.is_list(kind) or pa.types.is_large_list(kind):
        kind, depth = kind.value_type, depth + 1
    if depth not in (2, 3):
        raise Unreadable("建筑应是面：这个文件的 GeoArrow 编码是点或线")
    level, parts = column, np.arange(len(column) + 1)
    if depth == 3:  # multipolygon: the polygons of each row first
        parts, level = offsets_of(level), level.flatten()
    polygon_at, rings = offsets_of(level), level.flatten()
    owner_at = polygon_at[parts]
    ring_at, vertices = offsets_of(rings), rings.flatten()
    xy = np.column_stack([np.asarray(vertices.field(axis), np.float64) for axis in (0, 1)])
    closing = ring_at[1:] - 1
    keep = np.ones(len(xy), bool)
    some = np.diff(ring_at) > 1
    closed = np.zeros(len(closing), bool)
    closed[some] = (xy[ring_at[:-1][some]] == xy[closing[some]]).all(axis=1)
    keep[closing[closed]] = False
    is_shell = np.zeros(len(ring_at) - 1, np.bool_)
    is_shell[polygon_at[:-1][np.diff(polygon_at) > 0]] = True
    ring_at = np.concatenate([[0], np.cumsum(np.diff(ring_at) - closed)]).astype(np.int64)
    xy = np.ascontiguousarray(xy[keep])
    status[(np.diff(owner_at) == 0) & (status == Status.POLYGON)] = Status.EMPTY
    if not np.isfinite(xy.sum()):
        mark_unbounded(xy, ring_at, owner_at.astype(np.int64), status)
    orient(xy, ring_at, is_shell)
    return Parsed(Rings(xy, ring_at, owner_at.astype(np.int64)), is_shell, status)


def offsets_of(column: pa.Array) -> Ints:
    """Where each list of a column begins in `column.flatten()`, shape (lists + 1,); a null one is empty."""
    lengths = np.asarray(column.value_lengths().fill_null(0), np.int64)
    return np.concatenate([[0], np.cumsum(lengths)])


def _ring_of(rings: Rings, chosen: np.ndarray) -> Ints:
    """The rings to which the chosen vertices belong."""
    return np.searchsorted(rings.ring_at, np.flatnonzero(chosen), side="right") - 1


def _repaired(rings: Rings, is_shell: np.ndarray, faults: Faults) -> Rings:
    """Have GEOS look at every footprint that is not one convex ring; mend what crosses itself, and name it."""
    convex = convexity(rings.xy, rings.ring_at)
    several = np.diff(rings.owner_at) != 1
    first = np.minimum(rings.owner_at[:-1], max(len(convex) - 1, 0))
    doubtful = np.flatnonzero((np.diff(rings.owner_at) > 0) & (several | ~convex[first])) if len(convex) else first[:0]
    if len(doubtful) == 0:
        return rings
    geometry = as_geometry(rings, is_shell, doubtful)
    crossed = ~shapely.is_valid(geometry)
    if not crossed.any():
        return rings
    mended = shapely.make_valid(geometry[crossed], method="structure")
    faults.add(REPAIRED, doubtful[crossed][shapely.area(mended) > 0.0])  # one that is flat is named as flat
    return replaced(rings, is_shell, doubtful[crossed], mended)[0]


def as_geometry(rings: Rings, is_shell: np.ndarray, owners: Ints) -> np.ndarray:
    """Multipolygons of shapely (owners,) made of the rings of some owners (rows of `rings`).

    `is_shell` (rings,) tells shells from holes; rings of fewer than three vertices are left out.
    """
    made = []
    for g in owners:
        polygons: list[tuple[Floats, list[Floats]]] = []
        for r in range(rings.owner_at[g], rings.owner_at[g + 1]):
            ring = rings.xy[rings.ring_at[r] : rings.ring_at[r + 1]]
            if len(ring) < 3:
                continue
            if is_shell[r]:
                polygons.append((ring, []))
            elif polygons:
                polygons[-1][1].append(ring)
        made.append(shapely.MultiPolygon(polygons) if polygons else shapely.MultiPolygon())
    return np.array(made, dtype=object)


def replaced(rings: Rings, is_shell: np.ndarray, owners: Ints, geometry: np.ndarray) -> tuple[Rings, np.ndarray]:
    """The rings with those of some owners taken from other geometries (None: no rings)."""
    new = rings_of(geometry)
    ring_owner = rings.owners()
    gone = np.isin(ring_owner, owners)
    new_owner = owners[new.owners()]
    lengths = np.concatenate([np.diff(rings.ring_at)[~gone], np.diff(new.ring_at)])
    starts = np.concatenate([rings.ring_at[:-1][~gone], new.ring_at[:-1] + len(rings.xy)])
    owner = np.concatenate([ring_owner[~gone], new_owner])
    shell = np.concatenate([is_shell[~gone], areas_of(new.xy, new.ring_at) > 0.0])
    order = np.argsort(owner, kind="stable")
    ring_at = np.concatenate([[0], np.cumsum(lengths[order])]).astype(np.int64)
    within = np.arange(ring_at[-1]) - np.repeat(ring_at[:-1], lengths[order])
    pick = np.repeat(starts[order], lengths[order]) + within
    xy = np.ascontiguousarray(np.concatenate([rings.xy, new.xy])[pick])
    owner_at = np.searchsorted(owner[order], np.arange(len(rings) + 1)).astype(np.int64)
    return Rings(xy, ring_at, owner_at), shell[order]
