"""Whose verdict would change: a rule as it stands and as it would be, over all that stands or is under way."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
from django.utils.translation import gettext as _

from hemei.core.errors import Mistaken
from hemei.core.models import Job
from hemei.core.worker import Progress, work
from hemei.engines.screen.reading import Unreadable
from hemei.law.around import around
from hemei.law.book import Book
from hemei.programmes.control.actions.law import read_aside
from hemei.programmes.control.keeping import ERROR_M, district_with, in_force, law_of, newest_law, radius_of, root
from hemei.programmes.control.kinds import COMPUTED
from hemei.programmes.control.screening import screened
from hemei.programmes.control.under_way import Key, outcomes_of, proposals_under_way
from hemei.terms.day import today
from hemei.terms.measure import Measure
from hemei.terms.proposal import Proposal

SHOWN = 200
STEPS = 100
K = TypeVar("K", int, Key)


@dataclass(frozen=True)
class Outcomes:
    """Fail or unknown by one rule, of what stands and of what is under way; all else passes, or is not spoken of."""

    places: dict[int, str]
    proposals: dict[Key, str]


def outcomes(
    region: str, on: date, book: Book, rule: str, folder: Path, proposals: Sequence[tuple[Key, Proposal]], say: Any
) -> Outcomes:
    """What one rule of a book says of everything on a day."""
    only = replace(book, rules=tuple(one for one in book.rules if one.id == rule and one.holds(on)))
    district = district_with(region, in_force(region, on), only, radius_m=radius_of(newest_law(region), on))
    wanted = {one.layer for one in only.rules}
    district = replace(district, layers=tuple(file for file in district.layers if file.id in wanted))
    if not any(one.layer in COMPUTED or one.measure is Measure.SLOPE for one in only.rules):
        district = replace(district, dem="")
    error = max((one.position_error_m for _key, one in proposals), default=0.0)
    ready = around(district, max(ERROR_M, error), beside=root() / "maps")
    found = screened(region, on, ready, folder, say=lambda n: say(n // 2)).findings()
    places = dict(zip(_list(found, "place"), _list(found, "outcome"), strict=True))
    return Outcomes(places, outcomes_of(proposals, ready, on, lambda n: say(50 + n // 2)))


def _list(table: pa.Table, name: str) -> list[Any]:
    return list(table.column(name).to_pylist())


@work("control.preview")
def preview(job: Job, progress: Progress) -> dict[str, Any]:
    """Compare the newest law with the entries of the job, by one rule. Writes nothing but its result."""
    region, rule, entries = job.arguments["region"], job.arguments["rule"], job.arguments["entries"]
    on = date.fromisoformat(job.arguments.get("on") or today().isoformat())
    folder = Path(tempfile.mkdtemp(prefix="hemei-preview-"))
    try:
        progress(0, STEPS, _("按现在的规则判一遍"))
        proposals = proposals_under_way(region)
        book = law_of(newest_law(region))[0]
        before = outcomes(region, on, book, rule, folder, proposals, lambda n: progress(n // 2, STEPS))
        progress(50, STEPS, _("按改后的规则判一遍"))
        with read_aside(entries) as changed:
            after = outcomes(region, on, changed, rule, folder, proposals, lambda n: progress(50 + n // 2, STEPS))
    except Unreadable as fault:
        raise Mistaken(str(fault)) from fault
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    progress(STEPS, STEPS)
    places, under_way = _changed(before.places, after.places), _changed(before.proposals, after.proposals)
    return {
        "changed": len(places),
        "counts": _counts(places.values()),
        "shown": [[place, *words] for place, words in islice(places.items(), SHOWN)],
        "proposals": len(proposals),
        "proposals_changed": len(under_way),
        "proposals_counts": _counts(under_way.values()),
        "proposals_shown": [[*key, *words] for key, words in islice(under_way.items(), SHOWN)],
    }


def _changed(before: dict[K, str], after: dict[K, str]) -> dict[K, tuple[str, str]]:
    """What differs, in order: what was said, and what would be."""
    both = {key: (before.get(key, "pass"), after.get(key, "pass")) for key in sorted(before.keys() | after.keys())}
    return {key: words for key, words in both.items() if words[0] != words[1]}


def _counts(changes: Iterable[tuple[str, str]]) -> dict[str, int]:
    return dict(Counter(">".join(words) for words in changes))
