"""An uploaded raster of heights: what it is by its content, where it lies, and what is missing in it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import shapely
from django.conf import settings
from django.utils.translation import gettext as _

from hemei.core.errors import Mistaken
from hemei.core.models import Region
from hemei.engines.screen.crs import converter
from hemei.engines.screen.reading import Unreadable
from hemei.engines.screen.terrain import Terrain, read_terrain
from hemei.law.district import CLASSIFIED, NOT_LOADED
from hemei.programmes.control.keeping import STORED
from hemei.programmes.control.tiles import SUFFIXES, joined, tiles_of

MAGIC, ZIP = (b"II*\0", b"MM\0*"), b"PK\x03\x04"
MOST_PIXELS = 25_000_000
"""Ours: some 3,900 square kilometres at 12.5 metres; more does not fit beside everything else."""
LOWEST_M, HIGHEST_M = -500.0, 9_000.0
"""Outside these there is no ground: what is there is a void that nobody marked as one."""


def read_elevation(name: str, content: IO[bytes], region: str) -> tuple[Terrain, str, list[str]]:
    """The heights of an upload, the digest of its file, and what is to be said of it. Raises Mistaken."""
    if any(word in name for word in CLASSIFIED):
        raise Mistaken(_("文件名注明涉密：%(why)s") % {"why": NOT_LOADED}, field="file", code="classified")
    whole = content.read()
    if not name.lower().endswith((*SUFFIXES, ".zip")) or not whole.startswith((*MAGIC, ZIP)):
        raise Mistaken(
            _("高程要传 GeoTIFF（.tif），单波段、上北下南、写明坐标系；几块的，打成一个 .zip。"),
            field="file",
            code="no_tiff",
        )
    terrain, remarks = put_together(whole)
    remarks = [*remarks, *_looked_at(terrain), *_lies(terrain, region)]
    return terrain, hashlib.sha256(whole).hexdigest()[:16], remarks


def heights(content: bytes) -> Terrain:
    """The raster of an upload that was taken in. Raises Mistaken."""
    return put_together(content)[0]


def put_together(content: bytes) -> tuple[Terrain, list[str]]:
    """The raster of a GeoTIFF, or of the tiles in a zip, and how they were joined. Raises Mistaken."""
    return joined(tiles_of(content, _tile), MOST_PIXELS) if content.startswith(ZIP) else (_raster(content), [])


def _tile(content: bytes) -> Terrain:
    if not content.startswith(MAGIC):
        raise Mistaken(_("不是 GeoTIFF，请重新导出。"), field="file", code="no_tiff")
    return _raster(content)


def _raster(content: bytes) -> Terrain:
    with tempfile.NamedTemporaryFile(suffix=".tif", dir=settings.VAR) as file:
        file.write(content)
        file.flush()
        try:
            terrain = read_terrain(Path(file.name), MOST_PIXELS)
        except Unreadable as fault:
            said = str(fault).partition("：")[2] or str(fault)
            raise Mistaken(said, field="file", code="unreadable") from fault
        except (ValueError, TypeError, IndexError, UserWarning) as fault:  # tags that are not what GeoTIFF says
            raise Mistaken(
                _("GeoTIFF 的坐标或无数据标记读不懂，请重新导出。"), field="file", code="bad_tags"
            ) from fault
    usual = terrain.crs.is_geographic or terrain.crs.is_projected
    finite = np.isfinite([terrain.x0, terrain.y0, terrain.dx, terrain.dy]).all()
    if not usual or not finite or terrain.dx <= 0 or terrain.dy <= 0 or min(terrain.height.shape) < 3:
        raise Mistaken(_("GeoTIFF 的坐标或无数据标记读不懂，请重新导出。"), field="file", code="bad_tags")
    return terrain


def _looked_at(terrain: Terrain) -> Iterator[str]:
    """Voids and pixels. Raises Mistaken where no height, or what cannot be one, is in it."""
    voids = int(np.isnan(terrain.height).sum())
    if voids == terrain.height.size:
        raise Mistaken(_("高程里全是无数据，请核对后重新导出。"), field="file", code="all_void")
    low, high = float(np.nanmin(terrain.height)), float(np.nanmax(terrain.height))
    if low < LOWEST_M or high > HIGHEST_M:
        raise Mistaken(
            _(
                "高程从 %(low)g 到 %(high)g 米，不可能：无数据的值没有标明（GDAL_NODATA），"
                "或单位不是米。请标明后重新导出。"
            )
            % {"low": low, "high": high},
            field="file",
            code="no_heights",
        )
    width, height = terrain.sides_m()
    yield _("像元约 %(w).1f × %(h).1f 米，高程从 %(low).0f 到 %(high).0f 米。") % {
        "w": float(width[len(width) // 2]),
        "h": height,
        "low": low,
        "high": high,
    }
    if voids:
        yield _("%(n)d 个像元无数据（%(share).1f%%）：那里和旁边的坡度不作判定。") % {
            "n": voids,
            "share": 100 * voids / terrain.height.size,
        }


def _lies(terrain: Terrain, region: str) -> Iterator[str]:
    """How much of the district the raster covers. Raises Mistaken where none."""
    home = Region.district_of(region)
    if home is None:
        yield _("本区还没有边界，没有核对高程是否落在区内。")
        return
    boundary = home.shape
    rows, columns = terrain.height.shape
    east, south = terrain.x0 + (columns - 0.5) * terrain.dx, terrain.y0 - (rows - 0.5) * terrain.dy
    box = shapely.segmentize(
        shapely.box(terrain.x0 - terrain.dx / 2, south, east, terrain.y0 + terrain.dy / 2), rows * terrain.dy / 8
    )
    convert = converter(terrain.crs, STORED)
    frame = box if convert is None else shapely.transform(box, convert)
    covered = shapely.area(shapely.intersection(frame, boundary)) / shapely.area(boundary)
    if covered == 0.0:
        raise Mistaken(
            _("高程全部落在%(home)s以外：坐标系写错，或不是本区的数据。请核对后重新导出。") % {"home": home},
            field="file",
            code="elsewhere",
        )
    if covered < 0.9999:
        yield _("高程盖住本区的 %(share).1f%%，其余地方的坡度不作判定。") % {"share": 100 * covered}
