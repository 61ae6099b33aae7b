"""What anybody may read: draws, as far as they are public on that day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from hemei.core.models import Draw, DrawState, Region


def public_draws() -> QuerySet[Draw]:
    """Every draw: before the event its hashes, afterwards everything needed to draw again. Never which house it is."""
    return Draw.objects.select_related("round").defer("frame", "codes").order_by("-frozen_at")


def townships_of(draws: Iterable[Draw]) -> dict[str, str]:
    """Code → name of the townships from which these draws drew."""
    codes = {township for held in draws for township in held.sizes}
    return dict(Region.objects.filter(code__in=codes).values_list("code", "name"))


def facts_of(held: Draw) -> dict[str, Any]:
    """The published file of a draw: what stands in it depends on how far the draw has come."""
    facts: dict[str, Any] = {
        "id": held.pk,
        "name": held.round.name,
        "region": held.region,
        "state": held.state,
        "event": held.event,
        "event_on": held.event_on.isoformat(),
        "frozen_at": held.frozen_at.isoformat(),
        "frame_sha256": held.frame_hash,
        "inspectors_sha256": held.inspectors_hash,
        "sizes": held.sizes,
    }
    if held.state == DrawState.PUBLISHED:
        facts |= {
            "seed": held.seed,
            "frame": bytes(held.frame).decode(),
            "inspectors": held.inspectors,
            "drawn": held.drawn,
            "assignments": held.assignments,
        }
    return facts
