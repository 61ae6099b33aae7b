from __future__ import annotations

from typing import Any

from django.db import models

from hemei.core.models.appendonly import AppendOnly
from hemei.programmes.building.models.permit import Permit


class RuledAnew(AppendOnly):
    """What a new version of layers or rules made of an application that was not decided yet.

    `turns` are the rules whose answer changed, each with `rule`, `title`, `clause`, the outcomes `before` and `after`
    ("" where there was, or is, no such rule), what was `said_before` and is `said_after`, and what anybody may know
    (`told_before`, `told_after`).
    """

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="ruled_anew")
    on = models.DateField()  # the day from which that holds
    because = models.JSONField(default=list)  # which versions are new, in words
    turns: Any = models.JSONField(default=list)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["permit_id", "id"]
        indexes = [models.Index(fields=["permit", "recorded_at"], name="permit_ruled_anew")]

    def __str__(self) -> str:
        return f"{self.permit_id} {self.on}"
