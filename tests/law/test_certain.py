"""What of a plot is permitted for certain, whatever the position error does; figures worked out by hand in comments."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.law.around import around
from hemei.law.as_json import as_json
from hemei.law.district import read_district
from hemei.law.proposal import Asked, Drawn, judged
from hemei.law.sheet import sheet
from hemei.terms.measure import Measure
from hemei.terms.verdict import Outcome
from tests.law.ground import ON, X, Y, box, put
from tests.law.test_parts import SETBACK, SLOPE, ZONES, asked, district, hillside, terrain

RULES = """\
- {id: d.W1, title: 临水退让, kind: deny, clause: land.62, layer: shore, measure: distance, unit: m,
   threshold: d.depth, priority: zone}
- {id: d.A1, title: 库区内不得建房, kind: deny, clause: land.62, layer: pool, measure: area, unit: m²,
   threshold: 0, priority: zone}
- {id: d.H1, title: 临水控高, kind: limit, clause: land.62, layer: shore, within_m: 50, measure: height, unit: m,
   threshold: d.low, priority: zone}
- {id: d.H2, title: 全区控高, kind: limit, clause: land.62, layer: everywhere, measure: height, unit: m,
   threshold: d.high, priority: zone}
"""
NUMBERS = """\
- {id: d.depth, title: 退让, unit: m, values: [{from: 2026-01-01, value: 30}]}
- {id: d.low, title: 高度, unit: m, values: [{from: 2026-01-01, value: 7}]}
- {id: d.high, title: 高度, unit: m, values: [{from: 2026-01-01, value: 12}]}
"""
SHORE = box(-500, -10, 1000, 10)
POOL = box(-500, 100, 1000, 90)


def flat(folder, shore=SHORE, pool=POOL, half=""):
    """A shore along y = 0, kept free for 30 m, with lower houses for 50 m; a pool's ground north of y = 100."""
    put(folder / "shore.parquet", [shore], id=[1])
    put(folder / "pool.parquet", [pool], id=[1])
    (folder / "layers.yaml").write_text(
        "- {id: shore, title: 水岸, visibility: public}\n- {id: pool, title: 库区, visibility: public}\n"
    )
    (folder / "parameters.yaml").write_text(NUMBERS)
    (folder / "rules.yaml").write_text(RULES)
    (folder / "district.yaml").write_text(
        "- name: 试验区\n  crs: EPSG:4546\n"
        f"  layers: [{{id: shore, file: shore.parquet{half}}}, {{id: pool, file: pool.parquet}}]\n"
    )
    return read_district(folder)


def bounds(part):
    return {bound["measure"]: bound["at_most"] for bound in part["bounds"]}


def test_what_is_certain_keeps_the_error_from_every_edge(tmp_path):
    # The plot is x −10 … 30, y 10 … 110. As drawn y 30 … 100 is permitted: 70 deep; with 5 m off each edge, 60.
    said = asked(tmp_path, flat(tmp_path), box(-10, 10, 40, 100), position_error_m=5.0)
    advice = as_json(said)["advice"]
    assert advice["permitted_m2"] == pytest.approx(40 * 70)
    # The edge of what is certain is wider by 0.13 % of the 35 m, never narrower.
    assert 40 * 60 - 40 * 0.05 < advice["certain"]["permitted_m2"] < 40 * 60
    page = sheet(said)
    assert "再扣除位置误差 5 米，肯定可以建房的部分 239" in page
    assert "肯定可以建房</text>" in page
    assert "没有扣除位置误差" not in page


def test_without_an_error_nothing_else_is_said(tmp_path):
    said = asked(tmp_path, flat(tmp_path), box(-10, 10, 40, 100), position_error_m=0.0)
    assert as_json(said)["advice"]["certain"] is None
    assert "肯定" not in sheet(said)


def test_the_greatest_height_is_the_lower_one_where_the_error_may_bring_it_near(tmp_path):
    # From y = 53 on: three metres beyond the fifty within which 7 m hold.
    advice = as_json(asked(tmp_path, flat(tmp_path), box(-10, 53, 40, 30), position_error_m=2.0))["advice"]
    assert (bounds(advice)["height"], bounds(advice["certain"])["height"]) == (12.0, 12.0)
    advice = as_json(asked(tmp_path, flat(tmp_path), box(-10, 53, 40, 30), position_error_m=4.0))["advice"]
    assert (bounds(advice)["height"], bounds(advice["certain"])["height"]) == (12.0, 7.0)
    # Exactly on the boundary: fifty and the error is where the rule still reaches.
    advice = as_json(asked(tmp_path, flat(tmp_path), box(-10, 53, 40, 30), position_error_m=3.0))["advice"]
    assert bounds(advice["certain"])["height"] == 7.0


def test_a_plot_smaller_than_its_error_has_nothing_certain(tmp_path):
    said = asked(tmp_path, flat(tmp_path), box(-10, 32, 40, 8), position_error_m=10.0)
    advice = as_json(said)["advice"]
    assert (advice["permitted_m2"], advice["certain"]["permitted_m2"]) == (pytest.approx(320), 0.0)
    assert advice["certain"]["bounds"] == []
    assert "没有一处不到现场量就能肯定可以建房" in sheet(said)


