"""One digest over everything that is kept: two installations with the same one hold the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps as installed
from django.apps.registry import Apps
from django.utils.translation import gettext as _

from hemei.core.access import Scope
from hemei.core.files import found_at, path_of
from hemei.core.portable import lines_of, tables
from hemei.core.queries.evidence import evidence


@dataclass
class Held:
    """The evidence as it lies on the disk, added up file by file in the order of their names."""

    files: int = 0
    bytes: int = 0
    faults: int = 0
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def take(self, sha256: str, found: tuple[int, str] | None) -> str:
        """Add one file as it was found; returns what is wrong with it, or nothing."""
        size, actual = found or (0, "missing")
        self._digest.update(f"{sha256} {actual}\n".encode())
        self.files += 1
        self.bytes += size
        if actual == sha256:
            return ""
        self.faults += 1
        said = _("证据 %(sha256)s：文件不见了") if found is None else _("证据 %(sha256)s：文件不是存进来的那一个")
        return said % {"sha256": sha256}

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()


@dataclass
class Rows:
    """The database, added up table by table in the order of their names."""

    rows: int = 0
    tables: int = 0
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def take(self, name: str, lines: Iterator[bytes]) -> Iterator[bytes]:
        """Hand the lines of a table on while counting them in."""
        count, of_table = 0, hashlib.sha256()
        for line in lines:
            of_table.update(line + b"\n")
            count += 1
            yield line
        self._digest.update(f"{name} {count} {of_table.hexdigest()}\n".encode())
        self.rows += count
        self.tables += 1

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def together(self, held: Held) -> str:
        """Database and evidence: what `hemei verify` prints."""
        return hashlib.sha256(f"{self.digest} {held.digest}\n".encode()).hexdigest()


def evidence_names(*, within: Scope) -> Iterator[str]:
    """The SHA-256 of every file of evidence, each once, in order."""
    rows = evidence(within=within).order_by("sha256").values_list("sha256", flat=True).distinct()
    return rows.iterator(chunk_size=2_000)


def evidence_faults(*, within: Scope, held: Held) -> Iterator[str]:
    """Every file of evidence is read: a line for each that is missing or altered."""
    for sha256 in evidence_names(within=within):
        if fault := held.take(sha256, found_at(path_of(sha256))):
            yield fault


def rows_digest(*, within: Scope, apps: Apps = installed) -> Rows:
    """The database as it is now. Only whoever may see everything can ask."""
    if not within.everything:
        raise ValueError("a digest of everything needs a scope of everything")
    rows = Rows()
    for model in tables(apps):
        for _line in rows.take(model._meta.db_table, lines_of(model)):
            pass
    return rows
