"""All buildings of a file against all rules of a district: a table of verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from hemei.engines.screen.crs import chosen, converter
from hemei.engines.screen.footprints import Faults, read_footprints
from hemei.engines.screen.measuring import ELSEWHERE, IdCheck, middle_of
from hemei.engines.screen.reading import Source, Unreadable, is_parquet, open_source
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import Footprints, footprints_of
from hemei.engines.screen.shifted import off_neighbours
from hemei.engines.screen.terrain import Terrain, middles, read_terrain, slope_around, terrain_at
from hemei.engines.screen.writing import partial_of, write_results
from hemei.terms.measure import Measure
from hemei.terms.proposal import Ruling
from hemei.terms.verdict import Kind

from .around import Around, around
from .buildings import Slips, crowd_of, errors, shapes_of
from .columns import FAIL, NONE, OUTCOMES, PASS, UNKNOWN, Crowd, Judged, Seen, judge_all
from .crowding import could_be, crowded, density_of, spots_of
from .district import District
from .lists import by_lists
from .mosaics import Standing, zoned_by
from .places import STEEP, Place, in_layer, inside, measure
from .rules import Rule
from .subject import InLayer

WORD = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    {
        "building": WORD, "township": WORD, "rule": WORD, "kind": WORD, "outcome": WORD, "measure": WORD,
        "measured": pa.float64(), "unit": WORD, "threshold": pa.float64(), "margin": pa.float64(), "clause": WORD,
        "citation": WORD, "marks": WORD, "share": pa.float64(), "layer": WORD, "layer_version": WORD,
        "assumed_m": pa.float64(), "looked_m": pa.float64(), "missing": WORD, "part": pa.binary(),
    }
)  # fmt: skip
"""A verdict as a row. `marks`: how far the clause and its limit may be relied on; `part`: WKB in the run's system."""
PLAIN = pa.schema([pa.field(one.name, pa.string() if one.type == WORD else one.type) for one in SCHEMA])


@dataclass(slots=True)
class Tally:
    """What a screening came to: buildings, outcomes by (rule, township), what was remarked, and by building the middle
    (m) and the worst outcome of the rules whose layer is there."""

    buildings: int = 0
    outcomes: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    faults: dict[str, list[object]] = field(default_factory=dict)
    slips: Slips = field(default_factory=Slips)
    middles: list[np.ndarray] = field(default_factory=list)
    worst: list[np.ndarray] = field(default_factory=list)

    def note(self, faults: Faults, ids: pa.Array) -> None:
        """Name the rows of a batch with something wrong by their ids (rows,)."""
        for what, rows in faults.rows.items():
            self.faults.setdefault(what, []).extend(ids.take(pa.array(rows)).to_pylist())


@dataclass(frozen=True, slots=True)
class Batch:
    """Some ten thousand buildings, all that could be measured of them, and their parts inside each place."""

    ids: pa.Array
    rows: np.ndarray
    crowd: Crowd
    township: tuple[np.ndarray, list[str]]
    seen: dict[tuple[str, str], Seen]
    parts: dict[tuple[str, str], np.ndarray]


