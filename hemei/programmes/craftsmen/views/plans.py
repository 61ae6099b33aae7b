"""培训计划: what is planned, its sessions, and the examination."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import At, may, require, scope_of
from hemei.core.doors import found, reach
from hemei.core.queries.paging import page
from hemei.core.queries.regions import names_around
from hemei.office.paging import Turns
from hemei.office.request import OfficeRequest
from hemei.office.sending import sent
from hemei.office.trying import status, tried
from hemei.programmes.craftsmen.actions import plan as acting
from hemei.programmes.craftsmen.forms import LessonForm, MarksForm, PlanForm
from hemei.programmes.craftsmen.models import Craftsman, ExamResult, LessonKind, Plan, Session
from hemei.programmes.craftsmen.queries.listing import results_listing
from hemei.programmes.craftsmen.queries.plans import held_hours, plans, pupils

MATTER = Craftsman.matter


def listing(request: OfficeRequest) -> HttpResponse:
    scope = reach(request.actor, "craftsman.view", MATTER)
    rows = plans(within=scope)
    shown = page(rows, order=("-starts_on", "-id"), cursor=request.GET.get("cursor", ""), size=30)
    context = {
        "rows": shown.rows,
        "page": Turns.of(request, shown, of=rows),
        "region_names": names_around(within=scope),
        "may_hold": bool(scope_of(request.actor, "training.hold", MATTER)),
    }
    return render(request, "craftsmen/plans.html", context)


def add(request: OfficeRequest) -> HttpResponse:
    form = PlanForm(request.POST or None, within=reach(request.actor, "training.hold", MATTER))

    def act() -> Plan:
        return acting.make_plan(where=At(form.cleaned_data["region"], MATTER), plan=form.plan(), by=request.actor)

    if made := tried(request, form, act):
        messages.success(request, _("计划已登记，接着安排各场培训。"))
        return redirect("craftsmen.plan", pk=made.pk)
    context = {"form": form, "button": _("登记计划"), "back": reverse("craftsmen.plans"), "about": _("培训计划")}
    return render(request, "office/asked.html", context, status=status(form))


def _plan(request: OfficeRequest, pk: int) -> Plan:
    return found(plans(within=reach(request.actor, "craftsman.view", MATTER)).filter(pk=pk).first())


def detail(request: OfficeRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk)
    scope = reach(request.actor, "craftsman.view", MATTER)
    held = held_hours(plan, within=scope)
    there = pupils(plan, within=scope)
    context = {
        "plan": plan,
        "hours": [(label, getattr(plan, kind), held[kind]) for kind, label in LessonKind.choices],
        "kinds": LessonKind.labels,
        "sessions": plan.sessions.order_by("starts", "pk"),
        "pupils": there,
        "passed": sum(any(result.passed for result in one.results) for one in there),
        "region_names": names_around(within=scope),
        "may_hold": may(request.actor, "training.hold", plan),
    }
    return render(request, "craftsmen/plan.html", context)


def add_session(request: OfficeRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk)
    require(request.actor, "training.hold", plan)
    form = LessonForm(request.POST or None, initial={"on": plan.starts_on, "title": plan.title})

    def act() -> Session:
        return acting.add_session(plan=plan, lesson=form.lesson(), by=request.actor)

    if tried(request, form, act):
        messages.success(request, _("已安排。到时间打开“签到码”，工匠用手机扫一扫。"))
        return redirect("craftsmen.plan", pk=pk)
    back = {"back": reverse("craftsmen.plan", args=[pk]), "about": plan.title}
    return render(request, "office/asked.html", {"form": form, "button": _("安排培训"), **back}, status=status(form))


def exam(request: OfficeRequest, pk: int, row: int) -> HttpResponse:
    """The result of one of those who attended."""
    plan = _plan(request, pk)
    require(request.actor, "training.hold", plan)
    there = pupils(plan, within=reach(request.actor, "craftsman.view", MATTER))
    one = found(next((pupil.craftsman for pupil in there if pupil.craftsman.pk == row), None))
    form = MarksForm(request.POST or None)

    def act() -> ExamResult:
        return acting.record_exam(plan=plan, craftsman=one, marks=form.marks(), by=request.actor)

    if tried(request, form, act):
        messages.success(request, _("已登记 %(name)s 的成绩。") % {"name": one})
        return redirect("craftsmen.plan", pk=pk)
    back = {"back": reverse("craftsmen.plan", args=[pk]), "about": plan.title}
    context = {"form": form, "button": _("登记 %(name)s 的成绩") % {"name": one}, **back}
    return render(request, "office/asked.html", context, status=status(form))


def results_file(request: OfficeRequest, pk: int, form: str) -> FileResponse:
    """Hours and results of those who attended, as a file."""
    plan = _plan(request, pk)
    scope = reach(request.actor, "register.export", MATTER)
    return sent(request, results_listing(plan, within=scope), form, scope)
