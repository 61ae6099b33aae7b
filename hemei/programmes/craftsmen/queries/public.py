"""What anybody may read of craftsmen: those who agreed to be found, and of each what they agreed to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from hemei.core.models import Region
from hemei.core.personal import decrypt
from hemei.programmes.craftsmen.models import Craftsman, Trade
from hemei.programmes.craftsmen.queries.people import standings
from hemei.terms.region import Level, successor


def listed_in_public(*, township: str = "", trade: str = "") -> QuerySet[Craftsman]:
    """Those who let themselves be found; what is no township or trade narrows nothing."""
    rows = Craftsman.objects.filter(left_on=None).exclude(shown=[]).select_related("person")
    if township.isascii() and township.isdigit() and len(township) == Level.TOWNSHIP:
        rows = rows.filter(region__gte=township, region__lt=successor(township))
    return rows.filter(trade=trade) if trade in Trade.values else rows


def townships_in_public() -> dict[str, str]:
    """Code → name of the townships whose craftsmen are listed."""
    codes = {
        code[: Level.TOWNSHIP] for code in listed_in_public().order_by().values_list("region", flat=True).distinct()
    }
    return dict(Region.objects.filter(code__in=codes).order_by("code").values_list("code", "name"))


def public_lines(some: Iterable[Craftsman], *, on: date) -> list[dict[str, Any]]:
    """Each as the public sees them: only what they agreed to, and whether they may be on duty today."""
    rows = list(some)
    stands, called = standings(rows, on=on), townships_in_public()
    lines = []
    for one in rows:
        agreed = set(one.shown)
        lines.append(
            {
                "name": one.person.name,
                "trade": one.get_trade_display(),
                "lead": one.lead,
                "township": called.get(one.region[: Level.TOWNSHIP], ""),
                "level": one.level if "level" in agreed else "",
                "team": one.team if "team" in agreed else "",
                "phone": decrypt(one.person.phone) if "phone" in agreed else "",
                "may": stands[one.pk].may,
                "until": stands[one.pk].until,
            }
        )
    return lines