class Screening:
    """One run of the rules. `tables` yields the verdicts, streamed; `tally` adds them up. Raises Unreadable.

    `near`: the district's layers where they have been read already, for errors as large as any of the buildings'.
    `beside`: the folder in which their maps are kept from run to run. `lists`: the rows of the positive and negative
    lists are asked too, as rules under names of their own.
    """

    def __init__(
        self, buildings: str, district: District, on: date, near: Around | None = None, beside: Path | None = None,
        lists: bool = False,
    ) -> None:  # fmt: skip
        self.lists = lists
        self.source: Source = open_source(buildings)
        self.district, self.on = district, on
        self.rules = [rule for rule in district.book.rules if rule.holds(on)]
        self.crs = chosen(district.crs, self.source.crs, lambda: middle_of(self.source))
        self.convert = converter(self.source.crs, self.crs)
        middle_of(self.source)  # which refuses buildings that cannot be where they are said to be
        self.tally = Tally(remarks=[*district.remarks, *self._absent()])
        if near is None or near.crs != self.crs or near.error_m < self._worst_error():
            near = around(district, self._worst_error(), beside, self.crs)
        self.places, self.standings = list(near.places), list(near.standings)
        self.tally.remarks += near.remarks
        self.tally.remarks += off_neighbours(drawn(district, self.places, self.standings), self.crs)
        self.terrain: Terrain | None = read_terrain(Path(district.dem)) if district.dem else None
        self.density = density_of(district, self.source, self.convert, self.crs, beside)
        self.tally.remarks += [] if self.density is None else self.density.remarks()
        self.spots = None if self.density is None else spots_of(district, self.source, self.convert)
        self.ids = IdCheck()
        self.met: set[str] = set()

    def _absent(self) -> Iterator[str]:
        if self.district.error_column and self.district.error_column not in self.source.columns:
            raise Unreadable(f"{self.source.path}：没有列“{self.district.error_column}”（位置误差）")
        for key, name in self.district.columns.items():
            if name not in self.source.columns:
                yield f"建筑文件没有列“{name}”（{key}），按缺少处理；有：{'、'.join(self.source.columns)}"

    def _worst_error(self) -> float:
        """The largest position error of any building: so far beyond its limits each rule has to look."""
        if not self.district.error_column:
            return self.district.position_error_m
        batches = self.source.batches([self.district.error_column])
        return max((float(errors(batch, self.district, Slips()).max(initial=0.0)) for batch in batches), default=0.0)

    def tables(self) -> Iterator[pa.Table]:
        """The verdicts, a table for each rule and some ten thousand buildings, under `SCHEMA`."""
        names = [self.source.id_column, self.district.error_column, *self.district.columns.values()]
        wanted = [name for name in dict.fromkeys(names) if name and name in self.source.columns]
        for record in self.source.batches(wanted):
            batch = self._measured(record)
            worst = np.full(len(batch.rows), PASS, np.int8)
            for rule in self.rules:
                seen = batch.seen.get((rule.layer, rule.of))
                judged = judge_all(rule, batch.crowd, seen, self.district.book.parameters, self.on)
                self._add_up(rule, judged, batch, seen, worst)
                yield self._table(rule, judged, batch, seen)
            if self.lists:
                yield from self._by_lists(batch)
            self.tally.worst.append(worst)
        self.tally.remarks += self._unmet()
        doubles = self.ids.doubles()
        if doubles:
            self.tally.faults["id 重复，各行都判了"] = doubles

    def _unmet(self) -> Iterator[str]:
        """What has to be said of layers that no building came near: where they lie elsewhere, everything passes."""
        if not any(map(len, self.tally.middles)):
            return
        kinds = self.district.book.layers
        for layer in sorted({place.layer for place in self.places if place.layer != STEEP} - self.met):
            reach = max(place.reach_m for place in self.places if place.layer == layer)
            yield f"{kinds[layer].title}：{reach:g} 米以内没有一栋建筑。{ELSEWHERE}"

    def _measured(self, record: pa.RecordBatch) -> Batch:
        footprints, measurable, faults = read_footprints(record.column(self.source.geometry), self.convert)
        ids = self._ids(record)
        self.ids.see(ids)
        self.tally.note(faults, ids)
        district, slips = self.district, self.tally.slips
        crowd, township = crowd_of(record, footprints, measurable, district, self.standings, slips)
        crowd.attributes.update(crowded(self.density, footprints, district))
        error = np.where(measurable, crowd.error_m, 0.0)
        storeys = crowd.attributes.get(Measure.STOREYS)
        ranges = could_be(self.density, footprints, error, storeys, district)
        if self.density is not None and self.spots is not None:
            ranges = self.spots.blur(ranges, self.density, footprints, error)
        crowd.could_be.update(ranges)
        if self.terrain is not None and Measure.SLOPE.value not in district.columns:
            crowd.attributes[Measure.SLOPE] = terrain_at(self.terrain, footprints, self.crs)["slope_deg"]
            crowd.could_be[Measure.SLOPE] = slope_around(self.terrain, footprints, self.crs, error)
        rows = np.flatnonzero(measurable)
        seen, parts = against(self.places, footprints, measurable, crowd.error_m)
        for (layer, _), found in seen.items():
            if bool(((found.area_m2 > 0.0) | ~np.isnan(found.distance_m))[rows].any()):
                self.met.add(layer)
        self.tally.middles.append(middles(footprints)[rows])
        self.tally.buildings += len(record)
        names, codes = np.unique(township.astype(str), return_inverse=True)
        return Batch(ids, rows, crowd, (codes, names.tolist()), seen, parts)

    def _ids(self, record: pa.RecordBatch) -> pa.Array:
        if self.source.id_column:
            return record.column(self.source.id_column)
        start = self.tally.buildings
        return pa.array(np.arange(start, start + len(record)))

    def _add_up(self, rule: Rule, judged: Judged, batch: Batch, seen: Seen | None, worst: np.ndarray) -> None:
        outcome = judged.outcome[batch.rows]
        self._count(rule.id, outcome, batch)
        if seen is not None:
            if rule.kind is not Kind.WARN:
                worst[outcome == FAIL] = FAIL
            worst[(outcome == UNKNOWN) & (worst == PASS)] = UNKNOWN

    def _count(self, rule: str, outcome: np.ndarray, batch: Batch) -> None:
        codes, names = batch.township
        spoken = outcome != NONE
        counts = np.bincount(codes[batch.rows][spoken] * 3 + outcome[spoken], minlength=3 * len(names)).reshape(-1, 3)
        for name, row in zip(names, counts, strict=True):
            if row.any():
                self.tally.outcomes[rule, name] = self.tally.outcomes.get((rule, name), 0) + row

    def _by_lists(self, batch: Batch) -> Iterator[pa.Table]:
        """What the rows of the lists say of the buildings, a table for each row that speaks of any."""
        district, version = self.district, zoned_by(self.standings, told="zone" in self.district.columns)
        said = [by_lists(district.plan, district.book, one, self.on, version=version) for one in batch.crowd.sorts]
        for rule, first in {ruling.rule: ruling for some in said for ruling in some}.items():
            of_sort = [next((ruling for ruling in some if ruling.rule == rule), None) for some in said]
            numbers = [NONE if ruling is None else OUTCOMES.index(ruling.outcome) for ruling in of_sort]
            outcome = np.array(numbers, np.int8)[batch.crowd.sort[batch.rows]]
            self._count(rule, outcome, batch)
            yield self._list_table(first, outcome, of_sort, batch)

    def _list_table(self, first: Ruling, outcome: np.ndarray, of_sort: list[Ruling | None], batch: Batch) -> pa.Table:
        there = outcome != NONE
        rows = batch.rows[there]
        codes, names = batch.township
        lacking = ["；".join(ruling.missing) if ruling else "" for ruling in of_sort]
        columns: dict[str, pa.Array] = {
            "building": _coded(np.arange(len(rows)), batch.ids.take(pa.array(rows)).cast(pa.string())),
            "township": _coded(codes[rows], pa.array(names)),
            "outcome": _coded(outcome[there], pa.array([one.value for one in OUTCOMES])),
            "missing": _coded(batch.crowd.sort[rows], pa.array([word or None for word in lacking], pa.string())),
        }
        words = {
            "rule": first.rule, "kind": first.kind.value, "citation": first.clause, "marks": "，".join(first.marks),
            "layer": first.layer, "layer_version": first.layer_version, "measure": "", "unit": "", "clause": "",
        }  # fmt: skip
        columns |= {name: _coded(np.zeros(len(rows), np.int32), pa.array([word])) for name, word in words.items()}
        empty = {one.name: pa.nulls(len(rows), one.type) for one in SCHEMA if one.name not in columns}
        return pa.table([(columns | empty)[name] for name in SCHEMA.names], schema=SCHEMA)

    def _table(self, rule: Rule, judged: Judged, batch: Batch, seen: Seen | None) -> pa.Table:
        rows = batch.rows[judged.outcome[batch.rows] != NONE]
        n, clause = len(rows), self.district.book.clauses[rule.clause]
        measured, threshold = judged.measured[rows], judged.threshold[rows]
        gap = measured - threshold
        codes, names = batch.township
        columns = {
            "building": _coded(np.arange(n), batch.ids.take(pa.array(rows)).cast(pa.string())),
            "township": _coded(codes[rows], pa.array(names)),
            "outcome": _coded(judged.outcome[rows], pa.array([outcome.value for outcome in OUTCOMES])),
            "measured": _known(measured),
            "threshold": _known(threshold),
            "margin": _known(gap if rule.measure.more_is_better else -gap),
            "share": _known(np.full(n, np.nan) if seen is None else seen.share[rows]),
            "assumed_m": pa.array(np.full(n, 0.0 if seen is None else seen.uncertain_m)),
            "looked_m": pa.array(np.full(n, 0.0 if seen is None else seen.reach_m)),
            "missing": pa.array(judged.missing[rows], mask=judged.missing[rows] == 0).cast(pa.int32()),
            "part": _part(judged.outcome[rows], batch.parts.get((rule.layer, rule.of)), rows),
        }
        columns["missing"] = pa.DictionaryArray.from_arrays(columns["missing"], pa.array(judged.words))
        said = {
            "rule": rule.id, "kind": rule.kind.value, "measure": rule.measure.value, "unit": rule.measure.unit,
            "clause": rule.clause, "citation": clause.citation, "marks": "，".join(clause.marks(self.on)),
            "layer": rule.layer, "layer_version": "" if seen is None else seen.version,
        }  # fmt: skip
        columns |= {name: _coded(np.zeros(n, np.int32), pa.array([word])) for name, word in said.items()}
        return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def drawn(district: District, places: list[Place], standings: list[Standing]) -> dict[str, np.ndarray]:
    """The geometries (features,) of a district's layers and mosaics, in metres, by layer or by file."""
    found: dict[str, np.ndarray] = {}
    for place in places:
        if place.layer != STEEP:
            found[place.layer] = np.concatenate([found.get(place.layer, np.empty(0, object)), place.geometry])
    return found | {
        Path(mosaic.file.partition("|")[0]).name: standing.geometry
        for mosaic, standing in zip(district.mosaics, standings, strict=True)
    }


