"""The hash chain over audit entries: what is hashed, and in which order."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC

from hemei.core.models import AuditEntry

GENESIS = "0" * 64


def entry_bytes(entry: AuditEntry) -> bytes:
    """The entry as canonical JSON, the same on every database."""
    return json.dumps(
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
        ],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def link(before: str, position: int, entry: AuditEntry) -> str:
    """The hash of one seal: over the one before, its position and the entry."""
    return hashlib.sha256(f"{before}:{position}:".encode() + entry_bytes(entry)).hexdigest()
