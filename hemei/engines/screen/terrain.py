"""Elevation, slope and the foot of steep ground from a raster of heights, with its voids kept as voids."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError

from .area_map import AreaMap, build_area_map
from .compiled import Floats
from .near_map import NearMap, build_near_map, segments_of
from .nearest import gap, hidden
from .outlines import outlines, polygons_of
from .reading import Unreadable
from .rings import rings_of
from .shapes import Footprints
from .store import kept
from .writing import partial_of

SCALE, TIE, KEYS, NO_DATA = 33550, 33922, 34735, 42113  # GeoTIFF 1.1, annex B; GDAL's tag for voids
MODEL, RASTER, GEOGRAPHIC, PROJECTED = 1024, 1025, 2048, 3072
PIXEL_IS_POINT = 2
KEPT = ".npy"
STRIP = 512
"""Rows of which the slope is worked out at once: what lies in memory meanwhile stays small."""


@dataclass(frozen=True, slots=True)
class Terrain:
    """Heights (row, column) in metres, NaN where void; row 0 lies north.

    `x0`, `y0` is the middle of the first pixel, `dx`, `dy` the pixel's sides, in units of `crs`.
    """

    height: Floats
    crs: CRS
    x0: float
    y0: float
    dx: float
    dy: float

    def sides_m(self) -> tuple[Floats, float]:
        """Width of the pixels of each row, and their height, metres."""
        rows = len(self.height)
        if not self.crs.is_geographic:
            return np.full(rows, self.dx), self.dy
        geod = self.crs.get_geod() or Geod(ellps="WGS84")
        lat = self.y0 - self.dy * np.arange(rows)
        lon = np.full(rows, self.x0)
        width = np.asarray(geod.inv(lon, lat, lon + self.dx, lat)[2])
        return width, float(geod.inv(self.x0, lat[rows // 2], self.x0, lat[rows // 2] + self.dy)[2])

    def slope(self) -> Floats:
        """Slope of every pixel in degrees (Horn 1981, three by three), NaN at the rim and beside a void."""
        rows = len(self.height)
        out = np.full(self.height.shape, np.nan)
        for first in range(0, rows, STRIP):
            upper, lower = max(first - 1, 0), min(first + STRIP + 1, rows)
            strip = self.crop(slice(upper, lower), slice(None))._slope()
            last = min(first + STRIP, rows)
            out[first:last] = strip[first - upper : last - upper]
        return out

    def _slope(self) -> Floats:
        width, height = self.sides_m()
        z = np.asarray(self.height, np.float64)
        out = np.full(z.shape, np.nan)
        if min(z.shape) < 3:
            return out
        west = z[:-2, :-2] + 2 * z[1:-1, :-2] + z[2:, :-2]
        east = z[:-2, 2:] + 2 * z[1:-1, 2:] + z[2:, 2:]
        north = z[:-2, :-2] + 2 * z[:-2, 1:-1] + z[:-2, 2:]
        south = z[2:, :-2] + 2 * z[2:, 1:-1] + z[2:, 2:]
        across, along = (east - west) / (8 * width[1:-1, None]), (north - south) / (8 * height)
        out[1:-1, 1:-1] = np.degrees(np.arctan(np.hypot(across, along)))
        out[np.isnan(z)] = np.nan  # Horn's formula leaves the middle pixel out
        return out

    def slope_at(self, row: np.ndarray, column: np.ndarray) -> Floats:
        """Slope of some pixels, as `slope` has it, without working out all others."""
        out = np.full(len(row), np.nan)
        rows, columns = self.height.shape
        some = (row > 0) & (column > 0) & (row < rows - 1) & (column < columns - 1)
        step = np.arange(-1, 2)
        r, c = row[some, None, None] + step[:, None], column[some, None, None] + step
        z = np.asarray(self.height[r, c], np.float64)
        width, height = self.sides_m()
        weight = np.array([1.0, 2.0, 1.0])
        across = ((z[:, :, 2] - z[:, :, 0]) @ weight) / (8 * width[row[some]])
        along = ((z[:, 0, :] - z[:, 2, :]) @ weight) / (8 * height)
        found = np.degrees(np.arctan(np.hypot(across, along)))
        out[some] = np.where(np.isnan(z[:, 1, 1]), np.nan, found)
        return out

    def crop(self, rows: slice, columns: slice) -> Terrain:
        """The part in some rows and columns (steps of one, from 0 on)."""
        first, left = rows.start or 0, columns.start or 0
        return replace(
            self, height=self.height[rows, columns], x0=self.x0 + left * self.dx, y0=self.y0 - first * self.dy
        )

    def at(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Column and row, as fractions, of coordinates in `crs`."""
        return (x - self.x0) / self.dx, (self.y0 - y) / self.dy


def keep_terrain(terrain: Terrain, path: Path) -> None:
    """Keep heights as a file (.npy, to a tenth of a millimetre or so) that is mapped into memory, not read whole."""
    said = {"crs": terrain.crs.to_wkt(), "x0": terrain.x0, "y0": terrain.y0, "dx": terrain.dx, "dy": terrain.dy}
    with partial_of(path) as partial, partial.open("wb") as file:
        path.with_suffix(".json").write_text(json.dumps(said), "utf-8")
        np.save(file, terrain.height.astype(np.float32))


