"""The hash chain over audit entries: what is hashed, and in which order."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

from hemei.core.models import AuditEntry

GENESIS = "0" * 64
ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Hashed(NamedTuple):
    """What of an entry is hashed, for who checks many and reads nothing else of them."""

    pk: int
    at: datetime
    actor: str
    account_id: int | None
    verb: str
    subject: str
    region: str
    digest: str
    detail: Any


def entry_bytes(entry: AuditEntry | Hashed) -> bytes:
    """The entry as canonical JSON, the same on every database."""
    return ENCODE(
        [
            entry.pk,
            entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            entry.actor,
            entry.account_id,
            entry.verb,
            entry.subject,
            entry.region,
            entry.digest,
            entry.detail,
        ]
    ).encode()


def link(before: str, position: int, entry: AuditEntry | Hashed) -> str:
    """The hash of one seal: over the one before, its position and the entry."""
    return hashlib.sha256(f"{before}:{position}:".encode() + entry_bytes(entry)).hexdigest()
