"""Screening against its peers, in one run: `make bench-screen` (table and figures are kept in benchmarks/results).

The workload and the peers (GeoPandas and Shapely as an expert writes it; SedonaDB where `sedonadb` and
`geoarrow-pyarrow` are installed, PostGIS with --postgis) are two scripts outside this repository; their folder is named
by HEMEI_BENCH, else ../shared/bench. DuckDB is left out: its spatial extension is a download at run time. Wall and
processor time are both told: on a machine that is shared the second is the fairer one. `--many` adds 10⁵, 10⁶ and 10⁷
buildings.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numba
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from hemei.engines.screen.area_map import build_area_map
from hemei.engines.screen.inside import area_inside, zone_of
from hemei.engines.screen.measuring import Run, Task, shared
from hemei.engines.screen.near_map import build_near_map, segments_of
from hemei.engines.screen.nearest import distance
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import footprints_of
from hemei.engines.screen.sharing import in_one_piece
from hemei.engines.screen.writing import write_results
from hemei.terms.day import today

ROOT = Path(__file__).parents[1]
PEERS = Path(os.environ.get("HEMEI_BENCH") or ROOT.parent / "shared" / "bench")
AREAS = ("redline", "farmland", "hazard")
REACH_M = 50.0
PATIENCE_S = 900


def timed(work: Callable[[], Any], times: int = 1) -> tuple[Any, float, float]:
    """The result, the shortest wall time and the shortest processor time of some runs, seconds."""
    walls, cpus, result = [], [], None
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return result, min(walls), min(cpus)


def script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, PEERS / f"{name}.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(PEERS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def district(folder: Path, buildings: int, seed: int) -> dict[str, Any]:
    if not (folder / "buildings.parquet").exists():
        command = [sys.executable, PEERS / "district.py", folder, "--buildings", buildings, "--seed", seed]
        subprocess.run([str(part) for part in command], check=True)
    names = ("zones", *AREAS, "rivers", "buildings")
    return {name: gpd.read_parquet(folder / f"{name}.parquet").geometry.values.to_numpy() for name in names}


def built(layers: dict[str, Any]) -> dict[str, Any]:
    maps: dict[str, Any] = {"zones": build_area_map(rings_of(layers["zones"]), dissolved=False)}
    maps |= {name: build_area_map(rings_of(layers[name]), dissolved=True) for name in AREAS}
    return maps | {"rivers": build_near_map(segments_of(layers["rivers"]), REACH_M)}


def computed(maps: dict[str, Any], zones: int, rings: Any, share: Any) -> dict[str, np.ndarray]:
    """Everything that the peer computes, from coordinate arrays to columns."""
    shapes = footprints_of(rings, share)
    found = {"zone": zone_of(maps["zones"], zones, shapes, share)[0]}
    found |= {f"{name}_m2": area_inside(maps[name], shapes, share) for name in AREAS}
    return found | {"river_m": distance(maps["rivers"], shapes, share)}


def agreement(ours: dict[str, np.ndarray], truth: pd.DataFrame) -> dict[str, float]:
    """Largest differences from the peer, and how many zones and reaches differ."""
    worst = {name: float(np.abs(ours[name] - truth[name]).max()) for name in (f"{area}_m2" for area in AREAS)}
    both = ~np.isnan(ours["river_m"]) & ~truth["river_m"].isna()
    return worst | {
        "river_m": float(np.abs(ours["river_m"][both] - truth["river_m"][both]).max()),
        "rivers in reach differ": int((np.isnan(ours["river_m"]) != truth["river_m"].isna()).sum()),
        "zones differ": int((ours["zone"] != truth["zone"]).sum()),
    }


def task(folder: Path, workers: int = 1) -> Task:
    layer = {name: str(folder / f"{name}.parquet") for name in ("zones", *AREAS, "rivers", "buildings")}
    areas = tuple(layer[name] for name in AREAS)
    return Task(layer["buildings"], (layer["zones"],), areas, ((layer["rivers"], REACH_M),), workers=workers)


def file_to_file(run: Run, out: Path) -> int:
    run.report.rows = 0
    return write_results(out, ((done.table, None) for done in run.batches()), run.crs)


def whole_process(folder: Path, out: Path, buildings: str = "buildings") -> dict[str, float]:
    """One `hemei screen measure` as a process of its own: seconds, and the most memory it held, MB."""
    code = (
        "from hemei.site.screen_cli import screen; screen(standalone_mode=False);"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    options = [part for name in AREAS for part in ("--area", folder / f"{name}.parquet")]
    options += ["--zone", folder / "zones.parquet", "--near", f"{folder / 'rivers.parquet'}={REACH_M:g}", "-o", out]
    command = [sys.executable, "-c", code, "measure", folder / f"{buildings}.parquet", *options]
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu, "peak MB": int(done.stdout) / 1024}


def some_of(folder: Path, count: int) -> str:
    """A file of so many buildings, the district's over and over with ids that go on growing; its name."""
    name = f"buildings-{count}"
    source = pq.ParquetFile(folder / "buildings.parquet")
    with pq.ParquetWriter(folder / f"{name}.parquet", source.schema_arrow) as writer:
        written = 0
        while written < count:
            for batch in source.iter_batches(65_536):
                rows = batch.slice(0, count - written)
                ids = pa.array(np.arange(written, written + len(rows)))
                writer.write_batch(rows.set_column(rows.schema.get_field_index("id"), "id", ids))
                written += len(rows)
    return name


