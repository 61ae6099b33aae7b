"""Scans of a craftsman's papers, kept as the papers of other files are: the original bytes, by their hash."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor
from hemei.core.actions.evidence import NewFile, keep
from hemei.core.errors import Mistaken
from hemei.core.writing import action, audit
from hemei.programmes.craftsmen.models import Certificate, Craftsman, EarlierTraining, Scan

Paper = Certificate | EarlierTraining


def attach(paper: Paper, files: Sequence[NewFile], *, by: Actor) -> int:
    """Keep scans with a paper, as part of the action that calls it. Returns how many."""
    of = {"certificate": paper} if isinstance(paper, Certificate) else {"training": paper}
    kept = keep(files, by=by, region=paper.region, now=timezone.now())
    for one in kept:
        Scan.objects.create(evidence=one, craftsman=paper.craftsman, **of)
    return len(kept)


@action(verb="craftsman.keep", on="craftsman")
def add_scans(*, craftsman: Craftsman, paper: Paper, files: Sequence[NewFile], by: Actor) -> int:
    """Scans of a paper that is in the register already, as one that came with an import."""
    if not files:
        raise Mistaken(_("请拍照或选扫描件。"), field="files", code="no_evidence")
    if paper.craftsman_id != craftsman.pk:
        raise Mistaken(_("这份文件不是他的。"), code="not_theirs")
    count = attach(paper, files, by=by)
    detail = {"row": paper.pk, "of": paper._meta.model_name, "files": count}
    values = [file.sha256 for file in files]
    audit(by, "paper.scan", f"craftsman:{craftsman.pk}", craftsman.region, values=values, detail=detail)
    return count
