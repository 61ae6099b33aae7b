"""One proposal: read, measured, judged and advised on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from hemei.engines.screen.layers import read_layer
from hemei.engines.screen.reading import Unreadable, open_source
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import footprints_of
from hemei.engines.screen.terrain import read_terrain, slope_around, terrain_at
from hemei.terms.measure import Measure
from hemei.terms.proposal import Ruling
from hemei.terms.verdict import Verdict

from .advice import Advice, Plot, advise
from .around import Around, around
from .deciding import decide
from .disclosure import for_the_public
from .district import District
from .ground import Ground
from .lists import by_lists
from .mosaics import Standing, zoned_by
from .parts import ROLES as ZONED
from .parts import parts_of, spread, steeper
from .rules import USE_TITLES, WORK_TITLES, approvals_in, approvals_of
from .screening import measured_at
from .subject import Subject

ROLES = ("building", "plot", "existing")
WORDS = ("role", "use", "work", "approvals", "position_error_m", "zone", "tier")
COLUMNS = (*WORDS, *(measure.value for measure in Measure))
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn, in metres in the run's system: the proposed building, its plot, what stands there already."""

    building: shapely.Geometry
    plot: shapely.Geometry | None
    existing: tuple[shapely.Geometry, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of a proposal on a day, by rules and by the rows of the lists. `advice` is None where no plot was
    given, or for the public."""

    district: District
    on: date
    subject: Subject
    drawn: Drawn
    verdicts: tuple[Verdict, ...]
    advice: Advice | None
    public: bool
    remarks: tuple[str, ...] = ()
    lists: tuple[Ruling, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a proposal says of itself: words of the rules, measures (None where it does not say), zone and tier where
    it says them, and the storeys of what stands. `is_spot`: only a point is known, so nothing is its footprint."""

    id: str
    use: str
    work: str
    error_m: float
    approvals: frozenset[str] = frozenset()
    said: Mapping[Measure, float | None] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(ZONED, ""))
    standing_storeys: tuple[float | None, ...] = ()
    is_spot: bool = False


def answer(path: str, district: District, on: date, *, public: bool = False, beside: Path | None = None) -> Answer:
    """Read a proposal and judge it: one feature with `role` building, perhaps a plot, and what already stands on it
    (existing). Raises Unreadable.

    `public`: anything from an internal layer is an answer and its clause only, and the permitted part is left out.
    `beside` as in `places.places_of`.
    """
    crs = CRS.from_user_input(district.crs)
    drawn, facts = _read(path, crs)
    fact = facts["building"][0]
    error = _number(path, fact, "position_error_m")
    error = district.position_error_m if error is None else error
    asked = Asked(
        id=str(fact["id"]),
        use=_word(path, fact, "use", USE_TITLES),
        work=_word(path, fact, "work", WORK_TITLES),
        error_m=error,
        approvals=_approvals(path, fact, district),
        said={measure: _number(path, fact, measure.value) for measure in Measure},
        told={role: str(fact.get(role) or "") for role in ZONED},
        standing_storeys=tuple(_number(path, one, Measure.STOREYS.value) for one in facts["existing"]),
    )
    return judged(drawn, asked, around(district, error, beside), on, public=public)


def judged(
    drawn: Drawn, asked: Asked, near: Around, on: date, *, public: bool = False, zones_shown: bool = False
) -> Answer:
    """Judge a proposal that is drawn in metres, in the system of `near`. See `answer`.

    `zones_shown`: the public may see the layer of the zones.
    """
    district = near.district
    plot = plot_of(drawn, asked.standing_storeys)
    subject = subject_of(drawn, asked, near, plot)
    verdicts = decide(district.book.rules, subject, district.book.parameters, on)
    advice = None
    if public:
        verdicts = tuple(for_the_public(verdict, district.book.layers) for verdict in verdicts)
    elif plot is not None:
        advice = _advice(plot, subject, near, asked, on)
    said = () if public else (*near.remarks, *_outside(drawn))
    version = zoned_by(near.standings, told=bool(asked.told["zone"]))
    lists = by_lists(district.plan, district.book, subject, on, version=version, public=public and not zones_shown)
    return Answer(district, on, subject, drawn, verdicts, advice, public, said, lists)


def subject_of(drawn: Drawn, asked: Asked, near: Around, plot: Plot | None = None) -> Subject:
    """What is judged of a proposal: what is known of the building, and how it lies to all that is about it."""
    district, crs, error = near.district, near.crs, asked.error_m
    zone, tier, may_be = stands_in(near.standings, drawn.building, error, asked.told)
    return Subject(
        id=asked.id,
        use=asked.use,
        work=asked.work,
        approvals=asked.approvals,
        position_error_m=error,
        attributes=_slope(drawn, district, crs) | attributes_of(asked, drawn, plot),
        could_be=_could_be(asked, drawn, district, crs),
        layers=measured_at(list(near.places), drawn.building, error),
        zone=zone,
        tier=tier,
        may_be=may_be,
    )


