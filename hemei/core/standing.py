"""Kinds of places that are buildings."""

from __future__ import annotations

from django.core.exceptions import FieldDoesNotExist

from hemei.core.registry import Kind, registry


def kinds_that_stand() -> dict[str, Kind]:
    return {key: kind for key, kind in registry.kinds.items() if kind.use}


def has_column(kind: Kind, name: str) -> bool:
    try:
        kind.model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
