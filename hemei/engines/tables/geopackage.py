"""GeoPackage, Shapefile, FileGDB in, GeoPackage out: geometry as WKB, the coordinate system as the file names it."""

from __future__ import annotations

import os
import tempfile
import warnings
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemei.engines.tables.coordinates import CGCS2000, label_of
from hemei.engines.tables.header import distinct
from hemei.engines.tables.table import BadFile, Row, Table, value_of
from hemei.terms.bulky import reckoned_layer
from hemei.terms.dbf import BYTEWISE, Texts, beside, texts_of

BATCH = 20_000
SQLITE = b"SQLite format 3\x00"
SHAPEFILE = b"\x00\x00\x27\x0a"


def gdal() -> Any:
    """pyogrio, imported once a file is at hand: it imports every data-frame library it finds, which takes seconds."""
    import pyogrio

    warnings.filterwarnings("ignore", category=RuntimeWarning, module="pyogrio")  # of fields that nobody asked for
    return pyogrio


def read_geopackage(source: bytes | Path) -> list[Table]:
    """Every layer and every table of attributes. Raises BadFile.

    The first bytes are looked at first: GDAL would open whatever else hides behind the file's name, and that can name
    other files and addresses.
    """
    start = source[:16] if isinstance(source, bytes) else opening_bytes(source)
    if start != SQLITE:
        raise BadFile("这不是 GeoPackage 文件：请在 GIS 软件中重新导出为 GeoPackage（.gpkg）。")
    file = Scratch(source) if isinstance(source, bytes) else source
    if name := reckoned_layer(Path(str(file))):
        raise BadFile(f"“{name}”不是存下来的表，是现算的：请在 GIS 软件中把它导出为普通图层，再传。")
    with damage_named():
        return [layer_of(file, str(name)) for name in gdal().list_layers(str(file))[:, 0]]


def read_shapefile(path: Path) -> list[Table]:
    """The one layer of a Shapefile, which is several files beside each other. Raises BadFile."""
    shx, dbf = (beside(path, suffix) for suffix in (".shx", ".dbf"))
    if opening_bytes(path)[:4] != SHAPEFILE:
        raise BadFile("这不是 Shapefile：请在 GIS 软件中重新导出。")
    if missing := [suffix for suffix, found in ((".shx", shx), (".dbf", dbf)) if found is None]:
        raise BadFile(f"Shapefile 缺少 {'、'.join(missing)} 文件：同名的 .shp、.shx、.dbf、.prj 要一起放进来。")
    with damage_named("Shapefile"):
        return [layer_of(path, str(gdal().list_layers(str(path))[0, 0]), texts_of(path))]


def read_filegdb(path: Path) -> list[Table]:
    """The layers of a FileGDB, which is a folder. Raises BadFile."""
    if not path.is_dir() or not (path / "a00000001.gdbtable").is_file():
        raise BadFile("这不是 FileGDB：请把整个 .gdb 文件夹压成一个 .zip 上传。")
    with damage_named("FileGDB"):
        return [layer_of(path, str(name)) for name in gdal().list_layers(str(path))[:, 0]]


@contextmanager
def damage_named(kind: str = "GeoPackage") -> Iterator[None]:
    """What GDAL cannot read, as BadFile."""
    try:
        yield
    except UnicodeDecodeError:
        raise BadFile(
            f"这个 {kind} 里的文字和它自己说的编码不一样：请在 GIS 软件中重新导出，编码选 UTF-8；"
            "是 Shapefile 的，也可以删去 .cpg 文件再传。"
        ) from None
    except (gdal().errors.DataSourceError, gdal().errors.DataLayerError):
        raise BadFile(
            f"这个 {kind} 文件有损坏或没有传完整：请重新拷贝一次；还是不行，请在 GIS 软件中重新导出。"
        ) from None


def opening_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(SQLITE))


