"""Proposals judged together: the same as each by itself, on random ground and with random words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.law.around import around
from hemei.law.district import read_district
from hemei.law.proposal import Asked, Drawn, judged
from hemei.law.sample_district import X, Y, write_sample
from hemei.law.together import judged_together
from hemei.terms.measure import Measure
from tests.engines.screen.rasters import geotiff

ON = date(2026, 11, 1)
MOST_ERROR_M = 40.0
WORKS = ("", "new", "rebuild", "extend", "repair", "public_project")
shapes = st.builds(
    lambda x, y, w, h, turn: shapely.affinity.rotate(shapely.box(X + x, Y + y, X + x + w, Y + y + h), turn),
    st.floats(-100, 1100), st.floats(-100, 1100), st.floats(0.5, 60), st.floats(0.5, 60), st.floats(0, 90),
)  # fmt: skip
known = st.none() | st.floats(0, 30)


@st.composite
def proposals(draw):
    building = draw(shapes)
    plot = draw(st.none() | st.floats(0, 15).map(building.buffer))
    existing = tuple(draw(st.lists(shapes | shapes.map(shapely.centroid), max_size=2))) if plot else ()
    said = {Measure.STOREYS: draw(known), Measure.HEIGHT: draw(known), Measure.SLOPE: draw(st.none() | known)}
    asked = Asked(
        id=str(draw(st.integers(0, 99))),
        use=draw(st.sampled_from(["", "house", "public"])),
        work=draw(st.sampled_from(WORKS)),
        error_m=draw(st.sampled_from([0.0, 1.0, 5.0, MOST_ERROR_M])),
        approvals=frozenset(draw(st.sets(st.sampled_from(["farmland_conversion", "forest_land_use"])))),
        said=said,
        standing_storeys=tuple(draw(known) for _ in existing),
        is_spot=draw(st.booleans()),
    )
    return Drawn(building, plot, existing), asked


@pytest.fixture(scope="module")
def near(tmp_path_factory):
    """The sample district with a hill in its elevation, and a void in that."""
    folder = tmp_path_factory.mktemp("together") / "district"
    write_sample(folder)
    height = np.add.outer(np.zeros(130), np.maximum(np.arange(130.0) - 60, 0) * 15)
    height[40:50, 70:80] = np.nan
    (folder / "dem.tif").write_bytes(geotiff(height, (X - 100, Y + 1200)))
    path = folder / "district.yaml"
    path.write_text(path.read_text("utf-8") + "  dem: dem.tif\n", "utf-8")
    district = replace(read_district(folder), density_radius_m=None)
    made = around(district, MOST_ERROR_M)
    return lambda: made  # which is short in a report


@settings(deadline=None, max_examples=60)
@given(st.lists(proposals(), min_size=1, max_size=8))
def test_together_they_are_told_what_each_is_told_alone(near, some):
    near = near()
    drawn, asked = zip(*some, strict=True)
    said = judged_together(drawn, asked, near, ON)
    for row, (shapes_of_one, words) in enumerate(some):
        alone = judged(shapes_of_one, words, near, ON)
        verdicts = [said.verdict(name, row) for name in said.rules]
        assert [one for one in verdicts if one is not None] == [replace(one, part=None) for one in alone.verdicts]
        rows = [said.row(name, row) for name in dict.fromkeys(name for rows in said.rows for name in rows)]
        assert {one.rule: one for one in rows if one is not None} == {one.rule: one for one in alone.lists}
        attributes = alone.subject.attributes
        assert said.attributes(row) == attributes
        for name, outcome in said.outcomes(warnings=True).items():
            told = next((one for one in (*alone.verdicts, *alone.lists) if one.rule == name), None)
            assert (outcome[row] == -1) == (told is None)
