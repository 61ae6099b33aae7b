"""What anybody is told of internal layers: one answer for each cell of a fixed grid, however often and finely they ask.

Of a layer only two things count in a cell: whether any of it lies in the cells about it, as far as any rule on that
layer looks, and whether it covers the cell whole. All rules on a layer go by these alone. So an edge can be guessed
to within a cell and no better, by one rule or by many together.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import shapely

from hemei.engines.screen.nearest import gap
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import footprints_of
from hemei.law.around import Around
from hemei.law.deciding import judge
from hemei.law.disclosure import AT_THE_WINDOW
from hemei.law.places import VOID, Place, measure, reach_of
from hemei.law.proposal import Answer, Asked, Drawn, subject_of
from hemei.law.rules import Rule
from hemei.law.subject import InLayer
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
    hidden = hidden_rules((one.rule for one in said.verdicts), ready, said.on, zones_shown=zones_shown)
    return outcomes_of(hidden, said.subject.attributes, shape, asked, ready, said.on)


def outcomes_of(
    hidden: Collection[str],
    attributes: Mapping[Measure, float],
    shape: shapely.Geometry,
    asked: Asked,
    ready: Around,
    on: date,
) -> Mapping[str, Outcome]:
    """The same for some rules, by what is known of the building."""
    asked_of = cells(shape)
    if asked_of is None:
        return dict.fromkeys(hidden, Outcome.UNKNOWN)
    own: dict[Measure, float | None] = {of: value for of, value in attributes.items() if of is not Measure.SLOPE}
    alone = replace(asked, error_m=SURE_M, said=own, is_spot=True)  # the cell is nobody's footprint
    found: dict[str, set[Outcome]] = {rule: set() for rule in hidden}
    for cell in asked_of:
        for rule, outcome in _told(cell, alone, ready, on):
            if rule in hidden:
                found[rule].add(outcome)
    return {rule: next(iter(some)) if len(some) == 1 else Outcome.UNKNOWN for rule, some in found.items()}


def _told(cell: shapely.Geometry, asked: Asked, ready: Around, on: date) -> Iterator[tuple[str, Outcome]]:
    """What holds in all of a cell, rule by rule."""
    book = ready.district.book
    subject = subject_of(Drawn(cell, None, ()), asked, ready)
    states = {place.key: _states(place, cell, ready) for place in ready.places}
    for rule in book.on(on).rules:
        key = rule.layer, rule.of
        seen = [replace(subject, layers={key: one}) for one in states.get(key, ())] or [subject]
        verdicts = [judge(rule, one, book.parameters, on) for one in seen]
        said = {verdict.outcome for verdict in verdicts if verdict is not None}
        if said:
            yield rule.id, said.pop() if len(said) == 1 else Outcome.UNKNOWN


def _states(place: Place, cell: shapely.Geometry, ready: Around) -> list[InLayer]:
    """How a building in a cell may lie to a place, as far as anybody is told: in it, far from it, or either."""
    far = InLayer(version=place.version, lines_only=place.lines_only)
    inside = replace(far, area_m2=CELL_M**2, share=1.0, distance_m=0.0, depth_m=math.inf, edge_m=math.inf)
    looked = max(reach_of(ready.district.book, place.layer, of) for of in _classes(place, ready)) + place.half_width_m
    around = shapely.box(*_wider(cell, CELL_M * math.ceil(looked / CELL_M)))
    here, about = (footprints_of(rings_of(np.array([one], dtype=object))) for one in (cell, around))
    if measure(place, here).shares()[0] >= WHOLE:
        return [inside]
    if place.voids is not None and gap(place.voids[1], place.voids[0], about)[0] <= SURE_M:
        return [replace(far, missing=VOID)]
    return [inside, far] if len(place.index.query(around, predicate="intersects")) else [far]


def _classes(place: Place, ready: Around) -> tuple[str, ...]:
    """The classes of a place's layer, and that of all of them."""
    kind = ready.district.book.layers.get(place.layer)
    return ("", *kind.classes) if kind else ("",)


def _wider(cell: shapely.Geometry, by_m: float) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.bounds(cell)
    return west - by_m, south - by_m, east + by_m, north + by_m


def hidden_rules(rules: Iterable[str], ready: Around, on: date, *, zones_shown: bool) -> set[str]:
    """Of some rules those whose answer rests on an internal layer: their own, the elevation, or the zones by which
    numbers go."""
    book, found = ready.district.book, set()
    for name in rules:
        rule = book.rule(name, on)
        layer = book.layers.get(rule.layer)
        by_zone = not zones_shown and _by_zone(rule, ready)
        if (layer is not None and layer.is_internal) or rule.measure is Measure.SLOPE or by_zone:
            found.add(name)
    return found


def _by_zone(rule: Rule, ready: Around) -> bool:
    """Whether a rule's number depends on the zone or the tier."""
    if not ready.district.mosaics or not isinstance(rule.threshold, str):
        return False
    return any(any(dated.of[1:]) for dated in ready.district.book.parameters[rule.threshold].values)


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
