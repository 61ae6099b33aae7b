"""A table's rows as lines of text that are the same on every database, and back."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.db import connection, models
from django.db.models import F
from django.db.models.functions import Collate

AT_ONCE = 2_000
LEFT_OUT = {"django_session"}  # who was signed in where: of no use on another machine, and of use to a thief


def tables(apps: Apps = installed) -> list[type[models.Model]]:
    """Every table of ours by its name, the ones between two models included."""
    found = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    return [found[name] for name in sorted(found) if name not in LEFT_OUT]


def columns_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return sorted(model._meta.concrete_fields, key=lambda field: str(field.column))


def lines_of(model: type[models.Model]) -> Iterator[bytes]:
    """The rows by their key, each a JSON array in the order of `columns_of`."""
    fields = columns_of(model)
    known = [isinstance(field, models.JSONField) for field in fields]
    rows = model._base_manager.order_by(_by_key(model)).values_list(*(field.attname for field in fields))
    for row in rows.iterator(chunk_size=AT_ONCE):
        values = [_number(value) if is_json else value for value, is_json in zip(row, known, strict=True)]
        yield json.dumps(values, default=_text, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def row_from(line: bytes | str, fields: Sequence[models.Field[Any, Any]]) -> list[Any]:
    """The values of a line as the model has them. Raises ValueError where the line is none of that table."""
    values = json.loads(line)
    if not isinstance(values, list) or len(values) != len(fields):
        raise ValueError("a row that does not fit its table")
    return [
        value if value is None or isinstance(field, models.JSONField) else _target(field).to_python(value)
        for value, field in zip(values, fields, strict=True)
    ]


def _target(field: Any) -> Any:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def _by_key(model: type[models.Model]) -> Any:
    """Texts in the order of their bytes: PostgreSQL would sort them as its locale does."""
    key = model._meta.pk
    assert key is not None
    if connection.vendor == "postgresql" and isinstance(_target(key), models.CharField):
        return Collate(F(key.attname), "C")
    return F(key.attname)


def _number(value: Any) -> Any:
    """JSON knows one kind of number, Python two, and PostgreSQL writes large ones without an exponent."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _number(one) for key, one in value.items()}
    return [_number(one) for one in value] if isinstance(value, list) else value


def _text(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
        case Decimal():
            return str(value)
    raise TypeError(f"{type(value).__name__} has no text of its own here")
