"""How often something may be asked for: one token bucket for each limit and asker, shared by all processes.

The buckets lie in one small file, mapped into each process: a slot holds the moment until which its bucket is in debt
(the generic cell rate algorithm), so that a full bucket needs no slot, nothing has to be swept, and a restart forgets
nothing. Two askers may fall into one slot; which ones cannot be chosen, because slots are found by a keyed hash.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import struct
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from math import ceil
from pathlib import Path

from django.conf import settings

SLOTS = 1 << 17
SLOT = struct.Struct("<d")


class TooOften(Exception):
    """The bucket is empty. `wait` says after how many whole seconds it holds a token again."""

    def __init__(self, name: str, wait: int) -> None:
        super().__init__(name)
        self.name = name
        self.wait = wait


class Buckets:
    """The file of buckets. Locked for the few microseconds of one look, between threads and between processes."""

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._thread = threading.Lock()
        self._file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        self._slots = mmap.mmap(self._file if _allocated(self._file) else -1, SLOTS * SLOT.size)

    def take(self, key: bytes, count: int, seconds: float) -> float:
        """Take one token of a bucket that holds `count` and is filled in `seconds`; 0, or how long to wait for one."""
        place = int.from_bytes(key[:8], "big") % SLOTS * SLOT.size
        with self._thread:
            fcntl.lockf(self._file, fcntl.LOCK_EX, SLOT.size, place)
            try:
                now = self._now()
                until: float = SLOT.unpack_from(self._slots, place)[0]
                debt = min(max(until - now, 0.0), seconds)  # a clock put back locks out no longer than one filling
                after = debt + seconds / count
                full = after > seconds * (1 + 1e-9)
                SLOT.pack_into(self._slots, place, now + (debt if full else after))
                return after - seconds if full else 0.0
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, SLOT.size, place)


def _allocated(file: int) -> bool:
    """Whether the disk has room for the whole file. A hole that is written to on a full disk would end the process by
    a signal, so that where there is no room each process counts by itself, in memory."""
    try:
        os.posix_fallocate(file, 0, SLOTS * SLOT.size)
    except OSError:
        return False
    return True


@lru_cache(maxsize=4)
def _buckets(path: Path, process: int) -> Buckets:
    return Buckets(path)


def spend(name: str, who: object) -> None:
    """Count one use of limit `name` by `who`. Raises TooOften; a limit set to 0 is none."""
    count, seconds = settings.LIMITS.get(name, (0, 0))
    if count:
        key = hashlib.blake2b(f"{name}\0{who}".encode(), key=settings.SECRET_KEY.encode()[:64]).digest()
        if wait := _buckets(settings.VAR / "limits.bin", os.getpid()).take(key, count, seconds):
            raise TooOften(name, ceil(wait))
