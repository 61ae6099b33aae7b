"""Making a backup while the site runs: one moment of the database, then every file of evidence it names."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Scope
from hemei.core.errors import Conflict, Mistaken
from hemei.core.files import path_of, sync_folder
from hemei.core.portable import columns_of, lines_of, tables
from hemei.core.queries.digest import evidence_names
from hemei.engines.sealed import COST, SealedWriter
from hemei.site.backup.archive import FORMAT, Writer
from hemei.site.backup.telling import Teller

KEYS = ("HEMEI_SECRET_KEY", "HEMEI_PERSONAL_DATA_KEY", "HEMEI_AUDIT_KEY")


def make(target: Path, passphrase: str, *, say: Callable[[str], None], cost: int = COST) -> tuple[str, list[str]]:
    """Write the backup to `target`, whole or not at all. Returns the digest of everything and what is wrong with it."""
    partial = target.with_name(
        f"{target.name}.{secrets.token_hex(4)}.partial"
    )  # another backup may be on its way there
    try:
        with open(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
            sealed = SealedWriter(file, passphrase, cost=cost)
            digest, faults = _write(Writer(sealed), Teller(say))
            sealed.finish()
            file.flush()
            os.fsync(file.fileno())
        _name(partial, target)
        sync_folder(target.parent)
    except OSError as fault:
        raise Mistaken(_("%(file)s 写不了：%(fault)s") % {"file": target, "fault": fault.strerror or fault}) from fault
    finally:
        partial.unlink(missing_ok=True)
    return digest, faults


def _name(partial: Path, target: Path) -> None:
    """Never over another file, also one that came meanwhile."""
    try:
        os.link(partial, target)
    except FileExistsError:
        raise Conflict(_("%(file)s 已经有了；备份不覆盖旧文件，请换个文件名。") % {"file": target}) from None
    except OSError:  # a disk that knows no second names
        if target.exists():
            raise
        partial.replace(target)


def _write(archive: Writer, teller: Teller) -> tuple[str, list[str]]:
    with one_moment():
        archive.json("about.json", _about())
        archive.json("keys.json", {name: _secret(name) for name in KEYS})
        for model in tables():
            name = model._meta.db_table
            archive.table(name, teller.rows(name, lines_of(model)))
        named = [bytes.fromhex(sha256) for sha256 in evidence_names(within=Scope.all())]  # 32 bytes for each file
    faults = []
    for number, sha256 in enumerate(named, 1):  # files never change, so that they need no moment
        if fault := archive.evidence(sha256.hex(), path_of(sha256.hex())):
            faults.append(fault)
        teller.files(number, len(named), archive.held.bytes)
    digest = archive.rows.together(archive.held)
    end = {"digest": digest, "rows": archive.rows.rows, "files": archive.held.files, "bytes": archive.held.bytes}
    archive.json("end.json", end)
    archive.close()
    return digest, faults


def _about() -> dict[str, Any]:
    return {
        "format": FORMAT,
        "hemei": version("hemei"),
        "made_at": timezone.now().isoformat(),
        "migrations": sorted(MigrationRecorder(connection).applied_migrations()),
        "columns": {model._meta.db_table: [str(field.column) for field in columns_of(model)] for model in tables()},
    }


def _secret(name: str) -> str:
    return str(getattr(settings, name.removeprefix("HEMEI_")))


@contextmanager
def one_moment() -> Iterator[None]:
    """What is read inside is the database at one moment, while others go on writing."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    elif connection.in_atomic_block:
        yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # `atomic` would take the writers' lock; this reads beside them
            try:
                cursor.execute("SELECT COUNT(*) FROM django_migrations")  # the moment is that of the first read
                yield
            finally:
                cursor.execute("ROLLBACK")
