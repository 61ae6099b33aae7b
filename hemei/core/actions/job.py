"""Stopping long work."""

from __future__ import annotations

from django.utils.translation import gettext as _

from hemei.core.access import Actor, Refused, may
from hemei.core.errors import Conflict
from hemei.core.models import Job, JobState
from hemei.core.writing import action, audit


@action(verb="job.view", on="job")
def cancel(*, job: Job, by: Actor) -> Job:
    """Ask a job to stop; it does at its next step, leaving nothing half done. For its own person and administrators."""
    if job.by != by.account and not may(by, "unit.edit", job):
        raise Refused("job.cancel")
    if job.state not in (JobState.WAITING, JobState.RUNNING):
        raise Conflict(_("这个任务已经结束了。"), code="ended")
    job.cancel_asked = True
    job.save(update_fields=["cancel_asked"])
    audit(by, "job.cancel", f"job:{job.pk}", job.region, values=[job.kind])
    return job
