"""Edits of places that clash: what waits to be settled, and who changed what last."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from hemei.core.access import Scope
from hemei.core.models import AuditEntry, Clash
from hemei.core.queries.places import places

CHANGES = ("place.change", "place.put_on_map", "place.resolve")


def clashes(*, within: Scope) -> QuerySet[Clash]:
    """What waits to be settled in a scope, unordered; of places that left the register nothing waits."""
    rows = Clash.objects.filter(settled_at=None).select_related("place", "edit__account")
    if within.spans_a_district:
        mine = within.q("place__region", place="place", matter="place__kind")
        return rows.filter(mine, place__removed_on=None)
    return rows.filter(place__in=places(within=within).values("pk"))


def clash(pk: int, *, within: Scope) -> Clash | None:
    """One of them, settled or not; None where it is not in the scope."""
    mine = within.q("place__region", place="place", matter="place__kind")
    return Clash.objects.filter(mine, pk=pk).select_related("place", "edit__account").first()


def last_changes(places: Iterable[int], *, within: Scope) -> dict[tuple[int, str], AuditEntry]:
    """By place and field, the newest entry that says who changed it on a page; what an import wrote is not there."""
    subjects = {f"place:{pk}": pk for pk in places}
    rows = AuditEntry.objects.filter(within.q(matter="matter"), subject__in=subjects, verb__in=CHANGES)
    found: dict[tuple[int, str], AuditEntry] = {}
    for entry in rows.select_related("account").order_by("id"):
        if entry.verb == "place.resolve" and not entry.detail.get("taken"):
            continue
        for name in ["spot"] if entry.verb == "place.put_on_map" else entry.detail.get("fields", []):
            found[subjects[entry.subject], name] = entry
    return found
