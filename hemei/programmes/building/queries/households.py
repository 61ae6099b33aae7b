"""Reading the households for which somebody may apply."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from hemei.core.access import Scope
from hemei.core.models import Household
from hemei.terms.region import successor


def households(*, within: Scope, region: str = "", text: str = "") -> QuerySet[Household]:
    rows = Household.objects.filter(within.q(matter=None)).select_related("head")
    if region:
        rows = rows.filter(region__gte=region, region__lt=successor(region))
    if text.strip():
        rows = rows.filter(Q(head__name__contains=text.strip()) | Q(number__startswith=text.strip()))
    return rows


def one_household(pk: int, *, within: Scope) -> Household | None:
    return households(within=within).filter(pk=pk).first()