def read_terrain(path: Path, most_pixels: int | None = None) -> Terrain:
    """Read a single-band, north-up GeoTIFF, or what `keep_terrain` kept.

    Raises Unreadable, also for more than `most_pixels`.
    """
    from PIL import Image, UnidentifiedImageError  # most runs have no terrain

    if path.suffix == KEPT:
        said = json.loads(path.with_suffix(".json").read_text("utf-8"))
        crs = CRS.from_wkt(said.pop("crs"))
        return Terrain(np.load(path, mmap_mode="r"), crs, **said)
    try:
        with Image.open(path) as image:
            if most_pixels is not None and image.width * image.height > most_pixels:
                size = f"{image.width} × {image.height}"
                raise Unreadable(f"{path}：有 {size} 个像元，最多 {most_pixels}：请按区界裁剪，或合并成大一些的像元")
            tags = image.tag_v2  # type: ignore[attr-defined]
            height = np.array(image, dtype=np.float64)
    except Unreadable:
        raise
    except FileNotFoundError as error:
        raise Unreadable(f"{path}：没有这个文件。请核对文件名和所在的文件夹") from error
    except (OSError, UnidentifiedImageError, AttributeError, ValueError, SyntaxError) as error:
        raise Unreadable(f"{path}：不是能读的 TIFF，或文件不完整。请重新导出为 GeoTIFF（{error}）") from error
    if height.ndim != 2 or SCALE not in tags or TIE not in tags or KEYS not in tags:
        raise Unreadable(f"{path}：应为单波段、上北下南、带坐标系的 GeoTIFF")
    if NO_DATA in tags:
        height[height == float(str(tags[NO_DATA]).strip("\0 "))] = np.nan
    keys = {tags[KEYS][i]: tags[KEYS][i + 3] for i in range(4, len(tags[KEYS]), 4)}
    code = int(keys.get(PROJECTED) or keys.get(GEOGRAPHIC) or 0)
    try:
        crs = CRS.from_epsg(code)
    except CRSError as error:
        raise Unreadable(f"{path}：坐标系代码 {code} 读不懂") from error
    (dx, dy, *_), tie = tags[SCALE], tags[TIE]
    half = 0.0 if keys.get(RASTER) == PIXEL_IS_POINT else 0.5
    x0, y0 = tie[3] + (half - tie[0]) * dx, tie[4] - (half - tie[1]) * dy
    return Terrain(height, crs, float(x0), float(y0), float(dx), float(dy))


@dataclass(frozen=True, slots=True)
class SlopeToe:
    """Ground steeper than `steeper_than` degrees, and the voids behind which there may be more, as control maps."""

    steeper_than: float
    ground: AreaMap
    edges: NearMap
    voids: NearMap
    void_ground: AreaMap


def pixels(terrain: Terrain, chosen: np.ndarray, crs: CRS) -> np.ndarray:
    """The squares of the `chosen` (row, column) pixels as polygons (parts,) in `crs`, neighbours joined.

    In another system a long side is not straight: there every pixel's corner is kept.
    """
    vertices, ring_at, polygon_at = outlines(chosen, corners_only=terrain.crs == crs)
    x, y = terrain.x0 + (vertices[:, 1] - 0.5) * terrain.dx, terrain.y0 - (vertices[:, 0] - 0.5) * terrain.dy
    if terrain.crs != crs:
        x, y = Transformer.from_crs(terrain.crs, crs, always_xy=True).transform(x, y)
    return polygons_of(np.stack([x, y], 1), ring_at, polygon_at)


def maps_of(squares: Callable[[], np.ndarray], reach: float, beside: Path | None, name: str) -> tuple[AreaMap, NearMap]:
    """The polygons (parts,) that `squares` gives as a map, and their outline up to `reach` metres.

    Taken from the folder `beside` where they were kept under this `name`; `squares` is asked only for what was not.
    """
    return (
        kept(beside, f"{name}-area", AreaMap, lambda: build_area_map(rings_of(squares()), dissolved=True)),
        kept(beside, f"{name}-near{reach:g}", NearMap, lambda: build_near_map(segments_of(squares()), reach)),
    )


def name_of(what: str, version: str, steeper_than: float, crs: CRS) -> str:
    """The name under which the maps of a raster's steep ground or voids (`what`) are kept."""
    asked = f"{what}|{steeper_than:g}|{crs.to_wkt()}"
    return f"{what}-{version}-{hashlib.sha256(asked.encode()).hexdigest()[:12]}"


