"""What a screening found, by rule and region, and what officers have said of it since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from hemei.core.access import Scope
from hemei.core.models import Place
from hemei.core.queries.duty import prefixes_of
from hemei.core.queries.export import AT_ONCE, Feature, Listing, point_of
from hemei.core.queries.regions import names
from hemei.law.book import Book
from hemei.law.lists import Plan, kind_of, row_of, title_of
from hemei.law.wording import missing_in
from hemei.programmes.control.models import Decision, Run
from hemei.programmes.control.queries.layers import of_matter
from hemei.programmes.control.screening import FINDINGS, file_of
from hemei.programmes.control.unread import Fault
from hemei.terms.clause import Clause
from hemei.terms.measure import Measure

OUTCOMES = ("pass", "fail", "unknown")


def runs(*, within: Scope) -> QuerySet[Run]:
    """Screenings that reach into a scope: the district's, also for a village of it."""
    rows = Run.objects.select_related("job", "law")
    if within.everything:
        return rows
    above = [code for prefix in within.prefixes for code in prefixes_of(prefix)]
    return rows.filter(within.q(matter=of_matter) | Q(region__in=above))


def newest_run(region: str, *, within: Scope) -> Run | None:
    """The last screening that came to its end."""
    return runs(within=within).filter(region=region).exclude(ended_at=None).order_by("-id").first()


