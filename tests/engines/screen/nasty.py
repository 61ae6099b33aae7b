"""Strategies for polygons as bad as maps can be: on cell borders, overlapping, touching, holed, thin, in many parts."""

from __future__ import annotations

import os

import numpy as np
import shapely
import shapely.affinity
from hypothesis import strategies as st

CASES = int(os.environ.get("HEMEI_CASES") or 600)
"""Random layers a property: `HEMEI_CASES=20000 pytest tests/engines/screen` looks further."""
PLACES = 8
"""Where equality with GEOS is asked, each layer is met by its footprint in so many places: 4,800 cases a property."""
CORNER = (501_000.0, 3_515_000.0)
"""Somewhere in a district: coordinates of the size that real ones have."""

on_cells = st.integers(0, 14).map(lambda i: i * 16.0)
"""Multiples of half a leaf: edges and corners that coincide with each other and with the borders of cells."""
anywhere = st.floats(0, 224, allow_nan=False, width=32).map(float)


@st.composite
def polygons(draw, coordinate=on_cells | anywhere, most=9):
    """A valid polygon or multipolygon, made from a ring that may cross itself."""
    ring = draw(st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=most, unique=True))
    made = shapely.make_valid(shapely.Polygon(np.array(ring) + CORNER), method="structure")
    return made if made.geom_type in ("Polygon", "MultiPolygon") and made.area > 1e-6 else shapely.Polygon()


@st.composite
def layers(draw, most=6):
    """A few polygons that may overlap, touch or be alike."""
    return np.array([p for p in draw(st.lists(polygons(), max_size=most)) if not p.is_empty], dtype=object)


@st.composite
def footprints(draw):
    """A rectangle turned by any angle, or any polygon."""
    if draw(st.booleans()):
        return draw(polygons())
    x, y, turn = draw(anywhere), draw(anywhere), draw(st.floats(0, 180))
    across, along = draw(st.floats(0.5, 90)), draw(st.floats(0.5, 90))
    box = shapely.affinity.rotate(shapely.box(0, 0, across, along), turn)
    return shapely.affinity.translate(box, CORNER[0] + x, CORNER[1] + y)


def placed(footprint, seed):
    """A footprint where it was drawn, and moved at random over the layer, every other time by whole half-leaves."""
    if footprint.is_empty:
        return np.array([footprint], dtype=object)
    step = np.random.default_rng(seed).uniform(-160, 160, (PLACES, 2))
    step[0], step[1::2] = 0.0, np.round(step[1::2] / 16.0) * 16.0
    return np.array([shapely.affinity.translate(footprint, *by) for by in step], dtype=object)


def tolerance(*geometries) -> float:
    """What an area may differ by from GEOS's: rounding grows with the length of the outlines."""
    return max(1e-6, 1e-9 * sum(float(np.sum(shapely.length(g))) for g in geometries))
