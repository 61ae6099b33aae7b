"""Restoring: everything is read and checked first, then built beside, compared, and put in place at once."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.db import DatabaseError
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from hemei.core.access import Scope
from hemei.core.errors import Conflict, Mistaken
from hemei.core.files import found_at, path_of, put, sync_folder
from hemei.core.laid import pour
from hemei.core.portable import columns_of, row_from, tables
from hemei.core.queries.digest import Held, evidence_faults, rows_digest
from hemei.site.backup import target
from hemei.site.backup.archive import BadBackup, Contents, read_through
from hemei.site.backup.making import KEYS
from hemei.site.backup.telling import Teller

ROOM = 1.2  # so much more than the files themselves must be free


def restore(file: Path, passphrase: str, *, replace: bool, say: Callable[[str], None]) -> str:
    """Bring back what a backup holds. Returns the digest of everything, which is the backup's.

    Raises BadBackup, or Conflict where the target is not empty or a site runs on it; nothing has been touched then.
    """
    say(_("读取并核对 %(file)s ……") % {"file": file})
    contents = read_through(file, passphrase, rows=_drain, evidence=_drain)
    with site_stopped():
        _check_target(contents, replace=replace)
        teller = Teller(say)
        say(_("恢复数据库和证据 ……"))

        def fill(apps: Apps) -> None:
            models = {model._meta.db_table: model for model in tables(apps)}
            read_through(file, passphrase, rows=_into(models, contents, teller), evidence=_keep_file)
            _compare(contents, apps)
            _lay_keys(contents)

        _forget_keys()
        try:
            target.rebuild(_migrations(contents), fill)
        except DatabaseError as fault:
            _forget_keys()
            raise Mistaken(_("数据库没有收下（%(fault)s），原样未动。") % {"fault": str(fault).strip()}) from fault
        _turn_keys(contents)
    return str(contents.end["digest"])


def _drain(name: str, parts: Iterator[bytes]) -> None:
    for _part in parts:
        pass


def _into(models: dict[str, Any], contents: Contents, teller: Teller) -> Callable[[str, Iterator[bytes]], None]:
    def load(name: str, lines: Iterator[bytes]) -> None:
        fields = columns_of(models[name])
        if [field.column for field in fields] != contents.columns[name]:
            raise BadBackup(
                _("备份里的表 %(name)s 与它的版本该有的列不一样；这里原样未动。") % {"name": name}, code="damaged"
            )
        rows = (row_from(line, fields) for line in teller.rows(name, lines))
        pour(models[name], [field.name for field in fields], rows)

    return load


def _keep_file(sha256: str, parts: Iterator[bytes]) -> None:
    """Put a file of evidence in place, but never one over the right one."""
    path = path_of(sha256)
    known = found_at(path)
    if known is None or known[1] != sha256:
        put(path, parts)


def _compare(contents: Contents, apps: Apps) -> None:
    held, rows = Held(), rows_digest(within=Scope.all(), apps=apps)
    for _fault in evidence_faults(within=Scope.all(), held=held):  # faults that were there before are restored too
        pass
    if rows.together(held) != contents.end["digest"]:
        raise Mistaken(_("恢复出来的与备份的不一样，已丢弃；请报告这个问题。"))


def _migrations(contents: Contents) -> list[tuple[str, str]]:
    return [(app, name) for app, name in contents.about["migrations"]]


def _check_target(contents: Contents, *, replace: bool) -> None:
    """Everything that can be known before the first byte is written."""
    known = MigrationLoader(None).disk_migrations  # does not touch the database
    if newer := [f"{app} {name}" for app, name in _migrations(contents) if (app, name) not in known]:
        raise BadBackup(_("备份出自更新的版本（这里没有 %(what)s）；请先装那个版本。") % {"what": newer[0]})
    for name in KEYS:
        given = os.environ.get(name, "").strip()
        if given and given != contents.keys[name]:
            raise Conflict(_("这里设了 %(name)s，与备份里的不同；请取消，或者设成备份里的。") % {"name": name})
    if not replace and target.has_records():
        raise Conflict(_("这里已经有记录；请恢复到空的 HEMEI_VAR，或者加 --replace。"))
    target.check_replaceable()
    free, needed = shutil.disk_usage(settings.VAR).free, int(contents.end["bytes"] * ROOM)
    if free < needed:
        raise Mistaken(
            _("%(folder)s 只剩 %(free)s MB，需要 %(needed)s MB。")
            % {"folder": settings.VAR, "free": f"{free / 1e6:,.0f}", "needed": f"{needed / 1e6:,.0f}"}
        )


@contextmanager
def site_stopped() -> Iterator[None]:
    """Hold what a running site holds. Raises Conflict where one runs."""
    with open(settings.SERVING_LOCK, "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise Conflict(_("有网站正在用 %(folder)s；请先停下来。") % {"folder": settings.VAR}) from fault
        yield


def _key_file(name: str) -> Path:
    return Path(settings.VAR) / f"{name.lower()}.key"


def _lay_keys(contents: Contents) -> None:
    """The keys beside the present ones, just before the database changes."""
    for name in KEYS:
        beside = _key_file(name).with_suffix(".restoring")
        with open(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(contents.keys[name])
            file.flush()
            os.fsync(file.fileno())


def _forget_keys() -> None:
    """Those of a restore that came to nothing: the database is still the one of the former keys."""
    for name in KEYS:
        _key_file(name).with_suffix(".restoring").unlink(missing_ok=True)


def _turn_keys(contents: Contents) -> None:
    for name in KEYS:
        _key_file(name).with_suffix(".restoring").replace(_key_file(name))
    sync_folder(Path(settings.VAR))
