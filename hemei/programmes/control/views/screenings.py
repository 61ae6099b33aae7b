"""筛查: asking for one, how far it is, what it found, and what an officer says of it."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow.compute as pc
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemei.core.access import At, Scope, may, scope_of
from hemei.core.doors import found, reach
from hemei.core.errors import Mistaken
from hemei.core.models import JobState, Place
from hemei.core.queries.regions import names
from hemei.office.paging import Turns
from hemei.office.request import OfficeRequest
from hemei.office.sending import sent
from hemei.office.trying import status, tried
from hemei.programmes.control.actions.deciding import decide as decide_finding
from hemei.programmes.control.actions.deciding import start_run
from hemei.programmes.control.forms import DecisionForm, FindingFilterForm
from hemei.programmes.control.keeping import law_of, newest_law, whole_law
from hemei.programmes.control.kinds import layer_kinds
from hemei.programmes.control.models import Decision, OfControl, Run
from hemei.programmes.control.queries.layers import of_matter
from hemei.programmes.control.queries.results import Found, asked_of, by_rule, newest_run, runs, told
from hemei.programmes.control.queries.results import findings as found_in
from hemei.programmes.control.queries.results import listing as listed
from hemei.programmes.control.screening import file_of
from hemei.programmes.control.views.district import MATTER, district_here
from hemei.terms.region import Level

SHOWN = 50
GOING = (JobState.WAITING, JobState.RUNNING)


def listing(request: OfficeRequest) -> HttpResponse:
    """All screenings, the last one's counts first."""
    scope = reach(request.actor, "control.view", MATTER)
    code = district_here(request, scope)
    last = newest_run(code, within=scope)
    law = whole_law(last.law if last else newest_law(code))
    book, plan = law.book, law.plan
    asked = FindingFilterForm(request.GET, within=scope, book=book, plan=plan)
    region = asked.chosen["region"]
    rows = list(runs(within=scope).filter(region=code)[:20])
    context = {
        "last": last,
        "counts": by_rule(last, book.on(last.on), plan, within=scope, region=region) if last else [],
        "faults": law.faults,
        "rows": rows,
        "going": next((run for run in rows if run.job.state in GOING), None),
        "region": region,
        "region_names": names(within=scope),
        "may_keep": bool(scope_of(request.actor, "control.keep", MATTER)),
    }
    return render(request, "control/screenings.html", context)


@require_POST
def start(request: OfficeRequest) -> HttpResponse:
    scope = reach(request.actor, "control.keep", MATTER)
    try:
        run = start_run(where=At(district_here(request, scope), OfControl.matter), by=request.actor)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
        return redirect("control.screenings")
    return redirect("control.run", pk=run.pk)


def _run(request: OfficeRequest, pk: int) -> Run:
    return found(runs(within=reach(request.actor, "control.view", MATTER)).filter(pk=pk).first())


def detail(request: OfficeRequest, pk: int) -> HttpResponse:
    run = _run(request, pk)
    scope = reach(request.actor, "control.view", MATTER)
    law = whole_law(run.law)
    kinds = layer_kinds(law.book)
    context = {
        "run": run,
        "layers": [(kinds[key].title if key in kinds else key, version) for key, version in run.layers.items()],
        "faults": law.faults,
        "going": run.job.state in GOING,
        "percent": run.job.done,
        "counts": by_rule(run, law.book.on(run.on), law.plan, within=scope) if run.ended_at else [],
        "may_stop": may(request.actor, "control.keep", run),
    }
    return render(request, "control/run.html", context)


def progress(request: OfficeRequest, pk: int) -> HttpResponse:
    """How far it is; when it has ended the page is loaded anew."""
    run = _run(request, pk)
    if run.job.state not in GOING:
        return HttpResponse(headers={"HX-Redirect": reverse("control.run", args=[pk])})
    context = {"run": run, "percent": run.job.done, "may_stop": may(request.actor, "control.keep", run)}
    return render(request, "control/_progress.html", context)


