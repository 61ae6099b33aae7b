"""Statements that are run a hundred times a second: compiled once by the ORM, then only filled in.

Compiling a query costs the ORM ten times what SQLite needs to answer it. Here it is paid once a thread; the SQL is
still the ORM's own, from the models, on whichever database. Sending it goes past the layers that would rewrite its
placeholders again each time; PostgreSQL keeps its plan, and what needs no answer goes there with what comes next
(`core/postgresql/link.py`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.base import ModelState
from django.db.models.expressions import Expression
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql.subqueries import UpdateQuery

from hemei.core.inserting import PLAIN

Row = TypeVar("Row")
Made = TypeVar("Made", bound=models.Model)


@cache
def _with_question_marks(statement: str) -> str:
    """The statement as sqlite3 itself takes it."""
    return statement.replace("%%", "\0").replace("%s", "?").replace("\0", "%")


def _database() -> Any:
    """The connection that the ORM uses here too: asked for each time, for it goes by more than the thread."""
    return connections[DEFAULT_DB_ALIAS]


def _is_short(database: Any) -> bool:
    """Whether statements go the short way to PostgreSQL: not while somebody listens."""
    return database.vendor == "postgresql" and not (database.force_debug_cursor or database.execute_wrappers)


def _send(database: Any, statement: str, values: Sequence[Any]) -> Any:
    """Execute one statement; returns something that has `fetchall` and `rowcount`. Raises what Django would."""
    if database.force_debug_cursor or database.execute_wrappers:  # somebody listens
        cursor = database.cursor()
        cursor.execute(statement, values)
        return cursor
    if database.vendor == "postgresql":
        return database.ask(statement, values)
    database.close_if_health_check_failed()
    if database.connection is None:
        database.ensure_connection()
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        return database.connection.execute(_with_question_marks(statement), values)


def send_later(statement: str, values: Sequence[Any]) -> None:
    """Execute a statement whose answer nobody needs: on PostgreSQL with the next one, or with the commit at the latest,
    and what goes wrong is raised then."""
    database = _database()
    if _is_short(database):
        database.later(statement, values)
    else:
        _send(database, statement, values)


class Given(Expression):
    """A place in a query for a value that comes later, by its name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Given:
        return self

    @property
    def identity(self) -> tuple[object, ...]:
        return (Given, self.name)


class Prepared(Generic[Row]):
    """A query with `Given` values: called with them by name, it returns rows; tuples where it is of `values_list`."""

    def __init__(self, query: Callable[[], models.QuerySet[Any, Row]]) -> None:
        self._query = query
        self._compiled = threading.local()

    def __call__(self, **given: Any) -> list[Row]:
        database = _database()
        return self._read(_send(database, *self._statement(database, given)).fetchall())

    def soon(self, **given: Any) -> Callable[[], list[Row]]:
        """Ask at some moment between now and when what is returned is called, which gives the rows: on PostgreSQL with
        the next statement, so that it costs no way of its own. Only for what does not change in between."""
        database = _database()
        if not _is_short(database):
            return lambda: self(**given)
        rows = database.soon(*self._statement(database, given))
        return lambda: self._read(rows())

    def _statement(self, database: Any, given: Mapping[str, Any]) -> tuple[str, list[Any]]:
        if getattr(self._compiled, "database", None) is not database:
            self._compile(database)
        return self._compiled.sql, _filled(self._compiled.values, given, database)

    def _read(self, rows: list[Any]) -> list[Row]:
        return [self._compiled.read(row) for row in self._compiled.converted(rows)]

    def first(self, **given: Any) -> Row | None:
        return next(iter(self(**given)), None)

    def _compile(self, database: Any) -> None:
        here = self._compiled
        query = self._query()
        compiler: Any = query.query.get_compiler(connection=database)
        here.sql, here.values = compiler.as_sql()
        columns = [column[0] for column in compiler.select]
        converters = compiler.get_converters(columns)
        here.converted = (lambda rows: compiler.apply_converters(rows, converters)) if converters else list
        here.read = _reader(compiler) if issubclass(query._iterable_class, ModelIterable) else tuple
        here.database = database


