"""规则: each with its clause, its number, and how far it may be relied on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from hemei.core.access import scope_of
from hemei.core.doors import found, reach
from hemei.core.queries.regions import names
from hemei.law.book import Book, national
from hemei.law.rules import APPROVALS, EVERYWHERE, Rule
from hemei.law.wording import MARKS, amount, citations
from hemei.office.request import OfficeRequest
from hemei.programmes.control.keeping import STEEP, begun, in_force, newest_law, radius_in, steeper_in, whole_law
from hemei.programmes.control.kinds import COMPUTED, ELEVATION, OTHER, PLOTS, THE_HOUSE, TOPICS, topic_of
from hemei.programmes.control.lawforms import LawFilterForm
from hemei.programmes.control.models import OwnLaw
from hemei.programmes.control.queries.clauses import matches
from hemei.programmes.control.queries.results import by_region, by_rule, newest_run
from hemei.programmes.control.views.district import MATTER, district_here
from hemei.programmes.control.wording import KINDS, USES, WORKS
from hemei.terms.clause import Clause
from hemei.terms.day import today
from hemei.terms.region import Level

MOST_CHANGES = 200
STEEP_CLAUSE = "slope.33850"
"""Where our own idea of steep ground is from: another province, and so assumed."""


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

    @property
    def is_set(self) -> bool:
        """Whether it can be judged by: its layer is there, and its number where it asks for one."""
        return self.has_layer and (isinstance(self.rule.threshold, float) or bool(self.limit))


@dataclass(frozen=True)
class Topic:
    """The rules on one thing: 临水, 公路 …"""

    title: str
    rules: list[ShownRule]

    @property
    def unset(self) -> int:
        return sum(not one.is_set for one in self.rules)


def by_topic(rules: list[ShownRule]) -> list[Topic]:
    """Rules by what they are about, in the order in which the topics come."""
    found: dict[str, list[ShownRule]] = {}
    for one in rules:
        found.setdefault(topic_of(one.rule.layer), []).append(one)
    order = [str(topic) for topic in (THE_HOUSE, *(topic for topic, _kinds in TOPICS), OTHER)]
    return [Topic(title, found[title]) for title in order if title in found]


def found_by(rule: Rule, book: Book, text: str) -> bool:
    """Whether all words of a text stand in a rule or in one of its clauses."""
    if not text or all(word in f"{rule.title} {rule.id} {rule.note}" for word in text.split()):
        return True
    return any(matches(clause, text) for clause in _clauses(rule, book))


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
    number = book.parameters[rule.threshold]
    value = number.on(on, of=rule.of)
    if value is None and any(dated.holds(on) and dated.of[0] in ("", rule.of) for dated in number.values):
        return _("按分区定")
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
    law = kept or newest_law(code)
    read = whole_law(law)
    book, held = read.book, _held(code, on)
    rules = [shown(rule, book, held, on) for rule in book.rules if rule.holds(on) and found_by(rule, book, form.text)]
    entries = law.entries if law else {}
    context = {
        "faults": read.faults,
        "own": by_topic([rule for rule in rules if rule.own]),
        "national": by_topic([rule for rule in rules if not rule.own]),
        "total": len(rules),
        "unset": sum(not rule.is_set for rule in rules),
        "text": form.text,
        **_steep(law, book, on),
        "marks": MARKS.items(),
        "may_keep": bool(scope_of(request.actor, "control.keep", MATTER)),
        "form": form,
        "on": on,
        "kept": kept,
        "radius_m": radius_in(entries, on),
        "has_plots": PLOTS in held,
        "kinds": [kind for key, kind in book.layers.items() if key not in national().layers],
    }
    return render(request, "control/rules.html", context)


def _steep(law: OwnLaw | None, book: Book, on: date) -> dict[str, Any]:
    """From how many degrees on ground is steep, and who says so: `steep`, None where it is our own idea."""
    entries = law.entries if law else {}
    said = {"steep": begun(entries, STEEP, on), "steep_deg": steeper_in(entries, on)}
    return said | {"steep_clause": book.clauses[STEEP_CLAUSE].citation}


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
    may_keep = bool(scope_of(request.actor, "control.keep", MATTER))
    law = newest_law(code)
    read = whole_law(law)
    book = read.book
    if read.cannot_read(rule) and may_keep:
        return redirect("control.law_mend")
    one = found(_version(book, rule, on))
    run = newest_run(code, within=scope)
    digits = Level.VILLAGE if min(len(p) for p in scope.prefixes) >= Level.TOWNSHIP else Level.TOWNSHIP
    counts = next((c for c in by_rule(run, book.on(run.on), {}, within=scope) if c.rule == rule), None) if run else None
    context = {
        "on": on,
        "is_today": on == today(),
        "holds": one.holds(on),
        "versions": _versions(book, one),
        "one": shown(one, book, _held(code, on), on),
        **(_steep(law, book, on) if one.layer in COMPUTED else {}),
        "clauses": [(clause, clause.marks(on)) for clause in _clauses(one, book)],
        "values": _values(one, book),
        "uses": [USES[use] for use in USES if use in one.uses],
        "works": [WORKS[work] for work in WORKS if work in one.works],
        "allows": [WORKS[work] for work in WORKS if work in one.allows],
        "approvals": [APPROVALS.get(paper, paper) for paper in sorted(one.approvals)],
        "run": run,
        "counts": counts,
        "by_region": by_region(run, rule, within=scope, digits=digits) if run else [],
        "region_names": names(within=scope),
        "may_keep": may_keep,
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
