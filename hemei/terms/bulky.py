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


def most_at_once(opened: Callable[..., Any], columns: Collection[str], rows: int) -> int:
    """How many bytes the fullest batch of a Parquet file holds once its texts are written out.

    A text that is repeated stands in the file once, in a dictionary: `opened` opens the file, with the columns named
    by `read_dictionary` left as they stand there.
    """
    import pyarrow.compute as pc  # takes a while to load

    about = opened().metadata
    plain, repeated = 0, set()
    for number in range(about.num_row_groups):
        group, here = about.row_group(number), 0
        for column in (group.column(k) for k in range(group.num_columns)):
            name = column.path_in_schema
            if column.physical_type != "BYTE_ARRAY" or name.partition(".")[0] not in columns:
                continue
            if (written_out := column.total_uncompressed_size * min(rows, column.num_values)) > MOST_AT_ONCE:
                if column.has_dictionary_page and "." not in name:
                    repeated.add(name)
                else:
                    here += written_out // column.num_values
        plain = max(plain, here)
    most = 0
    if repeated:
        for batch in opened(read_dictionary=sorted(repeated)).iter_batches(rows, columns=sorted(repeated)):
            held = 0
            for column in batch.columns:
                lengths = pc.binary_length(column.dictionary)
                held += pc.sum(pc.take(lengths.cast("int64"), column.indices.cast("int64"))).as_py() or 0
            most = max(most, held)
    return plain + most
