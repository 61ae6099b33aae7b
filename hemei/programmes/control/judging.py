"""`control.verdicts`: what the rules say of proposals, wherever they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import shapely
from django.utils.translation import gettext as _
from pyproj import CRS

from hemei.core.errors import Mistaken
from hemei.engines.screen.crs import converter
from hemei.law.advice import Advice
from hemei.law.around import Around
from hemei.law.book import Book
from hemei.law.disclosure import AT_THE_WINDOW
from hemei.law.proposal import Answer, Asked, Drawn, judged
from hemei.law.rules import USE_TITLES, WORK_TITLES
from hemei.law.subject import SPOT_ERROR_M
from hemei.law.wording import amount, citations, remedy, sentence
from hemei.programmes.control.coarse import coarsened, outcomes
from hemei.programmes.control.keeping import (
    STORED,
    InForce,
    district_code,
    ready_for,
    spot,
)
from hemei.programmes.control.kinds import ZONES
from hemei.programmes.control.unread import Fault
from hemei.terms.measure import Measure
from hemei.terms.proposal import Limit, Proposal, Ruled, Ruling
from hemei.terms.verdict import Kind, Outcome, Verdict

POINT = 0
GROUND = 2


def verdicts(proposals: Sequence[Proposal], *, on: date, public: bool = False) -> dict[str, Ruled]:
    """What the rules of its district say of each proposal; see `core.registry.VerdictReader`.

    Raises Mistaken for a shape that is none.
    """
    found: dict[str, Ruled] = {}
    for code in dict.fromkeys(district_code(one.region) for one in proposals):
        some = [one for one in proposals if district_code(one.region) == code]
        found |= ruled_under(InForce.of(code, on), some, public=public)
    return found


def ruled_under(held: InForce, proposals: Sequence[Proposal], *, public: bool = False) -> dict[str, Ruled]:
    """What some layers and a law of one district say of proposals there, whether or not they hold today. Raises
    Mistaken for a shape that is none."""
    found: dict[str, Ruled] = {}
    on, ready = held.on, ready_for(held, max(map(error_of, proposals)))
    zones_shown = not public or zones_are_public(held)
    unread = unread_of(held, public=public)
    for one in proposals:
        drawn, asked = drawn_in_metres(one, ready)
        said = judged(drawn, asked, ready, on, public=public, zones_shown=zones_shown)
        if public:
            said = coarsened(said, drawn.building, asked, ready, zones_shown=zones_shown)
        if public and (zones_shown or not any(row.kind == ZONES for row in held.layers)):
            said = replace(said, advice=_open_advice(one, ready, on))
        ruled = _ruled(said, ready.crs, configured=held.configured, zones_shown=zones_shown)
        found[one.id] = replace(ruled, rulings=(*ruled.rulings, *unread))
    return found


def zones_are_public(held: InForce) -> bool:
    return any(row.kind == ZONES and row.visibility == "public" for row in held.layers)


def unread_of(held: InForce, *, public: bool = False) -> list[Ruling]:
    """What is said of everything alike, because nobody can read the rule."""
    return [_unread(fault, public=public) for fault in held.read.faults if fault.decides(held.on)]


def _unread(fault: Fault, *, public: bool) -> Ruling:
    """What cannot be read of the district's own law is not known to permit anything."""
    kind = str(fault.row.get("kind", ""))
    return Ruling(
        rule=str(fault.row.get("id") or "own"),
        title=fault.name,
        kind=Kind(kind) if kind in [*Kind] else Kind.DENY,
        outcome=Outcome.UNKNOWN,
        said=_("区里的这条规则没有判，请到窗口核实") if public else fault.sentence,
        remedy="",
        measured=None,
        threshold=None,
        margin=None,
        unit="",
        clause="",
        text="",
        marks=(),
        missing=(AT_THE_WINDOW,) if public else (fault.why,),
        is_unread=True,
    )


def _open_advice(proposal: Proposal, ready: Around, on: date) -> Advice | None:
    """The permitted part of a plot as anybody may see it: only where no internal layer has drawn its edge.

    That is where every cell that the plot touches passes every rule on an internal layer, as the public is told.
    """
    if proposal.plot is None:
        return None
    drawn, asked = drawn_in_metres(proposal, ready)
    assert drawn.plot is not None
    whole = judged(replace(drawn, building=drawn.plot), asked, ready, on)
    told = outcomes(whole, drawn.plot, asked, ready, zones_shown=True)
    there = {one.rule for one in whole.verdicts if one.layer_version}
    if all(outcome is Outcome.PASS for rule, outcome in told.items() if rule in there):
        return judged(drawn, asked, ready, on).advice
    return None


def error_of(proposal: Proposal) -> float:
    """How far (m) what was drawn may be from where it is. Raises Mistaken for a shape that is none."""
    return _error(proposal, _shape(proposal.geometry))


def _error(proposal: Proposal, shape: shapely.Geometry) -> float:
    spread = SPOT_ERROR_M if shapely.get_dimensions(shape) == POINT else 0.0
    return max(proposal.position_error_m, spread)