class Changes:
    """An UPDATE of whatever rows a query with `Given` values finds, sent with what comes next. The new values are
    given by the names of their columns."""

    def __init__(self, query: Callable[[], models.QuerySet[Any, Any]], *names: str) -> None:
        self._query, self._names = query, names
        self._compiled: dict[str, tuple[str, Sequence[Any]]] = {}

    def __call__(self, **given: Any) -> None:
        database = _database()
        if database.vendor not in self._compiled:
            query: Any = self._query().query.chain(UpdateQuery)
            query.add_update_values({name: Given(name) for name in self._names})
            self._compiled[database.vendor] = query.get_compiler(connection=database).as_sql()
        statement, marked = self._compiled[database.vendor]
        send_later(statement, _filled(marked, given, database))


def _reader(compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """From a row of the result to an instance with those it was joined with."""
    select, info = compiler.select, compiler.klass_info
    fields = info["select_fields"]
    first, beyond = fields[0], fields[-1] + 1
    names = [select[index][0].target.attname for index in range(first, beyond)]
    populators: Any = get_related_populators(info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
    joined = [_joining(one) for one in populators]

    def read(row: Sequence[Any]) -> Any:
        instance = _stored(info["model"], names, row[first:beyond])
        for join in joined:
            join(row, instance)
        return instance

    return read


def _joining(populator: Any) -> Callable[[Sequence[Any], Any], None]:
    """What puts a row that is joined beside the one that it belongs to, as Django's own populator would."""
    model, names, ordered = populator.model_cls, populator.init_list, populator.reorder_for_init
    further = [_joining(one) for one in populator.related_populators]

    def join(row: Sequence[Any], beside: Any) -> None:
        columns = ordered(row) if ordered else row[populator.cols_start : populator.cols_end]
        instance = None if columns[populator.pk_idx] is None else _stored(model, names, columns)
        populator.local_setter(beside, instance)
        if instance is not None:
            for another in further:
                another(row, instance)
            populator.remote_setter(instance, beside)

    return join


def _stored(model: type[models.Model], names: Sequence[str], columns: Sequence[Any]) -> Any:
    """A row that is in the database. Setting attribute after attribute, as `__init__` does, is half of the reading."""
    instance: Any = model.__new__(model)
    instance.__dict__.update(zip(names, columns, strict=True))
    instance._state = ModelState()
    instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS
    return instance


def new(model: type[Made], **columns: Any) -> Made:
    """A row that is not in the database yet, as `__init__` makes one, of all its columns by their names."""
    instance: Any = model.__new__(model)
    instance.__dict__.update(columns)
    instance._state = ModelState()
    return instance  # type: ignore[no-any-return]


def _filled(marked: Sequence[Any], given: Mapping[str, Any], database: Any) -> list[Any]:
    """The values of a compiled query, with what was given where it stands."""
    adapted = {name: _adapted(value, database) for name, value in given.items()}
    return [adapted[one.name] if isinstance(one, Given) else one for one in marked]


def _adapted(value: Any, database: Any) -> Any:
    if isinstance(value, datetime):
        return _moment(value, database)
    return database.ops.adapt_datefield_value(value) if isinstance(value, date) else value


def _moment(value: datetime, database: Any) -> Any:
    """As the database keeps it: on SQLite a text of UTC, as Django would write it after asking more often."""
    if database.vendor == "sqlite" and value.tzinfo is not None and database.timezone is UTC:
        return str(value.astimezone(UTC).replace(tzinfo=None))
    return database.ops.adapt_datetimefield_value(value)


def insert(row: models.Model) -> None:
    """Insert a new row with the columns it has, as `save` would, and give it its key."""
    _inserted(row)


def leave(row: models.Model) -> None:
    """Insert a new row like `insert`, but without asking for its key, which stays unknown here."""
    database = _database()
    statement, columns = _insertion(type(row), database.vendor, keyless=True)
    send_later(statement, [column(row, database, True) for column in columns])
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def insert_once(row: models.Model, *, by: str) -> bool:
    """Insert a new row like `insert`, unless one with the same `by`, a unique column, is there already.

    Where another transaction is just writing that one, this waits until it ends. Returns whether the row is there now.
    """
    return _inserted(row, by)


def _inserted(row: models.Model, once: str = "") -> bool:
    database = _database()
    statement, columns = _insertion(type(row), database.vendor, once)
    keys = _send(database, statement, [column(row, database, True) for column in columns]).fetchall()
    if keys:
        [[row.pk]] = keys
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return bool(keys)


def change(row: models.Model, *names: str) -> None:
    """Write these columns of a row, as `save(update_fields=…)` would. Raises DoesNotExist if it is gone."""
    database = _database()
    statement, columns = _change(type(row), names, database.vendor)
    if _send(database, statement, [*(column(row, database, False) for column in columns), row.pk]).rowcount != 1:
        raise type(row).DoesNotExist  # type: ignore[attr-defined]


def change_all(rows: Sequence[models.Model], *names: str) -> None:
    """Write these columns of many rows of one model, sent together. Raises DoesNotExist if one of them is gone."""
    if not rows:
        return
    database, model = _database(), type(rows[0])
    statement, columns = _change(model, names, database.vendor)
    with database.cursor() as cursor:
        cursor.executemany(statement, [[*(column(row, database, False) for column in columns), row.pk] for row in rows])
        if cursor.rowcount != len(rows):
            raise model.DoesNotExist  # type: ignore[attr-defined]


Column = Callable[[models.Model, Any, bool], Any]


def _column(field: models.Field[Any, Any]) -> Column:
    """How a row's value becomes the database's own; plain text and numbers already are, and so is nothing."""
    name = field.attname
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    is_moment = isinstance(target, models.DateTimeField) and not (target.auto_now or target.auto_now_add)
    as_it_is = is_moment or type(target).pre_save is models.Field.pre_save
    plain = (*(PLAIN_VALUES if isinstance(target, PLAIN) else ()), type(None)) if as_it_is else ()
    moment = datetime if is_moment else None

    def value_of(row: models.Model, database: Any, adding: bool) -> Any:
        value = row.__dict__.get(name, NOT_READ)
        if type(value) in plain:
            return value
        if type(value) is moment:
            return _moment(value, database)
        return field.get_db_prep_save(field.pre_save(row, adding), database)

    return value_of


PLAIN_VALUES = (str, int, float, bool)  # not what only derives from them, such as an enumeration
NOT_READ = object()  # a deferred column


# The vendor is part of what is remembered because it quotes names.
@cache
def _insertion(
    model: type[models.Model], vendor: str, once: str = "", keyless: bool = False
) -> tuple[str, Sequence[Column]]:
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    names, marks = ", ".join(_quoted(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    table, key = _quoted(model._meta.db_table), _quoted(model._meta.pk.column)
    unique: Any = model._meta.get_field(once) if once else None
    unless = f" ON CONFLICT ({_quoted(unique.column)}) DO NOTHING" if unique else ""
    asked = "" if keyless else f" RETURNING {key}"
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks}){unless}{asked}"  # noqa: S608 (our own names)
    return statement, [_column(field) for field in fields]


@cache
def _change(model: type[models.Model], names: tuple[str, ...], vendor: str) -> tuple[str, Sequence[Column]]:
    fields: Any = [model._meta.get_field(name) for name in names]
    settings = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    table, key = _quoted(model._meta.db_table), _quoted(model._meta.pk.column)
    statement = f"UPDATE {table} SET {settings} WHERE {key} = %s"  # noqa: S608 (our own names)
    return statement, [_column(field) for field in fields]


def _quoted(name: str | None) -> str:
    return connections[DEFAULT_DB_ALIAS].ops.quote_name(name or "")


@cache
def _reading_again(model: type[models.Model]) -> tuple[Sequence[str], Prepared[Any]]:
    names = [field.attname for field in model._meta.concrete_fields]
    return names, Prepared(
        lambda: model._base_manager.select_for_update().filter(pk=Given("pk")).order_by().values_list(*names)
    )


def read_again(row: models.Model) -> None:
    """Bring a row in line with what is stored now, and hold it until the transaction ends.

    Raises DoesNotExist if it is gone.
    """
    names, reading = _reading_again(type(row))
    now = reading.first(pk=row.pk)
    if now is None:
        raise type(row).DoesNotExist  # type: ignore[attr-defined]
    row.__dict__.update(zip(names, now, strict=True))
    row._state.fields_cache.clear()
    row.__dict__.pop("_prefetched_objects_cache", None)
