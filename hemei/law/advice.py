"""Advice for a proposal: where on the plot building is permitted, how high, how dense, and which clause binds."""

from __future__ import annotations

import math
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
from .rules import EVERYWHERE, Rule
from .subject import Subject

PERMITTED = "可以建房的部分"
"""What binds a footprint where no rule does: the ground that is left."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The greatest value of a measure on the permitted part, and the rule and clause that set it.

    `how` says how it follows, where it was not the rule's own measure (storeys from a height, a footprint from a
    density); rule and clause are empty where the ground itself binds.
    """

    measure: Measure
    value: float
    rule: str
    clause: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """How much of the plot one rule takes away, m²; `assumed_m` as in `Verdict`."""

    rule: str
    clause: str
    area_m2: float
    assumed_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot (metres, in the system of the places) with what already stands on it, m²; None: not known."""

    ground: shapely.Geometry
    standing: shapely.Geometry
    built_m2: float = 0.0
    floor_m2: float | None = 0.0

    @property
    def area_m2(self) -> float:
        return float(shapely.area(self.ground))


@dataclass(frozen=True, slots=True)
class Advice:
    """`permitted` is what is left of the plot; `undecided` names rules whose layer or number is 未配置.

    `open` says in words what could not be said, and why (no limit of a height, no storey height).
    """

    plot_m2: float
    permitted: shapely.Geometry
    taken: tuple[Taken, ...]
    bounds: tuple[Bound, ...]
    undecided: tuple[str, ...]
    open: tuple[str, ...] = ()

    @property
    def permitted_m2(self) -> float:
        return float(shapely.area(self.permitted))

    def bound(self, measure: Measure) -> Bound | None:
        return next((bound for bound in self.bounds if bound.measure is measure), None)


def advise(plot: Plot, subject: Subject, places: Iterable[Place], district: District, on: date) -> Advice:
    """Subtract from the plot what `deny` and `allow-only` rules forbid; find the tightest limits on the rest.

    A setback counts from the layer's edge, with the declared half-width of a road known by its centre line added. The
    position error is not subtracted: it is for setting out on site. Zone and tier are those of the proposed building.
    """
    by_key = {place.key: place for place in places}
    permitted, taken, undecided = plot.ground, [], []
    rules = [rule for rule in district.book.rules if rule.holds(on) and speaks_of(rule, subject)]
    for rule in rules:
        place = by_key.get((rule.layer, rule.of))
        threshold = threshold_of(rule, subject, district.book.parameters, on)
        unknown = place is None or place.voids is not None or (place.lines_only and rule.needs_ground)
        if threshold is None or (rule.layer != EVERYWHERE and unknown) or (rule.works and not subject.work):
            undecided.append(rule.id)
            continue
        forbidden = forbidden_by(rule, subject, place, threshold, plot.ground) if place is not None else None
        if place is not None and forbidden is not None:
            area = float(shapely.area(shapely.intersection(plot.ground, forbidden)))
            if area > 0.0:
                taken.append(Taken(rule.id, rule.clause, area, place.half_width_m))
                permitted = shapely.difference(permitted, forbidden)
    direct = tightest(_bounds(rules, subject, by_key, permitted, district, on))
    bounds = tightest([*direct, *_derived(direct, plot, permitted, district.storey_height_m)])
    said = tuple(_open(bounds, district.storey_height_m))
    return Advice(plot.area_m2, permitted, tuple(taken), bounds, tuple(undecided), said)


def speaks_of(rule: Rule, subject: Subject) -> bool:
    """Whether the rule is about such a use and such work (or that is not known)."""
    use = not rule.uses or not subject.use or subject.use in rule.uses
    return use and (not rule.works or not subject.work or subject.work in rule.works)


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
        if rule.kind is not Kind.LIMIT or value is None or permitted.is_empty or rule.measure.of_place:
            continue
        if place is None and rule.layer != EVERYWHERE:
            continue
        if place is None or len(nearby(place.geometry, permitted, rule.within_m + place.half_width_m)):
            yield Bound(rule.measure, value, rule.id, rule.clause)


def _derived(
    direct: Iterable[Bound], plot: Plot, permitted: shapely.Geometry, storey_height_m: float | None
) -> Iterator[Bound]:
    """What a height says of the storeys, and density and ground of the footprint."""
    if permitted.is_empty:
        return
    for bound in direct:
        if bound.measure is Measure.HEIGHT and storey_height_m:
            storeys = float(math.floor(bound.value / storey_height_m + 1e-9))
            how = f"由高度推算：层高按区里配置的 {storey_height_m:g} 米"
            yield Bound(Measure.STOREYS, storeys, bound.rule, bound.clause, how)
        if bound.measure is Measure.DENSITY:
            left = max(bound.value * plot.area_m2 - plot.built_m2, 0.0)
            how = f"由建筑密度推算：已有建筑占 {plot.built_m2:.0f} 平方米"
            yield Bound(Measure.FOOTPRINT, left, bound.rule, bound.clause, how)
    free = float(shapely.area(shapely.difference(permitted, plot.standing)))
    yield Bound(Measure.FOOTPRINT, free, "", "", PERMITTED)


def _open(bounds: Iterable[Bound], storey_height_m: float | None) -> Iterator[str]:
    known = {bound.measure for bound in bounds}
    for measure in (Measure.HEIGHT, Measure.STOREYS, Measure.DENSITY, Measure.FAR):
        if measure is Measure.STOREYS and Measure.HEIGHT in known and measure not in known and not storey_height_m:
            yield "层数：没有层数限值；层高未配置，不能由高度推算"
        elif measure not in known:
            yield f"{measure.label}：这里没有已配置的限值"


def tightest(bounds: Iterable[Bound]) -> tuple[Bound, ...]:
    """The least value of each measure; of equal ones the first, baseline before zone before list."""
    least: dict[Measure, Bound] = {}
    for bound in bounds:
        if bound.measure not in least or bound.value < least[bound.measure].value:
            least[bound.measure] = bound
    return tuple(least.values())
