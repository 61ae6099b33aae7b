"""A layer's next version held against the one in force: in numbers for the page, and drawn for its map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import shapely
from pyproj import CRS, Transformer

from hemei.engines.screen.crs import converter, proposed
from hemei.engines.screen.differing import Difference, differ
from hemei.engines.screen.terrain import Terrain, read_terrain
from hemei.programmes.control.keeping import STORED, Laid, write_copy
from hemei.programmes.control.kinds import ELEVATION

FILE = "difference.parquet"
CAME, WENT, TURNED = "came", "went", "turned"
SPOTS = 200
"""Heights are held against each other at so many times so many spots."""
Say = Callable[[int], None]


def compared(old: Laid, new: Laid, folder: Path, say: Say) -> dict[str, Any]:
    """What differs, as a job's result remembers it; the ground that does is written to the folder."""
    if new.kind == ELEVATION:
        return _heights(read_terrain(old.path), read_terrain(new.path))
    before, after = pq.read_table(old.path), pq.read_table(new.path)
    shapes = [np.asarray(shapely.from_wkb(table.column("geometry").to_pylist())) for table in (before, after)]
    names = tuple(
        [" ".join(filter(None, row)) for row in zip(*(table.column(c).to_pylist() for c in _named(table)), strict=True)]
        for table in (before, after)
    )
    box = shapely.total_bounds(shapes[1])
    middle = float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2
    crs = CRS.from_epsg(proposed(*middle))
    convert = converter(STORED, crs)
    assert convert is not None
    metres = [np.asarray(shapely.transform(one, convert)) for one in shapes]
    said = differ(metres[0], metres[1], middle, (names[0], names[1]), say)
    _draw(said, crs, folder / FILE)
    return _told(said)


def _named(table: Any) -> list[str]:
    return [name for name in ("class", "tier") if name in table.column_names]


def _draw(said: Difference, crs: CRS, path: Path) -> None:
    back = converter(crs, STORED)
    assert back is not None
    lots = {CAME: said.came, WENT: said.went, TURNED: said.turned}
    what = [name for name, shapes in lots.items() for _ in shapes]
    write_copy(path, shapely.transform(np.concatenate(list(lots.values())), back), {"class": what})


def _told(said: Difference) -> dict[str, Any]:
    step = said.moved
    return {
        "old": said.old._asdict(),
        "new": said.new._asdict(),
        **{
            key: getattr(said, key)
            for key in ("came_m2", "went_m2", "same", "renamed", "changed", "redrawn", "added", "gone")
        },
        "moved": None if step is None else {**step._asdict(), "metres": step.metres},
    }


def _heights(old: Terrain, new: Terrain) -> dict[str, Any]:
    """Two rasters at a net of spots of the new one: how much of it both cover, and how far apart they lie there."""
    rows, columns = new.height.shape
    net = [np.linspace(0, n - 1, min(n, SPOTS)).round().astype(int) for n in (rows, columns)]
    row, column = (at.ravel() for at in np.meshgrid(*net))
    x, y = Transformer.from_crs(new.crs, old.crs, always_xy=True).transform(
        new.x0 + column * new.dx, new.y0 - row * new.dy
    )
    at, down = (np.rint(axis) for axis in old.at(np.asarray(x), np.asarray(y)))
    high, wide = old.height.shape
    there = np.isfinite(at) & np.isfinite(down) & (at >= 0) & (down >= 0) & (at < wide) & (down < high)
    before = np.full(len(row), np.nan)
    before[there] = old.height[down[there].astype(int), at[there].astype(int)]
    gap = np.abs(np.asarray(new.height[row, column], float) - before)
    known = gap[~np.isnan(gap)]
    return {
        "pixels": [int(old.height.size), int(new.height.size)],
        "spots": len(row),
        "known": len(known),
        "middle_m": float(np.median(known)) if len(known) else None,
        "most_m": float(known.max()) if len(known) else None,
        "apart": float((known > 1.0).mean()) if len(known) else None,
    }
