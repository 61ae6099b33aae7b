"""What the district's own rules stand on: kinds of layers of its own, and the circle in which density is counted."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.doors import found, reach
from hemei.core.models import Job
from hemei.law.crowding import WANTED
from hemei.law.district import STEEP_DEG
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.programmes.control.actions.law import About, entries_of
from hemei.programmes.control.keeping import DENSITY, STEEP, law_of, newest_law, steeper_in
from hemei.programmes.control.kinds import COMPUTED
from hemei.programmes.control.lawforms import CircleForm, LayerKindForm, SteepForm
from hemei.programmes.control.models import OwnLaw
from hemei.programmes.control.views.changing import kept, looked_at
from hemei.programmes.control.views.district import MATTER, district_here
from hemei.programmes.control.writing_clauses import with_layer
from hemei.terms.day import today


def add(request: OfficeRequest) -> HttpResponse:
    return _edited(request, "")


def change(request: OfficeRequest, layer: str) -> HttpResponse:
    return _edited(request, layer)


def _edited(request: OfficeRequest, layer: str) -> HttpResponse:
    scope = reach(request.actor, "control.keep", MATTER)
    code = district_here(request, scope)
    law, entries = newest_law(code), entries_of(code)
    old = next((one for one in entries["layers"] if one["id"] == layer), None)
    if layer:
        found(old)
    initial = dict(old or {}) | {"classes": "、".join((old or {}).get("classes", []))}
    form = LayerKindForm(request.POST or None, initial=initial)

    def act() -> OwnLaw:
        made, _name = with_layer(entries, **form.kind(), layer=layer)
        return kept(request, code, law, made, form.cleaned_data["said"])

    if tried(request, form, act):
        messages.success(request, _("已保存。接着登记这个图层的文件，再写用它的规则。"))
        return redirect("control.rules")
    context = {
        "form": form,
        "button": _("保存图层种类") if layer else _("声明一种图层"),
        "back": reverse("control.rules"),
        "about": _("管控规则"),
        "explanation": _("没有规则用它、没有登记文件以前，它不参加判定。涉密的图层不得装入本系统。"),
    }
    return render(request, "office/asked.html", context, status=status(form))


def steep(request: OfficeRequest) -> HttpResponse:
    """From how many degrees on ground is steep, from a day on; first see whose verdict would change."""
    scope = reach(request.actor, "control.keep", MATTER)
    code = district_here(request, scope)
    law, entries = newest_law(code), entries_of(code)
    book = law_of(law)[0]
    form = SteepForm(request.POST or None, initial={"degrees": steeper_in(entries, today())})

    def act() -> Job:
        made = form.entry()
        entries[STEEP] = [one for one in entries[STEEP] if one["from"] < made["from"]] + [made]
        rules = [rule.id for rule in book.rules if rule.layer in COMPUTED]
        about = About(_("怎样算陡坡"), rules, reverse("control.rules"))
        return looked_at(request, code, law, entries, about, form.cleaned_data["said"], form.cleaned_data["starts"])

    if job := tried(request, form, act):
        return redirect("control.preview", asked=job.pk)
    context = {
        "form": form,
        "heading": _("设定怎样算陡坡"),
        "button": _("看看谁的结论会变"),
        "back": reverse("control.rules"),
        "about": _("管控规则"),
        "explanation": _(
            "没有设定时按 %(n)d 度，是外省排查的口径，数值为假定。区里设定的写明依据，标“数值由区里确定”。"
        )
        % {"n": STEEP_DEG},
    }
    return render(request, "office/asked.html", context, status=status(form))


def circle(request: OfficeRequest) -> HttpResponse:
    """The circle in which density is counted, from a day on; what was set from a later day gives way to it."""
    scope = reach(request.actor, "control.keep", MATTER)
    code = district_here(request, scope)
    law, entries = newest_law(code), entries_of(code)
    book = law_of(law)[0]
    form = CircleForm(request.POST or None)

    def act() -> Job:
        made = form.entry()
        entries[DENSITY] = [one for one in entries[DENSITY] if one["from"] < made["from"]] + [made]
        rules = [rule.id for rule in book.rules if rule.measure in WANTED]
        about = About(_("量密度的圆"), rules, reverse("control.rules"))
        return looked_at(request, code, law, entries, about, form.cleaned_data["said"], form.cleaned_data["starts"])

    if job := tried(request, form, act):
        return redirect("control.preview", asked=job.pk)
    context = {
        "form": form,
        "heading": _("设定量密度的圆"),
        "button": _("看看谁的结论会变"),
        "back": reverse("control.rules"),
        "about": _("管控规则"),
        "explanation": _("登记了宗地图层就按宗地量，不用圆。只有点的房屋基底不明：附近的只能判出不符合，判不出符合。"),
    }
    return render(request, "office/asked.html", context, status=status(form))
