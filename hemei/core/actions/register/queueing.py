"""The job by which a batch is looked through, read or applied."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from hemei.core.access import Actor
from hemei.core.models import ImportBatch, Job, JobState


def queue_job(batch: ImportBatch, kind: str, by: Actor, *, waiting: bool = True) -> Job:
    """A job for the worker, or for whoever calls where it is not `waiting`."""
    now = timezone.now()
    taken: dict[str, Any] = {} if waiting else {"state": JobState.RUNNING, "heartbeat_at": now, "attempts": 1}
    return Job.objects.create(kind=kind, region=batch.region, by=by.account, arguments={"batch": batch.pk}, **taken)
