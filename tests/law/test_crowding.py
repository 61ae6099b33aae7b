"""Density within the position error: wherever a building really stands, it is within what was said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.engines.screen.area_map import build_area_map
from hemei.engines.screen.density import CircleDensity, Counted, DensityTask, ParcelDensity
from hemei.engines.screen.layers import Layer
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import footprints_of
from hemei.engines.screen.sharing import in_one_piece
from hemei.law.crowding import could_be
from hemei.law.district import read_district
from hemei.law.sample_district import write_sample
from hemei.terms.measure import Measure

PLOTS = shapely.box(*np.array([(x, y, x + 25.0, y + 25.0) for x in (0.0, 25.0) for y in (0.0, 25.0)]).T)
STOREYS = "storeys"
metres = st.floats(1.0, 55.0)
houses = st.lists(st.builds(lambda x, y, a, b: shapely.box(x, y, x + a, y + b), metres, metres,
                            st.floats(3.0, 15.0), st.floats(3.0, 15.0)), min_size=1, max_size=5)  # fmt: skip


def on_plots(rings, floors):
    layer = Layer("plots", pa.array(range(4)), "v", (), True, lambda: PLOTS)
    batch = Counted(footprints_of(rings), floors, pa.array(range(len(rings))))
    parcels = build_area_map(rings_of(PLOTS), dissolved=False)
    return ParcelDensity(
        DensityTask("plots", storeys=STOREYS), None, iter([batch]), layer, shapely.area(PLOTS), parcels
    )


def in_circles(rings, floors):
    batch = Counted(footprints_of(rings), floors, pa.array(range(len(rings))))
    return CircleDensity(DensityTask(radius_m=30.0, storeys=STOREYS), None, iter([batch]), 30.0)


def ratios(made, footprints):
    found = made.columns(footprints, in_one_piece)
    return {m: np.asarray(found[m.value].to_numpy(zero_copy_only=False), float) for m in (Measure.DENSITY, Measure.FAR)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A district whose buildings tell no density of their own."""
    path = tmp_path_factory.mktemp("district") / "sample"
    write_sample(path)
    return replace(read_district(path), columns={})


@settings(max_examples=150, deadline=None)
@given(houses, st.sampled_from([on_plots, in_circles]), st.floats(0.1, 8.0), st.floats(0, 0.999), st.floats(0, 6.3))
def test_wherever_a_house_stands_within_its_error_the_density_is_in_the_range(folder, given_, make, error, part, turn):
    stored = np.full(len(given_), 2.0)
    shapes = np.array(given_, dtype=object)
    footprints = footprints_of(rings_of(shapes))
    made = make(rings_of(shapes), stored)
    ranges = could_be(made, footprints, np.full(len(shapes), error), stored, folder)
    moved = shapes.copy()
    moved[0] = shapely.transform(shapes[0], lambda xy: xy + error * part * np.array([np.cos(turn), np.sin(turn)]))
    there = ratios(make(rings_of(moved), stored), footprints_of(rings_of(moved)))
    for measure, (low, high) in ranges.items():
        value = there[measure][0]
        assert np.isnan(low[0]) or low[0] - 1e-9 <= value <= high[0] + 1e-9


def test_without_an_error_the_range_is_the_measure(folder):
    shapes = np.array([shapely.box(2, 2, 12, 12), shapely.box(20, 2, 30, 12), shapely.box(90, 90, 99, 99)])
    footprints, stored = footprints_of(rings_of(shapes)), np.full(3, 2.0)
    for make in (on_plots, in_circles):
        made = make(rings_of(shapes), stored)
        ranges = could_be(made, footprints, np.zeros(3), stored, folder)
        for measure, values in ratios(made, footprints).items():
            np.testing.assert_allclose(ranges[measure][0], values)
            np.testing.assert_allclose(ranges[measure][1], values)


def test_a_house_that_could_stand_on_no_plot_has_no_range(folder):
    shapes = np.array([shapely.box(47, 10, 57, 20), shapely.box(2, 2, 12, 12), shapely.box(8, 40, 18, 50)])
    made = on_plots(rings_of(shapes), np.full(3, 2.0))
    ranges = could_be(made, footprints_of(rings_of(shapes)), np.full(3, 4.0), np.full(3, 2.0), folder)
    low, high = ranges[Measure.DENSITY]
    assert np.isnan([low[0], high[0]]).all()
    assert (low[1], high[1]) == (0.0, 0.16)
