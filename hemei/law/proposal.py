"""One proposal: its verdicts and advice, as data and as a page to hand to the household."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import pyarrow as pa
import shapely
from pyproj import CRS

from hemei.engines.screen.layers import read_layer
from hemei.engines.screen.reading import Unreadable, open_source
from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind, Outcome, Verdict

from .advice import Advice, advise
from .book import Book
from .deciding import decide
from .disclosure import AT_THE_WINDOW, for_the_public
from .district import District
from .places import places_of
from .screening import measured_at
from .subject import Subject

SAID = {Outcome.PASS: "符合", Outcome.FAIL: "不符合", Outcome.UNKNOWN: "待核"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of a proposal on a day. `advice` is None where no plot was given, or for the public."""

    district: District
    on: date
    verdicts: tuple[Verdict, ...]
    advice: Advice | None
    public: bool


def answer(path: str, district: District, on: date, *, public: bool = False) -> Answer:
    """Read a proposal (features with `role` building or plot) and judge it. Raises Unreadable.

    `public`: anything from an internal layer is an answer and its clause only, and the permitted part is left out.
    """
    crs = CRS.from_user_input(district.crs)
    known = [name for name in COLUMNS if name in open_source(path).columns]
    layer = read_layer(path, crs, columns=known)
    facts = _facts(layer.columns, len(layer.geometry))
    roles = [fact.get("role") or "building" for fact in facts]
    if roles.count("building") != 1 or roles.count("plot") > 1:
        raise Unreadable(f"{path}：应有一个拟建建筑（role: building），至多一个宗地（role: plot）")
    row = roles.index("building")
    footprint, fact = layer.geometry[row], facts[row]
    error = float(fact.get("position_error_m") or district.position_error_m)
    places, _ = places_of(district, crs, error)
    subject = Subject(
        id=str(layer.ids[row].as_py()),
        use=str(fact.get("use") or "house"),
        work=str(fact.get("work") or ""),
        approvals=frozenset(str(fact.get("approvals") or "").split()),
        position_error_m=error,
        attributes={measure: float(fact[measure.value]) for measure in Measure if fact.get(measure.value) is not None},
        layers=measured_at(places, footprint, error),
        zone=str(fact.get("zone") or ""),
        tier=str(fact.get("tier") or ""),
    )
    verdicts = decide(district.book.rules, subject, district.book.parameters, on)
    advice = None
    if public:
        verdicts = tuple(for_the_public(verdict, district.book.layers) for verdict in verdicts)
    elif "plot" in roles:
        advice = advise(layer.geometry[roles.index("plot")], subject, places, district, on)
    return Answer(district, on, verdicts, advice, public)


COLUMNS = (
    "role",
    "use",
    "work",
    "approvals",
    "position_error_m",
    "zone",
    "tier",
    *(measure.value for measure in Measure),
)


def _facts(columns: Mapping[str, pa.Array], count: int) -> list[dict[str, Any]]:
    return [{name: values[row].as_py() for name, values in columns.items()} for row in range(count)]


def as_json(said: Answer) -> dict[str, Any]:
    """The answer as data: each verdict with its clause's words and marks; the permitted part as WKT, metres."""
    book = said.district.book
    verdicts = [
        {
            "rule": verdict.rule,
            "title": book.rule(verdict.rule).title,
            "kind": verdict.kind.value,
            "outcome": verdict.outcome.value,
            "measured": verdict.measured,
            "threshold": verdict.threshold,
            "margin": verdict.margin,
            "unit": verdict.unit,
            "missing": list(verdict.missing),
            "layer_version": verdict.layer_version,
            "clause": book.clauses[verdict.clause].citation,
            "text": book.clauses[verdict.clause].text,
            "marks": list(book.clauses[verdict.clause].marks(said.on)),
        }
        for verdict in said.verdicts
    ]
    return {"district": said.district.name, "on": said.on.isoformat(), "verdicts": verdicts, "advice": _advice(said)}


def _advice(said: Answer) -> dict[str, Any] | None:
    advice, book = said.advice, said.district.book
    if advice is None:
        return None
    return {
        "plot_m2": advice.plot_m2,
        "permitted_m2": advice.permitted_m2,
        "permitted": shapely.to_wkt(advice.permitted, rounding_precision=3),
        "taken": [
            {"rule": taken.rule, "clause": book.clauses[taken.clause].citation, "m2": taken.area_m2}
            for taken in advice.taken
        ],
        "bounds": [
            {
                "measure": bound.measure.value,
                "at_most": bound.value,
                "unit": bound.measure.unit,
                "rule": bound.rule,
                "clause": book.clauses[bound.clause].citation,
            }
            for bound in advice.bounds
        ],
        "undecided": list(advice.undecided),
    }


def sentence(verdict: Verdict, book: Book) -> str:
    """A verdict in words: what was measured, what is asked, what is missing."""
    if verdict.missing:
        return "；".join(verdict.missing)
    if verdict.measured is None or verdict.threshold is None:
        return "不涉及" if verdict.outcome is Outcome.PASS else AT_THE_WINDOW
    asked = "不小于" if verdict.measure.more_is_better else "不大于"
    unit = _unit(verdict)
    return f"{verdict.measure.label} {verdict.measured:.2f}{unit}，要求{asked} {verdict.threshold:g}{unit}"


def _unit(verdict: Verdict) -> str:
    return "" if verdict.unit == "1" else f" {verdict.unit}"


def page(said: Answer) -> str:
    """A page of A4 for the household: what does not comply first, then what must be checked, then what complies."""
    book = said.district.book
    order = [Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS]
    rows = []
    for verdict in sorted(said.verdicts, key=lambda one: order.index(one.outcome)):
        clause, rule = book.clauses[verdict.clause], book.rule(verdict.rule)
        word = "提示" if verdict.kind is Kind.WARN and verdict.outcome is Outcome.FAIL else SAID[verdict.outcome]
        marks = "，".join(clause.marks(said.on))
        rows.append(
            f'<tr class="{verdict.outcome.value}"><td>{word}</td><td>{escape(rule.title)}</td>'
            f"<td>{escape(sentence(verdict, book))}</td>"
            f"<td>{escape(clause.citation)}<small>{escape(marks)}</small></td></tr>"
        )
    return PAGE.read_text(encoding="utf-8").format(
        title="拟建房屋管控核对单",
        district=escape(said.district.name),
        on=f"{said.on.year}年{said.on.month}月{said.on.day}日",
        rows="\n".join(rows),
        advice=_advice_html(said),
    )


PAGE = Path(__file__).parent / "proposal.html"


def _advice_html(said: Answer) -> str:
    advice, book = said.advice, said.district.book
    if advice is None:
        return ""
    lines = [f"宗地 {advice.plot_m2:.0f} 平方米，其中可以建房的部分 {advice.permitted_m2:.0f} 平方米。"]
    lines += [
        f"{book.clauses[taken.clause].citation}：扣除 {taken.area_m2:.0f} 平方米（{book.rule(taken.rule).title}）。"
        for taken in advice.taken
    ]
    lines += [
        f"{bound.measure.label}最大 {bound.value:g}{'' if bound.measure.unit == '1' else ' ' + bound.measure.unit}，"
        f"依据{book.clauses[bound.clause].citation}。"
        for bound in advice.bounds
    ]
    if advice.undecided:
        lines.append(
            f"有 {len(advice.undecided)} 条规则的图层或限值未配置，没有参加扣除：{'、'.join(advice.undecided)}。"
        )
    return "<h2>这块地上怎样建</h2>" + "".join(f"<p>{escape(line)}</p>" for line in lines)
