"""Whose verdict would change: a rule as it stands and as it would be, over everything that stands."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext as _

from hemei.core.errors import Mistaken
from hemei.core.models import Job
from hemei.core.worker import Progress, work
from hemei.engines.screen.reading import Unreadable
from hemei.law.around import around
from hemei.law.book import Book
from hemei.programmes.control.actions.law import read_aside
from hemei.programmes.control.keeping import ERROR_M, Entries, district_with, in_force, law_of, newest_law, root
from hemei.programmes.control.kinds import COMPUTED
from hemei.programmes.control.screening import screened
from hemei.terms.day import today
from hemei.terms.measure import Measure

SHOWN = 200
STEPS = 100


def outcomes(region: str, book: Book, rule: str, folder: Path, say: Any) -> dict[int, str]:
    """Place → fail or unknown by one rule of a book; all others pass, or the rule does not speak of them."""
    only = replace(book, rules=tuple(one for one in book.rules if one.id == rule))
    district = district_with(region, in_force(region, today()), only)
    wanted = {one.layer for one in only.rules}
    district = replace(district, layers=tuple(file for file in district.layers if file.id in wanted))
    if not any(one.layer in COMPUTED or one.measure is Measure.SLOPE for one in only.rules):
        district = replace(district, dem="")
    ready = around(district, ERROR_M, beside=root() / "maps")
    found = screened(region, today(), ready, folder, say=say).findings()
    return dict(zip(_list(found, "place"), _list(found, "outcome"), strict=True))


def _list(table: pa.Table, name: str) -> list[Any]:
    return list(table.column(name).to_pylist())


@work("control.preview")
def preview(job: Job, progress: Progress) -> dict[str, Any]:
    """Compare the newest law with the entries of the job, by one rule. Writes nothing but its result."""
    region, rule, entries = job.arguments["region"], job.arguments["rule"], job.arguments["entries"]
    folder = Path(tempfile.mkdtemp(prefix="hemei-preview-"))
    try:
        progress(0, STEPS, _("按现在的规则判一遍"))
        before = outcomes(region, law_of(newest_law(region))[0], rule, folder, lambda n: progress(n // 2, STEPS))
        progress(50, STEPS, _("按改后的规则判一遍"))
        after = _after(region, entries, rule, folder, progress)
    except Unreadable as fault:
        raise Mistaken(str(fault)) from fault
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    changed = sorted(place for place in before.keys() | after.keys() if before.get(place) != after.get(place))
    counts: dict[str, int] = {}
    for place in changed:
        key = f"{before.get(place, 'pass')}>{after.get(place, 'pass')}"
        counts[key] = counts.get(key, 0) + 1
    progress(STEPS, STEPS)
    shown = [[place, before.get(place, "pass"), after.get(place, "pass")] for place in changed[:SHOWN]]
    return {"changed": len(changed), "counts": counts, "shown": shown}


def _after(region: str, entries: Entries, rule: str, folder: Path, progress: Progress) -> dict[int, str]:
    with read_aside(entries) as book:
        return outcomes(region, book, rule, folder, lambda n: progress(50 + n // 2, STEPS))
