"""The single sealer: puts new audit entries in order into the hash chain, apart from whoever writes them."""

from __future__ import annotations

from django.db import connection

from hemei.core.chain import GENESIS, link
from hemei.core.inserting import send_rows
from hemei.core.models import AuditEntry, AuditSeal
from hemei.core.writing import writing

PG_LOCK = 429021_0001
BATCH = 5000


def seal_pending() -> int:
    """Seal every entry that is not sealed yet, oldest first. Returns how many were."""
    total = 0
    while count := _seal_batch():
        total += count
        if count < BATCH:
            break
    return total


def _seal_batch() -> int:
    with writing():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PG_LOCK])
        pending = list(AuditEntry.objects.filter(seal=None).order_by("id")[:BATCH])
        last = AuditSeal.objects.order_by("-position").first()
        position, head = (last.position, last.hash) if last else (0, GENESIS)
        seals = []
        for entry in pending:
            position += 1
            head = link(head, position, entry)
            seals.append((position, entry.pk, head))
        send_rows(AuditSeal._meta.db_table, AuditSeal._meta.local_concrete_fields, seals)
        return len(seals)
