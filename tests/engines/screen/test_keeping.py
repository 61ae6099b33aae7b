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

from hemei.engines.screen import layers, store, terrain
from hemei.engines.screen.area_map import AreaMap, build_area_map
from hemei.engines.screen.arrow import column_of, whole_numbers
from hemei.engines.screen.layers import digest
from hemei.engines.screen.measuring import IdCheck
from hemei.engines.screen.reading import open_source
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.store import DAY_S, KEPT, UNOPENED_DAYS, clear, kept, load, save

from .nasty import CORNER
from .test_measuring import box, measure, put
from .test_terrain import ground, written

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
    for path in (tmp_path / KEPT).glob("*.layer"):
        path.write_bytes(path.read_bytes()[:-40])
    assert measure(tmp_path, buildings, zones=(zones,))[0] == first


def aged(path: Path, days: float) -> Path:
    """The file as if it had last been opened so many days ago."""
    then = path.stat().st_mtime - days * DAY_S
    os.utime(path, (then, then))
    return path


def square(side: float = 60.0) -> AreaMap:
    return build_area_map(rings_of(np.array([box(0, 0, side, side)], dtype=object)), dissolved=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_run_works_out_no_slope_of_the_raster(tmp_path, monkeypatch, workers):
    dem = written(tmp_path / "ground" / "dem.tif", ground(void=True))
    task = {"dem": str(dem), "workers": workers}
    buildings = put(tmp_path / "b.parquet", [box(x, 190, 10, 10) for x in (60, 120, 180, 200, 250)])
    plain, _ = measure(tmp_path, buildings, keep_maps=False, **task)
    assert not (dem.parent / KEPT).exists()
    first, said = measure(tmp_path, buildings, **task)
    assert said.versions == {"dem": digest(dem)}
    assert len(list((dem.parent / KEPT).glob("*.map"))) == 4
    monkeypatch.setattr(terrain, "pixels", lambda *_: pytest.fail("the slope was worked out again"))
    again, _ = measure(tmp_path, buildings, **task)
    assert first == again == plain
    assert any(value is not None for value in plain["slope_toe_m"])


@pytest.mark.parametrize("change", [{"toe_slope_deg": 40.0}, {"toe_within_m": 50.0}])
def test_another_angle_or_reach_is_another_map(tmp_path, change):
    dem = str(written(tmp_path / "dem.tif", ground()))
    buildings = put(tmp_path / "b.parquet", [box(x, 190, 10, 10) for x in (100, 150, 180, 195)])
    measure(tmp_path, buildings, dem=dem)
    assert (
        measure(tmp_path, buildings, dem=dem, **change)[0]
        == (measure(tmp_path, buildings, dem=dem, keep_maps=False, **change)[0])
    )


def test_another_raster_is_another_map(tmp_path):
    buildings = put(tmp_path / "b.parquet", [box(150, 190, 10, 10)])
    path = tmp_path / "dem.tif"
    before, _ = measure(tmp_path, buildings, dem=str(written(path, ground())))
    after, _ = measure(tmp_path, buildings, dem=str(written(path, ground(shift=-2))))
    assert after["slope_toe_m"] == [before["slope_toe_m"][0] - 20.0]


def test_what_nobody_opened_for_long_goes_and_nothing_else(tmp_path):
    folder = tmp_path / KEPT
    for name in ("old", "new"):
        save(folder / f"{name}.map", square())
    half = folder / ".half.map.1.1"
    for other in (half, folder / "read.me", folder / "mine.txt", folder / ".hidden", tmp_path / "layer.map"):
        other.write_bytes(b"x")
        aged(other, UNOPENED_DAYS + 1)
    aged(folder / "new.map", UNOPENED_DAYS - 1)
    aged(folder / "old.map", UNOPENED_DAYS + 1)
    assert clear(folder) == 2
    assert sorted(path.name for path in folder.iterdir()) == [".hidden", "mine.txt", "new.map", "read.me"]
    assert (tmp_path / "layer.map").exists()
    assert clear(folder) == clear(tmp_path / "nowhere") == 0


def test_opening_a_map_keeps_it_and_marks_it_once_a_day(tmp_path):
    path = tmp_path / "a.map"
    save(path, square())
    aged(path, UNOPENED_DAYS + 1)
    assert load(path, AreaMap) is not None
    assert clear(tmp_path) == 0
    marked = aged(path, 0.5).stat().st_mtime_ns
    assert load(path, AreaMap) is not None
    assert path.stat().st_mtime_ns == marked


def test_a_run_says_how_many_went_only_if_any(tmp_path, files):
    buildings, zones = files
    first, said = measure(tmp_path, buildings, zones=(zones,))
    assert said.cleared == 0
    for path in (tmp_path / KEPT).iterdir():
        aged(path, UNOPENED_DAYS + 1)
    put(tmp_path / "zones.parquet", [box(0, 0)], ids=["北"])
    _, said = measure(tmp_path, buildings, zones=(zones,))
    assert said.cleared == 2
    assert len(list((tmp_path / KEPT).iterdir())) == 2
    assert measure(tmp_path, buildings, zones=(zones,))[1].cleared == 0
    assert first


HOLDS = """
import sys
from pathlib import Path
from hemei.engines.screen.area_map import AreaMap
from hemei.engines.screen.store import _arrays, load
held = load(Path(sys.argv[1]), AreaMap)
print("held", flush=True)
sys.stdin.readline()
print(sum(int(array.view("u1").sum()) for array in _arrays(held)))
"""
BUILDS = """
import os, sys, time
from pathlib import Path
import numpy as np, shapely
from hemei.engines.screen.area_map import AreaMap, build_area_map
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.store import _arrays, clear, kept
folder, built = Path(sys.argv[1]), []
def build(side):
    built.append(side)
    return build_area_map(rings_of(np.array([shapely.box(0, 0, side, side)], dtype=object)), dissolved=True)
want = {side: [array.tobytes() for array in _arrays(build(side))] for side in (40.0, 70.0)}
print("ready", flush=True)
sys.stdin.readline()
built.clear()
for turn in range(60):
    for side, arrays in want.items():
        made = kept(folder, f"square{side:g}", AreaMap, lambda: build(side))
        for path in folder.glob("*.map"):
            try:
                os.utime(path, (1, 1))
            except FileNotFoundError:
                pass  # the other one was quicker
        clear(folder)
        assert [array.tobytes() for array in _arrays(made)] == arrays
print(len(built))
"""


def process(code: str, *words: object) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", code, *map(str, words)], text=True, env=os.environ, **pipes)


def test_a_map_that_is_cleared_stays_readable_for_who_has_it(tmp_path):
    path = tmp_path / "held.map"
    made = square(400.0)
    save(path, made)
    with process(HOLDS, path) as holder:
        assert holder.stdout.readline() == "held\n"
        aged(path, UNOPENED_DAYS + 1)
        assert clear(tmp_path) == 1
        assert not path.exists()
        read, wrong = holder.communicate("go on\n")
    expected = sum(int(np.frombuffer(array.tobytes(), np.uint8).sum()) for array in store._arrays(made))
    assert (read.strip(), wrong) == (str(expected), "")
    assert kept(tmp_path, "held", AreaMap, lambda: square(400.0)) is not None
    assert path.exists()


def test_two_processes_clear_and_build_at_once(tmp_path):
    """Whatever one takes away from under the other, each has the right map every time, and nothing is left half."""
    with process(BUILDS, tmp_path) as one, process(BUILDS, tmp_path) as two:
        for each in (one, two):
            assert each.stdout.readline() == "ready\n"
        for each in (one, two):
            each.stdin.write("go\n")
            each.stdin.flush()
        for each in (one, two):
            built, wrong = each.communicate()
            assert (each.returncode, wrong) == (0, "")
            assert int(built) > 0
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


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
