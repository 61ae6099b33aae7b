"""Results out: written under another name and renamed when whole, so that a killed run leaves nothing half done."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from pyproj import CRS

from .reading import is_parquet


class Writer(Protocol):
    def write(self, table: pa.Table) -> None: ...


@contextmanager
def partial_of(path: Path) -> Iterator[Path]:
    """A name to write to beside `path`; it becomes `path` when the block ends well, and is deleted when it does not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_results(path: Path, tables: Iterator[tuple[pa.Table, pa.Array | None]], crs: CRS) -> int:
    """Write the tables, with the geometry (binary WKB in `crs`) where there is one; returns the number of rows.

    GeoParquet is streamed; GeoPackage, GeoJSON and Shapefile (with geometry) and CSV (without) are gathered first.
    """
    with partial_of(path) as partial:
        if is_parquet(path):
            return _parquet(partial, tables, crs)
        whole = [table if geometry is None else table.append_column("geometry", geometry) for table, geometry in tables]
        table = pa.concat_tables(whole)
        if path.suffix.lower() == ".csv":
            pa.csv.write_csv(table, partial)
        else:
            import pyogrio  # GDAL takes a while to load, and GeoParquet does not need it

            code = crs.to_authority()
            pyogrio.write_arrow(
                table,
                partial,
                driver=pyogrio.detect_write_driver(str(path)),
                geometry_name="geometry",
                geometry_type="Unknown",
                crs=":".join(code) if code else crs.to_wkt(),
            )
        return int(table.num_rows)


def _parquet(path: Path, tables: Iterator[tuple[pa.Table, pa.Array | None]], crs: CRS) -> int:
    writer: pq.ParquetWriter | None = None
    rows = 0
    try:
        for table, geometry in tables:
            if geometry is not None:
                table = table.append_column("geometry", geometry)
                table = table.replace_schema_metadata({"geo": json.dumps(_geo(crs))})
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
            rows += table.num_rows
    finally:
        if writer is not None:
            writer.close()
    return rows


def _geo(crs: CRS) -> dict[str, object]:
    column = {"encoding": "WKB", "geometry_types": [], "crs": crs.to_json_dict()}
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
