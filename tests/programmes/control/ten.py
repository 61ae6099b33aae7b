"""Proposals whose verdicts were worked out by hand, and the ground they stand on; docs/ten-proposals.md tells them.

The law is the made-up sample (演示) with two rows more in its lists; the ground has straight edges, in metres from the
corner of the made-up district, so that every number can be worked out on paper.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from shapely import affinity

from hemei.programmes.control.actions.law import sample
from hemei.programmes.control.keeping import Entries, written
from tests.programmes.control.conftest import X, Y

Box = tuple[float, float, float, float]  # x, y of its south-western corner, width, depth


def box(x: float, y: float, width: float, depth: float) -> shapely.Polygon:
    return shapely.box(x, y, x + width, y + depth)


GROUND: dict[str, list[tuple[shapely.Geometry, dict[str, str]]]] = {
    "highway_land": [
        (box(0, 0, 2000, 10), {"grade": "县道"}),
        (box(0, -150, 2000, 20), {"grade": "国道"}),
        (box(0, 200, 2000, 6), {"grade": "乡道"}),
    ],
    "permanent_farmland": [(box(0, 500, 1000, 400), {})],
    "farmland": [(box(1200, 500, 400, 400), {})],
    "ecological_redline": [(box(1650, 500, 300, 400), {})],
    "river_management": [(box(0, 1500, 2000, 40), {})],
    "sample_water": [(box(0, 1500, 2000, 40), {})],
    "sample_hill": [(shapely.LineString([(0, 1200), (2000, 1200)]), {})],
    "sample_green": [(box(1300, 1700, 100, 100), {})],
}
PUBLIC = {"highway_land", "river_management", "sample_water", "sample_hill", "sample_green"}
ZONES = [
    (box(-200, -200, 1200, 2400), {"zone": "甲类", "tier": "一档"}),
    (box(1000, -200, 800, 2400), {"zone": "乙类", "tier": ""}),
    (box(1800, -200, 400, 600), {"zone": "丙类", "tier": ""}),
    (box(1800, 400, 400, 1800), {"zone": "乙类", "tier": ""}),
]


def law() -> Entries:
    """The sample, and in its lists what zone 丙类 forbids and allows."""
    entries = sample()
    row = {"number": 2, "zone": "丙类", "is_demo": True}
    forbids, allows = {**row, "clause": "sample.negative"}, {**row, "clause": "sample.list"}
    entries["plan"] += [
        {"table": "control_class", "number": 3, "name": "丙类", "is_demo": True},
        {"table": "negative_list", "name": "新建住房", "works": ["new"], **forbids},
        {"table": "positive_list", "name": "原址翻建", "works": ["rebuild"], **allows},
    ]
    return entries


@dataclass(frozen=True)
class Ruled:
    """What one rule must say: outcome, measured, threshold, and the margin by hand."""

    outcome: str
    measured: float | None = None
    threshold: float | None = None
    margin: float | None = None


@dataclass(frozen=True)
class Case:
    name: str
    house: Box
    plot: Box
    rules: dict[str, Ruled]
    permitted_m2: float
    certain_m2: float
    work: str = "new"
    storeys: int = 2
    height_m: float | None = 8.8
    said: dict[str, Any] = field(default_factory=dict)  # further fields of the application
    approvals: str = ""
    tallest: tuple[float, str] | None = None  # the greatest height on the permitted part, and its clause
    densest: float | None = None
    clause: str = ""  # of the rule that binds

    @property
    def spot(self) -> tuple[float, float]:
        x, y, width, depth = self.house
        return x + width / 2, y + depth / 2


def unknown(measured: float | None = None, threshold: float | None = None, margin: float | None = None) -> Ruled:
    return Ruled("unknown", measured, threshold, margin)


HIGHWAY, FIELDS = "《公路安全保护条例》第十一条", "《中华人民共和国土地管理法》第三十五条"
CASES = (
    Case(
        "县道外 16 米", (300, 26, 12, 10), (290, 15, 30, 40),
        {"control.R02": Ruled("pass", 16, 10, 6)}, 1050, 900, clause=HIGHWAY,
    ),
    Case(
        "国道外 13 米", (300, -117, 12, 10), (290, -125, 30, 60),
        {"control.R03": Ruled("fail", 13, 20, -7)}, 1350, 1200, clause=HIGHWAY,
    ),
    Case(
        "乡道外 8 米，位置误差内会变", (1100, 214, 12, 10), (1090, 208, 30, 30),
        {"control.R05": unknown(8, 5, 3)}, 810, 660, clause=HIGHWAY,
    ),
    Case(
        "正好在县道外 10 米的线上", (300, 20, 12, 10), (290, 15, 30, 40),
        {"control.R02": unknown(10, 10, 0)}, 1050, 900, clause=HIGHWAY,
    ),
    Case(
        "在永久基本农田里", (500, 880, 12, 10), (490, 870, 30, 60),
        {"control.R10": Ruled("fail", 120, 0, -120)}, 900, 750, clause=FIELDS,
    ),
    Case(
        "在耕地里，已办转用", (1300, 600, 12, 10), (1290, 590, 30, 30),
        {"control.R11": Ruled("pass", 120)}, 900, 900,
        said={"land": "farmland", "conversion": "鄂政土批〔2026〕1号"}, approvals="farmland_conversion",
    ),
    Case(
        "在生态保护红线里新建", (1700, 600, 12, 10), (1690, 590, 30, 30),
        {"control.R70": Ruled("fail", 120, 0, -120)}, 0, 0,
    ),
    Case(
        "临水，建筑密度四成", (600, 1460, 12, 10), (598, 1455, 15, 20),
        {"sample.S01": Ruled("fail", 0.4, 0.3, -0.1), "control.R30": Ruled("pass", 0, 0, 0)}, 300, 300,
        densest=0.3, clause="《演示规划（虚构）》临水控密度",
    ),
    Case(
        "靠山，没有写总高度", (1200, 1175, 12, 10), (1195, 1170, 30, 20),
        {"sample.S02": unknown(None, 10)}, 600, 600, height_m=None,
        tallest=(10, "《演示规划（虚构）》靠山控高度"),
    ),
    Case(
        "靠山，一档，高 8.8 米", (800, 1175, 12, 10), (795, 1170, 30, 20),
        {"sample.S02": Ruled("fail", 8.8, 7, -1.8)}, 600, 600,
        tallest=(7, "《演示规划（虚构）》靠山控高度"), clause="《演示规划（虚构）》靠山控高度",
    ),
    Case(
        "挨着绿地，容积率 0.9", (1320, 1805, 12, 10), (1315, 1803, 20, 20),
        {"sample.S03": Ruled("fail", 0.9, 0.8, -0.1)}, 400, 400, storeys=3,
        clause="《演示规划（虚构）》见绿控强度",
    ),
    Case(
        "丙类里新建，在负面清单上", (1900, 300, 12, 10), (1890, 290, 30, 30),
        {"plan.negative_list.2": Ruled("fail")}, 0, 0, clause="《演示规划（虚构）》负面清单",
    ),
    Case(
        "丙类里原址翻建，在正面清单上", (1900, 300, 12, 10), (1890, 290, 30, 30),
        {"plan.negative_list.2": Ruled("pass"), "plan.positive_list.2": Ruled("pass")}, 900, 900, work="rebuild",
    ),
)  # fmt: skip


def line(case: Case) -> str:
    """How the page for readers tells a case: its numbers, so that page and test cannot part."""
    told = "；".join(
        f"`{rule}` {said.outcome}"
        + (f" {said.measured:g}" if said.measured is not None else "")
        + (f" / {said.threshold:g}" if said.threshold is not None else "")
        + (f" → {said.margin:g}" if said.margin is not None else "")
        for rule, said in case.rules.items()
    )
    tall = f"{case.tallest[0]:g} m" if case.tallest else "–"
    house, plot = (", ".join(f"{n:g}" for n in shape) for shape in (case.house, case.plot))
    return f"| {case.name} | {house} | {plot} | {told} | {case.permitted_m2:g} / {case.certain_m2:g} | {tall} |"


def write_district(folder: Path) -> None:
    """The same district as the files of `hemei screen`, in metres."""
    folder.mkdir()
    written(law(), folder)
    rows = []
    for name, features in {**GROUND, "zones": ZONES}.items():
        columns = {key: [said[key] for _shape, said in features] for key in features[0][1]}
        put(folder / f"{name}.parquet", [shape for shape, _said in features], **columns)
        if name == "highway_land":
            classes = "class_column: grade, classes: {县道: county, 国道: national, 乡道: township}"
            rows.append(f"    - {{id: {name}, file: {name}.parquet, {classes}}}\n")
        elif name != "zones":
            rows.append(f"    - {{id: {name}, file: {name}.parquet}}\n")
    (folder / "district.yaml").write_text(
        "- name: 演示区（虚构）\n  crs: EPSG:4546\n  layers:\n" + "".join(rows)
        + "  zones: {file: zones.parquet, zone_column: zone, tier_column: tier}\n"
        "  buildings: {work_is: existing, position_error_m: 5}\n",
        encoding="utf-8",
    )  # fmt: skip


def put(path: Path, shapes: list[shapely.Geometry], **columns: Any) -> None:
    moved = [affinity.translate(shape, X, Y) for shape in shapes]
    gpd.GeoDataFrame({"id": range(1, len(moved) + 1), **columns, "geometry": moved}, crs="EPSG:4546").to_parquet(path)


def write_proposal(case: Case, path: Path, error_m: float = 5.0) -> str:
    said = {
        "role": ["building", "plot"], "use": ["house", None], "work": [case.work, None],
        "storeys": [case.storeys, None], "height": [case.height_m, None],
        "position_error_m": [error_m, None], "approvals": [case.approvals, None],
    }  # fmt: skip
    put(path, [box(*case.house), box(*case.plot)], **said)
    return str(path)