def _shape(wkb: bytes) -> shapely.Geometry:
    shape = shapely.from_wkb(wkb, on_invalid="ignore")
    if shape is None or shape.is_empty or not np.isfinite(shape.bounds).all():
        raise Mistaken(_("图形读不懂，请在地图上重新画。"), field="geometry", code="no_shape")
    shape = shapely.force_2d(shape)
    if shapely.get_dimensions(shape) not in (POINT, GROUND):
        raise Mistaken(_("要画出房屋的轮廓（面），或点一个位置。"), field="geometry", code="no_ground")
    return shape if shape.is_valid else shapely.make_valid(shape, method="structure")


def drawn_in_metres(proposal: Proposal, ready: Around) -> tuple[Drawn, Asked]:
    """A proposal as `hemei.law` wants it, in the system of `ready`. Raises Mistaken for a shape that is none."""
    convert = converter(STORED, ready.crs)
    assert convert is not None
    shapes = [_shape(wkb) for wkb in _drawn(proposal)]
    return _laid_out(proposal, [shapely.transform(shape, convert) for shape in shapes])


def drawn_together(proposals: Sequence[Proposal], ready: Around) -> list[tuple[Drawn, Asked] | None]:
    """The same of many at once; None for those of which a shape is none."""
    convert = converter(STORED, ready.crs)
    assert convert is not None
    wkb = [_drawn(one) for one in proposals]
    owner = np.repeat(np.arange(len(proposals)), [len(some) for some in wkb])
    shapes = shapely.force_2d(shapely.from_wkb([one for some in wkb for one in some], on_invalid="ignore"))
    plain = np.isin(shapely.get_dimensions(shapes), (POINT, GROUND)) & ~shapely.is_empty(shapes)
    plain &= np.isfinite(shapely.bounds(shapes)).all(axis=1) & shapely.is_valid(shapes)
    shapes[plain] = shapely.transform(shapes[plain], convert)
    at = np.searchsorted(owner, np.arange(len(proposals) + 1))
    return [
        _laid_out(one, list(shapes[at[n] : at[n + 1]])) if plain[at[n] : at[n + 1]].all() else _mended(one, ready)
        for n, one in enumerate(proposals)
    ]


def _mended(proposal: Proposal, ready: Around) -> tuple[Drawn, Asked] | None:
    try:
        return drawn_in_metres(proposal, ready)
    except Mistaken:
        return None


def _drawn(proposal: Proposal) -> list[bytes]:
    """All that was drawn: the building first, then what stands, then the plot."""
    return [proposal.geometry, *proposal.existing, *([proposal.plot] if proposal.plot else [])]


def _laid_out(proposal: Proposal, shapes: Sequence[shapely.Geometry]) -> tuple[Drawn, Asked]:
    """A proposal of which all that was drawn is in metres."""
    building, standing = shapes[0], 1 + len(proposal.existing)
    is_spot = shapely.get_dimensions(building) == POINT
    drawn = Drawn(
        spot(shapely.centroid(building)) if is_spot else building,
        shapes[standing] if proposal.plot else None,
        tuple(shapes[1:standing]),
    )
    said = {
        Measure.STOREYS: proposal.storeys,
        Measure.HEIGHT: proposal.height_m,
        Measure.EAVES_HEIGHT: proposal.eaves_height_m,
    }
    asked = Asked(
        id=proposal.id,
        use=proposal.use if proposal.use in USE_TITLES else "",
        work=proposal.work if proposal.work in WORK_TITLES else "",
        error_m=_error(proposal, building),
        approvals=proposal.approvals,
        said=said,
        standing_storeys=proposal.existing_storeys or (None,) * len(proposal.existing),
        is_spot=bool(is_spot),
    )
    return drawn, asked


def _ruled(said: Answer, crs: CRS, *, configured: bool, zones_shown: bool) -> Ruled:
    book, back = said.district.book, converter(crs, STORED)
    assert back is not None
    advice = said.advice
    permitted = advice.permitted if advice else None
    return Ruled(
        rulings=(*(ruling_of(verdict, book, said.on) for verdict in said.verdicts), *said.lists),
        configured=configured,
        zone=said.subject.zone if zones_shown else "",
        tier=said.subject.tier if zones_shown else "",
        permitted=None if permitted is None else bytes(shapely.to_wkb(shapely.transform(permitted, back))),
        permitted_m2=advice.permitted_m2 if advice else None,
        certain_m2=advice.certain.permitted_m2 if advice and advice.certain else None,
        limits=tuple(
            Limit(
                bound.measure.value,
                bound.measure.label,
                bound.value,
                amount(bound.measure, bound.value) + (f"（{bound.how}）" if bound.how else ""),
                book.clauses[bound.clause].citation if bound.clause else "",
            )
            for bound in (advice.bounds if advice else ())
        ),
        remarks=said.remarks,
    )


def ruling_of(verdict: Verdict, book: Book, on: date) -> Ruling:
    """A verdict with all that stands beside it."""
    rule = book.rule(verdict.rule, on)
    clause = book.clauses[verdict.clause]
    return Ruling(
        rule=verdict.rule,
        title=rule.title,
        kind=verdict.kind,
        outcome=verdict.outcome,
        said=sentence(verdict, book, on),
        remedy=remedy(verdict, rule),
        measured=verdict.measured,
        threshold=verdict.threshold,
        margin=verdict.margin,
        unit=verdict.unit,
        clause=citations(rule, book),
        text=clause.text,
        marks=clause.marks(on),
        missing=verdict.missing,
        layer=verdict.layer,
        layer_version=verdict.layer_version,
        note=rule.note,
    )
