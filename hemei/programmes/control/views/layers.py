"""图层: what there is, its versions, and taking in a new one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import At, may, scope_of
from hemei.core.doors import found, reach
from hemei.core.models import Job
from hemei.core.queries.regions import names
from hemei.law.book import LayerKind
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.programmes.control.actions.layers import ask_withdrawal, offer
from hemei.programmes.control.forms import LayerForm, ReasonForm
from hemei.programmes.control.keeping import in_force, law_of, newest_law
from hemei.programmes.control.kinds import layer_kinds
from hemei.programmes.control.models import LayerVersion, OfControl
from hemei.programmes.control.queries.layers import layers
from hemei.programmes.control.views.district import MATTER, district_here
from hemei.terms.day import today


@dataclass
class Shown:
    """A layer as the list shows it: the version that holds today, and the others."""

    kind: LayerKind
    holds: LayerVersion | None = None
    others: list[LayerVersion] = field(default_factory=list)


def listing(request: OfficeRequest) -> HttpResponse:
    scope = reach(request.actor, "control.view", MATTER)
    code = district_here(request, scope)
    kinds = layer_kinds(law_of(newest_law(code))[0])
    now = {row.kind: row for row in in_force(code, today())}
    older: dict[str, list[LayerVersion]] = defaultdict(list)
    for row in layers(within=scope).filter(region=code):
        if row.kind not in now or now[row.kind].pk != row.pk:
            older[row.kind].append(row)
    rows = [Shown(kind, now.get(key), older[key]) for key, kind in kinds.items()]
    context = {
        "rows": sorted(rows, key=lambda row: (row.holds is None, not row.others)),
        "held": len(now),
        "region_names": names(within=scope),
        "code": code,
        "may_keep": bool(scope_of(request.actor, "control.keep", MATTER)),
    }
    return render(request, "control/layers.html", context)


def _layer(request: OfficeRequest, pk: int) -> LayerVersion:
    return found(layers(within=reach(request.actor, "control.view", MATTER)).filter(pk=pk).first())


def detail(request: OfficeRequest, pk: int) -> HttpResponse:
    layer = _layer(request, pk)
    kinds = layer_kinds(law_of(newest_law(layer.region))[0])
    context = {
        "layer": layer,
        "kind": kinds.get(layer.kind),
        "holds": any(row.pk == layer.pk for row in in_force(layer.region, today())),
        "may_keep": may(request.actor, "control.keep", layer),
    }
    return render(request, "control/layer.html", context)


def add(request: OfficeRequest) -> HttpResponse:
    scope = reach(request.actor, "control.keep", MATTER)
    code = district_here(request, scope)
    book, _plan = law_of(newest_law(code))
    form = LayerForm(request.POST or None, request.FILES or None, book=book)

    def act() -> Job:
        file = form.cleaned_data["file"]
        return offer(
            where=At(code, OfControl.matter),
            name=file.name,
            content=file.read(),
            layer=form.layer(),
            by=request.actor,
        )

    if made := tried(request, form, act):
        return redirect("control.preview", asked=made.pk)
    context = {
        "form": form,
        "button": _("看看谁的结论会变"),
        "heading": _("登记图层"),
        "back": reverse("control"),
        "about": _("管控图层"),
        "explanation": _("先读文件、和现在有效的一版比、看谁的结论会变；看过按“启用这一版”才有效。"),
    }
    return render(request, "office/asked.html", context, status=status(form))


def withdraw(request: OfficeRequest, pk: int) -> HttpResponse:
    layer = _layer(request, pk)
    form = ReasonForm(request.POST or None)

    def act() -> Job:
        asked: Job = ask_withdrawal(layer=layer, why=form.cleaned_data["why"], by=request.actor)
        return asked

    if job := tried(request, form, act):
        return redirect("control.preview", asked=job.pk)
    context = {
        "form": form,
        "button": _("看看谁的结论会变"),
        "heading": _("停用这一版"),
        "back": reverse("control.layer", args=[pk]),
        "about": _("返回图层"),
        "explanation": _("看过以后按“停用这一版”才停用；按它判过的结果还在。"),
    }
    return render(request, "office/asked.html", context, status=status(form))
