"""GeoParquet in, batch by batch: geometry as WKB, the coordinate system as the file's own metadata has it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hemei.engines.tables.coordinates import WGS84, label_of
from hemei.engines.tables.geojson import flat
from hemei.engines.tables.header import distinct
from hemei.engines.tables.table import BadFile, Row, Table, value_of
from hemei.terms.bulky import MOST_AT_ONCE, most_at_once

BATCH, MOST_ROWS = 20_000, 5_000_000
OF_A_VALUE = 100  # bytes, of one in a list: it becomes Python's own, and then a text
BROKEN = "这个 GeoParquet 文件有损坏或没有传完整：请重新拷贝一次；还是不行，请在 GIS 软件中重新导出。"


NO_WORDS = (
    "“{}”里像是图形，可是文件没有写明它是哪一列、用什么坐标系，图形没有读："
    "请在 GIS 软件中导出为 GeoParquet 或 GeoPackage 再传。"
)


def read_geoparquet(source: bytes | Path, name: str) -> Table:
    """The rows of a Parquet file, numbered from 1; without "geo" metadata there is no geometry. Raises BadFile.

    A geometry column without `crs` is WGS 84 (GeoParquet 1.1); `crs: null` says that nobody knows, and names none.
    """

    def opened(**how: Any) -> pq.ParquetFile:
        return pq.ParquetFile(pa.BufferReader(source) if isinstance(source, bytes) else str(source), **how)

    try:
        file = opened()
    except (pa.ArrowException, OSError):
        raise BadFile(BROKEN) from None
    if file.metadata.num_rows > MOST_ROWS:  # a few bytes may stand for any number of them
        raise BadFile(f"有 {file.metadata.num_rows:,} 行，一次最多 {MOST_ROWS:,} 行：请分成几个文件。")
    column, crs = _geometry(file.schema_arrow.metadata or {})
    if column and column not in file.schema_arrow.names:
        raise BadFile(f"几何说明里写的“{column}”一列，文件里没有：请在 GIS 软件中重新导出。")
    names = [one for one in file.schema_arrow.names if one not in (column, "bbox")]
    header = distinct(names)
    rows = _rows(opened, file, dict(zip(names, header, strict=True)), column)
    unsaid = [one.name for one in file.schema_arrow if pa.types.is_binary(one.type) and one.name != column]
    remarks = [NO_WORDS.format("、".join(unsaid))] if unsaid and not column else []
    return Table(name, header, rows, crs, bool(column), remarks=remarks)


def _geometry(metadata: Mapping[bytes, bytes]) -> tuple[str, str | None]:
    """The name of the geometry's column ("" where there is none) and its coordinate system."""
    if b"geo" not in metadata:
        return "", None
    try:
        said = json.loads(metadata[b"geo"])
        column = str(said["primary_column"])
        about = said["columns"][column]
        encoding = about["encoding"]
    except (ValueError, KeyError, TypeError):
        raise BadFile("这个 GeoParquet 文件的几何说明读不懂：请在 GIS 软件中重新导出。") from None
    if encoding != "WKB":
        raise BadFile(f"几何是 {encoding} 编码，还不能读：请在 GIS 软件中导出为 WKB 编码的 GeoParquet。")
    if "crs" not in about:
        return column, WGS84
    return column, label_of(json.dumps(about["crs"])) if about["crs"] else None


def _rows(
    opened: Callable[..., pq.ParquetFile], file: pq.ParquetFile, header: Mapping[str, str], column: str
) -> Iterator[Row]:
    columns: Sequence[str] = [*header, *([column] if column else [])]
    number = 0
    try:
        if most_at_once(opened, columns, BATCH, OF_A_VALUE) > MOST_AT_ONCE:
            raise BadFile("这个 GeoParquet 文件里的文字或图形大得不像登记数据：请核对后重新导出。")
        for batch in file.iter_batches(BATCH, columns=columns):
            for values in batch.to_pylist():
                number += 1
                yield Row(number, {heading: _value(values[key]) for key, heading in header.items()}, values.get(column))
    except (pa.ArrowException, OSError):
        raise BadFile(BROKEN) from None


def _value(value: Any) -> object:
    if isinstance(value, float) and value != value:
        return None
    return value_of(value.decode("utf-8", "replace")) if isinstance(value, bytes) else flat(value)
