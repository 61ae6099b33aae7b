"""Reading jobs."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from hemei.core.access import Scope
from hemei.core.models import Job, JobState


def jobs(*, within: Scope) -> QuerySet[Job]:
    return Job.objects.filter(within.q(matter=None)).select_related("by")


def job(pk: int, *, within: Scope) -> Job | None:
    return jobs(within=within).filter(pk=pk).first()


def ahead_of(job: Job) -> int:
    """How many others are done before its turn comes: those begun, and those that have waited longer."""
    earlier = Q(state=JobState.RUNNING) | Q(state=JobState.WAITING, pk__lt=job.pk)
    return Job.objects.filter(earlier).exclude(pk=job.pk).count() if job.state == JobState.WAITING else 0
