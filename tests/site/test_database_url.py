"""Where an installation's data lie, as its settings name it."""

from __future__ import annotations

import pytest

from hemei.site.settings import database


def named(url: str) -> list[object]:
    found = database(url)
    return [found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")]


def test_a_server_by_its_name_and_by_its_socket() -> None:
    assert named("postgresql://he:m%40i@db.example:5433/district") == ["district", "he", "m@i", "db.example", "5433"]
    assert named("postgres://he@db.example/district") == ["district", "he", "", "db.example", ""]
    assert named("postgresql:///district") == ["district", "", "", "", ""]
    there = ["district", "he", "", "/var/run/postgresql", ""]
    assert named("postgresql:///district?host=/var/run/postgresql&user=he") == there
    assert named("postgresql://he@%2Fvar%2Frun%2Fpostgresql/district") == there


def test_how_to_connect_is_handed_on() -> None:
    options = database("postgresql://db.example/district?sslmode=verify-full&connect_timeout=5")["OPTIONS"]
    assert options == {"sslmode": "verify-full", "connect_timeout": "5", "prepare_threshold": 1}


def test_a_file() -> None:
    assert database("sqlite:////srv/a%20b/hemei.sqlite3")["NAME"] == "/srv/a b/hemei.sqlite3"


@pytest.mark.parametrize("url", ["postgresql://he:secret@[db/district", "postgresql://he:secret@db/district?how=soft"])
def test_what_cannot_be_read_is_said_without_the_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"^(?!.*secret)") as told:
        database(url)
    assert told.value.__cause__ is None


def test_another_database_is_refused() -> None:
    with pytest.raises(ValueError, match="DATABASE_URL: 'mysql'"):
        database("mysql://db.example/district")
