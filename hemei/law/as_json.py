"""An answer as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import shapely

from hemei.terms.verdict import Verdict

from .advice import Advice, Bound, Taken
from .proposal import Answer
from .wording import remedy, sentence


def as_json(said: Answer) -> dict[str, Any]:
    """The answer as data: each verdict with its clause's words and marks; shapes as WKT, metres in the run's system."""
    return {
        "district": said.district.name,
        "on": said.on.isoformat(),
        "crs": said.district.crs,
        "zone": "" if said.public else said.subject.zone,
        "tier": "" if said.public else said.subject.tier,
        "verdicts": [_verdict(verdict, said) for verdict in said.verdicts],
        "lists": [{**asdict(one), "kind": one.kind.value, "outcome": one.outcome.value} for one in said.lists],
        "advice": _advice(said),
        "remarks": list(said.remarks),
    }


def _verdict(verdict: Verdict, said: Answer) -> dict[str, Any]:
    rule = said.district.book.rule(verdict.rule, said.on)
    return {
        "rule": verdict.rule,
        "title": rule.title,
        "kind": verdict.kind.value,
        "outcome": verdict.outcome.value,
        "measure": verdict.measure.value,
        "measured": verdict.measured,
        "threshold": verdict.threshold,
        "margin": verdict.margin,
        "unit": verdict.unit,
        "assumed_m": verdict.assumed_m,
        "looked_m": verdict.looked_m,
        "missing": list(verdict.missing),
        "said": sentence(verdict, said.district.book, said.on),
        "remedy": remedy(verdict, rule, said.subject.work),
        "layer": verdict.layer,
        "layer_version": verdict.layer_version,
        "share": verdict.share,
        "part": None if verdict.part is None else shapely.to_wkt(shapely.from_wkb(verdict.part), rounding_precision=3),
        **cited(verdict.clause, said),
        "also": [cited(clause, said) for clause in rule.also],
        "note": rule.note,
    }


def cited(clause_id: str, said: Answer) -> dict[str, Any]:
    """A clause with its words and what must be said beside it."""
    clause = said.district.book.clauses[clause_id]
    return {
        "clause": clause.citation,
        "document": clause.document,
        "number": clause.number,
        "article": clause.article,
        "issuer": clause.issuer,
        "valid_from": clause.valid_from.isoformat(),
        "valid_from_is": clause.valid_from_is,
        "valid_to": clause.valid_to.isoformat() if clause.valid_to else None,
        "repealed_by": clause.repealed_by,
        "text": clause.text,
        "seen": {"where": clause.seen.where, "when": clause.seen.when.isoformat()} if clause.seen else None,
        "in_force_checked": clause.in_force_checked.isoformat() if clause.in_force_checked else None,
        "limit": clause.limit.value,
        "marks": list(clause.marks(said.on)),
        "clause_note": clause.note,
    }


def _advice(said: Answer) -> dict[str, Any] | None:
    advice = said.advice
    if advice is None:
        return None
    return {
        "plot_m2": advice.plot_m2,
        "permitted_m2": advice.permitted_m2,
        "permitted": shapely.to_wkt(advice.permitted, rounding_precision=3),
        "taken": [_taken(taken, said) for taken in advice.taken],
        "warned": [_taken(taken, said) for taken in advice.warned],
        "bounds": [_bound(bound, said) for bound in advice.bounds],
        "zoned": [
            {
                "zone": part.zone,
                "tier": part.tier,
                "permitted_m2": float(shapely.area(part.permitted)),
                "permitted": shapely.to_wkt(part.permitted, rounding_precision=3),
                "bounds": [_bound(bound, said) for bound in part.bounds],
            }
            for part in advice.zoned
        ],
        "open": list(advice.open),
        "undecided": list(advice.undecided),
        "certain": _certain(said, advice.certain) if advice.certain is not None else None,
    }


def _certain(said: Answer, certain: Advice) -> dict[str, Any]:
    """What is left where the position error is taken off, and the greatest values there."""
    return {
        "position_error_m": said.subject.position_error_m,
        "permitted_m2": certain.permitted_m2,
        "permitted": shapely.to_wkt(certain.permitted, rounding_precision=3),
        "bounds": [_bound(bound, said) for bound in certain.bounds],
        "undecided": list(certain.undecided),
    }


def _taken(taken: Taken, said: Answer) -> dict[str, Any]:
    areas = {"m2": taken.area_m2, "added_m2": taken.added_m2, "assumed_m": taken.assumed_m}
    return {"rule": taken.rule, **areas, **_short(taken.clause, said)}


def _bound(bound: Bound, said: Answer) -> dict[str, Any]:
    cited_by = _short(bound.clause, said) if bound.clause else {"clause": "", "marks": []}
    row = {"measure": bound.measure.value, "at_most": bound.value, "unit": bound.measure.unit, "rule": bound.rule}
    return row | cited_by | {"how": bound.how}


def _short(clause_id: str, said: Answer) -> dict[str, Any]:
    clause = said.district.book.clauses[clause_id]
    return {"clause": clause.citation, "marks": list(clause.marks(said.on))}
