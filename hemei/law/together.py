"""Many proposals at once: what every rule, and every row of the lists, says of each, column by column.

`proposal.judged` answers one, with advice. Here thousands are measured together, and what was measured stays at hand
for those of which more has to be said. A test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import Footprints, footprints_of
from hemei.engines.screen.terrain import read_terrain, slope_around, terrain_at
from hemei.terms.measure import Measure
from hemei.terms.proposal import Ruling
from hemei.terms.verdict import Kind, Verdict

from .around import Around
from .columns import NONE, OUTCOMES, UNKNOWN, Crowd, Judged, Seen, Sort, judge_all
from .lists import by_lists
from .mosaics import zoned_by
from .places import measure
from .proposal import Asked, Drawn, attributes_of, plot_of, stands_in
from .rules import EVERYWHERE, Rule

Key = tuple[str, str]
Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Together:
    """What is said of proposals (n of them) on a day: by rules as columns, by rows of the lists for each sort of
    proposals that are alike in words and zone."""

    near: Around
    on: date
    crowd: Crowd
    ids: Sequence[str]
    seen: Mapping[Key, Seen]
    rules: Mapping[str, Rule]
    judged: Mapping[str, Judged]
    rows: Sequence[Mapping[str, Ruling]]

    def outcomes(self, *, warnings: bool) -> dict[str, np.ndarray]:
        """By rule and by row its outcomes (n,), as in `columns`; with or without those that only warn."""
        found = {rule: self.judged[rule].outcome for rule in self.rules if warnings or not self._warns(rule)}
        for name in dict.fromkeys(name for rows in self.rows for name in rows):
            found[name] = self._of_row(name, warnings=warnings)
        return found

    def _of_row(self, name: str, *, warnings: bool) -> np.ndarray:
        said = [rows.get(name) for rows in self.rows]
        told = [one if warnings or (one and one.kind is not Kind.WARN) else None for one in said]
        numbers = [NONE if one is None else OUTCOMES.index(one.outcome) for one in told]
        return np.asarray(np.array(numbers, np.int8)[self.crowd.sort])

    def _warns(self, rule: str) -> bool:
        return self.rules[rule].kind is Kind.WARN

    def unset(self, name: str) -> np.ndarray:
        """Where a rule or a row is unknown only because something is not configured, (n,) of bool."""
        if name not in self.rules:
            of_sort = [(one := rows.get(name)) is not None and not one.layer_version for rows in self.rows]
            there = np.array(of_sort, bool)[self.crowd.sort]
            return np.asarray(there & (self._of_row(name, warnings=True) == UNKNOWN))
        rule, judged = self.rules[name], self.judged[name]
        is_there = rule.layer == EVERYWHERE or (rule.layer, rule.of) in self.seen
        return np.asarray((judged.outcome == UNKNOWN) & (np.isnan(judged.threshold) if is_there else True))

    def row(self, name: str, number: int) -> Ruling | None:
        """What a row of the lists says of one; None where it is silent."""
        return self.rows[int(self.crowd.sort[number])].get(name)

    def verdict(self, name: str, number: int) -> Verdict | None:
        """What a rule says of one, without the offending part; None where it is silent. As `deciding.judge` does."""
        if name not in self.rules or self.judged[name].outcome[number] == NONE:
            return None
        rule, judged = self.rules[name], self.judged[name]
        seen = self.seen.get((rule.layer, rule.of))
        return Verdict(
            rule=rule.id,
            subject=self.ids[number],
            kind=rule.kind,
            outcome=OUTCOMES[judged.outcome[number]],
            measure=rule.measure,
            measured=_known(judged.measured[number]),
            threshold=_known(judged.threshold[number]),
            clause=rule.clause,
            layer=rule.layer,
            layer_version=seen.version if seen else "",
            share=float(seen.share[number]) if seen else None,
            missing=tuple(filter(None, [judged.words[judged.missing[number]]])),
            assumed_m=seen.uncertain_m if seen else 0.0,
            looked_m=seen.reach_m if seen else 0.0,
        )

    def rows_told(self) -> list[Mapping[str, Ruling]]:
        """What anybody is told of `rows` while the layer of the zones is internal."""
        return _rows(self.near, self.crowd.sorts, self.on, public=True)

    def attributes(self, number: int) -> dict[Measure, float]:
        """What is known of one, as `subject.Subject` has it."""
        found = {of: float(values[number]) for of, values in self.crowd.attributes.items()}
        return {of: value for of, value in found.items() if not np.isnan(value)}


def judged_together(drawn: Sequence[Drawn], asked: Sequence[Asked], near: Around, on: date) -> Together:
    """Judge proposals that are drawn in metres, in the system of `near`, none with a larger error than it is good for,
    and none that says its own zone."""
    district = near.district
    geometry = np.array([one.building for one in drawn], dtype=object)
    error = np.array([one.error_m for one in asked], float)
    footprints = footprints_of(rings_of(geometry))
    seen = {place.key: measure(place, footprints).seen(error, geometry) for place in near.places}
    sorts, sort = _sorted(drawn, asked, near, footprints, error)
    crowd = Crowd(sorts, sort, error, *_attributes(drawn, asked, near, footprints, error))
    rules = {rule.id: rule for rule in district.book.rules if rule.holds(on)}
    judged = {
        name: judge_all(rule, crowd, seen.get((rule.layer, rule.of)), district.book.parameters, on)
        for name, rule in rules.items()
    }
    rows = _rows(near, sorts, on)
    return Together(near, on, crowd, [one.id for one in asked], seen, rules, judged, rows)


def _rows(near: Around, sorts: Sequence[Sort], on: date, *, public: bool = False) -> list[Mapping[str, Ruling]]:
    """For each sort what the rows of the lists say."""
    plan, book, version = near.district.plan, near.district.book, zoned_by(near.standings, told=False)
    said = (by_lists(plan, book, one, on, version=version, public=public) for one in sorts)
    return [{ruling.rule: ruling for ruling in some} for some in said]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _sorted(
    drawn: Sequence[Drawn], asked: Sequence[Asked], near: Around, footprints: Footprints, error: np.ndarray
) -> tuple[list[Sort], np.ndarray]:
    """The sorts of proposals that are alike but for what is measured, and the number (n,) of each one's sort."""
    held = {role: words for one in near.standings for role, words in one.at(footprints).items()}
    close = np.zeros(len(drawn), bool)
    for standing in near.standings:
        close |= standing.near_a_border(footprints, error)
    numbers: dict[Sort, int] = {}
    sort = np.zeros(len(drawn), np.int64)
    for n, one in enumerate(asked):
        zone, tier = (str(held[role][n]) if role in held else "" for role in ("zone", "tier"))
        may_be: Choices = ()
        if close[n]:
            zone, tier, may_be = stands_in(near.standings, drawn[n].building, one.error_m, one.told)
        made = Sort(one.use, one.work, one.approvals, zone, tier, may_be)
        sort[n] = numbers.setdefault(made, len(numbers))
    return list(numbers), sort


def _attributes(
    drawn: Sequence[Drawn], asked: Sequence[Asked], near: Around, footprints: Footprints, error: np.ndarray
) -> tuple[dict[Measure, np.ndarray], dict[Measure, tuple[np.ndarray, np.ndarray]]]:
    """Measures (n,) of the proposals, NaN where not known, and the slopes on which each could stand."""
    found: dict[Measure, np.ndarray] = {}
    for n, (shapes, one) in enumerate(zip(drawn, asked, strict=True)):
        for of, value in attributes_of(one, shapes, plot_of(shapes, one.standing_storeys)).items():
            found.setdefault(of, np.full(len(drawn), np.nan))[n] = value
    if not near.district.dem:
        return found, {}
    terrain = read_terrain(Path(near.district.dem))
    told = found.get(Measure.SLOPE, np.full(len(drawn), np.nan))
    slope = terrain_at(terrain, footprints, near.crs)["slope_deg"]
    low, high = slope_around(terrain, footprints, near.crs, error)
    found[Measure.SLOPE] = np.where(np.isnan(told), slope, told)
    ranges = tuple(np.where(np.isnan(told), values, told) for values in (low, high))
    return found, {Measure.SLOPE: (ranges[0], ranges[1])}
