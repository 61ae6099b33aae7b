"""Verdicts in words that a household understands: what was measured, what is asked, what to do."""

from __future__ import annotations

from datetime import date

from hemei.terms.clause import Clause
from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind, Outcome, Verdict

from .book import Book
from .deciding import ON_SITE
from .disclosure import AT_THE_WINDOW
from .lists import STANDING
from .rules import APPROVALS, EVERYWHERE, WORK_TITLES, Rule

SAID = {Outcome.PASS: "符合", Outcome.FAIL: "不符合", Outcome.UNKNOWN: "待核"}
UNITS = {"m": "米", "m²": "平方米", "°": "度", "层": "层"}
ON_SITE_EDGE = "到现场测量边线：现在的边线是按中心线假定的，结论会变"
MARKS = {
    "效力待核": "条文是公开副本，现在是否仍然有效还没有向主管部门查证",
    "原文未见": "没有见到条文原文，按公开转载归纳",
    "数值为假定": "数值没有查证过的来源，只作参考",
    "数值由区里确定": "数值由省或区里规定",
}


def amount(measure: Measure, value: float) -> str:
    """A value with its unit, as people say it.

    >>> amount(Measure.DISTANCE, 9.94), amount(Measure.DENSITY, 0.3), amount(Measure.STOREYS, 3.0)
    ('9.94 米', '30%', '3 层')
    """
    if measure in (Measure.DENSITY, Measure.SHARE):
        return f"{round(100 * value, 1):g}%"
    number = f"{round(value, 1 if measure.unit == 'm²' else 2):g}" if abs(value) < 1e5 else f"{value:,.0f}"
    return f"{number} {UNITS[measure.unit]}" if measure.unit in UNITS else number


def some(measure: Measure, value: float) -> str:
    """A value above 0 in words, also where it is too small to be said with a number.

    >>> some(Measure.DISTANCE, 0.1), some(Measure.DISTANCE, 0.0004), some(Measure.SHARE, 0.0001)
    ('0.1 米', '不到 0.01 米', '不到 0.1%')
    """
    said = amount(measure, value)
    least = 0.001 if measure in (Measure.DENSITY, Measure.SHARE) else 0.1 if measure.unit == "m²" else 0.01
    return f"不到 {amount(measure, least)}" if said == amount(measure, 0.0) else said


def beside(measure: Measure, value: float, limit: float) -> str:
    """A value that is compared with a limit: where both would read alike, which of them is greater.

    >>> beside(Measure.DISTANCE, 9.996, 10.0), beside(Measure.DISTANCE, 10.0, 10.0)
    ('略小于 10 米', '10 米')
    """
    said = amount(measure, value)
    if value == limit or said != amount(measure, limit):
        return said
    return f"{'略小于' if value < limit else '略大于'} {said}"


def after(words: str) -> str:
    """Words as they stand after Chinese ones: a number is set apart by a blank."""
    return f" {words}" if words[:1].isdigit() else words


def sentence(verdict: Verdict, book: Book, on: date | None = None) -> str:
    """A verdict in words: what was measured, what is asked, what is missing."""
    if verdict.missing:
        lacking = (_edge_first(word, verdict) for word in verdict.missing)
        return "；".join([*_measured(verdict, book, on), *(missing_in(word, book) for word in lacking)])
    return "；".join(_measured(verdict, book, on)) or _unmeasured(verdict, book, on)


def _edge_first(word: str, verdict: Verdict) -> str:
    """Where the edge itself is assumed, it is the edge that has to be measured, not the building."""
    return ON_SITE_EDGE if word == ON_SITE and verdict.assumed_m else word


def _unmeasured(verdict: Verdict, book: Book, on: date | None) -> str:
    layer = book.layers.get(verdict.layer)
    shown = verdict.threshold is not None or verdict.looked_m > 0.0
    if layer is not None and layer.is_internal and not shown:
        return SAID[verdict.outcome] if verdict.outcome is Outcome.PASS else f"{SAID[verdict.outcome]}，{AT_THE_WINDOW}"
    if verdict.outcome is not Outcome.PASS:
        return AT_THE_WINDOW
    return "不涉及" if layer is None else _nowhere_near(verdict, layer.title, book.rule(verdict.rule, on))


def _nowhere_near(verdict: Verdict, title: str, rule: Rule) -> str:
    """Where the layer was looked for and not met."""
    if verdict.measure is Measure.DISTANCE:
        limit = f"，要求不小于 {amount(verdict.measure, verdict.threshold)}" if verdict.threshold is not None else ""
        looked = verdict.looked_m or verdict.threshold or 0.0
        near = f"{amount(verdict.measure, looked)}以内" if looked else "附近"
        assumed = f"（边线按中心线加假定半宽 {verdict.assumed_m:g} 米）" if verdict.assumed_m else ""
        return f"{near}没有{'这一类' if rule.of else ''}{title}{assumed}{limit}"
    return f"不在{title}{f'周围 {rule.within_m:g} 米' if rule.within_m else ''}的管控范围内"


