"""Small files that unpack to more than memory holds, by what they say of themselves: looked at before they are read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from pathlib import Path
from typing import Any

MOST_AT_ONCE = 500_000_000
"""So many bytes of texts and shapes may come at a time."""


def reckoned_layer(path: Path) -> str:
    """The first layer or table of a GeoPackage that is not stored but reckoned while it is read (a view, a virtual
    table, a generated column), which may go on for ever; "" where all are stored."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            base.execute("PRAGMA trusted_schema=OFF")
            for name, sort, made in base.execute(
                "SELECT c.table_name, m.type, m.sql FROM gpkg_contents c LEFT JOIN sqlite_master m"
                " ON lower(m.name) = lower(c.table_name) AND m.type IN ('table', 'view')"
            ):
                words = " ".join(str(made).upper().split())
                if sort == "view" or words.startswith("CREATE VIRTUAL") or " AS (" in words.replace(" AS(", " AS ("):
                    return str(name)
    except (sqlite3.Error, UnicodeDecodeError):  # not whole: whoever reads it says so
        return ""
    return ""


def most_at_once(opened: Callable[..., Any], columns: Collection[str], rows: int, each: int = 8) -> int:
    """How many bytes the fullest batch of a Parquet file holds at most, once its texts and lists are written out.

    What is repeated stands in the file once: a text in a dictionary, the beginning of one (DELTA_BYTE_ARRAY), a value
    any number of times in a list of one row. `opened` opens the file, with the columns named by `read_dictionary`
    left as they stand there. `each` is what a value in a list takes beside its text.
    """
    file = opened()
    about, schema = file.metadata, file.schema
    plain, repeated, growing = 0, set(), dict[str, int]()
    for number in range(about.num_row_groups):
        group, here = about.row_group(number), 0
        for leaf in range(group.num_columns):
            column, described = group.column(leaf), schema.column(leaf)
            name, size, levels = column.path_in_schema, column.total_uncompressed_size, described.max_repetition_level
            if not any(name == one or name.startswith(f"{one}.") for one in columns):
                continue
            values = column.num_values if levels else min(rows, column.num_values)  # one row may hold them all
            here += values * each * levels
            if column.physical_type not in ("BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY") or size * values <= MOST_AT_ONCE:
                continue
            if column.physical_type == "FIXED_LEN_BYTE_ARRAY":
                here += values * described.length
            elif "DELTA_BYTE_ARRAY" in column.encodings:
                growing[name] = max(size, growing.get(name, 1))
            elif column.has_dictionary_page:
                repeated.add(name)
            else:
                here += size * values // column.num_values
        plain = max(plain, here)
    if plain > MOST_AT_ONCE:
        return plain
    if repeated:
        batches = opened(read_dictionary=sorted(repeated)).iter_batches(rows, columns=sorted(repeated))
        plain += max((sum(map(_written_out, batch.columns)) for batch in batches), default=0)
    for name, size in growing.items():
        held, seen = 0, 0
        for batch in file.iter_batches(max(1, MOST_AT_ONCE // size), columns=[name]):
            held, seen = held + int(batch.nbytes), seen + int(batch.num_rows)
            if held > MOST_AT_ONCE:
                return plain + held
            if seen >= rows:
                held, seen = 0, 0
    return plain


def _written_out(column: Any) -> int:
    """The bytes of a column's texts, wherever in its lists they stand, each as often as it is said."""
    import pyarrow as pa  # takes a while to load
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        lengths = pc.binary_length(column.dictionary).cast("int64")
        return int(pc.sum(pc.take(lengths, column.indices.cast("int64"))).as_py() or 0)
    if pa.types.is_struct(column.type):
        return sum(map(_written_out, column.flatten()))
    if pa.types.is_map(column.type):
        return _written_out(column.keys) + _written_out(column.items)
    if isinstance(column.type, pa.BaseExtensionType):
        return _written_out(column.storage)
    return _written_out(column.flatten()) if pa.types.is_nested(column.type) else int(column.nbytes)
