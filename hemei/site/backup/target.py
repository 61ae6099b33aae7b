"""The database that a backup is restored into: built whole, then put in the place of what is there, in one step."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from hemei.core.errors import Conflict
from hemei.core.portable import tables

PATIENCE = "30s"  # how long to wait for whoever still has the tables in use
Fill = Callable[[Apps], None]
RECORDS = ("core_auditentry", "core_region", "core_account")


def has_records() -> bool:
    """Whether there is a district here, or anybody's account."""
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for name in RECORDS:
            if name in there:
                cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(name)} LIMIT 1")  # noqa: S608 (our own names)
                if cursor.fetchone():
                    return True
    return False


def check_replaceable() -> None:
    """Raises Conflict where tables of somebody else stand among ours: they would go with them."""
    ours = {model._meta.db_table for model in tables()} | {"django_migrations", "django_session"}
    if strange := sorted(set(connection.introspection.table_names()) - ours):
        raise Conflict(_("数据库里有不是和美的表（%(name)s）；请恢复到一个专用的数据库。") % {"name": strange[0]})


def rebuild(applied: Sequence[tuple[str, str]], fill: Fill) -> None:
    """Make the tables as those migrations make them and have them filled; only then does anything change."""
    if connection.vendor == "postgresql":
        _rebuild_in_one_transaction(applied, fill)
    else:
        _rebuild_beside(applied, fill)


def _rebuild_in_one_transaction(applied: Sequence[tuple[str, str]], fill: Fill) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        cursor.execute("SELECT current_schema()")
        schema = connection.ops.quote_name(cursor.fetchone()[0])
        if connection.introspection.table_names():
            try:
                with transaction.atomic():
                    cursor.execute(f"DROP SCHEMA {schema} CASCADE")
                    cursor.execute(f"CREATE SCHEMA {schema}")
            except DatabaseError as fault:
                raise Conflict(
                    _(
                        "数据库清空不了（%(fault)s）；请停下用它的所有网站，或者新建一个空的数据库，设好 DATABASE_URL，"
                        "恢复到那里。"
                    )
                    % {"fault": str(fault).strip()}
                ) from fault
        _fill(applied, fill)


def _rebuild_beside(applied: Sequence[tuple[str, str]], fill: Fill) -> None:
    here = Path(str(connection.settings_dict["NAME"]))
    beside = here.with_name(f"{here.name}.restoring")
    try:
        _forget(beside)
        with _connected_to(beside):
            _fill(applied, fill)
        with closing(sqlite3.connect(beside)) as source, closing(sqlite3.connect(here, timeout=30)) as target:
            target.execute("PRAGMA synchronous=FULL")
            source.backup(target)  # one transaction of SQLite's own: killed in it, the former database stands
    finally:
        _forget(beside)


@contextmanager
def _connected_to(path: Path) -> Iterator[None]:
    """The one connection of this command, on another file."""
    connection.close()
    former, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = former


def _forget(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _fill(applied: Sequence[tuple[str, str]], fill: Fill) -> None:
    executor = MigrationExecutor(connection)
    graph, wanted = executor.loader.graph, set(applied)
    last = [key for key in wanted if not any(child.key in wanted for child in graph.node_map[key].children)]
    apps = executor.migrate(sorted(last)).apps
    with transaction.atomic():
        for model in tables(apps):  # what migrations put there comes again from the backup
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
        connection.check_constraints()  # migrations may have left PostgreSQL asking at every row, not at the end
        fill(apps)
        connection.check_constraints()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), tables(apps)):
                cursor.execute(statement)
