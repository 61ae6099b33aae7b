"""The flat sheet on which the demo district is drawn, and how it becomes degrees.

The sheet is a window of EPSG:4546 (CGCS2000, 3-degree zone on 111° E), so that a house drawn 10 m long measures 10 m in
every tool. Rows run north, columns run east; a cell is `CELL` metres wide.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

CELL = 200.0
COLUMNS, ROWS = 330, 300  # 66 km by 60 km; the district lies inside
CELLS = COLUMNS * ROWS
ORIGIN = (416_000.0, 3_472_000.0)  # south-west corner, about 110.12° E, 31.37° N


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Random numbers of one purpose, so that changing one part of the district leaves the others as they were."""
    return np.random.default_rng([seed, *purpose.encode()])


def centre(cell: Ints) -> Floats:
    """Metres on the sheet (n, 2) of the middles of cells."""
    return np.column_stack((cell % COLUMNS + 0.5, cell // COLUMNS + 0.5)) * CELL


def cell_at(point: Floats) -> Ints:
    """The cell in which each point (n, 2) lies; points off the sheet count as on its edge."""
    place = np.floor(point / CELL).astype(np.int64)
    return np.clip(place[:, 1], 0, ROWS - 1) * COLUMNS + np.clip(place[:, 0], 0, COLUMNS - 1)


def sample(grid: Floats, point: Floats) -> Floats:
    """The grid's value at each point (n, 2), bilinear between the middles of cells."""
    x = np.clip(point[:, 0] / CELL - 0.5, 0, COLUMNS - 1.001)
    y = np.clip(point[:, 1] / CELL - 0.5, 0, ROWS - 1.001)
    column, row = x.astype(np.int64), y.astype(np.int64)
    u, v = x - column, y - row
    low = grid[row, column] * (1 - u) + grid[row, column + 1] * u
    high = grid[row + 1, column] * (1 - u) + grid[row + 1, column + 1] * u
    return low * (1 - v) + high * v


@cache
def projection() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True)


def degrees(point: Floats) -> Floats:
    """Longitude and latitude (n, 2) of points on the sheet, to the centimetre."""
    lon, lat = projection().transform(point[:, 0] + ORIGIN[0], point[:, 1] + ORIGIN[1])
    return np.round(np.column_stack((lon, lat)), 7)


def wkb(shapes: Objects) -> Objects:
    """WKB in degrees (EPSG:4490) of shapes on the sheet."""
    return np.asarray(shapely.to_wkb(shapely.transform(shapes, degrees)), dtype=object)
