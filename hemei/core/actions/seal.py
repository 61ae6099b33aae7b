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

    Looking through all entries takes a large district a tenth of a second. On PostgreSQL an entry may be committed
    after others with larger keys: mostly that is near them, else it waits.
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
    """What is to be sealed is read and linked before the turn to write, which others wait for."""
    seals = _next_seals(recent)
    if not seals:
        return 0
    with writing():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PG_LOCK])
        if _head()[0] != seals[0][0] - 1:  # another sealer was quicker
            seals = _next_seals(recent)
        send_rows(AuditSeal._meta.db_table, AuditSeal._meta.local_concrete_fields, seals)
    return len(seals)


def _next_seals(recent: bool) -> list[tuple[int, int, str]]:
    """Position, entry and hash of each seal that comes next, at most BATCH of them."""
    position, head, newest = _head()
    waiting = AuditEntry.objects.filter(seal=None).order_by("id")
    if newest and recent:
        waiting = waiting.filter(pk__gt=newest - LOOKED_BACK)
    seals = []
    for entry in waiting[:BATCH]:
        position += 1
        head = link(head, position, entry)
        seals.append((position, entry.pk, head))
    return seals


def _head() -> tuple[int, str, int | None]:
    """Position and hash of the last seal, and the entry it seals."""
    last = AuditSeal.objects.order_by("-position").first()
    return (last.position, last.hash, last.entry_id) if last else (0, GENESIS, None)
