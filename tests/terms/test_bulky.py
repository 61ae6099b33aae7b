"""What unpacks to more than memory holds is known before it is read."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hemei.terms.bulky import most_at_once

MOST = 5_000_000  # here, so that the tests are quick
MANY = 60_000
LONG = pa.array(["x" * 10_000])


@pytest.fixture(autouse=True)
def _most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hemei.terms.bulky.MOST_AT_ONCE", MOST)


def written(column: pa.Array, name: str = "a", **options: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({name: column}), out, compression="zstd", **options)
    return out.getvalue()


def repeated(count: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, "int32")), LONG)


def numbers(count: int = MANY) -> pa.Array:
    return pa.array(np.zeros(count, "int8"))


def in_one_row(values: pa.Array) -> pa.ListArray:
    return pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)


def in_structs(values: pa.Array) -> pa.StructArray:
    return pa.StructArray.from_arrays([values], ["s"])


def a_map(count: int = 2_000) -> pa.MapArray:
    keys = pa.array([str(key) for key in range(count)])
    return pa.MapArray.from_arrays(pa.array([0, count], pa.int32()), keys, repeated(count))


def lists_in_lists(deep: int = 40) -> pa.Array:
    inner: pa.Array = numbers(2_000)
    for _level in range(deep):
        inner = in_one_row(inner)
    return inner


BULKY = {
    "one long text in a list": lambda: written(in_one_row(repeated(2_000))),
    "one long text in structs": lambda: written(in_structs(repeated(2_000))),
    "one long text in lists of structs": lambda: written(in_one_row(in_structs(repeated(2_000)))),
    "one long text in a map": lambda: written(a_map()),
    "one long text in a list of one length": lambda: written(pa.FixedSizeListArray.from_arrays(repeated(2_000), 2_000)),
    "one long text in a column with a dot": lambda: written(repeated(2_000), "a.b"),
    "endless numbers in one row": lambda: written(in_one_row(numbers())),
    "endless nothings in one row": lambda: written(in_one_row(pa.nulls(MANY, pa.int8()))),
    "lists in lists": lambda: written(lists_in_lists()),
    "texts that begin alike": lambda: written(
        pa.array(["x" * 100_000 + str(n) for n in range(60)]),
        use_dictionary=False, column_encoding="DELTA_BYTE_ARRAY",
    ),
    "bytes of one length": lambda: written(
        pa.array([b"x" * 10_000], pa.binary(10_000)).take(pa.array(np.zeros(600, "int32")))
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BULKY)
def test_a_small_parquet_that_holds_too_much_is_known(what: str) -> None:
    content = BULKY[what]()
    opened = partial(pq.ParquetFile, pa.BufferReader(content))
    before = pa.total_allocated_bytes()
    assert most_at_once(opened, ["a", "a.b"], 20_000, each=100) > MOST
    assert pa.total_allocated_bytes() - before < MOST
    assert len(content) < MOST // 10


def test_what_stands_in_columns_that_nobody_asks_for_does_not_count() -> None:
    opened = partial(pq.ParquetFile, pa.BufferReader(BULKY["one long text in a list"]()))
    assert most_at_once(opened, ["b"], 20_000) == 0


def test_ordinary_lists_of_texts_are_no_bulk() -> None:
    rows = pa.array([["甲", "乙" * n] for n in range(50)] * 400)
    for options in ({}, {"use_dictionary": False}, {"use_dictionary": False, "column_encoding": "DELTA_BYTE_ARRAY"}):
        opened = partial(pq.ParquetFile, pa.BufferReader(written(rows, **options)))
        assert most_at_once(opened, ["a"], 20_000, each=8) < MOST // 2
