"""The rules of a district over a million buildings: `python -m benchmarks.bench_rules` (results in benchmarks/results).

The layers of the reference district stand for layers of the rules: they are made up, and so are the verdicts. Processor
time is told beside wall time: on a machine that is shared it is the fairer one.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import time
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from hemei.law.columns import FAIL, PASS, UNKNOWN
from hemei.law.district import read_district
from hemei.law.report import page
from hemei.law.screening import Screening, write_verdicts
from hemei.terms.day import today

from .bench_screen import ROOT, district, machine

DISTRICT = """\
- name: 演示区（虚构）
  crs: EPSG:4546
  layers:
    - {id: permanent_farmland, file: farmland.parquet}
    - {id: ecological_redline, file: redline.parquet}
    - {id: geohazard_danger, file: hazard.parquet}
    - {id: highway_land, file: roads.parquet, class_column: grade, classes: {county: county}, half_width_m: {county: 4}}
  townships: {file: zones.parquet, township_column: id}
  buildings: {work_is: new, position_error_m: %s}
"""


def folder_of(where: Path, buildings: int, seed: int, error_m: float) -> Path:
    """Make the district's folder; its rivers stand for county roads known by their centre line."""
    if not (where / "buildings.parquet").exists():
        district(where, buildings, seed)
    roads = pq.read_table(where / "rivers.parquet")
    pq.write_table(roads.append_column("grade", [["county"] * len(roads)]), where / "roads.parquet")
    (where / "district.yaml").write_text(DISTRICT % error_m, encoding="utf-8")
    return where


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--district", type=Path, default=ROOT / "var" / "bench" / "district")
    parser.add_argument("--buildings", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--error", type=float, default=5.0, help="position error of all buildings, metres")
    parser.add_argument("--note", default="", help="a word about the machine, kept with the results")
    options = parser.parse_args()
    folder = folder_of(options.district, options.buildings, options.seed, options.error)
    spent: dict[str, dict[str, float]] = {}
    wall, cpu = time.perf_counter(), time.process_time()

    def spend(what: str) -> None:
        nonlocal wall, cpu
        spent[what] = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        wall, cpu = time.perf_counter(), time.process_time()

    kept = folder / ".control-maps" / "rules"
    shutil.rmtree(kept, ignore_errors=True)
    buildings, day = str(folder / "buildings.parquet"), date(2026, 11, 1)
    Screening(buildings, read_district(folder), day, beside=kept)
    spend("layers and maps, built and kept")
    screening = Screening(buildings, read_district(folder), day, beside=kept)
    spend("layers and maps, kept by an earlier run")
    verdicts = write_verdicts(folder / "verdicts.parquet", screening)
    spend("buildings to verdicts, file to file")
    (folder / "report.html").write_text(page(screening), encoding="utf-8")
    spend("report")
    counts = sum(screening.tally.outcomes.values())
    said = {
        "machine": machine(),
        "note": options.note,
        "buildings": screening.tally.buildings,
        "position error, m": options.error,
        "rules": len(screening.rules),
        "verdicts": verdicts,
        "outcomes": {"pass": int(counts[PASS]), "fail": int(counts[FAIL]), "unknown": int(counts[UNKNOWN])},
        "seconds": spent,
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    text = json.dumps(said, indent=1, ensure_ascii=False)
    print(text)
    kept = Path(__file__).parent / "results" / f"rules-{today().isoformat()}-{screening.tally.buildings}.json"
    kept.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
