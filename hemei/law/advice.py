"""Advice for a proposal: where on the plot building is permitted, how high, how dense, and which clause binds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import shapely

from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind

from .deciding import threshold_of
from .district import District
from .ground import Ground, lost, nearby, speaks_of
from .lists import forbidding, rule_id
from .parts import SLIVER_M2
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
    """How much of the plot one rule takes away, m², and how much of it no rule before it took (`added_m2`).

    The `added_m2` of all rules add up to the plot less its permitted part; `assumed_m` as in `Verdict`.
    """

    rule: str
    clause: str
    area_m2: float
    assumed_m: float = 0.0
    added_m2: float = 0.0


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot (metres, in the system of the places) with what already stands on it, m²; None: not known."""

    ground: shapely.Geometry
    standing: shapely.Geometry
    built_m2: float | None = 0.0
    floor_m2: float | None = 0.0

    @property
    def area_m2(self) -> float:
        """The plot's area, m²."""
        return float(shapely.area(self.ground))


@dataclass(frozen=True, slots=True)
class Zoned:
    """What is permitted on the part of a plot in one zone and tier: the ground, and the greatest values there."""

    zone: str
    tier: str
    permitted: shapely.Geometry
    bounds: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """`permitted` is what is left of the plot; `undecided` names rules whose layer or number is 未配置.

    `bounds` hold wherever on the permitted part one builds; `zoned` says the same zone by zone, where there are
    several. `warned` is permitted ground of which a rule only warns. `open` says in words what could not be said, and
    why (no limit of a height, no storey height). `certain` is the same where the position error, and declared
    half-widths, are taken off; None where there are none.
    """

    plot_m2: float
    permitted: shapely.Geometry
    taken: tuple[Taken, ...]
    bounds: tuple[Bound, ...]
    undecided: tuple[str, ...]
    open: tuple[str, ...] = ()
    zoned: tuple[Zoned, ...] = ()
    warned: tuple[Taken, ...] = ()
    certain: Advice | None = None

    @property
    def permitted_m2(self) -> float:
        """The area of the part on which building is permitted, m²."""
        return float(shapely.area(self.permitted))

    def bound(self, measure: Measure) -> Bound | None:
        """The tightest limit of a measure; None where nothing limits it."""
        return next((bound for bound in self.bounds if bound.measure is measure), None)


def advise(plot: Plot, subject: Subject, ground: Ground, district: District, on: date) -> Advice:
    """Subtract from the plot what `deny` and `allow-only` rules forbid and what is too steep; find the tightest limits.

    Each part of the plot by the numbers of its own zone and tier; zones whose negative list has the work are taken
    away. A setback counts from the layer's edge, with the declared half-width of a road known by its centre line
    added. What of it is certain, for all that the position error could do, is the same with `ground.error_m` given: a
    building that is drawn wholly there, and in one zone, passes every rule that took ground, and no other limit holds.
    """
    permitted, undecided = plot.ground, []
    taken: list[Taken] = []
    warned: list[Taken] = []
    rules = [rule for rule in district.book.rules if rule.holds(on) and speaks_of(rule, subject)]
    for rule in rules:
        gone, sure = lost(rule, subject, ground, district, on)
        if not sure:
            undecided.append(rule.id)
        area = float(shapely.area(gone))
        place = ground.places.get((rule.layer, rule.of))
        left = permitted if rule.kind is Kind.WARN else shapely.difference(permitted, gone)
        if area > SLIVER_M2:
            added = float(shapely.area(permitted) - shapely.area(left))
            by = Taken(rule.id, rule.clause, area, place.half_width_m if place else 0.0, added)
            (warned if rule.kind is Kind.WARN else taken).append(by)
        permitted = left
    permitted = _off_the_list(permitted, subject, ground, district, on, taken)
    zoned = []
    for part in ground.parts:
        left = shapely.intersection(permitted, part.ground)
        here = replace(subject, zone=part.zone, tier=part.tier)
        zoned.append((part, left, tightest(_bounds(rules, here, ground, left, district, on))))
    everywhere = tightest(bound for _, _, bounds in zoned for bound in bounds)

    def whole(direct: tuple[Bound, ...], left: shapely.Geometry) -> tuple[Bound, ...]:
        return tightest([*direct, *_derived(direct, plot, left, district.storey_height_m)])

    bounds = whole(everywhere, permitted)
    return Advice(
        plot.area_m2,
        permitted,
        tuple(taken),
        bounds,
        tuple(undecided),
        tuple(_open(bounds, district.storey_height_m)),
        tuple(Zoned(part.zone, part.tier, left, whole(direct, left)) for part, left, direct in zoned)
        if len(zoned) > 1
        else (),
        tuple(warned),
    )


def _off_the_list(
    permitted: shapely.Geometry, subject: Subject, ground: Ground, district: District, on: date, taken: list[Taken]
) -> shapely.Geometry:
    """What is left of a plot without the parts in zones whose negative list has the work."""
    for part in ground.parts:
        for row in forbidding(district.plan, district.book, part.zone, subject.work, on):
            gone, left = shapely.area(part.ground), shapely.difference(permitted, part.ground)
            taken.append(
                Taken(rule_id(row), row.clause, float(gone), 0.0, float(shapely.area(permitted) - shapely.area(left)))
            )
            permitted = left
    return permitted


def _bounds(
    rules: Iterable[Rule],
    subject: Subject,
    ground: Ground,
    permitted: shapely.Geometry,
    district: District,
    on: date,
) -> Iterator[Bound]:
    for rule in rules:
        place = ground.places.get((rule.layer, rule.of))
        value = threshold_of(rule, subject, district.book.parameters, on)
        if rule.kind is not Kind.LIMIT or value is None or permitted.is_empty or rule.measure.of_place:
            continue
        if place is None and rule.layer != EVERYWHERE:
            continue
        if place is None or len(nearby(place.geometry, permitted, ground.reach_m(place, rule.within_m))):
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
        if bound.measure is Measure.DENSITY and plot.built_m2 is not None:
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
