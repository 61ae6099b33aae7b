"""规则: each with its clause, its number, and how far it may be relied on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render

from hemei.core.access import scope_of
from hemei.core.doors import found, reach
from hemei.core.queries.regions import names
from hemei.law.book import Book, national
from hemei.law.rules import APPROVALS, EVERYWHERE, USE_TITLES, WORK_TITLES, Rule
from hemei.law.wording import MARKS, amount, citations
from hemei.office.request import OfficeRequest
from hemei.programmes.control.keeping import in_force, law_of, newest_law
from hemei.programmes.control.kinds import COMPUTED, ELEVATION
from hemei.programmes.control.queries.results import by_region, by_rule, newest_run
from hemei.programmes.control.views.district import MATTER, district_here
from hemei.programmes.control.wording import KINDS
from hemei.terms.clause import Clause
from hemei.terms.day import today
from hemei.terms.region import Level


@dataclass(frozen=True)
class ShownRule:
    """A rule with what a reader wants beside it."""

    rule: Rule
    kind: str
    citation: str
    marks: tuple[str, ...]
    layer: str
    has_layer: bool
    own: bool
    limit: str


def shown(rule: Rule, book: Book, held: set[str], on: date) -> ShownRule:
    everywhere = rule.layer == EVERYWHERE
    own = rule.id not in {one.id for one in national().rules}
    return ShownRule(
        rule=rule,
        kind=str(KINDS[rule.kind]),
        citation=citations(rule, book),
        marks=book.clauses[rule.clause].marks(on),
        layer="" if everywhere else book.layers[rule.layer].title,
        has_layer=everywhere or rule.layer in held,
        own=own,
        limit=limit_of(rule, book, on),
    )


def limit_of(rule: Rule, book: Book, on: date) -> str:
    """The number that holds today, "" where the rule asks for none or none is set."""
    if isinstance(rule.threshold, float):
        return ""
    value = book.parameters[rule.threshold].on(on, of=rule.of)
    return "" if value is None else amount(rule.measure, value)


def _held(code: str, on: date) -> set[str]:
    """The layers that are there, also those that elevation makes."""
    kinds = {row.kind for row in in_force(code, on)}
    return kinds | set(COMPUTED) if ELEVATION in kinds else kinds


def listing(request: OfficeRequest) -> HttpResponse:
    scope = reach(request.actor, "control.view", MATTER)
    code, on = district_here(request, scope), today()
    book, _plan = law_of(newest_law(code))
    held = _held(code, on)
    rules = [shown(rule, book, held, on) for rule in book.rules if rule.holds(on)]
    context = {
        "own": [rule for rule in rules if rule.own],
        "national": [rule for rule in rules if not rule.own],
        "marks": MARKS.items(),
        "may_keep": bool(scope_of(request.actor, "control.keep", MATTER)),
    }
    return render(request, "control/rules.html", context)


def detail(request: OfficeRequest, rule: str) -> HttpResponse:
    scope = reach(request.actor, "control.view", MATTER)
    code, on = district_here(request, scope), today()
    book, _plan = law_of(newest_law(code))
    one = found(next((r for r in book.rules if r.id == rule and r.holds(on)), None))
    run = newest_run(code, within=scope)
    digits = Level.VILLAGE if min(len(p) for p in scope.prefixes) >= Level.TOWNSHIP else Level.TOWNSHIP
    counts = next((c for c in by_rule(run, book, within=scope) if c.rule == rule), None) if run else None
    context = {
        "one": shown(one, book, _held(code, on), on),
        "clauses": [(clause, clause.marks(on)) for clause in _clauses(one, book)],
        "values": _values(one, book),
        "uses": [USE_TITLES[use] for use in USE_TITLES if use in one.uses],
        "works": [WORK_TITLES[work] for work in WORK_TITLES if work in one.works],
        "allows": [WORK_TITLES[work] for work in WORK_TITLES if work in one.allows],
        "approvals": [APPROVALS.get(paper, paper) for paper in sorted(one.approvals)],
        "run": run,
        "counts": counts,
        "by_region": by_region(run, rule, within=scope, digits=digits) if run else [],
        "region_names": names(within=scope),
        "may_keep": bool(scope_of(request.actor, "control.keep", MATTER)),
    }
    return render(request, "control/rule.html", context)


def _clauses(rule: Rule, book: Book) -> list[Clause]:
    return [book.clauses[name] for name in (rule.clause, *rule.also)]


def _values(rule: Rule, book: Book) -> list[tuple[str, date, date | None, str]]:
    """The rule's number through the years: for what, from, to, how much ("" where 未配置)."""
    if isinstance(rule.threshold, float):
        return []
    rows = []
    for dated in book.parameters[rule.threshold].values:
        if dated.of[0] in ("", rule.of):
            of = "、".join(filter(None, dated.of[1:]))
            rows.append((of, dated.start, dated.end, "" if dated.value is None else amount(rule.measure, dated.value)))
    return rows
