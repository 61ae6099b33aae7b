"""What is nobody's mistake and goes away again: a full disk, a database that cannot be reached or is too busy."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from enum import StrEnum

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

OF_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
FULL_IN_SQLITE = ("SQLITE_FULL", "SQLITE_IOERR")  # of an index it says IOERR, as for a disk that is broken
PASSING_IN_SQLITE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_PROTOCOL")
FULL_IN_POSTGRESQL = "53100"


LEAST_FREE = 2**20  # with less than a megabyte nothing can be kept


class Trouble(StrEnum):
    DISK = "disk"
    DATABASE = "database"


def trouble_of(fault: BaseException | None) -> Trouble | None:
    """Which trouble an exception tells of; None for any other, which is a fault of ours or a mistake of a person."""
    for one in _causes(fault):
        if isinstance(one, OSError) and one.errno in OF_DISK:
            return Trouble.DISK
        if isinstance(one, OperationalError | InterfaceError) and (told := _of_database(one)):
            return Trouble.DISK if disk_is_full() else told
    return None


def disk_is_full() -> bool:
    """Of the machine that serves; SQLite, when it cannot even open its files then, does not say why."""
    try:
        return shutil.disk_usage(settings.VAR).free < LEAST_FREE
    except OSError:
        return False


def _causes(fault: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        yield fault
        fault = fault.__cause__ or fault.__context__


def _of_database(fault: Exception) -> Trouble | None:
    """The database's own name of the fault. A missing table, which SQLite reports the same way, is no trouble."""
    told = fault.__cause__
    if getattr(told, "sqlstate", None) == FULL_IN_POSTGRESQL:
        return Trouble.DISK
    name = str(getattr(told, "sqlite_errorname", ""))
    if name.startswith(FULL_IN_SQLITE):
        return Trouble.DISK
    if connection.vendor == "sqlite":
        return Trouble.DATABASE if name.startswith(PASSING_IN_SQLITE) else None
    return Trouble.DATABASE