def _advice(plot: Plot, subject: Subject, near: Around, asked: Asked, on: date) -> Advice:
    """What may be built on the plot as it is drawn, and what of it is certain."""
    district, error = near.district, asked.error_m
    by_key = {place.key: place for place in near.places}
    steep = _steepness(district, near.crs)
    drawn = Ground(by_key, parts_of(plot.ground, near.standings, asked.told), steep)
    advice = advise(plot, subject, drawn, district, on)
    if not error and not any(place.half_width_m for place in near.places):
        return advice
    around = parts_of(shapely.buffer(plot.ground, error), near.standings, asked.told)
    sure = replace(drawn, parts=spread(around, plot.ground, error), error_m=error)
    return replace(advice, certain=replace(advise(plot, subject, sure, district, on), zoned=()))


def _read(path: str, crs: CRS) -> tuple[Drawn, dict[str, list[Facts]]]:
    """The shapes and facts of a proposal's features, by role."""
    layer = read_layer(path, crs, columns=[name for name in COLUMNS if name in open_source(path).columns])
    facts: dict[str, list[Facts]] = {role: [] for role in ROLES}
    shapes: dict[str, list[shapely.Geometry]] = {role: [] for role in ROLES}
    for number, (shape, fact) in enumerate(zip(layer.geometry, _facts(layer.columns, layer.ids), strict=True), start=1):
        role = str(fact.get("role") or "building")
        if role not in ROLES:
            raise Unreadable(f"{path} 第 {number} 个图形：role“{role}”不认识，可用：{'、'.join(ROLES)}")
        if shape is None or shapely.get_dimensions(shape) != 2 or not shapely.area(shape) > 0.0:
            raise Unreadable(f"{path} 第 {number} 个图形：应是有面积的面，请画出房屋或宗地的轮廓")
        facts[role].append(fact)
        shapes[role].append(shape)
    if len(shapes["building"]) != 1 or len(shapes["plot"]) > 1:
        raise Unreadable(f"{path}：应有一个拟建建筑（role: building），至多一个宗地（role: plot）")
    plot = shapes["plot"][0] if shapes["plot"] else None
    return Drawn(shapes["building"][0], plot, tuple(shapes["existing"])), facts


def _facts(columns: Mapping[str, pa.Array], ids: pa.Array) -> list[Facts]:
    return [
        {"id": ids[row].as_py()} | {name: values[row].as_py() for name, values in columns.items()}
        for row in range(len(ids))
    ]


def _number(path: str, fact: Facts, key: str) -> float | None:
    value = fact.get(key)
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (math.isfinite(number) and number >= 0.0):
        raise Unreadable(f"{path}：{key} 写的是“{value}”，应为不小于 0 的数；不知道就空着")
    return number


def _word(path: str, fact: Facts, key: str, titles: Mapping[str, str]) -> str:
    """A word of the rules, or its title; "" where it was left empty."""
    word = str(fact.get(key) or "").strip()
    meant = {title: name for name, title in titles.items()} | {name: name for name in ("", *titles)}
    if word not in meant:
        known = "、".join(f"{name}（{title}）" for name, title in titles.items())
        raise Unreadable(f"{path}：{key} 写的是“{word}”，不认识，可用：{known}")
    return meant[word]


def _approvals(path: str, fact: Facts, district: District) -> frozenset[str]:
    said = fact.get("approvals") or ""
    words = list(map(str, said)) if isinstance(said, list) else approvals_in(str(said))
    known = approvals_of(district.book.rules)
    strange = "、".join(sorted({word for word in words if word not in known}))
    if strange:
        raise Unreadable(f"{path}：approvals 里的“{strange}”不认识，可用：{'、'.join(known)}")
    return frozenset(known[word] for word in words)


def plot_of(drawn: Drawn, storeys: Sequence[float | None]) -> Plot | None:
    """The plot with what is built on it already; None where no ground was drawn."""
    if drawn.plot is None or not shapely.area(drawn.plot) > 0.0:
        return None
    built = [float(shapely.area(shapely.intersection(shape, drawn.plot))) for shape in drawn.existing]
    known = [area * count for area, count in zip(built, storeys, strict=True) if count is not None]
    measured = not _spots(drawn)
    return Plot(
        drawn.plot,
        shapely.union_all(list(drawn.existing)),
        sum(built) if measured else None,
        sum(known) if measured and len(known) == len(built) else None,
    )