def start_up(folder: Path, out: Path) -> dict[str, float]:
    """A process that measures a hundred buildings, compiled code and maps kept: the better of two."""
    name = some_of(folder, 100)
    return min((whole_process(folder, out, name) for _ in range(2)), key=lambda seen: seen["cpu"])


def by_size(folder: Path, out: Path) -> dict[str, dict[str, float]]:
    """File to file with 10⁵, 10⁶ and 10⁷ buildings: what one more costs than in the size before; the most memory."""
    sizes = (10**4, 10**5, 10**6, 10**7)
    seen = {count: whole_process(folder, out, some_of(folder, count)) for count in sizes}
    (folder / f"buildings-{sizes[-1]}.parquet").unlink()
    return {
        f"{count:,} buildings": seen[count]
        | {"µs each": (seen[count]["cpu"] - seen[before]["cpu"]) / (count - before) * 1e6}
        for before, count in pairwise(sizes)
    }


def other_peer(folder: Path, name: str) -> dict[str, Any]:
    """What a peer that speaks SQL says of itself: one line a layer, the seconds growing."""
    command = [sys.executable, str(PEERS / "peers.py"), str(folder), "--peer", name]
    start = time.perf_counter()
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=PATIENCE_S)
        lines = [*done.stdout.decode().splitlines(), *done.stderr.decode().splitlines()[-1:]]
    except subprocess.TimeoutExpired as late:
        lines = [*(late.stdout or b"").decode().splitlines(), f"the rest: not done after {PATIENCE_S} s"]
    return {"wall, with loading": time.perf_counter() - start, "said": lines}


def table(said: dict[str, Any]) -> str:
    """The figures beside their bars, as a table in Markdown."""

    def row(what: str, key: str, bar: str = "") -> str:
        figures = said.get(key, {})
        cells = (f"{figures[name]:.2f} s" if name in figures else "" for name in ("wall", "cpu"))
        return f"| {what} | {' | '.join(cells)} | {bar} |"

    lines = [f"| {said['buildings']:,} buildings, one thread | wall | processor | bar |", "| --- | ---: | ---: | --- |"]
    lines += [
        row("GeoPandas/Shapely expert, computing alone", "peer, computing alone"),
        row("computing alone", "computing alone, 1 worker"),
        row("computing alone, 2 workers", "computing alone, 2 workers"),
        row("file to file (read, parse, measure, write)", "file to file"),
        row("building the five maps", "maps", "1 s"),
        row("start-up: a process with 100 buildings, maps kept", "start-up", "1.5 s"),
        row("whole process, maps kept", "whole process, maps kept"),
    ]
    if "ratio" in said:
        for what, bar in (("computing alone", "≥ 25"), ("file to file", "≥ 12")):
            one = said["ratio"][what]
            lines.append(f"| times faster than the expert, {what} | {one['wall']:.1f} | {one['cpu']:.1f} | {bar} |")
    lines.append(f"| 2 workers against 1 | {said['computing alone, 2 workers']['speed-up']:.2f} | | ≥ 1.6 |")
    lines.append(f"| peak memory | {said['whole process, maps kept']['peak MB']:.0f} MB | | 1.5 GB |")
    for size, one in said.get("by size", {}).items():
        lines.append(
            f"| {size}: {one['µs each']:.2f} µs each, {one['peak MB']:.0f} MB | {one['wall']:.1f} s | | constant |"
        )
    for name in ("sedonadb", "postgis"):
        for line in said.get(name, {}).get("said", []):
            lines.append(f"| {name}, plain SQL: {line.strip()} | | | |")
    for what, value in said.get("largest difference from the peer", {}).items():
        lines.append(
            f"| largest difference from the expert, {what} | {value:.2g} | | {'1e-6' if '_m' in what else '0'} |"
        )
    return "\n".join(lines) + "\n"