class Scratch:
    """A file for bytes that only GDAL can read, gone with the last table that needs it."""

    def __init__(self, content: bytes) -> None:
        handle, self.path = tempfile.mkstemp(suffix=".gpkg")
        weakref.finalize(self, os.unlink, self.path)
        with open(handle, "wb") as file:
            file.write(content)

    def __str__(self) -> str:
        return self.path


def layer_of(file: Scratch | Path, name: str, texts: Texts | None = None) -> Table:
    """A layer; `texts` where it is a Shapefile's, whose letters are not GDAL's to guess."""
    info = gdal().read_info(str(file), layer=name, encoding=BYTEWISE if texts else None)
    header = distinct([texts.decoded(one) if texts else one for one in info["fields"]])
    rows = rows_of_layer(file, name, header, texts)
    remarks = [texts.remark] if texts and texts.remark else []
    return Table(name, header, rows, label_of(info["crs"]), bool(info["geometry_type"]), remarks=remarks)


def rows_of_layer(file: Scratch | Path, name: str, header: Sequence[str], texts: Texts | None) -> Iterator[Row]:
    """The features in batches, numbered by their feature id."""
    passed, encoding = 0, BYTEWISE if texts else None
    while True:
        with damage_named("Shapefile" if texts else "GeoPackage"):
            _, ids, geometry, columns = gdal().raw.read(
                str(file), layer=name, skip_features=passed, max_features=BATCH, return_fids=True, encoding=encoding
            )
        for k, number in enumerate(ids):
            values = {heading: plain(column[k], texts) for heading, column in zip(header, columns, strict=True)}
            yield Row(int(number), values, None if geometry is None else geometry[k])
        passed += len(ids)
        if len(ids) < BATCH:
            return


def plain(value: Any, texts: Texts | None = None) -> object:
    """A value of a numpy column as Python has it; None for null. Raises BadFile."""
    if texts and isinstance(value, str):
        with damage_named("Shapefile"):
            return value_of(texts.decoded(value))
    if isinstance(value, np.datetime64):
        day = None if np.isnat(value) else value.astype("datetime64[us]").item()
        return day.date() if isinstance(day, datetime) and day.time() == datetime.min.time() else day
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and value != value else value_of(value)


def write_gpkg(
    path: Path,
    layer: str,
    fields: Mapping[str, type],
    features: Iterable[tuple[bytes | None, Sequence[object]]],
    *,
    geometry: str = "Unknown",
    crs: str = CGCS2000,
) -> int:
    """Write features (WKB in `crs`, values in the order of `fields`) as a layer of a file, new or not; return how many.

    Parameters: `fields` heading → str, int, float or date; `geometry` the type that the layer declares ("Point",
    "MultiPolygon" …). Features are taken and written in batches. None is null.
    """
    passed, rest = 0, iter(features)
    while (batch := list(islice(rest, BATCH))) or not passed:
        columns = list(zip(*(values for _, values in batch), strict=True)) or [()] * len(fields)
        gdal().raw.write(
            path,
            geometry=np.array([wkb for wkb, _ in batch], dtype=object),
            field_data=[array_of(column, kind) for column, kind in zip(columns, fields.values(), strict=True)],
            field_mask=[np.array([value is None for value in column], dtype=bool) for column in columns],
            fields=np.array(list(fields), dtype=object),
            layer=layer,
            driver="GPKG",
            geometry_type=geometry,
            crs=crs,
            append=passed > 0,
        )
        passed += len(batch)
        if len(batch) < BATCH:
            break
    return passed


def array_of(column: Sequence[object], kind: type) -> NDArray[Any]:
    """A column as GDAL takes it; what is null is masked and may hold anything."""
    if kind is date:
        return np.array([np.datetime64("NaT") if value is None else value for value in column], dtype="datetime64[D]")
    if kind is str:
        return np.array([None if value is None else str(value) for value in column], dtype=object)
    return np.array([0 if value is None else value for value in column], dtype=np.int64 if kind is int else np.float64)
