"""Reading layers, and the law that stands beside them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from hemei.core.access import Scope
from hemei.core.queries.duty import prefixes_of
from hemei.programmes.control.models import LayerVersion, OfControl
from hemei.terms.region import Level


def of_matter(matter: str) -> Q:
    return Q() if matter == OfControl.matter else Q(pk__in=[])


def districts(*, within: Scope) -> list[str]:
    """The districts whose layers and rules concern a scope: a village's are those of its district."""
    return sorted({prefix[: Level.DISTRICT] for prefix in within.prefixes if len(prefix) >= Level.DISTRICT})


def layers(*, within: Scope) -> QuerySet[LayerVersion]:
    """All versions of the layers that hold in a scope, also of a village in the district they were made for."""
    rows = LayerVersion.objects.select_related("original")
    if within.everything:
        return rows
    above = [code for prefix in within.prefixes for code in prefixes_of(prefix)]
    return rows.filter(within.q(matter=of_matter) | Q(region__in=above))