def machine() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "")
    return {
        "date": today().isoformat(),
        "processor": f"{model}, {os.cpu_count()} cores",
        "load": os.getloadavg(),
        "python": platform.python_version(),
        "numba": numba.__version__,
        "numpy": np.__version__,
        "shapely": f"{shapely.__version__} (GEOS {shapely.geos_version_string})",
        "geopandas": gpd.__version__,
        "pyarrow": pa.__version__,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--district", type=Path, default=ROOT / "var" / "bench" / "district")
    parser.add_argument("--buildings", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--no-peer", action="store_true", help="leave out the peer, and so the ratios")
    parser.add_argument("--postgis", action="store_true", help="also PostGIS (see peers.py for its --dsn)")
    parser.add_argument("--many", action="store_true", help="also 10⁵, 10⁶ and 10⁷ buildings; needs about 2 GB of disk")
    parser.add_argument("--note", default="", help="a word about the machine, kept with the results")
    options = parser.parse_args()
    layers = district(options.district, options.buildings, options.seed)
    said: dict[str, Any] = {"machine": machine(), "note": options.note, "buildings": len(layers["buildings"])}

    maps, _, _ = timed(lambda: built(layers))  # compiles
    maps, wall, cpu = timed(lambda: built(layers), 3)
    said["maps"] = {"wall": wall, "cpu": cpu}
    rings, zones = rings_of(layers["buildings"]), len(layers["zones"])
    computed(maps, zones, rings_of(layers["buildings"][:1000]), in_one_piece)
    ours, wall, cpu = timed(lambda: computed(maps, zones, rings, in_one_piece), 5)
    said["computing alone, 1 worker"] = {"wall": wall, "cpu": cpu, "ns each": cpu / len(rings) * 1e9}
    with ThreadPoolExecutor(2) as pool:
        _, wall2, cpu2 = timed(lambda: computed(maps, zones, rings, shared(pool, 2)), 5)
    said["computing alone, 2 workers"] = {"wall": wall2, "cpu": cpu2, "speed-up": wall / wall2}

    run = Run(task(options.district))
    out = options.district / "out.parquet"
    file_to_file(run, out)
    _, file_wall, file_cpu = timed(lambda: file_to_file(run, out), 3)
    said["file to file"] = {"wall": file_wall, "cpu": file_cpu}
    said["whole process, maps kept"] = whole_process(options.district, out)
    said["start-up"] = start_up(options.district, out)
    if options.many:
        said["by size"] = by_size(options.district, out)

    if not options.no_peer:
        peer = script("peers")
        for name in AREAS:
            layers[name] = shapely.get_parts(shapely.union_all(layers[name]))
        truth, peer_wall, peer_cpu = timed(lambda: peer.with_shapely(layers))
        said["peer, computing alone"] = {"wall": peer_wall, "cpu": peer_cpu}
        said["ratio"] = {
            "computing alone": {"wall": peer_wall / wall, "cpu": peer_cpu / cpu},
            "file to file": {"wall": peer_wall / file_wall, "cpu": peer_cpu / file_cpu},
        }
        said["largest difference from the peer"] = agreement(ours, truth)
        if importlib.util.find_spec("sedonadb"):
            said["sedonadb"] = other_peer(options.district, "sedonadb")
        if options.postgis:
            said["postgis"] = other_peer(options.district, "postgis")
    print(table(said))
    kept = Path(__file__).parent / "results" / f"screen-{today().isoformat()}-{len(rings)}"
    kept.parent.mkdir(exist_ok=True)
    kept.with_suffix(".json").write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n")
    about = "; ".join(f"{name} {value}" for name, value in said["machine"].items())
    kept.with_suffix(".md").write_text(f"{table(said)}\n{about}. {options.note}\n")


if __name__ == "__main__":
    main()
