"""Previews that nobody wants any more go."""

from __future__ import annotations

from hemei.core.access import Actor, At
from hemei.core.models import Job, JobState
from hemei.core.writing import action, audit
from hemei.programmes.control.offering import forget_folder


@action(verb="control.keep", on="where")
def drop_preview(*, where: At, job: Job, by: Actor) -> Job:
    """Stop a preview where it is under way, and remove what was laid ready for it."""
    if job.state in (JobState.WAITING, JobState.RUNNING):
        job.cancel_asked = True
        job.save(update_fields=["cancel_asked"])
    forget_folder(job.arguments.get("folder", ""))
    audit(by, "control.drop", f"job:{job.pk}", where.region)
    return job
