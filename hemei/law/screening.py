"""All buildings of a file against all rules of a district: a table of verdicts."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pyarrow as pa
import shapely

from hemei.engines.screen.crs import chosen, converter
from hemei.engines.screen.footprints import read_footprints
from hemei.engines.screen.measuring import middle_of
from hemei.engines.screen.reading import Source, open_source
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import footprints_of
from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind, Outcome, Verdict

from .deciding import decide
from .district import District
from .places import Measured, Place, measure, places_of
from .subject import InLayer, Subject

SCHEMA = pa.schema(
    {
        "building": pa.string(), "township": pa.string(), "rule": pa.string(), "kind": pa.string(),
        "outcome": pa.string(), "measure": pa.string(), "measured": pa.float64(), "unit": pa.string(),
        "threshold": pa.float64(), "margin": pa.float64(), "clause": pa.string(), "share": pa.float64(),
        "layer": pa.string(), "layer_version": pa.string(), "missing": pa.string(), "part": pa.binary(),
    }
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """What a screening came to: buildings, outcomes by rule and by township, and what was remarked."""

    buildings: int = 0
    outcomes: dict[tuple[str, str, str], int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    middles: list[np.ndarray] = field(default_factory=list)
    worst: list[str] = field(default_factory=list)

    def count(self, verdict: Verdict, township: str) -> None:
        key = verdict.rule, township, verdict.outcome.value
        self.outcomes[key] = self.outcomes.get(key, 0) + 1


class Screening:
    """One run of the rules. `tables` yields the verdicts, streamed; `tally` adds them up on the way."""

    def __init__(self, buildings: str, district: District, on: date) -> None:
        self.source: Source = open_source(buildings)
        self.district, self.on = district, on
        self.crs = chosen(district.crs, self.source.crs, lambda: middle_of(self.source))
        self.convert = converter(self.source.crs, self.crs)
        self.tally = Tally()
        self.places, self.tally.remarks = places_of(district, self.crs)
        self.far = {place.key: place.far for place in self.places}
        self._known: dict[Hashable, tuple[Verdict, ...]] = {}

    def tables(self) -> Iterator[pa.Table]:
        wanted = [name for name in dict.fromkeys([self.source.id_column, *self.district.columns.values()]) if name]
        for batch in self.source.batches([name for name in wanted if name in self.source.columns]):
            yield pa.Table.from_pylist(list(self._rows(batch)), schema=SCHEMA)

    def _rows(self, batch: pa.RecordBatch) -> Iterator[dict[str, object]]:
        column = batch.column(self.source.geometry)
        footprints, measurable, faults = read_footprints(column, self.convert)
        for what, rows in faults.rows.items():
            self.tally.faults[what] = self.tally.faults.get(what, 0) + len(rows)
        found = [measure(place, footprints) for place in self.places]
        near = np.zeros(len(batch), bool)
        for one in found:
            near |= one.near
        geometry = self._geometry(column, near & measurable)
        attributes = batch.drop_columns([self.source.geometry]).to_pylist()
        start = self.tally.buildings
        for row in np.flatnonzero(measurable):
            facts = attributes[row]
            identity = str(facts.get(self.source.id_column, start + row) if self.source.id_column else start + row)
            township = str(facts.get(self.district.columns.get("township", ""), "") or "")
            subject = self._subject(facts)
            judged = self._judged(subject, found, int(row), geometry[row]) if near[row] else self._far_away(subject)
            self.tally.worst.append(worst_of(judged))
            for verdict in judged:
                self.tally.count(verdict, township)
                yield as_row(verdict, identity, township)
        outline = footprints.outline
        box = outline.box[outline.owner_at[:-1][measurable]]
        self.tally.middles.append(np.column_stack([box[:, 0] + box[:, 2], box[:, 1] + box[:, 3]]) / 2)
        self.tally.buildings += len(batch)

    def _geometry(self, column: pa.Array, wanted: np.ndarray) -> np.ndarray:
        """Shapely geometries in the run's system of the rows that need them; None elsewhere."""
        geometry = np.full(len(column), None, dtype=object)
        if wanted.any():
            raw = np.asarray(column.to_numpy(zero_copy_only=False), dtype=object)[wanted]
            made = shapely.make_valid(shapely.force_2d(shapely.from_wkb(raw)), method="structure")
            if self.convert is not None:
                made = shapely.set_coordinates(made, self.convert(shapely.get_coordinates(made)))
            geometry[wanted] = made
        return geometry

    def _subject(self, facts: Mapping[str, object]) -> Subject:
        columns = self.district.columns
        attributes = {
            measure: float(facts[columns[measure.value]])  # type: ignore[arg-type]
            for measure in Measure
            if columns.get(measure.value) in facts and facts[columns[measure.value]] is not None
        }

        def word(key: str, default: str) -> str:
            return str(facts.get(columns.get(key, ""), None) or default)

        return Subject(
            id="",
            use=word("use", "house"),
            work=word("work", self.district.work),
            position_error_m=self.district.position_error_m,
            attributes=attributes,
            zone=word("zone", ""),
            tier=word("tier", ""),
        )

    def _far_away(self, subject: Subject) -> tuple[Verdict, ...]:
        """The verdicts of all buildings that are far from everything: the same for all that are alike."""
        key = (subject.use, subject.work, subject.zone, subject.tier, *sorted(subject.attributes.items()))
        if key not in self._known:
            self._known[key] = self._decide(replace(subject, layers=self.far))
        return self._known[key]

    def _judged(
        self, subject: Subject, found: list[Measured], row: int, footprint: shapely.Geometry
    ) -> tuple[Verdict, ...]:
        layers: dict[tuple[str, str], InLayer] = dict(self.far)
        for one in found:
            if one.near[row]:
                layers[one.place.key] = one.of(row, footprint, subject.position_error_m)
        return self._decide(replace(subject, layers=layers))

    def _decide(self, subject: Subject) -> tuple[Verdict, ...]:
        return decide(self.district.book.rules, subject, self.district.book.parameters, self.on)


def worst_of(verdicts: tuple[Verdict, ...]) -> str:
    """The worst outcome among the rules whose layer is there; warnings do not count as failing."""
    there = [verdict for verdict in verdicts if verdict.layer_version]
    if any(verdict.outcome is Outcome.FAIL and verdict.kind is not Kind.WARN for verdict in there):
        return Outcome.FAIL.value
    unsure = any(verdict.outcome is Outcome.UNKNOWN for verdict in there)
    return Outcome.UNKNOWN.value if unsure else Outcome.PASS.value


def as_row(verdict: Verdict, building: str, township: str) -> dict[str, object]:
    """A verdict as a row of the table."""
    return {
        "building": building,
        "township": township,
        "rule": verdict.rule,
        "kind": verdict.kind.value,
        "outcome": verdict.outcome.value,
        "measure": verdict.measure.value,
        "measured": verdict.measured,
        "unit": verdict.unit,
        "threshold": verdict.threshold,
        "margin": verdict.margin,
        "clause": verdict.clause,
        "share": verdict.share,
        "layer": verdict.layer,
        "layer_version": verdict.layer_version,
        "missing": "；".join(verdict.missing) or None,
        "part": None if verdict.outcome is Outcome.PASS else verdict.part,
    }


def measured_at(places: list[Place], footprint: shapely.Geometry, error_m: float) -> dict[tuple[str, str], InLayer]:
    """One footprint against all places."""
    footprints = footprints_of(rings_of(np.array([footprint], dtype=object)))
    return {place.key: measure(place, footprints).of(0, footprint, error_m) for place in places}
