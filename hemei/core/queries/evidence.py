"""Reading evidence."""

from __future__ import annotations

from django.db.models import QuerySet

from hemei.core.access import Scope
from hemei.core.models import Evidence


def evidence(*, within: Scope) -> QuerySet[Evidence]:
    return Evidence.objects.filter(within.q(place="place"))


def one_file(pk: int, *, within: Scope) -> Evidence | None:
    """One file, or None where it is not in the scope."""
    return evidence(within=within).filter(pk=pk).first()
