"""The single sealer: puts new audit entries in order into the hash chain, apart from whoever writes them."""

from __future__ import annotations

from time import monotonic

from django.db import connection

from hemei.core.chain import GENESIS, link
from hemei.core.inserting import send_rows
from hemei.core.models import AuditEntry, AuditSeal
from hemei.core.writing import writing

PG_LOCK = 429021_0001
BATCH = 5000
LOOKED_BACK = 1000
SWEPT_EVERY_S = 30.0


class Sealer:
    """Seals each turn what came after what is sealed already, and now and then whatever was left out.

    Looking through all entries takes a large district a tenth of a second in which nobody else can write. On
    PostgreSQL an entry may be committed after others with larger keys: mostly that is near them, else it waits.
    """

    __name__ = "seal_pending"

    def __init__(self) -> None:
        self._swept: float | None = None

    def __call__(self) -> int:
        if self._swept is not None and monotonic() < self._swept + SWEPT_EVERY_S:
            return seal_pending(recent=True)
        count = seal_pending()
        self._swept = monotonic()
        return count


def seal_pending(*, recent: bool = False) -> int:
    """Seal every entry that is not sealed yet, oldest first; where `recent`, only those near or after the last one
    that is. Returns how many were."""
    total = 0
    while count := _seal_batch(recent):
        total += count
        if count < BATCH:
            break
    return total


def _seal_batch(recent: bool) -> int:
    with writing():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PG_LOCK])
        last = AuditSeal.objects.order_by("-position").first()
        position, head = (last.position, last.hash) if last else (0, GENESIS)
        waiting = AuditEntry.objects.filter(seal=None).order_by("id")
        if last and recent:
            waiting = waiting.filter(pk__gt=last.entry_id - LOOKED_BACK)
        pending = waiting[:BATCH]
        seals = []
        for entry in pending:
            position += 1
            head = link(head, position, entry)
            seals.append((position, entry.pk, head))
        send_rows(AuditSeal._meta.db_table, AuditSeal._meta.local_concrete_fields, seals)
        return len(seals)