def _spots(drawn: Drawn) -> int:
    """How many buildings on the plot nobody knows the footprint of."""
    return sum(not shapely.area(shape) for shape in drawn.existing)


def attributes_of(asked: Asked, drawn: Drawn, plot: Plot | None) -> dict[Measure, float]:
    """What the proposal says of itself, and what it does not say, measured: footprint, plot, density.

    Density and floor area ratio take no position error, and that is right. The error is how far the whole drawing may
    lie from where the ground is: building, plot and what stands on it were drawn together and move together, so that
    no area in the fraction changes; and of whose plot it is the applicant is not in doubt, as a survey of all buildings
    is (`crowding.could_be`). What is drawn across the plot's border is remarked (`_outside`).

    Areas count to a tenth of a square metre, and their ratios as these give them: corners are written to a millimetre
    and the grid is not quite the ground, so that whoever draws exactly what is permitted would now and then be over it
    by the sixth digit.
    """
    own = _stated(float(shapely.area(drawn.building)))
    found = {} if asked.is_spot else {Measure.FOOTPRINT: own}
    if plot is not None:
        ground = _stated(plot.area_m2)
        found |= {Measure.PLOT: ground}
        if plot.built_m2 is not None:
            found |= {Measure.DENSITY: round((own + _stated(plot.built_m2)) / ground, 9)}
        storeys = asked.said.get(Measure.STOREYS)
        if storeys is not None and plot.floor_m2 is not None:
            found[Measure.FAR] = round((own * storeys + _stated(plot.floor_m2)) / ground, 9)
    return found | {measure: value for measure, value in asked.said.items() if value is not None}


def _stated(area_m2: float) -> float:
    """An area as it counts; what is smaller than that counts as it is."""
    return round(area_m2, 1) or area_m2


def _slope(drawn: Drawn, district: District, crs: CRS) -> dict[Measure, float]:
    """How steep the ground is at the middle of the building, where that is known."""
    if not district.dem:
        return {}
    alone = footprints_of(rings_of(np.array([drawn.building], dtype=object)))
    slope = float(terrain_at(read_terrain(Path(district.dem)), alone, crs)["slope_deg"][0])
    return {} if math.isnan(slope) else {Measure.SLOPE: slope}


def _could_be(asked: Asked, drawn: Drawn, district: District, crs: CRS) -> dict[Measure, tuple[float, float]]:
    """The slopes on which the building could stand. Its plot is what the proposal says: no error is in its density."""
    if not district.dem or asked.said.get(Measure.SLOPE) is not None:
        return {}
    alone = footprints_of(rings_of(np.array([drawn.building], dtype=object)))
    low, high = slope_around(read_terrain(Path(district.dem)), alone, crs, np.array([asked.error_m]))
    return {Measure.SLOPE: (float(low[0]), float(high[0]))}


def _steepness(
    district: District, crs: CRS
) -> Callable[[float, shapely.Geometry], tuple[shapely.Geometry, shapely.Geometry]] | None:
    if not district.dem:
        return None
    terrain = read_terrain(Path(district.dem))
    return lambda degrees, ground: steeper(terrain, crs, degrees, ground)


def stands_in(
    standings: Sequence[Standing], building: shapely.Geometry, error: float, told: Mapping[str, str]
) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Zone and tier, as the proposal says or as the layer has it, and where else it could stand."""
    alone = footprints_of(rings_of(np.array([building], dtype=object)))
    here, choices = dict(told), {(told["zone"], told["tier"])}
    for standing in standings:
        at = standing.at(alone)
        roles = [role for role in ZONED if role in at and not told[role]]
        here |= {role: str(at[role][0]) for role in roles}
        if roles and bool(standing.near_a_border(alone, np.array([error]))[0]):
            for one in standing.choices(building, error):
                other = here | {role: one[standing.roles.index(role)] for role in roles}
                choices.add((other["zone"], other["tier"]))
    choices -= {(here["zone"], here["tier"]), (told["zone"], told["tier"])}
    return here["zone"], here["tier"], tuple(sorted(choices))


def _outside(drawn: Drawn) -> list[str]:
    if drawn.plot is None:
        return ["没有画宗地：不能说可以建房的部分，也不能算建筑密度"]
    outside = float(shapely.area(shapely.difference(drawn.building, drawn.plot)))
    remarks = [f"拟建房屋有 {outside:.1f} 平方米画在宗地之外，请核对图形"] if outside > 0.05 else []
    if spots := _spots(drawn):
        remarks.append(f"宗地上已有的房屋有 {spots} 处只有位置、没有轮廓，建筑密度和容积率不能算")
    return remarks
