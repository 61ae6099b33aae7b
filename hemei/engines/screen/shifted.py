"""GCJ-02 taken for something else: a layer, or the buildings, that fit only when moved as the Chinese maps are.

Houses stand along rivers, in parcels, outside farmland: where a layer lies right, how they stand in it differs from how
they would stand anywhere else. If it differs not where they are but where GCJ-02 would put them, one of the two is
probably in GCJ-02, 0.3–0.7 km off; the direction tells which. In the same way layers are compared with each other: much
of what is drawn on maps shares its lines with something else (parcels and zones, fields and roads).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
import shapely
from pyproj import CRS, Transformer

from .compiled import Floats, Ints
from .rings import Rings, Shapes, rings_of
from .shapes import Footprints, footprints_of

WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271
"""Where the Chinese maps are shifted, degrees."""
FEW, MANY = 1000, 4000
"""Buildings looked at to see whether there is anything to suspect, and to make sure."""
PLACE_M = 200.0
"""Buildings so near to each other are no independent witnesses."""
SURE = 5.0
"""How many standard errors make a suspicion."""
TURNS = np.radians([45.0, 90.0, 135.0, 225.0, 270.0, 315.0])
"""Other directions in which the houses are moved by as much, to see how they would stand anywhere."""

MEET_M, MEETING, CORNERS = 2.0, 0.1, 400
"""Vertices meet lines of another layer within so many metres; a smaller share is no sign; so many are looked at."""

Fit = Callable[[Footprints], Floats]


class Fitted(Protocol):
    """A column of which one can ask how footprints stand in its layer: 0 … 1 each."""

    def fit(self, footprints: Footprints) -> Floats:
        """How the footprints (in metres) stand in the layer, shape (footprints,)."""


def gcj_shift(lon: Floats, lat: Floats) -> Floats:
    """How far GCJ-02 moves a point, metres east and north, shape (points, 2); 0 outside China.

    The formula as it is published everywhere (nobody has published its source); 300–700 m.

    >>> gcj_shift(np.array([116.404, 2.3]), np.array([39.915, 48.9])).round()
    array([[532., 156.],
           [  0.,   0.]])
    """
    x, y, pi = lon - 105.0, lat - 35.0, np.pi
    common = 20.0 * np.sin(6.0 * pi * x) + 20.0 * np.sin(2.0 * pi * x)
    east = (
        20.0 * np.sin(pi * x) + 40.0 * np.sin(pi * x / 3.0) + 150.0 * np.sin(pi * x / 12) + 300.0 * np.sin(pi * x / 30)
    )
    north = (
        20.0 * np.sin(pi * y) + 40.0 * np.sin(pi * y / 3.0) + 160.0 * np.sin(pi * y / 12) + 320 * np.sin(pi * y / 30)
    )
    root = np.sqrt(np.abs(x))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + (common + east) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + (common + north) * 2.0 / 3.0
    shifted = (lon > WEST) & (lon < EAST) & (lat > SOUTH) & (lat < NORTH)
    return np.where(shifted[:, None], np.column_stack([east, north]), 0.0)


class Witnesses:
    """Some of the footprints, their places (groups of neighbours), and the shift of GCJ-02 at each, metres in `crs`."""

    def __init__(self, shapes: Shapes, rows: Ints, crs: CRS) -> None:
        self.rings = taken(shapes, rows)
        corner = self.rings.xy[self.rings.ring_at[self.rings.owner_at[:-1]]]
        cell = np.floor(corner / PLACE_M).astype(np.int64)
        self.place = np.unique(cell, axis=0, return_inverse=True)[1].reshape(-1)
        to_degrees = Transformer.from_crs(crs, crs.geodetic_crs or "OGC:CRS84", always_xy=True)  # of one datum: quick
        lon, lat = (np.asarray(values) for values in to_degrees.transform(*corner.T))
        east, north = gcj_shift(lon, lat).T
        radius = 6_378_137.0  # good to a few per cent of the shift's hundredth part
        there = lon + np.degrees(east / radius / np.cos(np.radians(lat))), lat + np.degrees(north / radius)
        back = to_degrees.transform(*there, direction="INVERSE")
        self.shift = np.column_stack(back) - corner

    def stand(self, fit: Fit, turn: float | None, back: bool = False) -> Floats:
        """How each stands in a layer when moved by its shift turned by an angle (radians; None: not moved)."""
        moved = self.rings.xy
        if turn is not None:
            cos, sin = np.cos(turn), np.sin(turn)
            shift = self.shift @ np.array([[cos, sin], [-sin, cos]]) * (-1.0 if back else 1.0)
            each = np.repeat(
                np.repeat(shift, np.diff(self.rings.owner_at), axis=0), np.diff(self.rings.ring_at), axis=0
            )
            moved = moved + each
        return fit(footprints_of(Rings(moved, self.rings.ring_at, self.rings.owner_at)))

    def differ(self, one: Floats, other: Floats) -> float:
        """By how many standard errors two lots of stands differ; neighbours together are one witness."""
        by_place = np.bincount(self.place, one - other)
        spread = float(np.sqrt((by_place**2).sum()))
        return abs(float(by_place.sum())) / spread if spread > 0.0 else 0.0

    def suspect(self, fit: Fit, least: float, outdone: float) -> str | None:
        """Whichever seems to be in GCJ-02, "layer" or "buildings"; None where neither fits only when moved.

        Moved, they must stand otherwise than elsewhere by `least` standard errors, and by `outdone` times as much as
        they do where they are.
        """
        elsewhere = np.mean([self.stand(fit, turn) for turn in TURNS], axis=0)
        here = self.stand(fit, None)
        best, gain = None, outdone * abs(float((here - elsewhere).mean()))
        for who, back in (("layer", False), ("buildings", True)):
            there = self.stand(fit, 0.0, back)
            if self.differ(there, elsewhere) > least and abs(float((there - elsewhere).mean())) > gain:
                best, gain = who, abs(float((there - elsewhere).mean()))
        return best

    def met_when_moved(self, fit: Fit) -> str | None:
        """Whichever seems to be in GCJ-02, "layer" or "buildings" (here: the other layer), where many meet only so.

        Twice as many as where they are, and as in any other direction: lines as regular as a net meet by chance.
        """
        elsewhere = np.array([self.stand(fit, turn) for turn in (*TURNS, None)])
        most = MEETING + 2.0 * float(elsewhere.mean(axis=1).max())
        for who, back in (("layer", False), ("buildings", True)):
            there = self.stand(fit, 0.0, back)
            if float(there.mean()) >= most and self.differ(there, elsewhere.mean(axis=0)) > SURE:
                return who
        return None


def taken(shapes: Shapes, rows: Ints) -> Rings:
    """The rings of some footprints."""
    first, last = shapes.owner_at[rows], shapes.owner_at[rows + 1]
    pick = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)])
    parts = [shapes.xy[shapes.ring_at[r] : shapes.ring_at[r + 1]] for r in pick]
    ring_at, owner_at = (
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64) for counts in ([len(p) for p in parts], last - first)
    )
    return Rings(np.concatenate(parts), ring_at, owner_at)


def suspicions(
    columns: Sequence[tuple[str, Fitted]], footprints: Footprints, crs: CRS, buildings: str
) -> Iterator[str]:
    """A sentence for each layer, or for the buildings, that seems to be in GCJ-02 without saying so.

    `columns` are the layers by name, `footprints` some of the buildings, in `crs` (metres).
    """
    rows = np.flatnonzero(np.diff(footprints.outline.owner_at) > 0)
    if len(rows) < 50 or not columns:
        return
    few = Witnesses(footprints.outline, rows[:: max(1, len(rows) // FEW)], crs)
    if not (np.abs(few.shift).max(axis=1) > 1.0).any():
        return
    doubtful = [(name, column) for name, column in columns if few.suspect(column.fit, SURE / 2.5, 0.0)]
    if not doubtful:
        return
    many = Witnesses(footprints.outline, rows[:: max(1, len(rows) // MANY)], crs)
    sure = [(name, many.suspect(column.fit, SURE, 2.0)) for name, column in doubtful]
    metres = float(np.hypot(*many.shift.T).mean())
    why = (
        f"把建筑按当地 GCJ-02 的偏移（约 {metres:.0f} 米）移动后与图层相符，不移动则不符。请向提供数据的单位核实坐标系"
    )
    for name in (name for name, who in sure if who == "layer"):
        yield f"{name}：疑似是 GCJ-02（火星坐标）却写成了别的坐标系：{why}"
    against = [name for name, who in sure if who == "buildings"]
    if against:
        yield f"{buildings}：建筑疑似是 GCJ-02（火星坐标）却写成了别的坐标系（对照 {'、'.join(against)}）：{why}"


def off_neighbours(layers: Mapping[str, np.ndarray], crs: CRS) -> Iterator[str]:
    """A sentence for each layer whose lines meet those of others only when moved as GCJ-02 would have moved them.

    `layers` are shapely geometries (features,) by name, in `crs` (metres). Nothing is moved; somebody has to ask.
    """
    lines = {name: np.asarray(shapely.boundary(g[shapely.get_dimensions(g) == 2])) for name, g in layers.items()}
    lines |= {name: np.concatenate([lines[name], g[shapely.get_dimensions(g) == 1]]) for name, g in layers.items()}
    trees = {name: shapely.STRtree(pieces(drawn)) for name, drawn in lines.items()}
    suspected: dict[str, list[str]] = {}
    for name, drawn in lines.items():
        corners = np.unique(shapely.get_coordinates(drawn), axis=0)
        if len(corners) < 50:
            continue
        some = corners[:: max(1, len(corners) // CORNERS)]
        spots = footprints_of(rings_of(shapely.box(*(some - 0.1).T, *(some + 0.1).T))).outline
        witnesses = Witnesses(spots, np.arange(len(some)), crs)
        if not (np.abs(witnesses.shift).max(axis=1) > 1.0).any():
            return
        for other, tree in trees.items():
            if other == name or not len(tree.geometries):
                continue
            who = witnesses.met_when_moved(meeting(tree))
            if who:
                off, right = (other, name) if who == "layer" else (name, other)
                if right not in suspected.setdefault(off, []):
                    suspected[off].append(right)
    for off, against in suspected.items():
        yield (
            f"{off}：疑似是 GCJ-02（火星坐标）却写成了别的坐标系：按当地 GCJ-02 的偏移移动后，"
            f"边线才与 {'、'.join(against)} 相合。没有自动移动，请向提供数据的单位核实坐标系"
        )


def pieces(lines: np.ndarray) -> np.ndarray:
    """Lines (lines,) cut into their segments (segments,), so that a tree of them answers quickly."""
    parts = shapely.get_parts(lines)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    same = part[1:] == part[:-1]
    return np.asarray(shapely.linestrings(np.stack([xy[:-1][same], xy[1:][same]], axis=1)))


def meeting(tree: shapely.STRtree) -> Fit:
    """Which footprints' middles lie within `MEET_M` metres of the lines of a tree: 1 or 0 each."""

    def fit(footprints: Footprints) -> Floats:
        box = footprints.outline.box
        points = shapely.points((box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2)
        found = np.zeros(len(points))
        found[tree.query(points, predicate="dwithin", distance=MEET_M)[0]] = 1.0
        return found

    return fit
