"""Advice for a proposal: where on the plot building is permitted, how high, how dense, and which clause binds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely

from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind

from .deciding import threshold_of
from .district import District
from .places import Place
from .rules import Rule
from .subject import Subject


@dataclass(frozen=True, slots=True)
class Bound:
    """The greatest value of a measure on the permitted part, and the rule and clause that set it."""

    measure: Measure
    value: float
    rule: str
    clause: str


@dataclass(frozen=True, slots=True)
class Taken:
    """How much of the plot one rule takes away, m²."""

    rule: str
    clause: str
    area_m2: float


@dataclass(frozen=True, slots=True)
class Advice:
    """`permitted` is what is left of the plot; `undecided` names rules whose layer or number is 未配置."""

    plot_m2: float
    permitted: shapely.Geometry
    taken: tuple[Taken, ...]
    bounds: tuple[Bound, ...]
    undecided: tuple[str, ...]

    @property
    def permitted_m2(self) -> float:
        return float(shapely.area(self.permitted))


def advise(plot: shapely.Geometry, subject: Subject, places: Iterable[Place], district: District, on: date) -> Advice:
    """Subtract from the plot what `deny` and `allow-only` rules forbid; find the tightest limits on the rest.

    `plot` in metres, in the system of the places; a setback counts from the layer's edge, with the declared half-width
    of a road known by its centre line added. The position error is not subtracted: it is for setting out on site.
    """
    by_key = {place.key: place for place in places}
    permitted, taken, undecided = plot, [], []
    rules = [rule for rule in district.book.rules if rule.holds(on) and speaks_of(rule, subject)]
    for rule in rules:
        place = by_key.get((rule.layer, rule.of))
        threshold = threshold_of(rule, subject, district.book.parameters, on)
        if place is None or threshold is None:
            undecided.append(rule.id)
            continue
        forbidden = forbidden_by(rule, subject, place, threshold, plot)
        if forbidden is not None:
            area = float(shapely.area(shapely.intersection(plot, forbidden)))
            if area > 0.0:
                taken.append(Taken(rule.id, rule.clause, area))
                permitted = shapely.difference(permitted, forbidden)
    bounds = tightest(_bounds(rules, subject, by_key, permitted, district, on))
    return Advice(float(shapely.area(plot)), permitted, tuple(taken), bounds, tuple(undecided))


def speaks_of(rule: Rule, subject: Subject) -> bool:
    """Whether the rule is about such a use and such work."""
    return (not rule.uses or subject.use in rule.uses) and (not rule.works or subject.work in rule.works)


def forbidden_by(
    rule: Rule, subject: Subject, place: Place, threshold: float, plot: shapely.Geometry
) -> shapely.Geometry | None:
    """The ground near the plot where the rule forbids such a building; None where it forbids nothing."""
    if rule.kind is Kind.ALLOW_ONLY and (subject.work in rule.allows or rule.approvals & subject.approvals):
        return None
    if rule.kind not in (Kind.DENY, Kind.ALLOW_ONLY):
        return None
    setback = threshold + place.half_width_m if rule.measure is Measure.DISTANCE else 0.0
    near = nearby(place.geometry, plot, setback)
    if setback > 0.0:
        # Sixteen segments a quarter: the corner of a setback is at most 0.5 % of it too small.
        return shapely.union_all(shapely.buffer(near, setback, quad_segs=16)) if len(near) else None
    polygons = near[shapely.get_dimensions(near) == 2]
    return shapely.union_all(polygons) if len(polygons) else None


def nearby(geometry: np.ndarray, plot: shapely.Geometry, metres: float) -> np.ndarray:
    """The features within some metres of the plot."""
    return np.asarray(geometry[shapely.dwithin(geometry, plot, metres)])


def _bounds(
    rules: Iterable[Rule],
    subject: Subject,
    places: Mapping[tuple[str, str], Place],
    permitted: shapely.Geometry,
    district: District,
    on: date,
) -> Iterator[Bound]:
    for rule in rules:
        place = places.get((rule.layer, rule.of))
        value = threshold_of(rule, subject, district.book.parameters, on)
        if rule.kind is not Kind.LIMIT or place is None or value is None or permitted.is_empty:
            continue
        if len(nearby(place.geometry, permitted, rule.within_m + place.half_width_m)):
            yield Bound(rule.measure, value, rule.id, rule.clause)


def tightest(bounds: Iterable[Bound]) -> tuple[Bound, ...]:
    """The least value of each measure; of equal ones the first, baseline before zone before list."""
    least: dict[Measure, Bound] = {}
    for bound in bounds:
        if bound.measure not in least or bound.value < least[bound.measure].value:
            least[bound.measure] = bound
    return tuple(least.values())
