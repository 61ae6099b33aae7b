"""Many rows at once: laid ready beside a table, outside any transaction, then moved over by one statement each."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from hemei.core.inserting import AT_ONCE, send_rows, take_keys
from hemei.core.writing import writing

# Every name in these statements is a model's own or one made here; values are parameters.
_numbers = itertools.count(1)


def reserve(model: type[models.Model], count: int) -> Sequence[int]:
    """Take `count` primary keys that nobody else will get, so that rows can be laid with their keys."""
    with writing():
        return take_keys(model, count)


def pour(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows (values in the order of `columns`, attribute names) straight into the model's table."""
    with writing():
        return send_rows(model._meta.db_table, _fields(model, columns), rows)


class Laid:
    """Rows for one model, in a table of this connection only.

    `complete` rows are whole ones: a column that is not named takes the model's default.
    """

    def __init__(self, model: type[models.Model], columns: Sequence[str], *, complete: bool = False) -> None:
        self.model = model
        self.fields = _fields(model, columns)
        others = [f for f in model._meta.concrete_fields if f not in self.fields and f.has_default()]
        self.defaults = tuple(field.get_default() for field in others) if complete else ()
        self.fields += others if complete else []
        self.target = _quoted(model._meta.db_table)
        self.table = f"laid_{next(_numbers)}_{model._meta.db_table}"
        self.count = 0
        self._waiting: list[Sequence[Any]] = []
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMPORARY TABLE {_quoted(self.table)} AS SELECT {self._names()} FROM {self.target} WHERE 1 = 0"  # noqa: S608
            )

    def add(self, *values: Any) -> None:
        self._waiting.append((*values, *self.defaults))
        self.count += 1
        if len(self._waiting) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        send_rows(self.table, self.fields, self._waiting)
        self._waiting = []

    def insert(self) -> None:
        """Move the rows into the model's table. IntegrityError where one stands there by now."""
        names = self._names()
        self._run(f"INSERT INTO {self.target} ({names}) SELECT {names} FROM {_quoted(self.table)}")  # noqa: S608

    def update(self) -> None:
        """Bring the rows of the same first column in line: what is laid as null stays as it is."""
        key, *others = [_quoted(field.column) for field in self.fields]
        settings = ", ".join(f"{name} = COALESCE(laid.{name}, {self.target}.{name})" for name in others)
        source = f"{_quoted(self.table)} AS laid"
        matching = f"{self.target}.{key} = laid.{key}"
        self._run(f"UPDATE {self.target} SET {settings} FROM {source} WHERE {matching}")  # noqa: S608

    def drop(self) -> None:
        self._run(f"DROP TABLE {_quoted(self.table)}")

    def _names(self) -> str:
        return ", ".join(_quoted(field.column) for field in self.fields)

    @staticmethod
    def _run(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _fields(model: type[models.Model], columns: Sequence[str]) -> list[models.Field[Any, Any]]:
    return [model._meta.get_field(name) for name in columns]  # type: ignore[misc]


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")
