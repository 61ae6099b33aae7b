"""Buildings of whatever kind: how many storeys each has."""

from __future__ import annotations

from collections.abc import Collection

from hemei.core.access import Scope
from hemei.core.standing import has_column, kinds_that_stand
from hemei.terms.measure import Measure


def storeys(*, within: Scope, places: Collection[int] | None = None) -> dict[int, int]:
    """Place → storeys, where they are known: of all buildings of a scope, or of some; a query for each kind."""
    found: dict[int, int] = {}
    for kind in kinds_that_stand().values():
        if has_column(kind, Measure.STOREYS.value):
            rows = kind.model._default_manager.filter(within.q("place__region", "place", matter="place__kind"))
            if places is not None:
                rows = rows.filter(place__in=places)
            found.update(rows.exclude(storeys=None).values_list("place", "storeys"))
    return found
