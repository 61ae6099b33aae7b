"""Control maps on disk: one file each, mapped into memory, so that workers and runs share one copy.

The file: a line naming the format, a line of JSON (each array's name, dtype, shape and place), then the arrays' bytes,
each beginning at a multiple of 64. Written under another name and renamed, so that no run meets half a file.

Whoever opens a map marks it with the day (its time of modification); `clear` takes away what nobody has opened for
long. A file that is taken away stays readable for those who have mapped it, and who looks for it afterwards builds it
again: so several processes may open, build and clear at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np
import pyarrow as pa

from .area_map import AreaMap
from .near_map import NearMap
from .tree import Tree

FORMAT = b"hemei control map 2\n"
LAYER = b"hemei layer 1"
ALIGN = 64
KEPT = ".control-maps"
"""The folder in which maps are kept, beside their layers."""
DAY_S = 86_400.0
UNOPENED_DAYS = 30
"""A map that nobody has opened for so long goes: most likely its layer has changed, and nobody asks for it again."""
OURS = re.compile(r"[^.].*\.(map|layer)|\..+\.(map|layer)\.\d+\.\d+")
"""What `save` and `save_said` write, and what they leave half written when they are killed."""
Map = TypeVar("Map", AreaMap, NearMap)


def kept(beside: Path | None, name: str, kind: type[Map], build: Callable[[], Map]) -> Map:
    """A map from the folder `beside` where it lies there, else built, and kept there where there is a folder.

    `name` says all that the map depends on: another version of its layer, another name.
    """
    if beside is None:
        return build()
    path = beside / f"{name}.map"
    made = load(path, kind)
    if made is None:
        made = build()
        save(path, made)
    return made


def clear(folder: Path) -> int:
    """Take away the maps that nobody has opened for `UNOPENED_DAYS`; how many went. Nothing else is touched."""
    gone, before = 0, time.time() - UNOPENED_DAYS * DAY_S
    with contextlib.suppress(OSError):  # no such folder: nothing was ever kept
        for path in [path for path in folder.iterdir() if OURS.fullmatch(path.name)]:
            with contextlib.suppress(OSError):  # another process was quicker, or may and we may not
                if path.stat().st_mtime < before:
                    path.unlink()
                    gone += 1
    return gone


def _mark(file: BinaryIO) -> None:
    """Mark an open file as opened today. Once a day is enough, and spares the disk a write for each run."""
    with contextlib.suppress(OSError):  # a disk that can only be read
        if abs(time.time() - os.fstat(file.fileno()).st_mtime) > DAY_S:
            os.utime(file.fileno())


def save(path: Path, made: AreaMap | NearMap) -> bool:
    """Write a map; False, and nothing written, where the folder cannot be written to."""
    arrays = _arrays(made)
    table: list[dict[str, Any]] = []
    at = 0
    for array in arrays:
        table.append({"dtype": array.dtype.str, "shape": array.shape, "at": at})
        at += -(-array.nbytes // ALIGN) * ALIGN
    head = FORMAT + json.dumps(table).encode() + b"\n"
    head += b" " * (-len(head) % ALIGN)

    def write(file: BinaryIO) -> None:
        file.write(head)
        for array, row in zip(arrays, table, strict=True):
            file.seek(len(head) + row["at"])
            file.write(np.ascontiguousarray(array).data)
        file.truncate(len(head) + at)

    return _put(path, write)


def _put(path: Path, write: Callable[[BinaryIO], None]) -> bool:
    partial = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            write(file)
        partial.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink()
        return False
    return True


def load(path: Path, kind: type[Map]) -> Map | None:
    """Map a file into memory; None where there is none, or where it is of another format or cut short."""
    try:
        with path.open("rb") as file:
            if file.readline() != FORMAT:
                return None
            _mark(file)
            table = json.loads(file.readline())
            start = -(-file.tell() // ALIGN) * ALIGN
            # Copy-on-write: nobody can spoil the file, and the kernels need no second version for read-only arrays.
            # The open file is mapped, not its name: under that name there may be nothing any more.
            data = np.memmap(file, np.uint8, mode="c")
        arrays = [_array(data, start, row) for row in table]
    except (OSError, ValueError, KeyError):
        return None
    return _rebuilt(kind, arrays)


def save_said(path: Path, ids: pa.Array, said: dict[str, Any]) -> bool:
    """Write a layer's ids (features,) and what else is known of it; False where the folder cannot be written to."""
    table = pa.table({"id": ids}).replace_schema_metadata({LAYER: json.dumps(said)})

    def write(file: BinaryIO) -> None:
        with pa.ipc.new_file(file, table.schema) as out:
            out.write_table(table)

    return _put(path, write)


def load_said(path: Path) -> tuple[pa.Array, dict[str, Any]] | None:
    """What `save_said` wrote; None where there is none, or where it is of another format or cut short."""
    try:
        with path.open("rb") as file:
            _mark(file)
            table = pa.ipc.open_file(pa.py_buffer(file.read())).read_all()
        return table.column("id").combine_chunks(), json.loads(table.schema.metadata[LAYER])
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        return None


def _array(data: np.ndarray, start: int, row: dict[str, Any]) -> np.ndarray:
    dtype = np.dtype(row["dtype"])
    begin = start + row["at"]
    end = begin + int(np.prod(row["shape"], dtype=np.int64)) * dtype.itemsize
    if end > len(data):
        raise ValueError("cut short")
    return np.asarray(data)[begin:end].view(dtype).reshape(row["shape"])


def _arrays(made: Any) -> list[np.ndarray]:
    """The arrays of a tuple of tuples, in order."""
    return [made] if isinstance(made, np.ndarray) else [array for part in made for array in _arrays(part)]


def _rebuilt(kind: Any, arrays: list[np.ndarray]) -> Any:
    """Fill a named tuple, and those in it, with the next arrays of the list."""
    return kind(*(_rebuilt(Tree, arrays) if name == "tree" else arrays.pop(0) for name in kind._fields))
