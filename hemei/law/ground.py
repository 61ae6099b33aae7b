"""What one rule takes of a plot: the ground on which it forbids, or warns of, what is proposed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import shapely

from hemei.engines.screen.inside import area_inside
from hemei.engines.screen.nearest import distance
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import footprints_of
from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind

from .deciding import threshold_of
from .district import District
from .parts import SEGMENTS, SLIVER_M2, Part, safely
from .places import Place
from .rules import EVERYWHERE, Rule
from .subject import Subject


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a proposal stands: the layers by (layer, class), the parts of its plot, and how steep the ground is.

    `steeper` gives, for a limit in degrees, the part of a plot above it and the part that nobody knows; None: no
    elevation. `error_m` None asks about the plot as it is drawn; a number, about what holds wherever the plot may lie
    within so many metres: as a verdict passes only what no such shift could make fail (`deciding.presence`).
    """

    places: Mapping[tuple[str, str], Place]
    parts: Sequence[Part]
    steeper: Callable[[float, shapely.Geometry], tuple[shapely.Geometry, shapely.Geometry]] | None = None
    error_m: float | None = None

    def reach_m(self, place: Place | None, metres: float) -> float:
        """How far from a layer's features a rule counts that looks `metres` far, all told.

        A half-width that was declared moves the edge, and is in doubt itself: for what is certain it counts once more.
        """
        half = place.half_width_m if place is not None else 0.0
        return metres + half if self.error_m is None else metres + half + half + self.error_m


def lost(rule: Rule, subject: Subject, ground: Ground, district: District, on: date) -> tuple[shapely.Geometry, bool]:
    """The ground on which the rule forbids (or warns of) such a building, and whether that is all there is to say."""
    gone, sure = [], not (rule.works and not subject.work)
    place = ground.places.get((rule.layer, rule.of))
    if not sure or (rule.layer != EVERYWHERE and (place is None or (place.lines_only and rule.needs_ground))):
        return shapely.GeometryCollection(), False
    for part in ground.parts:
        here = replace(subject, zone=part.zone, tier=part.tier)
        threshold = threshold_of(rule, here, district.book.parameters, on)
        if threshold is None:
            sure = False
            continue
        if rule.kind is Kind.LIMIT and rule.measure is Measure.SLOPE:
            steep, known = _too_steep(rule, place, threshold, part, ground)
            gone.append(steep)
            sure = sure and known
            continue
        if place is None:
            continue
        sure = sure and not _hidden(place, rule, threshold, part, ground)
        forbidden = _forbidden(rule, here, place, threshold, part, ground)
        if forbidden is not None:
            gone.append(shapely.intersection(part.ground, forbidden))
    return shapely.union_all(gone), sure


def _too_steep(
    rule: Rule, place: Place | None, threshold: float, part: Part, ground: Ground
) -> tuple[shapely.Geometry, bool]:
    """The ground steeper than a limit in or near the rule's layer, and whether the slope is known on all of it."""
    asked = part.ground
    if place is not None:
        reach = ground.reach_m(place, rule.within_m)
        asked = shapely.intersection(asked, widened(nearby(place.geometry, asked, reach), reach, ground))
    if shapely.is_empty(asked):
        return asked, True
    if ground.steeper is None:
        return shapely.GeometryCollection(), False
    error = ground.error_m or 0.0
    steep, unknown = ground.steeper(threshold, widened([asked], error, ground))
    return shapely.intersection(asked, widened([steep], error, ground)), bool(shapely.area(unknown) <= SLIVER_M2)


def _hidden(place: Place, rule: Rule, threshold: float, part: Part, ground: Ground) -> bool:
    """Whether something that the rule asks about may lie in a void of the elevation, in or near the part."""
    if place.voids is None:
        return False
    inside, edges = place.voids
    alone = footprints_of(rings_of(np.array([part.ground], dtype=object)))
    reach = (threshold if rule.measure is Measure.DISTANCE else 0.0) + (ground.error_m or 0.0)
    return bool(area_inside(inside, alone)[0] > 0.0 or distance(edges, alone)[0] <= reach)


def speaks_of(rule: Rule, subject: Subject) -> bool:
    """Whether the rule is about such a use and such work (or that is not known)."""
    use = not rule.uses or not subject.use or subject.use in rule.uses
    return use and (not rule.works or not subject.work or subject.work in rule.works)


def _forbidden(
    rule: Rule, subject: Subject, place: Place, threshold: float, part: Part, ground: Ground
) -> shapely.Geometry | None:
    """The ground near a part where the rule forbids such a building, or warns of it; None where it does neither."""
    if rule.kind is Kind.ALLOW_ONLY and (subject.work in rule.allows or rule.approvals & subject.approvals):
        return None
    if rule.kind is Kind.LIMIT:
        return None
    if rule.measure is Measure.DISTANCE:
        setback = ground.reach_m(place, threshold)
    else:
        setback = 0.0 if ground.error_m is None else ground.reach_m(place, 0.0)
    near = nearby(place.geometry, part.ground, setback)
    return widened(near if setback > 0.0 else near[shapely.get_dimensions(near) == 2], setback, ground)


def widened(shapes: Sequence[shapely.Geometry] | np.ndarray, metres: float, ground: Ground) -> shapely.Geometry:
    """All shapes as one, and the ground within some metres of them.

    The corners of setbacks are rounded by `SEGMENTS`; for what is certain they are wide enough to leave nothing out.
    """
    if metres > 0.0 and len(shapes):
        wide = metres if ground.error_m is None else safely(metres)
        shapes = shapely.buffer(np.asarray(shapes, dtype=object), wide, quad_segs=SEGMENTS)
    return shapely.union_all(shapes)


def nearby(geometry: np.ndarray, plot: shapely.Geometry, metres: float) -> np.ndarray:
    """The features within some metres of the plot."""
    return np.asarray(geometry[shapely.dwithin(geometry, plot, metres)])
