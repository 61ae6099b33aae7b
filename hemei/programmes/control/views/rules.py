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
from hemei.programmes.control.forms import LawFilterForm
from hemei.programmes.control.keeping import in_force, law_of, newest_law, radius_of
from hemei.programmes.control.kinds import COMPUTED, ELEVATION, PLOTS
from hemei.programmes.control.models import OwnLaw
from hemei.programmes.control.queries.results import by_region, by_rule, newest_run
from hemei.programmes.control.views.district import MATTER, district_here
from hemei.programmes.control.wording import KINDS
from hemei.terms.clause import Clause
from hemei.terms.day import today
from hemei.terms.region import Level

MOST_CHANGES = 200


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
    code = district_here(request, scope)
    form = LawFilterForm(request.GET, within=scope)
    on, kept = form.day, _kept(request, code)
    book, _plan = law_of(kept or newest_law(code))
    held = _held(code, on)
    rules = [shown(rule, book, held, on) for rule in book.rules if rule.holds(on)]
    context = {
        "own": [rule for rule in rules if rule.own],
        "national": [rule for rule in rules if not rule.own],
        "marks": MARKS.items(),
        "may_keep": bool(scope_of(request.actor, "control.keep", MATTER)),
        "form": form,
        "on": on,
        "kept": kept,
        "radius_m": radius_of(kept or newest_law(code), on),
        "has_plots": PLOTS in held,
        "kinds": [kind for key, kind in book.layers.items() if key not in national().layers],
    }
    return render(request, "control/rules.html", context)


def _kept(request: OfficeRequest, code: str) -> OwnLaw | None:
    """The law as it was left by one change, where it is asked for."""
    asked = request.GET.get("kept", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        return None
    return OwnLaw.objects.filter(region=code, pk=int(asked)).first()


def changes(request: OfficeRequest) -> HttpResponse:
    """Who changed the district's own law when, and by which document."""
    scope = reach(request.actor, "control.view", MATTER)
    code = district_here(request, scope)
    rows = OwnLaw.objects.filter(region=code).order_by("-id")[:MOST_CHANGES]
    context = {"rows": [(row, len(row.entries.get("rules", []))) for row in rows], "most": MOST_CHANGES}
    return render(request, "control/changes.html", context)


def _version(book: Book, rule: str, on: date) -> Rule | None:
    """A rule as it holds on a day, else the first that is to come, else the last that has been."""
    versions = sorted((one for one in book.rules if one.id == rule), key=lambda one: one.start)
    holding = [one for one in versions if one.holds(on)] or [one for one in versions if one.start > on] or versions[-1:]
    return next(iter(holding), None)


def detail(request: OfficeRequest, rule: str) -> HttpResponse:
    scope = reach(request.actor, "control.view", MATTER)
    code = district_here(request, scope)
    on = LawFilterForm(request.GET, within=scope).day
    book, _plan = law_of(newest_law(code))
    one = found(_version(book, rule, on))
    run = newest_run(code, within=scope)
    digits = Level.VILLAGE if min(len(p) for p in scope.prefixes) >= Level.TOWNSHIP else Level.TOWNSHIP
    counts = next((c for c in by_rule(run, book.on(run.on), within=scope) if c.rule == rule), None) if run else None
    context = {
        "on": on,
        "is_today": on == today(),
        "holds": one.holds(on),
        "versions": _versions(book, one),
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


def _versions(book: Book, shown_one: Rule) -> list[tuple[Rule, str, bool]]:
    """All versions of a rule with the clauses of each, the newest first; and which is the one that is shown."""
    versions = sorted((one for one in book.rules if one.id == shown_one.id), key=lambda one: one.start, reverse=True)
    return [(one, citations(one, book), one is shown_one) for one in versions]


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
