"""Files in: GeoParquet, and through GDAL GeoPackage, GeoJSON and Shapefile, as batches of binary with their CRS."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS
from pyproj.exceptions import CRSError

from hemei.terms.bulky import MOST_AT_ONCE, most_at_once, reckoned_layer
from hemei.terms.dbf import BYTEWISE, Texts, texts_of

ROWS = 65_536
"""Rows read at a time: memory does not grow with the file."""
GEOARROW = ("point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon")
LAYER_OF = "|layername="
"""How a layer of a file with several is named: `district.gpkg|layername=buildings`."""


class Unreadable(ValueError):
    """A file that cannot be used; the message names it, what is wrong and what helps."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of features: its geometry as a stream of batches, never all at once."""

    path: Path
    layer: str | None
    crs: CRS
    geometry: str
    columns: tuple[str, ...]
    rows: int
    encoding: str = "WKB"
    texts: Texts | None = None  # of a Shapefile
    raw: Mapping[str, str] = field(default_factory=dict)  # its columns as GDAL names them

    @property
    def name(self) -> str:
        """What columns made from this file are called after: the layer's name, else the file's."""
        return self.layer or self.path.stem

    @property
    def id_column(self) -> str | None:
        """The column that names the features; None where rows are only counted."""
        return next((name for name in ("id", "ID", "Id", "fid", "osm_id") if name in self.columns), None)

    def batches(self, columns: list[str], rows: int = ROWS) -> Iterator[pa.RecordBatch]:
        """Read `columns` and the geometry, `rows` rows at a time. Raises Unreadable where the file ends too early."""
        try:
            if is_parquet(self.path):
                wanted = [*columns, self.geometry]
                file = pq.ParquetFile(self.path, pre_buffer=False)  # else all that was read stays in memory
                if most_at_once(partial(pq.ParquetFile, self.path), wanted, rows) > MOST_AT_ONCE:
                    raise Unreadable(f"{self.path}：{rows:,} 行解压后超过 {MOST_AT_ONCE // 10**6} MB。请重新导出")
                if not file.metadata.num_rows:
                    yield _nothing(pa.schema([file.schema_arrow.field(name) for name in wanted]))
                yield from file.iter_batches(rows, columns=wanted)
            else:
                import pyogrio  # GDAL takes a while to load, and GeoParquet does not need it

                with pyogrio.open_arrow(
                    self.path,
                    layer=self.layer,
                    columns=[self.raw.get(name, name) for name in columns],
                    batch_size=rows,
                    use_pyarrow=True,
                    encoding=BYTEWISE if self.texts else None,
                ) as (_, reader):
                    if not self.rows:
                        yield self._in_letters(_nothing(reader.schema))
                    yield from map(self._in_letters, _quietly(reader))
        except UnicodeDecodeError as error:
            raise Unreadable(
                f"{self.path}：文字和它自己说的编码不一样。请重新导出，编码选 UTF-8；也可以删去 .cpg 文件再传"
            ) from error
        except (pa.ArrowException, OSError, RuntimeError) as error:
            raise Unreadable(f"{self.path}：读到一半出错，文件可能不完整。请重新导出或重新传输（{error}）") from error

    def _in_letters(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with a Shapefile's texts, read byte by byte, in their letters."""
        if not self.texts:
            return batch
        names, told = {raw: name for name, raw in self.raw.items()}, self.texts
        columns = [
            pa.array([None if one is None else told.decoded(one) for one in column.to_pylist()], pa.string())
            if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
            else column
            for column in batch.columns
        ]
        return pa.RecordBatch.from_arrays(columns, names=[names.get(name, name) for name in batch.schema.names])


def _quietly(reader: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches, without GDAL's own words about doubled ids: whoever reads them names these."""
    while True:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Several features with id", RuntimeWarning)
            batch = next(reader, None)
        if batch is None:
            return
        yield batch


def _nothing(schema: pa.Schema) -> pa.RecordBatch:
    """A batch without rows: what is made from an empty file has its columns all the same."""
    return pa.RecordBatch.from_arrays([pa.nulls(0, field.type) for field in schema], schema=schema)


def is_parquet(path: Path) -> bool:
    """Whether a file is called as GeoParquet is."""
    return path.suffix.lower() in (".parquet", ".geoparquet", ".pq")


def open_source(name: str | Path) -> Source:
    """Look at a file's head: its layer, CRS and columns. Raises Unreadable."""
    text, _, layer = str(name).partition(LAYER_OF)
    path = Path(text)
    if path.is_dir():
        raise Unreadable(f"{path}：是文件夹。请写其中的文件")
    if not path.is_file():
        raise Unreadable(f"{path}：没有这个文件。请核对文件名和所在的文件夹")
    if path.stat().st_size == 0:
        raise Unreadable(f"{path}：文件是空的（0 字节）。请重新导出或重新传输")
    return _open_parquet(path) if is_parquet(path) else _open_with_gdal(path, layer or None)


def _metadata(path: Path, file: pq.ParquetFile) -> dict[str, Any]:
    try:
        said = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{path}：GeoParquet 的几何说明读不懂。请重新导出") from error
    return said if isinstance(said, dict) else {}


def _open_parquet(path: Path) -> Source:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(f"{path}：不是完整的 Parquet 文件，可能没有传完。请重新导出或重新传输（{error}）") from error
    geo = _metadata(path, file)
    if not geo:
        raise Unreadable(
            f"{path}：没有 GeoParquet 元数据，不知道几何列和坐标系。请用 GeoPandas、GDAL 等重新导出为 GeoParquet"
        )
    try:
        geometry, described = str(geo["primary_column"]), dict(geo["columns"][geo["primary_column"]])
        encoding = str(described["encoding"])
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"{path}：GeoParquet 的几何说明读不懂。请重新导出") from error
    if geometry not in file.schema_arrow.names:
        raise Unreadable(f"{path}：几何说明里写的“{geometry}”一列，文件里没有。请重新导出")
    if encoding != "WKB" and encoding not in GEOARROW:
        raise Unreadable(f"{path}：几何编码 {encoding} 不支持，请用 WKB 或 GeoArrow（{'、'.join(GEOARROW)}）")
    names = tuple(name for name in file.schema_arrow.names if name != geometry)
    return Source(path, None, _declared(path, described), geometry, names, file.metadata.num_rows, encoding)


def _declared(path: Path, column: dict[str, Any]) -> CRS:
    """GeoParquet without the entry is WGS 84 by its standard; with null it is unknown, and refused."""
    if "crs" not in column:
        return CRS.from_user_input("OGC:CRS84")
    if column["crs"] is None:
        raise Unreadable(f"{path}：坐标系写明为空（crs: null）。请先查清坐标系，再写进文件")
    return crs_from(path, CRS.from_json_dict, column["crs"])


def crs_from(path: Path, make: Any, value: object) -> CRS:
    """The system that `make` reads from a value. Raises Unreadable, naming the file."""
    try:
        return make(value)
    except CRSError as error:
        raise Unreadable(f"{path}：坐标系读不懂（{error}）") from error


def _says_no_system(path: Path) -> bool:
    """Whether a GeoJSON says `crs: null` beside its features: unknown, not WGS 84, for which GDAL would take it."""
    if path.suffix.lower() not in (".geojson", ".json"):
        return False
    with path.open("rb") as file:
        head = file.read(1 << 16).partition(b'"features"')[0]
        file.seek(max(path.stat().st_size - 4096, 0))
        tail = file.read().rpartition(b"]")[2]
    return any(re.search(rb'"crs"\s*:\s*null', text) for text in (head, tail))


def _refuse_cut(path: Path) -> None:
    """A Shapefile says at its head how long it is. One cut short GDAL reads with features that have no geometry."""
    with path.open("rb") as file:
        said = 2 * int.from_bytes(file.read(28)[24:28], "big")
    held = path.stat().st_size
    if held < said:
        raise Unreadable(f"{path}：文件不完整，应有 {said:,} 字节，只有 {held:,} 字节。请重新导出或重新传输")


def _open_with_gdal(path: Path, layer: str | None) -> Source:
    import pyogrio

    if path.suffix.lower() == ".gpkg" and (name := reckoned_layer(path)):
        raise Unreadable(f"{path}：“{name}”不是存下来的表，是现算的。请导出为普通图层")
    if _says_no_system(path):
        raise Unreadable(f"{path}：坐标系写明为空（crs: null）。请先查清坐标系，再写进文件")
    try:
        layers = [str(row[0]) for row in pyogrio.list_layers(path)]
        if layer is None and len(layers) > 1:
            names = "、".join(layers)
            raise Unreadable(
                f"{path}：有几个图层（{names}）。请写明用哪一个，例如“{layers[0]}”"
                f"（在命令行写成 {path.name}{LAYER_OF}{layers[0]}）"
            )
        texts = texts_of(path) if path.suffix.lower() == ".shp" else None
        info = pyogrio.read_info(path, layer=layer, encoding=BYTEWISE if texts else None)
        raw = {(texts.decoded(str(name)) if texts else str(name)): str(name) for name in info["fields"]}
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"{path}：列名和它自己说的编码不一样。请重新导出，编码选 UTF-8；也可以删去 .cpg 文件再传"
        ) from error
    except pyogrio.errors.DataSourceError as error:
        raise Unreadable(
            f"{path}：打不开，文件不完整，或不是 GeoPackage、GeoJSON、Shapefile。请重新导出（GDAL：{error}）"
        ) from error
    except pyogrio.errors.DataLayerError as error:
        raise Unreadable(f"{path}：没有图层“{layer}”，有：{'、'.join(layers)}") from error
    if path.suffix.lower() == ".shp":
        _refuse_cut(path)
    if info["geometry_type"] is None:
        raise Unreadable(f"{path}：是表格，没有几何。请从制图软件导出带几何的图层")
    if not info["crs"]:
        raise Unreadable(f"{path}：没有坐标系。请先查清坐标系（EPSG 代码），再写进文件；不要猜")
    geometry = info["geometry_name"] or "wkb_geometry"
    crs = crs_from(path, CRS.from_user_input, info["crs"])
    return Source(path, layer, crs, geometry, tuple(raw), int(info["features"]), texts=texts, raw=raw if texts else {})
