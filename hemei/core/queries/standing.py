"""Buildings of whatever kind: which kinds stand, and how many storeys each building has."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import FieldDoesNotExist

from hemei.core.access import Scope
from hemei.core.registry import Kind, registry
from hemei.terms.measure import Measure


def kinds_that_stand() -> dict[str, Kind]:
    return {key: kind for key, kind in registry.kinds.items() if kind.use}


def has_column(kind: Kind, name: str) -> bool:
    try:
        kind.model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


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
