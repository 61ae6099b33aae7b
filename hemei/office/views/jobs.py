"""任务: long work, how far it is, and how to stop it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemei.core.actions.job import cancel
from hemei.core.doors import found
from hemei.core.errors import Mistaken
from hemei.core.models import Job, JobState
from hemei.core.queries import jobs as reading
from hemei.core.queries.paging import page
from hemei.office.paging import Turns
from hemei.office.request import OfficeRequest, within


def listing(request: OfficeRequest) -> HttpResponse:
    rows = reading.jobs(within=within(request, "job.view"))
    shown = page(rows, order=("-id",), cursor=request.GET.get("cursor", ""))
    going = any(job.state in (JobState.WAITING, JobState.RUNNING) for job in shown.rows)
    context = {"rows": [(job, _percent(job)) for job in shown.rows], "page": Turns.of(request, shown), "going": going}
    return render(request, "office/jobs.html", context)


def _percent(job: Job) -> int | None:
    return job.done * 100 // job.total if job.total else None


@require_POST
def stop(request: OfficeRequest, pk: int) -> HttpResponse:
    job = found(reading.job(pk, within=within(request, "job.view")))
    try:
        cancel(job=job, by=request.actor)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
    else:
        messages.success(request, _("已要求停止；做到一半的不会留下。"))
    return redirect("office:jobs")
