"""Reading what offices said, and which visits were made, of a permit that was read in a scope."""

from __future__ import annotations

from hemei.programmes.building.models import Opinion, Permit


def latest_opinions(permit: Permit) -> dict[str, Opinion]:
    """Office → its last word since the application was last filed."""
    rows = Opinion.objects.filter(permit=permit, at__gte=permit.filed_at).order_by("pk")
    return {row.office: row for row in rows}
