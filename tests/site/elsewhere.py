"""Thousands of rows of every table in other villages: what nobody's page of one village may have to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from hemei.terms.day import today
from tests.site.test_addresses import NUMBER

MANY, APART = 1500, 1_000_000
# Villages of other townships, half of them in the same district.
REGION = "CAST(429999105200 + n.k % 2 * 1000000000 + n.k / 300 * 1000 + n.k % 300 AS varchar(15))"
SAID = {"region": "429999103200", "to_state": "applied", "state": "applied", "field": "label"}


def tables() -> list[type[models.Model]]:
    """Every table of our own, those of tomorrow included; a table comes after those that it points to."""
    left = [model for model in apps.get_models() if model.__module__.startswith("hemei.")]
    told: list[type[models.Model]] = []
    while left:
        ready = [model for model in left if not {*_needed(model)} & {*left} - {model}]
        assert ready, left
        told += ready
        left = [model for model in left if model not in ready]
    return told


def _needed(model: type[models.Model]) -> Iterator[type[models.Model]]:
    for field in model._meta.concrete_fields:
        if field.related_model and not field.null:
            yield field.related_model  # type: ignore[misc]


def furnish() -> None:
    """A row of every table where the village has none yet, and as many copies of it in as many other villages."""
    for model in tables():
        if not model._base_manager.filter(pk=NUMBER).exists() and model._meta.label != "core.Region":
            model._base_manager.bulk_create([model(**{f.attname: _said(f) for f in model._meta.concrete_fields})])
    with connection.cursor() as cursor:
        for model in tables():
            cursor.execute(_copied(model))
        if connection.vendor == "postgresql":  # which counts its rows by itself; SQLite is never told
            cursor.execute("ANALYZE")


def _said(field: models.Field[Any, Any]) -> Any:
    """Something that this column takes."""
    if field.primary_key or (field.related_model and not field.null):
        return NUMBER
    if field.null:
        return None
    if field.name == "n":
        return 1
    if field.has_default():
        return field.get_default()
    if field.choices:
        return field.flatchoices[0][0]
    match field:
        case models.CharField() | models.TextField():
            return SAID.get(field.name, "x")
        case models.DateTimeField():
            return timezone.now()
        case models.DateField():
            return today()
        case models.BinaryField():
            return b"x"
        case models.JSONField():
            return {}
    return 1


def _copied(model: type[models.Model]) -> str:
    """The statement that copies the village's row into other villages, each with its own of what it points to."""
    quoted, table = connection.ops.quote_name, connection.ops.quote_name(model._meta.db_table)
    columns = [quoted(field.column or "") for field in model._meta.concrete_fields]
    values = ", ".join(_copy(field, quoted(field.column or "")) for field in model._meta.concrete_fields)
    key = quoted(model._meta.pk.column or "")
    whose = f"{key} = {NUMBER}" if model._meta.label != "core.Region" else f"{key} = '429999103200'"
    return (
        f"WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < {MANY}) "
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table}, n WHERE {whose}"
    )


def _copy(field: models.Field[Any, Any], column: str) -> str:
    if field.name == "region" or (field.model._meta.label == "core.Region" and field.primary_key):
        return REGION
    if field.related_model:
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE {NUMBER} + n.k * {APART} END"
    if field.primary_key:
        return f"{column} + n.k * {APART}"
    alone = field.unique or any(field.name in c.fields for c in _uniques(field.model))
    if alone and isinstance(field, models.CharField) and not field.choices:
        return f"CASE WHEN {column} = '' THEN '' ELSE {column} || '-' || n.k END"
    return column


def _uniques(model: type[models.Model]) -> list[models.UniqueConstraint]:
    return [one for one in model._meta.constraints if isinstance(one, models.UniqueConstraint)]
