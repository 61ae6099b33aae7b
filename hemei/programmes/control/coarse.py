"""What anybody is told of internal layers: one answer for each cell of a fixed grid, however often and finely they ask.

A cell is asked as a whole: it passes where nothing in it would fail, fails where all of it lies in the layer, and is
unknown where an edge runs through it. So an edge can be guessed to within a cell and no better.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import shapely

from hemei.law.around import Around
from hemei.law.disclosure import AT_THE_WINDOW
from hemei.law.proposal import Answer, Asked, Drawn, judged
from hemei.law.rules import EVERYWHERE, Rule
from hemei.terms.measure import Measure
from hemei.terms.verdict import Outcome, Verdict

CELL_M = 50.0
SURE_M = 0.01
"""A cell lies where it lies; what is nearer than this to an edge is cut by it."""
WHOLE = 1 - 1e-6
MOST_CELLS = 36
"""More ground than this at once is answered nowhere but at the window."""


def cells(shape: shapely.Geometry) -> list[shapely.Geometry] | None:
    """The cells (m) in which a shape lies; None: too many."""
    west, south, east, north = np.floor(np.array(shapely.bounds(shape)) / CELL_M)
    if (east - west + 1) * (north - south + 1) > MOST_CELLS:
        return None
    corners = [(x * CELL_M, y * CELL_M) for x in np.arange(west, east + 1) for y in np.arange(south, north + 1)]
    boxes = [shapely.box(x, y, x + CELL_M, y + CELL_M) for x, y in corners]
    return [box for box in boxes if shapely.intersects(box, shape)]


def coarsened(said: Answer, shape: shapely.Geometry, asked: Asked, ready: Around, *, zones_shown: bool) -> Answer:
    """An answer for the public in which whatever rests on an internal layer is that of the cells of `shape`."""
    told = outcomes(said, shape, asked, ready, zones_shown=zones_shown)
    return replace(said, verdicts=tuple(_without_numbers(one, told) for one in said.verdicts))


def outcomes(
    said: Answer, shape: shapely.Geometry, asked: Asked, ready: Around, *, zones_shown: bool
) -> Mapping[str, Outcome]:
    """By rule that rests on an internal layer, what holds in all cells of a shape; unknown where they differ."""
    hidden = set(_hidden(said, zones_shown=zones_shown))
    asked_of = cells(shape)
    if asked_of is None:
        return dict.fromkeys(hidden, Outcome.UNKNOWN)
    own: dict[Measure, float | None] = {
        measure: value for measure, value in said.subject.attributes.items() if measure is not Measure.SLOPE
    }
    alone = replace(asked, error_m=SURE_M, said=own, is_spot=True)  # the cell is nobody's footprint
    found: dict[str, set[Outcome]] = {rule: set() for rule in hidden}
    for cell in asked_of:
        for rule, outcome in _told(cell, alone, ready, said.on):
            if rule in hidden:
                found[rule].add(outcome)
    return {rule: next(iter(some)) if len(some) == 1 else Outcome.UNKNOWN for rule, some in found.items()}


def _told(cell: shapely.Geometry, asked: Asked, ready: Around, on: date) -> Iterator[tuple[str, Outcome]]:
    """What holds in all of a cell, rule by rule."""
    said = judged(Drawn(cell, None, ()), asked, ready, on)
    for verdict in said.verdicts:
        rule = said.district.book.rule(verdict.rule, on)
        inside = said.subject.layers.get((rule.layer, rule.of))
        cut = rule.layer != EVERYWHERE and (inside is None or inside.share < WHOLE)
        yield verdict.rule, Outcome.UNKNOWN if verdict.outcome is Outcome.FAIL and cut else verdict.outcome


def _hidden(said: Answer, *, zones_shown: bool) -> Iterator[str]:
    """The rules whose answer rests on an internal layer: their own, the elevation, or the zones by which numbers go."""
    book = said.district.book
    for verdict in said.verdicts:
        layer = book.layers.get(verdict.layer)
        rule = book.rule(verdict.rule, said.on)
        by_zone = not zones_shown and _by_zone(rule, said)
        if (layer is not None and layer.is_internal) or rule.measure is Measure.SLOPE or by_zone:
            yield verdict.rule


def _by_zone(rule: Rule, said: Answer) -> bool:
    """Whether a rule's number depends on the zone or the tier."""
    if not said.district.mosaics or not isinstance(rule.threshold, str):
        return False
    return any(any(dated.of[1:]) for dated in said.district.book.parameters[rule.threshold].values)


def _without_numbers(verdict: Verdict, told: Mapping[str, Outcome]) -> Verdict:
    if verdict.rule not in told:
        return verdict
    outcome = told[verdict.rule]
    return replace(
        verdict,
        outcome=outcome,
        measured=None,
        threshold=None,
        share=None,
        part=None,
        layer_version="",
        missing=(AT_THE_WINDOW,) if outcome is Outcome.UNKNOWN else (),
        assumed_m=0.0,
        looked_m=0.0,
    )
