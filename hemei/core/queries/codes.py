"""Under which region codes a table's rows stand: asked code by code, an index finds a span of days at once."""

from __future__ import annotations

from django.db import connection
from django.db.models import Model

from hemei.core.access import Scope
from hemei.terms.region import successor

MOST = 2000  # codes asked for one by one; a whole province is asked for as a range


def codes_of(model: type[Model], *, within: Scope) -> list[str] | None:
    """The codes in `region` of a table with an index that begins with it; None where they are too many, or unbounded.

    Each is found by one step down the index, from the one before: the rows between are not read. They are asked of the
    rows themselves, so that a row whose code is in no register is not lost.
    """
    found: list[str] = []
    for prefix in within.prefixes:
        found += _codes(model._meta.db_table, prefix)
        if len(found) > MOST:
            return None
    return None if within.everything else found


def _codes(table: str, prefix: str) -> list[str]:
    rows, end = connection.ops.quote_name(table), successor(prefix)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE step(code) AS ("  # noqa: S608
            f"SELECT MIN(region) FROM {rows} WHERE region >= %s AND region < %s"
            f" UNION ALL SELECT (SELECT MIN(region) FROM {rows} WHERE region > step.code AND region < %s)"
            " FROM step WHERE step.code IS NOT NULL"
            ") SELECT code FROM step WHERE code IS NOT NULL LIMIT %s",
            [prefix, end, end, MOST + 1],
        )
        return [code for (code,) in cursor.fetchall()]
