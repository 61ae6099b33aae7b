"""Reading evidence."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from hemei.core.access import MATTER_OF_KIND, Scope
from hemei.core.models import Evidence
from hemei.core.queries.regionchange import STANDS, seat


def evidence(*, within: Scope) -> QuerySet[Evidence]:
    column = seat(within=within)
    rows = within.q(column, "place", matter=_of_matter)
    if column != STANDS:  # a case need not have a place
        rows |= Q(place=None) & within.q("step__case__region", matter="step__case__matter")
    return Evidence.objects.filter(rows)


def _of_matter(matter: str) -> Q:
    """A file belongs to the matter of its case or check, else to that of its place's kind."""
    kinds = [kind for kind, owner in MATTER_OF_KIND.items() if owner == matter]
    neither = Q(step=None, check_made=None, place__kind__in=kinds)
    return Q(step__case__matter=matter) | Q(check_made__matter=matter) | neither


def one_file(pk: int, *, within: Scope) -> Evidence | None:
    """One file, or None where it is not in the scope."""
    return evidence(within=within).filter(pk=pk).first()
