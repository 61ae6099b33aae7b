"""A command that is killed while it brings the database up to date leaves one that the next command can go on with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from hemei.site.commands.database import WholeMigrations

FIRST = [("auth", "0001_initial")]  # with foreign keys and indexes, which are left for the end


@pytest.fixture
def database(tmp_path: Path, django_db_blocker: Any) -> Iterator[BaseDatabaseWrapper]:
    connections.databases["empty"] = {**connections.databases["default"], "NAME": tmp_path / "empty.sqlite3"}
    connections.databases["empty"]["ENGINE"] = "django.db.backends.sqlite3"
    connections.databases["empty"]["OPTIONS"] = {}
    with django_db_blocker.unblock():
        yield connections["empty"]
    connections["empty"].close()
    del connections["empty"], connections.databases["empty"]


class Killed(BaseException):
    pass


def killed_before_the_note(*_args: Any) -> None:
    raise Killed


def test_what_was_not_noted_is_not_there(database: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch) -> None:
    WholeMigrations(database).migrate([("contenttypes", "0002_remove_content_type_name")])
    with monkeypatch.context() as patch:
        patch.setattr(MigrationRecorder, "record_applied", killed_before_the_note)
        with pytest.raises(Killed):
            WholeMigrations(database).migrate(FIRST)
    assert "auth_permission" not in database.introspection.table_names()
    WholeMigrations(database).migrate(FIRST)
    assert "auth_permission" in database.introspection.table_names()
    assert FIRST[0] in MigrationRecorder(database).applied_migrations()
