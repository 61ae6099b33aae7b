"""Numpy's numbers as Arrow columns, over the same memory.

`pyarrow.array` would do it too, but loads pandas to see whether it was given a series: a quarter of a second.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa


def column_of(values: np.ndarray, null: np.ndarray | None = None) -> pa.Array:
    """A column (rows,) of numbers or truth values, null where `null` (rows,) says so.

    >>> column_of(np.array([1.5, 2.0]), null=np.array([False, True])).to_pylist()
    [1.5, None]
    >>> column_of(np.array([True, False])).to_pylist()
    [True, False]
    """
    missing = 0 if null is None else int(np.count_nonzero(null))
    known = _bits(~null) if null is not None and missing else None
    if values.dtype == bool:
        return pa.Array.from_buffers(pa.bool_(), len(values), [known, _bits(values)], missing)
    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [known, data], missing)


def whole_numbers(column: pa.Array) -> np.ndarray | None:
    """The whole numbers of a column (rows,), over the same memory; None where it holds anything else, or a null.

    >>> whole_numbers(pa.array([3, 4, 5]).slice(1))
    array([4, 5])
    >>> whole_numbers(pa.array([3, None])) is None
    True
    """
    if not pa.types.is_integer(column.type) or column.null_count:
        return None
    kind = np.dtype(str(column.type))
    return np.frombuffer(column.buffers()[1] or b"", kind)[column.offset : column.offset + len(column)]


def _bits(values: np.ndarray) -> pa.Buffer:
    return pa.py_buffer(np.packbits(values, bitorder="little"))
