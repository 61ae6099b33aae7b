"""Reading jobs."""

from __future__ import annotations

from django.db.models import QuerySet

from hemei.core.access import Scope
from hemei.core.models import Job


def jobs(*, within: Scope) -> QuerySet[Job]:
    return Job.objects.filter(within.q(matter=None)).select_related("by")


def job(pk: int, *, within: Scope) -> Job | None:
    return jobs(within=within).filter(pk=pk).first()
