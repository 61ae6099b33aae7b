"""How long permits stayed in each state, counted as they leave it."""

from __future__ import annotations

from django.db.models import F

from hemei.programmes.building.models import Stay


def count_stay(region: str, state: str, days: int) -> None:
    """Within the caller's transaction."""
    known = Stay.objects.filter(region=region, state=state, days=days).order_by("pk").values_list("pk", flat=True)[:1]
    if not Stay.objects.filter(pk__in=list(known)).update(n=F("n") + 1):
        Stay.objects.create(region=region, state=state, days=days, n=1)