def test_a_half_width_that_is_assumed_counts_once_more(tmp_path):
    """As a verdict does: the edge is the line and the half-width, and may be off by as much again."""
    line = shapely.LineString([(X - 500, Y), (X + 500, Y)])
    made = flat(tmp_path, shore=line, half=", half_width_m: 4")
    said = asked(tmp_path, made, box(-10, 10, 40, 60), position_error_m=0.0)
    advice = as_json(said)["advice"]
    assert advice["permitted_m2"] == pytest.approx(40 * 36)  # y 34 … 70
    assert advice["certain"]["permitted_m2"] == pytest.approx(40 * 32, abs=2.0)  # y 38 … 70
    assert "再扣除边线的假定半宽，肯定可以建房" in sheet(said)


def test_near_a_border_of_zones_both_their_numbers_hold(tmp_path):
    # 甲类 (x < 10) keeps 30 m, 乙类 20. With 5 m of error what is certain begins at y = 35 to x = 15, then at y = 25.
    advice = as_json(asked(tmp_path, district(tmp_path, SETBACK, ZONES), box(-10, 10, 35, 100), position_error_m=5.0))[
        "advice"
    ]
    assert advice["permitted_m2"] == pytest.approx(20 * 80 + 15 * 90)
    assert advice["certain"]["permitted_m2"] == pytest.approx(25 * 75 + 10 * 85, abs=2.0)
    assert bounds(advice["certain"])["height"] == 7.0
    # The plot's east side, x = 25, is five metres from where no zone is: there no number is known.
    assert "d.W1" not in advice["certain"]["undecided"]
    further = asked(tmp_path, district(tmp_path, SETBACK, ZONES), box(-10, 10, 36, 100), position_error_m=5.0)
    assert "d.W1" in as_json(further)["advice"]["certain"]["undecided"]


def test_steep_ground_is_kept_off_by_the_error(tmp_path):
    # Steeper than 25° from x = −10 on (see test_parts): flat x −60 … −10, certain to x = −14.
    terrain(tmp_path / "dem.tif", hillside())
    made = district(tmp_path, SLOPE, "dem: dem.tif")
    advice = as_json(asked(tmp_path, made, box(-60, 40, 80, 40), position_error_m=4.0))["advice"]
    assert advice["permitted_m2"] == pytest.approx(50 * 40)
    assert advice["certain"]["permitted_m2"] == pytest.approx(46 * 40, abs=1.0)


SHAPES = [
    (SHORE, POOL),
    (  # a bay with a cape, an island in the pool
        shapely.Polygon([(X - 80, Y - 10), (X + 80, Y - 10), (X + 80, Y), (X + 12, Y), (X + 2, Y + 33), (X - 9, Y)]),
        shapely.difference(shapely.Point(X + 40, Y + 90).buffer(30), shapely.Point(X + 40, Y + 90).buffer(16)),
    ),
]


@pytest.fixture(scope="module", params=SHAPES, ids=["straight", "winding"])
def near(request, tmp_path_factory):
    ready = around(flat(tmp_path_factory.mktemp("certain"), *request.param), 12.0)
    return lambda: ready


STEPS = st.lists(st.floats(0.0, 1.0, allow_nan=False), min_size=5, max_size=5)


@settings(max_examples=60, deadline=None)
@given(error=st.sampled_from([0.5, 3.0, 8.0, 12.0]), steps=STEPS)
def test_a_house_on_certain_ground_passes_and_passes_wherever_it_may_be(near, error, steps):
    """Verdicts and advice are two readings of the same rules: they may not differ, nor may a shift make them."""
    plot, (x, y, turn, size, way) = box(-20, 5, 90, 130), steps
    asking = Asked(id="a", use="house", work="new", error_m=error)
    advice = judged(Drawn(box(0, 50, 5, 5), plot, ()), asking, near(), ON).advice
    certain, height = advice.certain, advice.certain.bound(Measure.HEIGHT)
    assert shapely.area(shapely.difference(certain.permitted, advice.permitted)) == pytest.approx(0.0, abs=1e-6)
    at = shapely.Point(X - 20 + 90 * x, Y + 5 + 130 * y)
    at = at if certain.permitted.covers(at) else shapely.ops.nearest_points(certain.permitted, at)[0]
    house = shapely.affinity.rotate(shapely.box(0, 0, 2 + 10 * size, 6), 360 * turn)
    house = shapely.affinity.translate(house, at.x, at.y)
    house = shapely.intersection(house, certain.permitted)  # whatever of it is certain, winding or in parts
    if house.area < 0.01 or house.geom_type not in ("Polygon", "MultiPolygon"):
        return
    tall = replace(asking, said={Measure.HEIGHT: height.value})
    across, along = (0.999999 * error * turned(2 * math.pi * way) for turned in (math.cos, math.sin))
    moved = shapely.affinity.translate(house, across, along)
    for there, asks in ((house, tall), (moved, replace(tall, error_m=0.0))):
        told = {one.rule: one.outcome for one in judged(Drawn(there, plot, ()), asks, near(), ON).verdicts}
        assert {told[rule] for rule in ("d.W1", "d.A1", "d.H1", "d.H2")} == {Outcome.PASS}
