"""Reading what happened at one place: who looked, what was done, what was photographed."""

from __future__ import annotations

from django.db.models import QuerySet

from hemei.core.access import Scope
from hemei.core.models import CaseStep, Check, Evidence, Place
from hemei.core.queries.evidence import evidence
from hemei.core.queries.regionchange import here


def checks_at(place: Place, *, within: Scope) -> QuerySet[Check]:
    """Newest first, with what was found and photographed."""
    rows = Check.objects.filter(here(within=within), place=place).select_related("account").defer("raw")
    return rows.prefetch_related("findings__case", "evidence").order_by("-at", "-id")


def steps_at(place: Place, *, within: Scope) -> QuerySet[CaseStep]:
    """The steps of all its cases, newest first."""
    rows = CaseStep.objects.filter(within.q("case__region", "case__place", matter="case__matter"), case__place=place)
    return rows.select_related("case", "account", "unit").prefetch_related("evidence").order_by("-at", "-id")


def files_at(place: Place, *, within: Scope) -> QuerySet[Evidence]:
    """Every file, oldest first."""
    rows = evidence(within=within).filter(place=place)
    return rows.select_related("step__case", "check_made").order_by("recorded_at", "id")