def slope_toe(
    terrain: Terrain, crs: CRS, *, steeper_than: float, within_m: float, beside: Path | None = None, version: str = ""
) -> SlopeToe:
    """Prepare the distance to the foot of steep ground, up to `within_m` metres, measured in `crs`.

    In the folder `beside`, where one is given, the maps of this `version` of the raster are kept when first built; from
    then on no slope is worked out here. Raises ValueError for an angle that is none, or a distance that is none.
    """
    if not 0 < steeper_than < 90:
        raise ValueError(f"坡度 {steeper_than:g} 不是可用的度数：请写大于 0、小于 90 的数")
    slope = cache(terrain.slope)
    steep = cache(lambda: pixels(terrain, slope() >= steeper_than, crs))
    void = cache(lambda: pixels(terrain, np.isnan(slope()), crs))
    ground, edges = maps_of(steep, within_m, beside, name_of("steep", version, steeper_than, crs))
    void_ground, voids = maps_of(void, within_m, beside, name_of("voids", version, steeper_than, crs))
    return SlopeToe(steeper_than, ground, edges, voids, void_ground)


def middles(footprints: Footprints) -> Floats:
    """The middle of each footprint's box, shape (footprints, 2); NaN where it has no rings."""
    shapes = footprints.outline
    out = np.full((len(footprints), 2), np.nan)
    some = np.diff(shapes.owner_at) > 0
    if some.any():
        first = shapes.owner_at[:-1][some]  # of each its rings, for it may be in several parts
        low, high = np.minimum.reduceat(shapes.box[:, :2], first), np.maximum.reduceat(shapes.box[:, 2:], first)
        out[some] = (low + high) / 2
    return out


def terrain_at(terrain: Terrain, footprints: Footprints, crs: CRS) -> dict[str, Floats]:
    """`elevation_m` (bilinear) and `slope_deg` (of the nearest pixel) at each footprint's middle; NaN over voids.

    Both of shape (footprints,). `crs` is the footprints' system. Outside the raster both are NaN.
    """
    middle = middles(footprints)
    x, y = Transformer.from_crs(crs, terrain.crs, always_xy=True).transform(middle[:, 0], middle[:, 1])
    column, row = terrain.at(np.asarray(x), np.asarray(y))
    rows, columns = terrain.height.shape
    inside = (column >= 0) & (row >= 0) & (column <= columns - 1) & (row <= rows - 1)
    column, row = np.where(inside, column, 0.0), np.where(inside, row, 0.0)
    c, r = np.minimum(column.astype(int), columns - 2), np.minimum(row.astype(int), rows - 2)
    u, v = column - c, row - r
    z = terrain.height
    height = (z[r, c] * (1 - u) + z[r, c + 1] * u) * (1 - v) + (z[r + 1, c] * (1 - u) + z[r + 1, c + 1] * u) * v
    slope = terrain.slope_at(np.rint(row).astype(int), np.rint(column).astype(int))
    return {"elevation_m": np.where(inside, height, np.nan), "slope_deg": np.where(inside, slope, np.nan)}


def toe_distance(toe: SlopeToe, footprints: Footprints) -> Floats:
    """Distance (m) of each footprint from steep ground, 0 on it, NaN beyond the reach, shape (footprints,).

    NaN too where a void lies nearer than the nearest known steep ground: there may be steep ground in it.
    """
    metres = gap(toe.edges, toe.ground, footprints)
    return np.where(hidden(gap(toe.voids, toe.void_ground, footprints), metres), np.nan, metres)


def slope_around(terrain: Terrain, footprints: Footprints, crs: CRS, error_m: Floats) -> tuple[Floats, Floats]:
    """The least and the greatest slope (degrees) of the pixels in which each footprint's middle could lie.

    Both of shape (footprints,); `error_m` (footprints,) is how far, in metres, a middle may be from where it stands.
    NaN where one of those pixels is void, at the rim or outside the raster. `crs` is the footprints' system.
    """
    middle = middles(footprints)
    x, y = Transformer.from_crs(crs, terrain.crs, always_xy=True).transform(middle[:, 0], middle[:, 1])
    column, row = terrain.at(np.asarray(x), np.asarray(y))
    known = np.isfinite(column) & np.isfinite(row)
    column, row = np.where(known, column, -9.0), np.where(known, row, -9.0)
    rows = len(terrain.height)
    width, height = terrain.sides_m()
    wide = width[np.clip(np.rint(row), 0, rows - 1).astype(int)]
    low, high = np.full(len(middle), np.inf), np.full(len(middle), -np.inf)
    most = float(error_m.max(initial=0.0))
    for j in range(-int(most / height + 1.5), int(most / height + 1.5) + 1):
        for i in range(-int(most / width.min() + 1.5), int(most / width.min() + 1.5) + 1):
            r, c = np.rint(row) + j, np.rint(column) + i
            gap_x = np.maximum(np.abs(c - column) - 0.5, 0.0) * wide
            gap_y = np.maximum(np.abs(r - row) - 0.5, 0.0) * height
            there = (np.hypot(gap_x, gap_y) < error_m) | ((i == 0) & (j == 0))
            value = terrain.slope_at(r.astype(int), c.astype(int))
            low, high = np.where(there, np.minimum(low, value), low), np.where(there, np.maximum(high, value), high)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)
