"""The tiles of a district's elevation, joined into one raster: what does not fit together is said, never resampled."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import PurePosixPath

import numpy as np
from django.utils.translation import gettext as _

from hemei.core.actions.register.upload import name_in_zip
from hemei.core.errors import Mistaken
from hemei.engines.screen.terrain import Terrain
from hemei.law.district import CLASSIFIED, NOT_LOADED

SUFFIXES = (".tif", ".tiff")
MOST_TILES = 400
LARGEST_TILE = 500_000_000  # bytes: 25 million heights of eight bytes, unpacked, fit twice
OFF_GRID = 0.02  # of a pixel: what a coordinate written with few decimals is off
SAME_HEIGHT_M = 0.01
Named = tuple[str, Terrain]


def tiles_of(content: bytes, read: Callable[[bytes], Terrain]) -> Iterator[Named]:
    """The rasters of a zip, one after the other. Raises Mistaken."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if _is_tile(entry.filename)]
            _check(entries)
            for entry in sorted(entries, key=name_in_zip):
                name = PurePosixPath(name_in_zip(entry)).name
                with archive.open(entry) as file:  # what an entry states of its size is not believed
                    whole = file.read(LARGEST_TILE + 1)
                if len(whole) > LARGEST_TILE:
                    raise _too_large(name)
                try:
                    tile = read(whole)
                except Mistaken as fault:
                    named = {"name": name, "fault": fault}
                    raise Mistaken(_("%(name)s：%(fault)s") % named, field="file", code=fault.code) from fault
                yield name, tile
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as fault:
        raise Mistaken(_("这个 .zip 打不开：请重新压缩，不要加密码。"), field="file", code="bad_zip") from fault


def _is_tile(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.suffix.lower() in SUFFIXES and "__MACOSX" not in path.parts


def _check(entries: Sequence[zipfile.ZipInfo]) -> None:
    if not entries:
        raise Mistaken(_("压缩包里没有 GeoTIFF（.tif）。"), field="file", code="no_tiles")
    if len(entries) > MOST_TILES:
        named = {"count": len(entries), "most": MOST_TILES}
        raise Mistaken(_("有 %(count)d 块，最多 %(most)d 块：请先合并一些再传。") % named, field="file", code="many")
    for entry in entries:
        if any(word in name_in_zip(entry) for word in CLASSIFIED):
            raise Mistaken(_("文件名注明涉密：%(why)s") % {"why": NOT_LOADED}, field="file", code="classified")
        if entry.file_size > LARGEST_TILE:
            raise _too_large(name_in_zip(entry))


def _too_large(name: str) -> Mistaken:
    named = {"name": PurePosixPath(name).name, "mb": LARGEST_TILE // 1_000_000}
    return Mistaken(_("%(name)s 解开以后超过 %(mb)d MB：请按区界裁剪后再传。") % named, field="file", code="large")


def joined(tiles: Iterator[Named], most_pixels: int) -> tuple[Terrain, list[str]]:
    """One raster of all tiles, void where none lies, and what is to be said of the joining. Raises Mistaken."""
    kept: list[Named] = []
    pixels = 0
    for name, tile in tiles:
        pixels += tile.height.size
        if pixels > 2 * most_pixels:
            raise _too_many(pixels, most_pixels)
        if kept:
            _fits(kept[0], (name, tile))
        kept.append((name, tile))
    if len(kept) == 1:
        return kept[0][1], []
    return _laid(kept, most_pixels)


def _fits(first: Named, other: Named) -> None:
    (name, a), (called, b) = first, other
    named = {"first": name, "other": called}
    if a.crs != b.crs:
        named |= {"a": a.crs.name, "b": b.crs.name}
        said = _("%(first)s 的坐标系是 %(a)s，%(other)s 的是 %(b)s：请在 GIS 软件中转成同一个坐标系再传。")
        raise Mistaken(said % named, field="file", code="other_crs")
    if not np.allclose((a.dx, a.dy), (b.dx, b.dy), rtol=1e-6, atol=0):
        named |= {"a": f"{a.dx:.8g} × {a.dy:.8g}", "b": f"{b.dx:.8g} × {b.dy:.8g}"}
        said = _("%(first)s 的像元是 %(a)s，%(other)s 的是 %(b)s：请重采样成同样大小再传。")
        raise Mistaken(said % named, field="file", code="other_cells")
    column, row = (b.x0 - a.x0) / a.dx, (a.y0 - b.y0) / a.dy
    if max(abs(column - round(column)), abs(row - round(row))) > OFF_GRID:
        said = _("%(first)s 和 %(other)s 的像元没有对齐：请在 GIS 软件中按同一个网格合并成一个文件再传。")
        raise Mistaken(said % named, field="file", code="off_grid")


def _laid(tiles: Sequence[Named], most_pixels: int) -> tuple[Terrain, list[str]]:
    """The tiles in one raster; where two lie on each other, the first whose height is known holds."""
    one = tiles[0][1]
    spots = [(round((one.y0 - t.y0) / one.dy), round((t.x0 - one.x0) / one.dx), *t.height.shape) for _n, t in tiles]
    top, left = min(spot[0] for spot in spots), min(spot[1] for spot in spots)
    rows = max(row + height for row, _c, height, _w in spots) - top
    columns = max(column + width for _r, column, _h, width in spots) - left
    if rows * columns > most_pixels:
        raise _too_many(rows * columns, most_pixels)
    whole = np.full((rows, columns), np.nan)
    off, where = 0.0, ""
    for (name, tile), (row, column, height, width) in zip(tiles, spots, strict=True):
        part = whole[row - top : row - top + height, column - left : column - left + width]
        both = ~np.isnan(part) & ~np.isnan(tile.height)
        differs = float(np.abs(part[both] - tile.height[both]).max()) if both.any() else 0.0
        off, where = (differs, name) if differs > off else (off, where)
        part[np.isnan(part)] = tile.height[np.isnan(part)]
    remarks = [_("由 %(n)d 块拼成。") % {"n": len(tiles)}]
    if off > SAME_HEIGHT_M:
        said = _("%(name)s 和前面的块重叠处高程最多差 %(off).1f 米，用的是文件名排在前面的那一块：请核对。")
        remarks.append(said % {"name": where, "off": off})
    return Terrain(whole, one.crs, one.x0 + left * one.dx, one.y0 - top * one.dy, one.dx, one.dy), remarks


def _too_many(pixels: int, most: int) -> Mistaken:
    named = {"pixels": pixels, "most": most}
    said = _("拼起来有 %(pixels)d 个像元，最多 %(most)d 个：请按区界裁剪，或合并成大一些的像元再传。")
    return Mistaken(said % named, field="file", code="unreadable")
