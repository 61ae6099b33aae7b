"""The full district, filled into each database unless it stands there already; how long that took is kept beside it."""

from __future__ import annotations

import json
import sys

from benchmarks import site


def ensure(database: str) -> None:
    """Fill the database in a process of its own, unless it is full."""
    site.again("benchmarks.filling", database)


def main(database: str) -> None:
    site.use(database)
    from django.core.management import call_command
    from django.db import connection

    from hemei.core.models import Case, Check, Due, Place, Region
    from hemei.terms.day import today

    call_command("migrate", verbosity=0)
    kept = site.WORK / f"filled-{database}.json"
    if not Region.objects.exists():
        from benchmarks.district import fill

        seconds = fill(site.HOUSEHOLDS, until=today()).seconds
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.vendor == "postgresql" else "PRAGMA wal_checkpoint(TRUNCATE)")
        kept.write_text(json.dumps(seconds))
    seconds = json.loads(kept.read_text()) if kept.exists() else {}
    counts = (
        f"{Place.objects.count():,} · {Check.objects.count():,} · {Case.objects.count():,} · {Due.objects.count():,}"
    )
    lines = [site.Line("houses · checks · cases · dues", counts, "100,000 · 1,000,000 · 50,000")]
    lines += [site.Line(f"  {part}", f"{took:.0f} s") for part, took in seconds.items()]
    lines += [site.Line("altogether", f"{sum(seconds.values()):.0f} s"), site.Line("size", f"{size() / 1e6:,.0f} MB")]
    site.tell("District: filled by the bulk actions", database, lines)


def size() -> int:
    """Bytes of the whole database."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
        cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main(sys.argv[1])
