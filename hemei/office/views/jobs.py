"""任务: long work, how far it is, and how to stop it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hemei.core.access import scope_of
from hemei.core.actions.job import cancel
from hemei.core.doors import found
from hemei.core.errors import Mistaken
from hemei.core.models import Job, JobState
from hemei.core.queries import jobs as reading
from hemei.core.queries.paging import page
from hemei.core.queries.regions import names
from hemei.core.registry import registry
from hemei.office.filters import NEWEST, OLDEST, FilterForm, search_field
from hemei.office.paging import Turns
from hemei.office.request import OfficeRequest, within
from hemei.office.templatetags.office import JOBS


class JobFilterForm(FilterForm):
    q = search_field(gettext_lazy("找任务"), gettext_lazy("说明或发起人，两个字也能找"))
    region = forms.ChoiceField(label=gettext_lazy("区域"), required=False)
    job = forms.ChoiceField(
        label=gettext_lazy("哪种任务"),
        required=False,
        choices=lambda: [("", gettext_lazy("全部")), *JOBS.items(), *registry.wording("jobs").items()],
    )
    state = forms.ChoiceField(
        label=gettext_lazy("状态"), required=False, choices=[("", gettext_lazy("全部状态")), *JobState.choices]
    )
    order = forms.ChoiceField(label=gettext_lazy("顺序"), required=False, choices=[NEWEST, OLDEST])

    def narrowed(self, rows: QuerySet[Job]) -> QuerySet[Job]:
        chosen = self.chosen
        rows = rows.filter(self.in_region())
        if chosen["job"]:
            rows = rows.filter(kind=chosen["job"])
        if chosen["state"]:
            rows = rows.filter(state=chosen["state"])
        if chosen["q"]:
            rows = rows.filter(Q(message__contains=chosen["q"]) | Q(by__name__contains=chosen["q"]))
        return rows


def listing(request: OfficeRequest) -> HttpResponse:
    scope = within(request, "job.view")
    form = JobFilterForm(request.GET, within=scope)
    rows = form.narrowed(reading.jobs(within=scope))
    order = ("id",) if form.chosen["order"] == "oldest" else ("-id",)
    shown = page(rows, order=order, cursor=request.GET.get("cursor", ""))
    context = {
        "form": form,
        "rows": [(job, _percent(job)) for job in shown.rows],
        "page": Turns.of(request, shown, of=rows),
        "going": any(job.state in (JobState.WAITING, JobState.RUNNING) for job in shown.rows),
        "may_import": bool(scope_of(request.actor, "register.import")),
        "region_names": names(within=scope),
    }
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
