"""The database, made or brought up to date by whichever command comes first."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration

from hemei.core.errors import Mistaken
from hemei.site.speaking import _

Given = ParamSpec("Given")
Result = TypeVar("Result")


class WholeMigrations(MigrationExecutor):
    """A migration and the note that it was applied are one transaction: whoever is killed between the two would leave
    tables behind that nobody may make again."""

    def apply_migration(self, state: Any, migration: Migration, fake: bool = False, fake_initial: bool = False) -> Any:
        apply = migration.apply

        def applied(project_state: Any, schema_editor: Any, collect_sql: bool = False) -> Any:
            after = apply(project_state, schema_editor, collect_sql)
            while schema_editor.deferred_sql:  # left for the end, it makes Django note the migration after the commit
                schema_editor.execute(schema_editor.deferred_sql.pop(0), None)
            return after

        migration.apply = applied  # type: ignore[method-assign]
        return super().apply_migration(state, migration, fake, fake_initial)


def prepare() -> None:
    """Apply the migrations that the database has not seen.

    Raises Mistaken where a restore was broken off: the database may be the backup's and the keys still the former ones.
    """
    if left := sorted(Path(settings.VAR).glob("*_key.restoring")):
        raise Mistaken(
            _(
                "这里有一次恢复中途断了（留下了 %(left)s），密钥和数据库可能对不上。"
                "请再运行一次 `hemei restore FILE --replace`；在此之前别的命令都不能用。"
            )
            % {"left": left[0].name}
        )
    executor = WholeMigrations(connection)
    everything = executor.loader.graph.leaf_nodes()
    if plan := executor.migration_plan(everything):
        executor.migrate(everything, plan)
        call_command("migrate", interactive=False, verbosity=0)  # tells those who wait for it that all is there


def with_database(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """A command that needs the database: put it right below the options."""

    @functools.wraps(function)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        prepare()
        return function(*args, **kwargs)

    return run
