"""Where the bytes of evidence lie: each file once, under its SHA-256, never changed."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

AT_ONCE = 2**20
PARTIAL_AFTER_S = 3600  # nothing takes that long to write


@dataclass(frozen=True)
class Received:
    """A file on its way in: its bytes lie apart on the disk, synced, until `adopt` gives them their name."""

    path: Path
    sha256: str
    size: int


def path_of(sha256: str) -> Path:
    return settings.EVIDENCE / sha256[:2] / sha256[2:4] / sha256


def partials() -> Path:
    """Where files are written before they have their names."""
    return settings.EVIDENCE / "partial"


def store(content: bytes) -> str:
    """Write the bytes once, durably, under their SHA-256, and return it."""
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(digest)
    if not path.exists():
        put(path, iter([content]))
    return digest


def receive(parts: Iterable[bytes]) -> Received:
    """Write a file apart, piece by piece as it comes, and hash it meanwhile: it is never held in memory."""
    partials().mkdir(parents=True, exist_ok=True)
    partial, digest, size = partials() / uuid.uuid4().hex, hashlib.sha256(), 0
    try:
        with open(partial, "wb") as file:
            for part in parts:
                file.write(part)
                digest.update(part)
                size += len(part)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return Received(partial, digest.hexdigest(), size)


def adopt(received: Received) -> str:
    """Move what was received under its SHA-256, durably, unless the same bytes lie there; returns it."""
    path = path_of(received.sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        received.path.replace(path)
        _sync_folders(path)
    return received.sha256


def put(path: Path, parts: Iterator[bytes]) -> None:
    """Write a whole file or none: apart first, which goes away again where the disk is full."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partials().mkdir(exist_ok=True)
    partial = partials() / f"{path.name}.{os.getpid()}.{id(parts)}"
    try:
        with open(partial, "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _sync_folders(path)


def _sync_folders(path: Path) -> None:
    """Else a power cut forgets the name."""
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        sync_folder(folder)


def forget_partials() -> int:
    """Clear away what a killed process had begun to write. Returns how many."""
    before = time.time() - PARTIAL_AFTER_S
    old = [path for path in partials().glob("*") if path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def parts_of(file: IO[bytes]) -> Iterator[bytes]:
    while part := file.read(AT_ONCE):
        yield part


def found_at(path: Path) -> tuple[int, str] | None:
    """How many bytes lie there, and their SHA-256; None where there is no file."""
    try:
        with path.open("rb") as file:
            digest, size = hashlib.sha256(), 0
            for part in parts_of(file):
                digest.update(part)
                size += len(part)
    except FileNotFoundError:
        return None
    return size, digest.hexdigest()
