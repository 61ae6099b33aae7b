"""Reading leads to enforcement."""

from __future__ import annotations

from django.db.models import QuerySet

from hemei.core.access import Scope
from hemei.programmes.building.models import Lead
from hemei.programmes.building.queries.permits import of_matter


def leads(*, within: Scope) -> QuerySet[Lead]:
    return Lead.objects.filter(within.q(matter=of_matter)).select_related("permit__household__head")
