"""A site of its own for a test that kills, fills or restores: folder, database and processes apart from the suite's.

On PostgreSQL the database is another one on the server that DATABASE_URL names; on SQLite a file in the folder.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.conftest import ROOT

SERVER = os.environ.get("DATABASE_URL", "") if os.environ.get("DATABASE_URL", "").startswith("postgres") else ""
OURS = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PATH", "LANG", "HOME", "NUMBA_CACHE_DIR")


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Site:
    var: Path
    url: str = ""  # "": SQLite in the folder

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in OURS[2:] if name in os.environ}
        return {**kept, "HEMEI_VAR": str(self.var), "DJANGO_SETTINGS_MODULE": "hemei.site.settings"} | (
            {"DATABASE_URL": self.url} if self.url else {}
        )

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, *arguments]

    def run(self, *arguments: str, **more: str) -> Said:
        """A `hemei` command in a process of its own."""
        return self.python("-m", "hemei.site.cli", *arguments, **more)

    def python(self, *arguments: str, patience_s: float = 600, **more: str) -> Said:
        done = subprocess.run(
            self.command(*arguments),
            cwd=ROOT,
            env=self.environment | more,
            capture_output=True,
            text=True,
            timeout=patience_s,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    @property
    def hemei(self) -> list[str]:
        return self.command("-m", "hemei.site.cli")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def empty_site(folder: Path, server: str = SERVER) -> Iterator[Site]:
    """An installation with nothing in it, on PostgreSQL where a server is named."""
    folder.mkdir(parents=True)
    if not server:
        yield Site(folder)
        return
    with database_on(server) as url:
        yield Site(folder, url)


@contextmanager
def copy_of(site: Site, folder: Path) -> Iterator[Site]:
    """The same district once more, to do harm to."""
    shutil.copytree(site.var, folder, ignore=shutil.ignore_patterns("*.lock"))
    if not site.url:
        yield Site(folder)
        return
    with database_on(site.url, template=urlsplit(site.url).path[1:]) as url:
        yield Site(folder, url)


@contextmanager
def database_on(server: str, template: str = "") -> Iterator[str]:
    name = f"hemei_faults_{secrets.token_hex(6)}"
    behind = SERVER or server
    statement = f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else "")
    with psycopg.connect(behind, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(behind, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]


@contextmanager
def small_disk(at: Path, size: str = "24m") -> Iterator[Path]:
    """A disk of a few megabytes. Where none can be mounted, the test says so instead of passing."""
    at.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)], capture_output=True)
    if made.returncode:
        pytest.skip(f"no small disk can be mounted here: {made.stderr.decode().strip()}")
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


def fill(ballast: Path) -> None:
    """To the last byte."""
    with ballast.open("ab", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue
