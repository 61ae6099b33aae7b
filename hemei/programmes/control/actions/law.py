"""The district's own rules, numbers, clauses and plan change: whole, by version, never a line of the nation's."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Job
from hemei.core.writing import action, audit
from hemei.law.book import SAMPLE, Book
from hemei.law.repeals import repealed
from hemei.law.yaml_lines import LawError
from hemei.programmes.control.anew import ask_anew
from hemei.programmes.control.entries import PARTS, Entries, Plan, read_from, settled, written
from hemei.programmes.control.keeping import DENSITY, REPEALS, STEEP, district_code, newest_law, repeals_in
from hemei.programmes.control.models import OwnLaw
from hemei.programmes.control.offering import new_folder
from hemei.terms.day import day_of, today

CEILINGS = "ceilings"
"""The most built area by zone and tier: kept with the law, read by no rule."""
BESIDE = (CEILINGS, DENSITY, STEEP, REPEALS)
"""What is kept beside the parts that the files of `hemei.law` hold."""


def entries_of(region: str) -> Entries:
    """The district's own law as it stands, to be changed; empty lists where it has none."""
    law = newest_law(region)
    kept = settled(law.entries, day_of(law.recorded_at)) if law else {}
    return {part: list(kept.get(part, [])) for part in (*PARTS, *BESIDE)}


def sample() -> Entries:
    """The made-up sample that ships with `hemei.law`, every part of it marked 演示."""
    return {part: _plain(yaml.safe_load((SAMPLE / f"{part}.yaml").read_text("utf-8")) or []) for part in PARTS}


def _plain(value: Any) -> Any:
    """Days as text, so that they can be kept."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True)
class About:
    """What changed entries are about: the rules that could say something else, whether the lists could too, what it is
    called, and the page (its address) that shows it once it is kept."""

    title: str
    rules: list[str]
    then: str
    lists: bool = False


def law_aside(entries: Entries) -> tuple[Book, Plan]:
    """The book and the plan that entries would make. Raises Mistaken, in the law's own words, where they make none."""
    with tempfile.TemporaryDirectory(prefix="hemei-law-") as folder:
        try:
            book, plan = read_from(written(entries, Path(folder)))
        except LawError as fault:
            raise Mistaken(fault.said, code="bad_law") from fault
    return repealed(book, repeals_in(entries)), plan


@action(verb="control.keep", on="where")
def ask_preview(
    *, where: At, entries: Entries, about: About, said: str, seen: int, by: Actor, on: date | None = None
) -> Job:
    """Have it worked out whose verdict changed entries would change, on a day that may be to come; nothing is kept of
    it but the question."""
    law_aside(entries)
    region = district_code(where.region)
    arguments = {"region": region, "entries": entries, "said": said, "seen": seen, **asdict(about)}
    arguments |= {"on": max(on or today(), today()).isoformat(), "folder": new_folder()}
    job = Job.objects.create(kind="control.preview", region=region, by=by.account, arguments=arguments)
    audit(by, "law.preview", f"job:{job.pk}", region, values=entries, detail={"rules": about.rules})
    return job


@action(verb="control.keep", on="where")
def change_law(*, where: At, entries: Entries, said: str, by: Actor, seen: int | None = None) -> OwnLaw:
    """Keep the district's own law as it is to be from now on. `seen` is the version that the person had before them."""
    if not said.strip():
        raise Mistaken(_("请写明依据的文件和文号。"), field="said", code="no_document")
    region = district_code(where.region)
    last = newest_law(region)
    if seen is not None and seen != (last.pk if last else 0):
        raise Conflict(_("规则刚被别人改过，请重新打开再改。"), code="changed_meanwhile")
    law_aside(entries)
    row = OwnLaw.objects.create(
        region=region, entries=entries, said=said.strip()[:200], recorded_at=timezone.now(), actor=str(by)
    )
    detail = {part: len(entries.get(part, [])) for part in PARTS}
    audit(by, "law.change", f"law:{row.pk}", region, values=entries, detail=detail | {"said": row.said})
    if by.account is not None:
        ask_anew(region, by.account)
    return row
