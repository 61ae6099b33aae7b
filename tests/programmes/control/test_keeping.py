"""Working copies below VAR/control, which several processes and threads make when they need them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from hemei.law.book import NATIONAL, read_book
from hemei.programmes.control import keeping
from hemei.programmes.control.actions import law


def test_two_that_make_the_same_copy_at_once_do_not_fall_over_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes of one site read a layer for the first time: while one writes, the other writes and is done."""
    path, shapes, write = (
        tmp_path / "layers" / "copy.parquet",
        np.array([shapely.box(110, 31, 110.1, 31.1)]),
        pq.write_table,
    )
    inner = []

    def interrupted(table: pa.Table, where: Path) -> None:
        write(table, where)
        if not inner:
            inner.append(True)
            with monkeypatch.context() as other:
                other.setattr(os, "getpid", lambda: 1)
                keeping.write_copy(path, shapes, {})

    monkeypatch.setattr(pq, "write_table", interrupted)
    keeping.write_copy(path, shapes, {})
    assert pq.read_table(path).num_rows == 1
    assert list(path.parent.iterdir()) == [path]


def test_two_threads_that_write_out_the_same_law_at_once_both_find_it_whole(tmp_path: Path) -> None:
    entries = law.sample()
    with ThreadPoolExecutor(8) as threads:
        for folder in threads.map(lambda _n: keeping.written(entries, tmp_path / "law"), range(64)):
            assert read_book(NATIONAL, folder).rules
    assert not [one for one in (tmp_path / "law").iterdir() if one.suffix != ".yaml" or one.name.startswith(".")]
