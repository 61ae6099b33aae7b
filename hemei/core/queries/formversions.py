"""Versions of forms that the district has edited."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from hemei.core.access import Scope
from hemei.core.models import Check, FormVersion


def versions(*, within: Scope, form: str = "") -> QuerySet[FormVersion]:
    """Drafts and published ones, newest first, without their workbooks."""
    rows = FormVersion.objects.filter(within.q(matter=_of_matter)).order_by("-id")
    return (rows.filter(form=form) if form else rows).select_related("by").defer("workbook", "source")


def _of_matter(matter: str) -> Q:
    return Q(form__startswith=f"{matter}.")


def checks_by_version(form: str, *, within: Scope) -> dict[str, int]:
    """How many looks were made with each version."""
    made = Check.objects.filter(within.q(place="place", matter="matter"), form=form)
    return dict(made.values_list("version").annotate(Count("id")).order_by())
