"""Versions of forms that the district has edited."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, QuerySet

from hemei.core.access import Scope
from hemei.core.models import Check, FormVersion
from hemei.core.registry import registry


def versions(*, within: Scope, form: str = "") -> QuerySet[FormVersion]:
    """Drafts and published ones, newest first, without their workbooks; none for whoever edits forms nowhere."""
    rows = FormVersion.objects.order_by("-id") if within else FormVersion.objects.none()
    return (rows.filter(form=form) if form else rows).select_related("by").defer("workbook", "source")


def taken_versions(form: str) -> set[str]:
    """What versions of the form have been called, drafts aside."""
    shipped = registry.declared_forms.get(form)
    known = FormVersion.objects.filter(form=form, starts__isnull=False).values_list("version", flat=True)
    return {*known, *(shipped.versions if shipped else ())}


def next_version(form: str, *, on: date) -> str:
    """What the next version is called: the day and a number, above all there were."""
    taken = taken_versions(form)
    return next(name for n in range(1, 100) if (name := f"{on:%Y%m%d}{n:02}") not in taken)


def checks_by_version(form: str, *, within: Scope) -> dict[str, int]:
    """How many looks were made with each version."""
    made = Check.objects.filter(within.q(place="place", matter="matter"), form=form)
    return dict(made.values_list("version").annotate(Count("id")).order_by())
