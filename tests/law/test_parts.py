"""Advice on a plot that lies in several zones, or on steep ground; each figure worked out by hand in a comment."""

from __future__ import annotations

import numpy as np
import pytest

from hemei.law.as_json import as_json
from hemei.law.district import read_district
from hemei.law.proposal import answer
from hemei.law.sheet import sheet
from tests.engines.screen.rasters import geotiff
from tests.law.ground import ON, X, Y, box, put

PARAMETERS = """\
- {id: d.setback, title: 退让, unit: m, values: [{from: 2026-01-01, zone: 甲类, value: 30},
    {from: 2026-01-01, zone: 乙类, value: 20}]}
- {id: d.height, title: 高度, unit: m, values: [{from: 2026-01-01, zone: 甲类, value: 7},
    {from: 2026-01-01, zone: 乙类, value: 10}]}
- {id: d.slope, title: 坡度, unit: '°', values: [{from: 2026-01-01, value: 25}]}
"""
SETBACK = """\
- {id: d.W1, title: 临水退让, kind: deny, clause: land.62, layer: shore, measure: distance, unit: m,
   threshold: d.setback, priority: zone}
- {id: d.H1, title: 高度, kind: limit, clause: land.62, layer: everywhere, measure: height, unit: m,
   threshold: d.height, priority: zone}
"""
SLOPE = """\
- {id: d.S1, title: 陡坡不建房, kind: limit, clause: land.62, layer: everywhere, measure: slope, unit: '°',
   threshold: d.slope, priority: zone}
"""


def district(folder, rules, *lines):
    """A shore along y = 0; zone 甲类 west of x = 10, 乙类 from there to x = 30, none beyond."""
    put(folder / "shore.parquet", [box(-500, -10, 1000, 10)], id=[1])
    put(folder / "zones.parquet", [box(-500, -500, 510, 1000), box(10, -500, 20, 1000)], zone=["甲类", "乙类"])
    (folder / "layers.yaml").write_text("- {id: shore, title: 水岸, visibility: public}\n")
    (folder / "parameters.yaml").write_text(PARAMETERS)
    (folder / "rules.yaml").write_text(rules)
    (folder / "district.yaml").write_text(
        "\n  ".join(["- name: 试验区", "crs: EPSG:4546", "layers: [{id: shore, file: shore.parquet}]", *lines])
    )
    return read_district(folder)


def asked(folder, made, plot, **columns):
    facts = {"role": ["building", "plot"], "use": "house", "work": "new", "position_error_m": 0.0} | columns
    put(folder / "proposal.parquet", [box(-5, 40, 10, 10), plot], **facts)
    return answer(str(folder / "proposal.parquet"), made, ON)


def greatest(part, measure):
    return next(bound["at_most"] for bound in part["bounds"] if bound["measure"] == measure)


ZONES = "zones: {file: zones.parquet, zone_column: zone}"


def test_each_part_of_a_plot_goes_by_its_own_zone(tmp_path):
    # The plot is x −10 … 30, y 10 … 110. 甲类 (x < 10) is 20 m wide, from y = 30 on: 20 × 80; 乙类 20 × 90.
    said = asked(tmp_path, district(tmp_path, SETBACK, ZONES), box(-10, 10, 40, 100))
    advice = as_json(said)["advice"]
    assert advice["permitted_m2"] == pytest.approx(20 * 80 + 20 * 90)
    assert [(taken["rule"], taken["m2"]) for taken in advice["taken"]] == [("d.W1", pytest.approx(20 * 20 + 20 * 10))]
    parts = {part["zone"]: part for part in advice["zoned"]}
    assert parts["甲类"]["permitted_m2"] == pytest.approx(1600)
    assert parts["乙类"]["permitted_m2"] == pytest.approx(1800)
    heights = {
        zone: next(b["at_most"] for b in part["bounds"] if b["measure"] == "height") for zone, part in parts.items()
    }
    assert heights == {"甲类": 7.0, "乙类": 10.0}
    # Whoever does not say where on the plot is told what holds on all of it.
    assert greatest(advice, "height") == 7.0
    page = sheet(said)
    assert "乙类：可以建房的部分 1800 平方米" in page
    assert "宗地跨几个分区" in page