@dataclass(frozen=True)
class Numbered:
    """The pages of a table that is not in the database: which, of how many rows."""

    start: int
    total: int

    @classmethod
    def of(cls, request: OfficeRequest, total: int) -> Numbered:
        asked = request.GET.get("cursor", "")
        start = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
        return cls(start if start < total else 0, total)

    def turns(self, request: OfficeRequest) -> Turns:
        def address(start: int) -> str:
            query = request.GET.copy()
            query.pop("cursor", None)
            if start:
                query["cursor"] = str(start)
            return f"?{query.urlencode()}"

        more = self.start + SHOWN < self.total
        return Turns(self.total, address(0) if self.start else "", address(self.start + SHOWN) if more else "")


def findings(request: OfficeRequest) -> HttpResponse:
    """What the last screening found, place by place."""
    scope = reach(request.actor, "control.view", MATTER)
    code = district_here(request, scope)
    run = newest_run(code, within=scope)
    law = whole_law(run.law if run else newest_law(code))
    book, plan = law.book, law.plan
    form = FindingFilterForm(request.GET, within=scope, book=book, plan=plan)
    rows, page = [], None
    if run is not None:
        chosen = form.chosen
        table = found_in(run, within=scope, rule=chosen["rule"], outcome=chosen["outcome"], region=chosen["region"])
        numbered = Numbered.of(request, table.num_rows)
        rows = told(table.slice(numbered.start, SHOWN), book.on(run.on), plan, within=scope)
        page = numbered.turns(request)
    context = {
        "form": form,
        "faults": law.faults,
        "run": run,
        "rows": rows,
        "page": page,
        "lost": run is not None and not file_of(run).is_file(),
        "region_names": names(within=scope),
        "may_decide": bool(scope_of(request.actor, "control.decide", MATTER)),
    }
    return render(request, "control/findings.html", context)


def findings_file(request: OfficeRequest, form: str) -> FileResponse:
    scope = reach(request.actor, "register.export", MATTER)
    code = district_here(request, scope)
    run = found(newest_run(code, within=scope))
    law = whole_law(run.law)
    book, plan = law.book, law.plan
    chosen = FindingFilterForm(request.GET, within=scope, book=book, plan=plan).chosen
    table = found_in(run, within=scope, rule=chosen["rule"], outcome=chosen["outcome"], region=chosen["region"])
    return sent(request, listed(table, book.on(run.on), plan, within=scope, faults=law.faults), form, scope)


def _finding(run: Run, place: Place, rule: str, scope: Scope) -> Found | None:
    table = found_in(run, within=scope, rule=rule, region=place.region[: Level.VILLAGE])
    chosen = table.filter(pc.equal(table.column("place"), place.pk))
    book, plan = law_of(run.law)
    return next(iter(told(chosen, book.on(run.on), plan, within=scope)), None)


def decide(request: OfficeRequest, pk: int, rule: str) -> HttpResponse:
    """One failing verdict, and what an officer says of it."""
    scope = reach(request.actor, "control.view", MATTER)
    place = found(Place.objects.filter(scope.q(matter=of_matter), pk=pk).first())
    run = newest_run(district_here(request, scope), within=scope)
    one = _finding(run, place, rule, scope) if run else None
    if run is None or one is None:
        messages.info(request, _("上次筛查没有这一条，不用认定。"))
        return redirect("control.findings")
    book, plan = law_of(run.law)
    asked = asked_of(book.on(run.on), plan, rule)
    form = DecisionForm(request.POST or None)

    def act() -> Decision:
        return decide_finding(
            where=At(place.region, OfControl.matter, place.pk),
            place=place,
            rule=rule,
            layer_version=one.layer_version,
            by=request.actor,
            **form.cleaned_data,
        )

    if made := tried(request, form, act):
        messages.success(request, _("已认定：%(decided)s。") % {"decided": made.get_decided_display()})
        return redirect("office:case", pk=made.case.pk) if made.case else redirect("control.findings")
    history = Decision.objects.filter(place=place, rule=rule).select_related("case").order_by("-id")
    context = {
        "one": one,
        "form": form,
        "history": history,
        "clause": asked.clause if asked else None,
        "marks": asked.clause.marks(run.on) if asked and asked.clause else (),
        "may_decide": may(request.actor, "control.decide", At(place.region, OfControl.matter, place.pk)),
        "region_names": names(within=scope),
    }
    return render(request, "control/decide.html", context, status=status(form))
