"""How deep a building lies in a layer is never overstated: what surely fails fails wherever it really stands."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.engines.screen.area_map import build_area_map
from hemei.engines.screen.near_map import build_near_map, segments_of
from hemei.engines.screen.rings import rings_of
from hemei.law.book import national
from hemei.law.deciding import judge
from hemei.law.places import REACH_M, Place
from hemei.law.screening import measured_at
from hemei.law.subject import Subject
from hemei.terms.verdict import Outcome

PARCELS = [shapely.box(x, y, x + 21, y + 20) for x in range(0, 100, 20) for y in (0, 20, 60)]
"""Neighbours that overlap by a metre, and a row by itself."""
coordinate = st.floats(-20, 110)


def place():
    geometry = np.array(PARCELS, dtype=object)
    outline = np.array([shapely.union_all(geometry)], dtype=object)
    edges = build_near_map(segments_of(outline), REACH_M)
    ground = build_area_map(rings_of(geometry), dissolved=True)
    return Place("permanent_farmland", "", "v", geometry, shapely.STRtree(geometry), ground, edges, 0.0)


PLACE, LAND = place(), shapely.union_all(PARCELS)
RULE = national().rule("control.R10")


def verdict(shape, error):
    layers = measured_at([PLACE], shape, error)
    subject = Subject("s", work="new", position_error_m=error, layers=layers)
    return judge(RULE, subject, national().parameters, date(2026, 11, 1)), layers["permanent_farmland", ""]


@settings(deadline=None)
@given(
    coordinate, coordinate, st.floats(2, 40), st.floats(2, 40), st.floats(0, 90), st.floats(0.1, 9), st.floats(0, 6.28)
)
def test_no_shift_within_the_position_error_turns_a_sure_verdict(x, y, width, height, turn, error, way):
    shape = shapely.affinity.rotate(shapely.box(x, y, x + width, y + height), turn)
    said, found = verdict(shape, error)
    shift = 0.999 * error
    moved = shapely.affinity.translate(shape, shift * math.cos(way), shift * math.sin(way))
    inside = shapely.area(shapely.intersection(moved, LAND))
    if said.outcome is Outcome.FAIL:
        assert inside > 0.0
    if said.outcome is Outcome.PASS:
        assert inside < 1e-9
    assert found.area_m2 == np.float64(0) or abs(found.area_m2 - shapely.area(shapely.intersection(shape, LAND))) < 1e-6


@settings(deadline=None)
@given(coordinate, coordinate, st.integers(0, 3), st.floats(0.0, 9), st.integers(-50, 50), st.integers(-50, 50))
def test_neither_the_first_vertex_nor_the_place_on_the_map_matters(x, y, first, error, east, north):
    ring = [(x, y), (x + 12, y + 1), (x + 11, y + 9), (x - 1, y + 8)]
    one, _ = verdict(shapely.Polygon(ring), error)
    other, _ = verdict(shapely.Polygon(ring[first:] + ring[:first]), error)
    back, _ = verdict(shapely.Polygon(ring[::-1]), error)
    assert {one.outcome, other.outcome, back.outcome} == {one.outcome}
    moved = [shapely.affinity.translate(one, east, north) for one in PARCELS]
    geometry = np.array(moved, dtype=object)
    edges = build_near_map(segments_of(np.array([shapely.union_all(geometry)], dtype=object)), REACH_M)
    there = Place(
        "permanent_farmland", "", "v", geometry, shapely.STRtree(geometry),
        build_area_map(rings_of(geometry), dissolved=True), edges, 0.0,
    )  # fmt: skip
    shape = shapely.affinity.translate(shapely.Polygon(ring), east, north)
    elsewhere = measured_at([there], shape, error)["permanent_farmland", ""]
    here = measured_at([PLACE], shapely.Polygon(ring), error)["permanent_farmland", ""]
    assert abs(elsewhere.area_m2 - here.area_m2) < 1e-6
