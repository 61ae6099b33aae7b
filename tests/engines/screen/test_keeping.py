"""What is kept beside a layer: a second run reads no geometry, says the same, and loads little."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from hemei.engines.screen import layers
from hemei.engines.screen.arrow import column_of, whole_numbers
from hemei.engines.screen.layers import digest
from hemei.engines.screen.measuring import IdCheck
from hemei.engines.screen.reading import open_source

from .nasty import CORNER
from .test_measuring import box, measure, put

X, Y = CORNER
BOW_TIE = shapely.Polygon([(X + 40, Y), (X + 50, Y + 10), (X + 50, Y), (X + 40, Y + 10)])


@pytest.fixture
def files(tmp_path):
    zones = put(tmp_path / "zones.parquet", [box(0, 0), box(10, 0), BOW_TIE], ids=["东", "西", "结"])
    return put(tmp_path / "buildings.parquet", [box(2, 2, 4, 4), box(12, 2, 4, 4), box(90, 0)]), zones


def test_a_second_run_reads_no_layer_and_says_the_same(tmp_path, monkeypatch, files):
    buildings, zones = files
    first, said = measure(tmp_path, buildings, zones=(zones,))
    assert said.remarks
    monkeypatch.setattr(layers, "read_layer", lambda *_: pytest.fail("the layer was read again"))
    second, again = measure(tmp_path, buildings, zones=(zones,))
    assert second == first
    assert again.remarks == said.remarks


def test_a_changed_layer_is_read_again(tmp_path, files):
    buildings, zones = files
    before, _ = measure(tmp_path, buildings, zones=(zones,))
    put(tmp_path / "zones.parquet", [box(0, 0), box(10, 0)], ids=["南", "北"])
    after, _ = measure(tmp_path, buildings, zones=(zones,))
    assert before["zones"] == ["东", "西", None]
    assert after["zones"] == ["南", "北", None]


def test_what_was_kept_and_then_spoilt_is_made_again(tmp_path, files):
    buildings, zones = files
    first, _ = measure(tmp_path, buildings, zones=(zones,))
    for kept in (tmp_path / ".control-maps").glob("*.layer"):
        kept.write_bytes(kept.read_bytes()[:-40])
    assert measure(tmp_path, buildings, zones=(zones,))[0] == first


def test_the_version_of_a_shapefile_is_that_of_all_its_files(tmp_path):
    path = Path(put(tmp_path / "zones.shp", [box(0, 0)], ids=[1]))
    before = digest(path)
    gpd.GeoDataFrame({"id": [2]}, geometry=[box(0, 0)], crs="EPSG:4546").to_file(path)
    assert digest(path) != before


def test_measuring_loads_neither_django_nor_what_it_does_not_use(tmp_path, files):
    buildings, zones = files
    arguments = ["hemei", "screen", "measure", buildings, "--zone", zones, "-o", str(tmp_path / "out.parquet")]
    heavy = ("django", "pandas", "scipy.linalg", "cffi.api", "geopandas")
    code = f"""
import sys
from hemei.site.cli import main
sys.argv = {arguments!r}
try:
    main()
except SystemExit as ended:
    print(ended.code, [name for name in {heavy!r} if sys.modules.get(name)])
"""
    measure(tmp_path, buildings, zones=(zones,))
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, check=False)
    assert run.stdout.strip() == "None []", run.stderr


@pytest.mark.parametrize("kind", ["float64", "int64", "int32", "uint64", "bool"])
def test_columns_are_those_that_arrow_makes(kind):
    values = np.array([0, 1, 1, 0, 1, 0, 0, 1, 1], kind)
    null = np.array([True, False, False] * 3)
    assert column_of(values).equals(pa.array(values))
    assert column_of(values, null).equals(pa.array(values, mask=null))
    assert column_of(values, null & False).null_count == 0


@pytest.mark.parametrize("column", [pa.array([1, None]), pa.array([1.0]), pa.array(["1"]), pa.array([], pa.null())])
def test_only_a_column_of_whole_numbers_is_read_as_it_lies(column):
    assert whole_numbers(column) is None
    assert whole_numbers(pa.array([], pa.int32())).tolist() == []


def test_memory_does_not_grow_with_the_file(tmp_path):
    """Buildings are read a batch at a time, and what was read is given back."""
    path = tmp_path / "many.parquet"
    put(path, [box(20 * (n % 100), 20 * (n // 100)) for n in range(2000)])
    whole = pq.read_table(path)
    with pq.ParquetWriter(path, whole.schema, compression="none", use_dictionary=False) as writer:
        for _ in range(40):
            writer.write_table(whole)
    before = pa.total_allocated_bytes()
    held = [pa.total_allocated_bytes() - before for _ in open_source(path).batches(["id"], rows=2000)]
    assert len(held) == 40
    assert max(held) < path.stat().st_size / 4


def test_ids_are_compared_across_batches_whatever_they_are():
    def doubles(*batches):
        check = IdCheck()
        for batch in batches:
            check.see(pa.array(batch))
        return check.doubles()

    assert doubles([1, 2, 3], [4, 5, 6]) == []
    assert doubles([1, 2, 3], [3, 4]) == [3]
    assert doubles([5, 9], [7, 8], [9]) == [9]
    assert doubles([1, 2], [4, 3], [2]) == [2]
    assert doubles(["甲", "乙"], ["丙", "甲"]) == ["甲"]
    assert doubles([1, None], [None, 2]) == []