def missing_in(word: str, book: Book) -> str:
    """What is missing, with layers and numbers called by their titles."""
    for kind in book.layers.values():
        word = word.replace(f"图层 {kind.id}", f"“{kind.title}”图层")
    for parameter in book.parameters.values():
        word = word.replace(f"限值 {parameter.id}", f"“{parameter.title}”的数值")
    return word


def _measured(verdict: Verdict, book: Book, on: date | None) -> list[str]:
    if verdict.measured is None:
        return []
    measure, value, limit = verdict.measure, verdict.measured, verdict.threshold
    title = "全区" if verdict.layer == EVERYWHERE else book.layers[verdict.layer].title
    if measure in (Measure.AREA, Measure.SHARE):
        return [_inside(verdict, title, book.rule(verdict.rule, on))]
    if limit is None:
        metres = book.rule(verdict.rule, on).within_m
        return [f"不在{title}{f'周围 {metres:g} 米' if metres else ''}的管控范围内"]
    if measure is Measure.DISTANCE:
        assumed = f"（边线按中心线加假定半宽 {verdict.assumed_m:g} 米）" if verdict.assumed_m else ""
        short = (
            f"，还差{after(some(measure, limit - value))}" if value < limit and verdict.outcome is Outcome.FAIL else ""
        )
        return [f"距{title}{after(beside(measure, value, limit))}{assumed}，要求不小于 {amount(measure, limit)}{short}"]
    over = f"，超出{after(some(measure, value - limit))}" if value > limit and verdict.outcome is Outcome.FAIL else ""
    return [f"{measure.label}{after(beside(measure, value, limit))}，要求不超过 {amount(measure, limit)}{over}"]


def _inside(verdict: Verdict, title: str, rule: Rule) -> str:
    """How much lies in a layer, and why that is permitted where it is."""
    value = verdict.measured or 0.0
    if value == 0.0:
        return f"不在{title}内"
    part = f"（占建筑的{after(some(Measure.SHARE, verdict.share))}）" if verdict.share is not None else ""
    said = f"有{after(some(verdict.measure, value))}在{title}内{part if verdict.measure is Measure.AREA else ''}"
    if verdict.kind is Kind.ALLOW_ONLY and verdict.outcome is Outcome.PASS:
        ways = ["属于许可的建设" if rule.allows else "", "已有所需的审批" if rule.approvals else ""]
        return f"{said}，{'，或'.join(filter(None, ways))}"
    return f"{said}，上限 {amount(verdict.measure, verdict.threshold)}" if verdict.threshold else said


def remedy(verdict: Verdict, rule: Rule, work: str = "") -> str:
    """What helps against a failing verdict on such a `work`; empty where nothing is to be done."""
    if verdict.outcome is not Outcome.FAIL or rule.kind is Kind.WARN:
        return ""
    if work == "existing":
        return STANDING
    if rule.kind is Kind.ALLOW_ONLY:
        works = "、".join(title for name, title in WORK_TITLES.items() if name in rule.allows - {"existing"})
        papers = "、".join(APPROVALS.get(paper, paper) for paper in sorted(rule.approvals))
        ways = [f"只许{works}" if works else "", f"{'或者' if works else '须'}先取得{papers}" if papers else ""]
        return "；".join(filter(None, [*ways, "否则另选地方"]))
    if rule.kind is Kind.DENY:
        return "要把房子移出去，或另选地方"
    return {Measure.HEIGHT: "要降低高度", Measure.STOREYS: "要减少层数"}.get(rule.measure, "要改小方案")


def citations(rule: Rule, book: Book) -> str:
    """The rule's clause and the others it rests on: 《公路安全保护条例》第十一条、第十三条."""
    articles: dict[str, list[str]] = {}
    for name in (rule.clause, *rule.also):
        clause = book.clauses[name]
        articles.setdefault(clause.document, []).append(clause.article)
    return "，".join(f"《{document}》{'、'.join(found)}" for document, found in articles.items())


def explained(clause: Clause, marks: tuple[str, ...]) -> str:
    """Who made a clause, from when to when it holds, where its words were seen, how far it may be relied on."""
    issued = "、".join(filter(None, (clause.issuer, clause.number)))
    holds = f"{clause.valid_from.isoformat()} {clause.valid_from_is}"
    if clause.valid_to is not None:
        holds += f"，{clause.valid_to.isoformat()} 为止"
    seen = f"原文见于{clause.seen.where}（{clause.seen.when.isoformat()}）" if clause.seen is not None else ""
    checked = f"{clause.in_force_checked.isoformat()} 核实有效" if clause.in_force_checked is not None else ""
    return "；".join(filter(None, (issued, holds, seen, checked, "，".join(marks), clause.note)))
