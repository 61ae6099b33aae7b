"""Rows of a district's buildings → a crowd: what they are, where they stand, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from hemei.engines.screen.footprints import as_geometry
from hemei.engines.screen.rings import Rings
from hemei.engines.screen.rings import Shapes as Outline
from hemei.engines.screen.shapes import Footprints, areas
from hemei.terms.measure import Measure

from .columns import Crowd, Sort
from .district import District
from .lists import of_what_stands
from .mosaics import Standing, by_zone
from .rules import USE_TITLES, WORK_TITLES, approvals_in, approvals_of
from .subject import GPS_ERROR_M

PLACES = ("zone", "tier")
Shapes = Callable[[np.ndarray], np.ndarray]
"""Gives the shapely geometries of some rows of the batch."""


@dataclass(slots=True)
class Slips:
    """Words and numbers in the columns that nobody can use, counted by what is said of them."""

    counted: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, count: int) -> None:
        """Count `count` buildings more of which something has to be said."""
        if count:
            self.counted[what] = self.counted.get(what, 0) + count


def crowd_of(
    batch: pa.RecordBatch,
    footprints: Footprints,
    measurable: np.ndarray,
    district: District,
    standings: list[Standing],
    slips: Slips,
) -> tuple[Crowd, np.ndarray]:
    """The buildings of a batch, one a row, and their townships ("" where none); a row that cannot be measured too."""
    n = len(batch)
    columns = {key: batch.column(name) for key, name in district.columns.items() if name in batch.schema.names}
    stands = {role: values for one in standings for role, values in one.at(footprints).items()}
    words = {key: _words(columns[key], n) if key in columns else stands.get(key) for key in (*PLACES, "township")}
    error = errors(batch, district, slips)
    own = {role: _filled(words[role], n) for role in PLACES}
    crowd = _sorted(
        {
            "use": _known(columns.get("use"), "use", n, "house", USE_TITLES, slips),
            "work": _known(columns.get("work"), "work", n, district.work, WORK_TITLES, slips),
            "approvals": _papers(_words(columns.get("approvals"), n), district, slips),
            **own,
            "may_be": _may_be(footprints, np.where(measurable, error, 0.0), district, standings, own, [*columns]),
        },
        error,
        _attributes(columns, footprints, slips),
    )
    return crowd, _filled(words["township"], n)


def _filled(words: np.ndarray | None, n: int) -> np.ndarray:
    return np.full(n, "", dtype=object) if words is None else words


def _words(column: pa.Array | None, n: int) -> np.ndarray:
    """A column as words, "" for null."""
    if column is None:
        return np.full(n, "", dtype=object)
    text = pc.utf8_trim_whitespace(pc.fill_null(column.cast(pa.string()), ""))
    return np.asarray(text.to_numpy(zero_copy_only=False), dtype=object)


def _known(
    column: pa.Array | None,
    key: str,
    n: int,
    default: str,
    titles: Mapping[str, str],
    slips: Slips,
) -> np.ndarray:
    """Words that the rules know, by name or by title; "" (not known) for all others."""
    if column is None:
        return np.full(n, default, dtype=object)
    words = _words(column, n)
    meant = {title: word for word, title in titles.items()} | {word: word for word in titles}
    for word in {*words.tolist()} - {*meant, ""}:
        rows = words == word
        slips.add(f"{key} 列的“{word}”不认识（可用：{'、'.join(titles)}），按未写明处理", int(rows.sum()))
    return np.array([meant.get(word, "") for word in words.tolist()], dtype=object)


def _papers(words: np.ndarray, district: District, slips: Slips) -> np.ndarray:
    """The approvals that the rules know, by name or by title, with a blank between them."""
    known = approvals_of(district.book.rules)
    cells: dict[str, str] = {}
    for cell in {*words.tolist()}:
        named = approvals_in(cell)
        cells[cell] = " ".join(known[name] for name in named if name in known)
        for strange in [name for name in named if name not in known]:
            said = f"approvals 列的“{strange}”不认识（可用：{'、'.join(known)}），按没有这一项处理"
            slips.add(said, int((words == cell).sum()))
    return np.array([cells[cell] for cell in words.tolist()], dtype=object)


def errors(batch: pa.RecordBatch, district: District, slips: Slips) -> np.ndarray:
    """The position error of each building, metres."""
    if not district.error_column:
        return np.full(len(batch), district.position_error_m)
    values = _numbers(batch.column(district.error_column), "position_error_m", slips)
    return np.where(np.isnan(values), GPS_ERROR_M, values)


def _numbers(column: pa.Array, key: str, slips: Slips) -> np.ndarray:
    """A column as numbers; NaN for null and for what is no number or below 0."""
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        values = np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), float)
    else:
        values = np.array([_number(value) for value in column.to_pylist()], float)
    wrong = np.asarray(column.is_valid()) & ~(np.isfinite(values) & (values >= 0.0))
    slips.add(f"{key} 列有不能用的值（不是数或小于 0），按缺少处理", int(wrong.sum()))
    return np.where(np.isfinite(values) & (values >= 0.0), values, np.nan)


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return float("nan")


def _attributes(columns: Mapping[str, pa.Array], footprints: Footprints, slips: Slips) -> dict[Measure, np.ndarray]:
    """What the columns say; the footprint is measured where they do not say it."""
    found = {
        measure: _numbers(columns[measure.value], measure.value, slips)
        for measure in Measure
        if measure.value in columns
    }
    return {Measure.FOOTPRINT: areas(footprints)} | found


def _may_be(
    footprints: Footprints,
    error: np.ndarray,
    district: District,
    standings: list[Standing],
    own: Mapping[str, np.ndarray],
    told: list[str],
) -> np.ndarray:
    """The zones and tiers in which each building could stand within its position error; () where there is one only."""
    out = np.empty(len(footprints), dtype=object)
    out[:] = [()] * len(out)
    if not by_zone(district.book) and not of_what_stands(district.plan):
        return out
    for standing in standings:
        roles = [standing.roles.index(role) if role in standing.roles and role not in told else None for role in PLACES]
        if roles == [None, None]:
            continue
        rows = np.flatnonzero(standing.near_a_border(footprints, error))
        for row, shape in zip(rows, shapes_of(footprints)(rows), strict=True):
            found = standing.choices(shape, float(error[row]))
            here = [own[role][row] for role in PLACES]
            choices = {tuple(here[i] if r is None else one[r] for i, r in enumerate(roles)) for one in found}
            out[row] = tuple(sorted(choices))
    return out


def _sorted(words: Mapping[str, np.ndarray], error: np.ndarray, attributes: dict[Measure, np.ndarray]) -> Crowd:
    """Number the buildings that are alike in their words."""
    n = len(error)
    code = np.zeros(n, np.int64)
    for values in words.values():
        own, count = _numbered(values)
        if count > 1:
            code = np.unique(code * count + own, return_inverse=True)[1]
    _, first, sort = np.unique(code, return_index=True, return_inverse=True)
    sorts = [
        Sort(
            use=words["use"][row],
            work=words["work"][row],
            approvals=frozenset(words["approvals"][row].split()),
            zone=words["zone"][row],
            tier=words["tier"][row],
            may_be=words["may_be"][row],
        )
        for row in first
    ]
    return Crowd(sorts, sort, error, attributes)


def _numbered(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Equal values as equal numbers from 0 on, and how many there are."""
    if isinstance(values[0] if len(values) else "", str):
        coded = pa.array(values, pa.string()).dictionary_encode()
        return coded.indices.to_numpy(), len(coded.dictionary)
    numbers: dict[object, int] = {}
    own = np.fromiter((numbers.setdefault(value, len(numbers)) for value in values.tolist()), np.int64, len(values))
    return own, len(numbers)


def shapes_of(footprints: Footprints) -> Shapes:
    """How to get the shapes of some rows, in the run's system, repaired where they crossed themselves."""
    outline = footprints.outline
    rings = np.diff(outline.owner_at)

    def make(rows: np.ndarray) -> np.ndarray:
        out = np.full(len(rows), None, dtype=object)
        single = rings[rows] == 1
        out[single] = _single(outline, outline.owner_at[:-1][rows[single]])
        if not single.all():
            out[~single] = as_geometry(
                Rings(outline.xy, outline.ring_at, outline.owner_at), outline.area > 0.0, rows[~single]
            )
        return out

    return make


def _single(outline: Outline, ring: np.ndarray) -> np.ndarray:
    """Polygons of one ring each."""
    start, length = outline.ring_at[ring], np.diff(outline.ring_at)[ring]
    at = np.concatenate([[0], np.cumsum(length)])
    pick = np.repeat(start - at[:-1], length) + np.arange(at[-1])
    lines = shapely.linearrings(outline.xy[pick], indices=np.repeat(np.arange(len(ring)), length))
    return np.asarray(shapely.polygons(lines))
