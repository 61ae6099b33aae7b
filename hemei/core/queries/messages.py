"""Reading the outbox: what was to reach somebody, and whether it did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from hemei.core.access import Scope
from hemei.core.models import Message, MessageState
from hemei.terms.region import successor

STALE_AFTER = timedelta(days=7)  # ours: older failures no longer stand in the banner; the list keeps them


@dataclass(frozen=True)
class MessageFilter:
    """What the outbox is narrowed to. Empty means any."""

    region: str = ""
    state: str = ""
    unanswered: bool = False  # urgent, without a receipt


def sent_messages(*, within: Scope, where: MessageFilter | None = None) -> QuerySet[Message]:
    """The messages of a scope that fit the filter, unordered."""
    where = where or MessageFilter()
    rows = Message.objects.filter(within.q(matter="case__matter")).select_related("to", "case", "escalates__to")
    if where.region:
        rows = rows.filter(region__gte=where.region, region__lt=successor(where.region))
    if where.state:
        rows = rows.filter(state=where.state)
    if where.unanswered:
        rows = rows.filter(urgent=True, received_at=None)
    return rows


def undelivered(*, within: Scope, now: datetime) -> QuerySet[Message]:
    """Lately tried, more than once or for the last time, and not gone out."""
    rows = sent_messages(within=within).filter(created_at__gte=now - STALE_AFTER)
    return rows.filter(state__in=(MessageState.WAITING, MessageState.FAILED), attempts__gte=2)
