"""A small made-up district, as files."""

from __future__ import annotations

import pytest
import shapely

from tests.law.ground import X, Y, box, put


@pytest.fixture
def folder(tmp_path):
    """A county road's land along y = 0 … 8, farmland from y = 100, a made-up hill line at y = 60."""
    put(tmp_path / "roads.parquet", [box(-500, 0, 1000, 8)], id=[1], grade=["county"])
    put(tmp_path / "farmland.parquet", [box(-500, 100, 1000, 500)], id=[1])
    put(tmp_path / "hill.parquet", [shapely.LineString([(X - 500, Y + 60), (X + 500, Y + 60)])], id=[1])
    (tmp_path / "layers.yaml").write_text("- {id: hill, title: 山脚线, visibility: public}\n")
    (tmp_path / "parameters.yaml").write_text(
        "- {id: d.height, title: 高度, unit: m, values: [{from: 2026-01-01, value: 9}]}\n"
    )
    (tmp_path / "rules.yaml").write_text(
        "- {id: d.H1, title: 靠山控高度, kind: limit, clause: land.62, layer: hill, within_m: 30, measure: height,\n"
        "   unit: m, threshold: d.height, priority: zone}\n"
    )
    (tmp_path / "district.yaml").write_text(
        "- name: 试验区\n"
        "  crs: EPSG:4546\n"
        "  layers:\n"
        "    - {id: highway_land, file: roads.parquet, class_column: grade, classes: {county: county}}\n"
        "    - {id: permanent_farmland, file: farmland.parquet}\n"
        "    - {id: hill, file: hill.parquet}\n"
        "  buildings: {work: work, height: height, township: township, position_error_m: 0}\n"
    )
    put(
        tmp_path / "buildings.parquet",
        [box(0, 12), box(20, 18), box(40, 95), box(60, 40), box(80, 300), box(100, 40)],
        id=list("abcdef"),
        work=["new"] * 6,
        height=[8.0, 8.0, 8.0, 12.0, 8.0, None],
        township=["甲乡", "甲乡", "乙乡", "乙乡", "乙乡", "乙乡"],
    )
    return tmp_path
