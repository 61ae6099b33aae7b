"""The database, made or brought up to date by whichever command comes first."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from hemei.core.errors import Mistaken
from hemei.site.speaking import _

Given = ParamSpec("Given")
Result = TypeVar("Result")


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
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def with_database(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """A command that needs the database: put it right below the options."""

    @functools.wraps(function)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        prepare()
        return function(*args, **kwargs)

    return run