def test_a_plot_in_one_zone_is_not_cut(tmp_path):
    advice = as_json(asked(tmp_path, district(tmp_path, SETBACK, ZONES), box(-10, 10, 15, 100)))["advice"]
    assert advice["permitted_m2"] == pytest.approx(15 * 80)
    assert advice["zoned"] == []


def test_where_no_zone_is_the_rule_is_named_and_nothing_is_taken_for_granted(tmp_path):
    # x 20 … 40: half in 乙类, half in no zone, for which no setback is set.
    advice = as_json(asked(tmp_path, district(tmp_path, SETBACK, ZONES), box(20, 10, 20, 100)))["advice"]
    assert advice["permitted_m2"] == pytest.approx(10 * 90 + 10 * 100)
    assert "d.W1" in advice["undecided"]


def test_the_zone_that_a_proposal_names_holds_for_the_whole_plot(tmp_path):
    made = district(tmp_path, SETBACK, ZONES)
    advice = as_json(asked(tmp_path, made, box(-10, 10, 40, 100), zone="乙类"))["advice"]
    assert advice["permitted_m2"] == pytest.approx(40 * 90)


def terrain(path, height, pixel=10.0, west=-100.0, north=200.0):
    path.write_bytes(geotiff(height, (X + west, Y + north), pixel=pixel))


def hillside():
    """Flat to x = −5, then rising 10 m in 10 m: 45° in the pixels from x = 0 on, half of it in the one before."""
    step = np.maximum(np.arange(30) - 10.0, -1.0) + 1.0
    return np.tile(step * 10.0, (30, 1))


def test_ground_steeper_than_the_limit_is_subtracted(tmp_path):
    # Heights at the middles: 0 up to x = −5, 10 at x = 5, 20 at 15 … The pixel −10 … 0 sees (10 − 0) / 20: 26.6°, over
    # 25°; all further east 45°. Flat: x −60 … −10, so 50 of the plot's 80 metres stay, 40 deep.
    terrain(tmp_path / "dem.tif", hillside())
    made = district(tmp_path, SLOPE, "dem: dem.tif")
    advice = as_json(asked(tmp_path, made, box(-60, 40, 80, 40)))["advice"]
    assert advice["permitted_m2"] == pytest.approx(50 * 40)
    assert [(taken["rule"], taken["m2"]) for taken in advice["taken"]] == [("d.S1", pytest.approx(30 * 40))]
    assert "d.S1" not in advice["undecided"]


def test_over_a_void_the_rule_is_named_as_undecided(tmp_path):
    height = np.zeros((30, 30))
    height[12, 6] = -9999.0  # x −40 … −30, y 70 … 80: the slope is not known there, nor in the eight pixels round it
    terrain(tmp_path / "dem.tif", height)
    made = district(tmp_path, SLOPE, "dem: dem.tif")
    advice = as_json(asked(tmp_path, made, box(-60, 40, 80, 40)))["advice"]
    assert advice["permitted_m2"] == pytest.approx(80 * 40)
    assert "d.S1" in advice["undecided"]
    east = as_json(asked(tmp_path, made, box(-10, 40, 30, 40)))["advice"]
    assert "d.S1" not in east["undecided"]


def test_without_elevation_nothing_is_said_of_steep_ground(tmp_path):
    advice = as_json(asked(tmp_path, district(tmp_path, SLOPE), box(-60, 40, 80, 40)))["advice"]
    assert "d.S1" in advice["undecided"]


def test_a_foot_of_a_slope_is_a_warning_and_not_subtracted(tmp_path):
    # Steeper than 30° is x ≥ 0 (45°); the flag R80 asks for 3 m: x −3 … 0 and the slope itself to x = 20 are warned of.
    terrain(tmp_path / "dem.tif", hillside())
    made = district(tmp_path, SLOPE, "dem: dem.tif", "steeper_than_deg: 30")
    said = asked(tmp_path, made, box(-60, 40, 80, 40))
    advice = as_json(said)["advice"]
    assert [(one["rule"], one["m2"]) for one in advice["warned"]] == [("control.R80", pytest.approx(23 * 40, abs=0.5))]
    assert advice["permitted_m2"] == pytest.approx(50 * 40)
    assert "只作提示、没有扣除的 920 平方米" in sheet(said)