@dataclass(frozen=True)
class Counted:
    """How many buildings pass, fail and are unknown by one rule; `unset` of them for want of its layer or number."""

    rule: str
    title: str
    kind: str
    passed: int
    failed: int
    unknown: int
    unset: int

    @property
    def judged(self) -> int:
        return self.passed + self.failed + self.unknown

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a list, not a rule."""
        return self.rule.startswith("plan.")


@dataclass(frozen=True)
class Asked:
    """What a finding is by: a rule of the day, or a row of a list, which measures nothing."""

    title: str
    kind: str
    measure: Measure | None
    clause: Clause | None


def asked_of(book: Book, plan: Plan, rule: str) -> Asked | None:
    """A rule of a book that holds one version of each, or a row of a list, by its id."""
    if (known := next((one for one in book.rules if one.id == rule), None)) is not None:
        return Asked(known.title, str(known.kind), known.measure, book.clauses[known.clause])
    row = row_of(rule, plan)
    if row is None:
        return None
    return Asked(title_of(rule, plan), str(kind_of(row)), None, book.clauses.get(row.clause))


def inside(village: str, region: str, within: Scope) -> bool:
    return village.startswith(region) and within.covers(village, "control")


def by_rule(run: Run, book: Book, plan: Plan, *, within: Scope, region: str = "") -> list[Counted]:
    """The counts of a screening rule by rule, of what lies in a region of the scope; what fails most first."""
    found = []
    for rule, villages in run.counts.items():
        sums = np.zeros(4, int)
        for village, counts in villages.items():
            if inside(village, region, within):
                sums += np.array(counts)
        if sums.any():
            known = asked_of(book, plan, rule)
            passed, failed, unknown, unset = (int(n) for n in sums)
            kind = known.kind if known else ""
            found.append(Counted(rule, known.title if known else rule, kind, passed, failed, unknown, unset))
    return sorted(found, key=lambda one: (one.judged == 0, -one.failed, -one.unknown, one.rule))


def by_region(run: Run, rule: str, *, within: Scope, digits: int) -> list[tuple[str, list[int]]]:
    """The counts of one rule region by region, at a level given by its number of digits."""
    sums: dict[str, list[int]] = {}
    for village, counts in run.counts.get(rule, {}).items():
        if within.covers(village, "control"):
            own = sums.setdefault(village[:digits], [0, 0, 0, 0])
            for i, n in enumerate(counts):
                own[i] += n
    return sorted(sums.items(), key=lambda pair: (-pair[1][1], pair[0]))


@lru_cache(maxsize=2)
def _table(path: Path, written: int) -> pa.Table:
    return pq.read_table(path)


def findings(run: Run, *, within: Scope, rule: str = "", outcome: str = "", region: str = "") -> pa.Table:
    """The failing and unknown verdicts of a screening that lie in the scope, in the order of their places."""
    path = file_of(run)
    if not path.is_file():
        return FINDINGS.empty_table()
    table = _table(path, path.stat().st_mtime_ns)
    chosen = pa.array(np.ones(table.num_rows, bool))
    for name, value in (("rule", rule), ("outcome", outcome)):
        if value:
            chosen = pc.and_(chosen, pc.equal(table.column(name), value))
    if region:
        chosen = pc.and_(chosen, pc.starts_with(table.column("village"), region))
    if not within.everything:
        seen = [v for v in pc.unique(table.column("village")).to_pylist() if within.covers(v, "control")]
        chosen = pc.and_(chosen, pc.is_in(table.column("village"), pa.array(seen, pa.string())))
    return table.filter(chosen).sort_by([("place", "ascending"), ("rule", "ascending")])


@dataclass(frozen=True)
class Found:
    """One failing or unknown verdict with its place, and what an officer last said of it."""

    place: Place
    rule: str
    title: str
    outcome: str
    measured: float | None
    threshold: float | None
    margin: float | None
    measure: Measure | None
    clause: str
    missing: str
    layer_version: str
    decision: Decision | None

    @property
    def unit(self) -> str:
        return self.measure.unit if self.measure else ""

    @property
    def state(self) -> str:
        return str(self.decision.get_decided_display()) if self.decision else _("待认定")


def decisions(places: Sequence[int], *, within: Scope) -> dict[tuple[int, str], Decision]:
    """By place and rule, what was said last."""
    rows = Decision.objects.filter(within.q("place__region", "place", matter=of_matter), place__in=places)
    return {(row.place_id, row.rule): row for row in rows.select_related("case").order_by("id")}


def told(table: pa.Table, book: Book, plan: Plan, *, within: Scope) -> list[Found]:
    """Rows of `findings` with their places; places outside the scope are left out."""
    rows: list[dict[str, Any]] = table.to_pylist()
    keys = list({row["place"] for row in rows})
    known = {place.pk: place for place in Place.objects.filter(within.q(matter=of_matter), pk__in=keys)}
    said = decisions(keys, within=within)
    rules = {name: asked_of(book, plan, name) for name in {row["rule"] for row in rows}}
    found = []
    for row in rows:
        place, rule = known.get(row["place"]), rules[row["rule"]]
        if place is None or rule is None:
            continue
        found.append(
            Found(
                place,
                row["rule"],
                rule.title,
                row["outcome"],
                row["measured"],
                row["threshold"],
                row["margin"],
                rule.measure,
                rule.clause.citation if rule.clause else "",
                missing_in(row["missing"] or "", book),
                row["layer_version"] or "",
                said.get((place.pk, row["rule"])),
            )
        )
    return found


def listing(table: pa.Table, book: Book, plan: Plan, *, within: Scope, faults: Sequence[Fault] = ()) -> Listing:
    """The findings as a file, with the outlines of their buildings; `faults` of the law are told first, a row each."""
    texts = [_("村代码"), _("区域"), _("名称"), _("地址"), _("规则"), _("规则名称"), _("结论"), _("认定"), _("条款")]
    columns: dict[str, type] = dict.fromkeys(texts, str)
    columns |= {
        _("量得"): float,
        _("限值"): float,
        _("余量"): float,
        _("单位"): str,
        _("缺什么"): str,
        _("图层版本"): str,
    }
    features = chain(map(_unread, faults), _features(table, book, plan, within))
    return Listing(_("管控筛查"), columns, features, located=True)


def _unread(fault: Fault) -> Feature:
    """What was not judged, because nobody can read it."""
    rule = str(fault.row.get("id") or "")
    told = [rule, f"{fault.kind} {fault.name}", _("读不了，没有判"), "", ""]
    return None, ["", "", "", "", *told, None, None, None, "", fault.why, ""]


def _features(table: pa.Table, book: Book, plan: Plan, within: Scope) -> Iterator[Feature]:
    region_names = names(within=within)
    words = {"fail": _("不符合"), "unknown": _("待核")}
    for start in range(0, table.num_rows, AT_ONCE):
        for one in told(table.slice(start, AT_ONCE), book, plan, within=within):
            place = one.place
            yield (
                point_of(place),
                [
                    *(place.region, region_names.get(place.region, ""), place.label, place.address),
                    *(one.rule, one.title, words.get(one.outcome, one.outcome), one.state, one.clause),
                    *(one.measured, one.threshold, one.margin, one.unit, one.missing, one.layer_version),
                ],
            )
