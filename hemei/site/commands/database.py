"""The database, made or brought up to date by whichever command comes first."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

Given = ParamSpec("Given")
Result = TypeVar("Result")


def prepare() -> None:
    """Apply the migrations that the database has not seen."""
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
