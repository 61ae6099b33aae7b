"""Verdicts in words that a household understands: what was measured, what is asked, what to do."""

from __future__ import annotations

from hemei.terms.clause import Clause
from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind, Outcome, Verdict

from .book import Book
from .disclosure import AT_THE_WINDOW
from .rules import APPROVALS, EVERYWHERE, WORK_TITLES, Rule

SAID = {Outcome.PASS: "符合", Outcome.FAIL: "不符合", Outcome.UNKNOWN: "待核"}
UNITS = {"m": "米", "m²": "平方米", "°": "度", "层": "层"}
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


def sentence(verdict: Verdict, book: Book) -> str:
    """A verdict in words: what was measured, what is asked, what is missing."""
    if verdict.missing:
        return "；".join([*_measured(verdict, book), *(missing_in(word, book) for word in verdict.missing)])
    if verdict.measured is None or verdict.threshold is None:
        return "不涉及" if verdict.outcome is Outcome.PASS else AT_THE_WINDOW
    return "；".join(_measured(verdict, book)) or "不涉及"


def missing_in(word: str, book: Book) -> str:
    """What is missing, with layers and numbers called by their titles."""
    for kind in book.layers.values():
        word = word.replace(f"图层 {kind.id}", f"“{kind.title}”图层")
    for parameter in book.parameters.values():
        word = word.replace(f"限值 {parameter.id}", f"“{parameter.title}”的数值")
    return word


def _measured(verdict: Verdict, book: Book) -> list[str]:
    if verdict.measured is None or verdict.threshold is None:
        return []
    measure, value, limit = verdict.measure, verdict.measured, verdict.threshold
    title = "全区" if verdict.layer == EVERYWHERE else book.layers[verdict.layer].title
    assumed = f"（边线按中心线加假定半宽 {verdict.assumed_m:g} 米）" if verdict.assumed_m else ""
    if measure is Measure.DISTANCE:
        short = f"，还差 {amount(measure, limit - value)}" if value < limit and verdict.outcome is Outcome.FAIL else ""
        return [f"距{title} {amount(measure, value)}{assumed}，要求不小于 {amount(measure, limit)}{short}"]
    if measure in (Measure.AREA, Measure.SHARE):
        if value == 0.0:
            return [f"不在{title}内"]
        part = f"（占建筑的 {amount(Measure.SHARE, verdict.share)}）" if verdict.share is not None else ""
        return [f"有 {amount(measure, value)}在{title}内{part if measure is Measure.AREA else ''}"]
    if value > limit and verdict.outcome is Outcome.PASS:
        metres = book.rule(verdict.rule).within_m
        return [f"不在{title}{f'周围 {metres:g} 米' if metres else ''}的管控范围内"]
    over = f"，超出 {amount(measure, value - limit)}" if value > limit and verdict.outcome is Outcome.FAIL else ""
    return [f"{measure.label} {amount(measure, value)}，要求不超过 {amount(measure, limit)}{over}"]


def remedy(verdict: Verdict, rule: Rule) -> str:
    """What helps against a failing verdict; empty where nothing is to be done."""
    if verdict.outcome is not Outcome.FAIL or rule.kind is Kind.WARN:
        return ""
    if rule.kind is Kind.ALLOW_ONLY:
        works = "、".join(WORK_TITLES[work] for work in WORK_TITLES if work in rule.allows)
        papers = "、".join(APPROVALS.get(paper, paper) for paper in sorted(rule.approvals))
        ways = [f"只许：{works}" if works else "", f"须先取得：{papers}" if papers else ""]
        return "。".join(filter(None, [*ways, "否则另选地方"]))
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
    """The marks of a clause, as they stand beside it."""
    return "，".join(marks) + (f"；{clause.note}" if clause.note else "")