def against(
    places: list[Place], footprints: Footprints, measurable: np.ndarray, error_m: np.ndarray
) -> tuple[dict[tuple[str, str], Seen], dict[tuple[str, str], np.ndarray]]:
    """All footprints, with errors `error_m` (buildings,), against all places.

    Besides, the part of each inside each place as WKB (buildings,), None where none.
    """
    shapes = shapes_of(footprints)
    seen, parts = {}, {}
    for place in places:
        found = measure(place, footprints)
        geometry = np.full(len(footprints), None, dtype=object)
        touched = measurable & (found.area_m2 > 0.0)
        geometry[touched] = shapes(np.flatnonzero(touched))
        part = geometry.copy()
        some = np.flatnonzero(touched & found.partly())
        part[some] = inside(place, geometry[some])
        parts[place.key] = np.asarray(shapely.to_wkb(part), dtype=object)
        seen[place.key] = found.seen(np.where(measurable, error_m, 0.0), geometry)
    return seen, parts


def measured_at(places: list[Place], footprint: shapely.Geometry, error_m: float) -> dict[tuple[str, str], InLayer]:
    """One footprint against all places."""
    alone = footprints_of(rings_of(np.array([footprint], dtype=object)))
    seen, parts = against(places, alone, np.array([True]), np.array([error_m]))
    return {key: in_layer(one, 0, parts[key][0]) for key, one in seen.items()}


def _coded(codes: np.ndarray, words: pa.Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), words)


def _known(values: np.ndarray) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))


def _part(outcome: np.ndarray, parts: np.ndarray | None, rows: np.ndarray) -> pa.Array:
    if parts is None:
        return pa.nulls(len(rows), pa.binary())
    return pa.array(np.where(outcome == PASS, None, parts[rows]), pa.binary())


def write_verdicts(path: Path, screening: Screening) -> int:
    """Write all verdicts as Parquet (streamed) or CSV; returns their number."""
    if not is_parquet(path):
        tables = ((table.cast(PLAIN).drop_columns(["part"]), None) for table in screening.tables())
        return write_results(path, tables, screening.crs)
    count = 0
    with partial_of(path) as partial, pq.ParquetWriter(partial, SCHEMA, store_schema=False) as writer:
        for table in screening.tables():
            if table.num_rows:
                writer.write_table(table)
            count += table.num_rows
    return count
