"""Results out: written under another name and renamed when whole, so that a killed run leaves nothing half done."""

from __future__ import annotations

import errno
import glob
import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from pyproj import CRS

from .reading import is_parquet

UNLIKE = ("id", "geometry")
"""Columns of which no two values are alike."""


class Writer(Protocol):
    """Takes tables one after the other."""

    def write(self, table: pa.Table) -> None:
        """Append the rows of a table."""


@contextmanager
def partial_of(path: Path) -> Iterator[Path]:
    """A name to write to beside `path`; it becomes `path` when the block ends well, and is deleted when it does not.

    The name is this thread's alone: several may write the same file, and the last one's stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path)
    partial = path.with_name(f".{path.stem}.{os.getpid()}.{threading.get_ident()}{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def sweep(path: Path) -> None:
    """Delete what killed runs left beside `path`: partial files of processes that are no more."""
    for left in path.parent.glob(f".{glob.escape(path.stem)}.*{glob.escape(path.suffix)}"):
        number, _dot, _thread = left.name[len(path.stem) + 2 : len(left.name) - len(path.suffix)].partition(".")
        if number.isdigit() and not Path(f"/proc/{number}").exists() and Path("/proc/self").exists():
            left.unlink(missing_ok=True)


def write_results(path: Path, tables: Iterator[tuple[pa.Table, pa.Array | None]], crs: CRS) -> int:
    """Write the tables, with the geometry (binary WKB in `crs`) where there is one; returns the number of rows.

    GeoParquet is streamed; GeoPackage, GeoJSON and Shapefile (with geometry) and CSV (without) are gathered first.
    """
    if path.suffix.lower() == ".shp":
        return _shapefile(path, tables, crs)
    with partial_of(path) as partial:
        if is_parquet(path):
            return _parquet(partial, tables, crs)
        table = _gathered(tables)
        if path.suffix.lower() == ".csv":
            pa.csv.write_csv(table, partial)
        else:
            _with_gdal(partial, path.stem, table, crs)
        return int(table.num_rows)


def _gathered(tables: Iterator[tuple[pa.Table, pa.Array | None]]) -> pa.Table:
    return pa.concat_tables(
        table if geometry is None else table.append_column("geometry", geometry) for table, geometry in tables
    )


def _shapefile(path: Path, tables: Iterator[tuple[pa.Table, pa.Array | None]], crs: CRS) -> int:
    """A Shapefile is several files: made in a folder of their own, then moved, the .shp last."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent) as folder:
        table = _gathered(tables)
        _with_gdal(Path(folder) / path.name, path.stem, table, crs)
        for part in sorted(Path(folder).iterdir(), key=lambda part: part.suffix == ".shp"):
            part.replace(path.parent / part.name)
    return int(table.num_rows)


def _with_gdal(path: Path, layer: str, table: pa.Table, crs: CRS) -> None:
    import pyogrio  # GDAL takes a while to load, and GeoParquet does not need it

    code = crs.to_authority()
    try:
        pyogrio.write_arrow(
            table,
            path,
            layer=layer,
            driver=pyogrio.detect_write_driver(path.name),
            geometry_name="geometry",
            geometry_type="MultiPolygon" if path.suffix.lower() == ".shp" else "Unknown",
            crs=":".join(code) if code else crs.to_wkt(),
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as error:
        full = shutil.disk_usage(path.parent).free < 1 << 20  # GDAL does not say
        raise OSError(errno.ENOSPC if full else errno.EIO, str(error)) from error


def _parquet(path: Path, tables: Iterator[tuple[pa.Table, pa.Array | None]], crs: CRS) -> int:
    writer: pq.ParquetWriter | None = None
    rows = 0
    try:
        for table, geometry in tables:
            if geometry is not None:
                table = table.append_column("geometry", geometry)
                table = table.replace_schema_metadata({"geo": json.dumps(_geo(crs))})
            writer = writer or pq.ParquetWriter(path, table.schema, use_dictionary=_repeating(table.schema))
            writer.write_table(table)
            rows += table.num_rows
    finally:
        if writer is not None:
            writer.close()
    return rows


def _repeating(schema: pa.Schema) -> list[str]:
    """Columns in which values come again and again: to look for doubles among measures costs more than writing them."""
    return [field.name for field in schema if not pa.types.is_floating(field.type) and field.name not in UNLIKE]


def _geo(crs: CRS) -> dict[str, object]:
    column = {"encoding": "WKB", "geometry_types": [], "crs": crs.to_json_dict()}
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
