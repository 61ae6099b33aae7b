"""分区和清单: zone classes and tiers, lists by zone and kind of work, and what each zone holds."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import scope_of
from hemei.core.doors import found, reach
from hemei.core.models import Job
from hemei.law.plan import PLAN_TITLES, TABLES
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.programmes.control.actions.law import About, entries_of
from hemei.programmes.control.keeping import law_of, newest_law
from hemei.programmes.control.models import OwnLaw
from hemei.programmes.control.planforms import CeilingForm, PlanRowForm
from hemei.programmes.control.queries.zones import zone_totals
from hemei.programmes.control.views.changing import kept, looked_at
from hemei.programmes.control.views.district import MATTER, district_here
from hemei.terms.day import today


def listing(request: OfficeRequest) -> HttpResponse:
    scope = reach(request.actor, "control.view", MATTER)
    code = district_here(request, scope)
    law = newest_law(code)
    book, plan = law_of(law)
    context = {
        "totals": zone_totals(code, today(), within=scope),
        "tables": [
            {
                "key": table,
                "title": PLAN_TITLES[table],
                "rows": [(row, book.clauses[row.clause].citation if row.clause else "") for row in plan[table]],
                "is_list": TABLES[table] is None,
                "next": len(plan[table]) + 1 if TABLES[table] is None else None,
            }
            for table in TABLES
        ],
        "law": law,
        "year": today().year,
        "may_keep": bool(scope_of(request.actor, "control.keep", MATTER)),
    }
    return render(request, "control/plan.html", context)


def row(request: OfficeRequest, table: str, number: int) -> HttpResponse:
    """One row of the district's plan; clearing its name makes it 未配置 again."""
    scope = reach(request.actor, "control.keep", MATTER)
    code = district_here(request, scope)
    count = TABLES.get(table, 0) if table in TABLES else found(None)
    found(True if 1 <= number <= (count or 500) else None)
    law = newest_law(code)
    book, plan = law_of(law)
    entries = entries_of(code)
    old = next((one for one in entries["plan"] if (one["table"], one["number"]) == (table, number)), {})
    initial = {**old, "starts": old.get("from"), "ends": old.get("to")}
    form = PlanRowForm(request.POST or None, initial=initial, book=book, plan=plan, is_list=count is None)
    called = {"title": PLAN_TITLES[table], "n": number}
    is_list = count is None

    def act() -> OwnLaw | Job:
        said = form.cleaned_data
        left = [one for one in entries["plan"] if (one["table"], one["number"]) != (table, number)]
        filled = {key: value for key, value in form.row().items() if value}
        entries["plan"] = [*left, {"table": table, "number": number, **filled}] if filled.get("name") else left
        if is_list:
            about = About(_("%(title)s第 %(n)d 行") % called, [], reverse("control.plan"), lists=True)
            return looked_at(request, code, law, entries, about, said["said"], said.get("starts"))
        return kept(request, code, law, entries, said["said"])

    if made := tried(request, form, act):
        if isinstance(made, Job):
            return redirect("control.preview", asked=made.pk)
        messages.success(request, _("已保存。"))
        return redirect("control.plan")
    context = {
        "form": form,
        "heading": _("%(title)s第 %(n)d 行") % called,
        "button": _("看看谁的结论会变") if is_list else _("保存“%(title)s”第 %(n)d 行") % called,
        "back": reverse("control.plan"),
        "about": _("分区和清单"),
    }
    return render(request, "office/asked.html", context, status=status(form))


def ceiling(request: OfficeRequest) -> HttpResponse:
    """The most built area of a zone, from a day on."""
    scope = reach(request.actor, "control.keep", MATTER)
    code = district_here(request, scope)
    law = newest_law(code)
    entries = entries_of(code)
    zones = [(one.zone, one.tier) for one in zone_totals(code, today(), within=scope).rows]
    form = CeilingForm(request.POST or None, zones=zones)

    def act() -> OwnLaw:
        entries["ceilings"] = [*entries.get("ceilings", []), form.entry()]
        return kept(request, code, law, entries, form.cleaned_data["said"])

    if tried(request, form, act):
        messages.success(request, _("已保存。"))
        return redirect("control.plan")
    context = {"form": form, "button": _("设定建筑总量上限"), "back": reverse("control.plan"), "about": _("分区和清单")}
    return render(request, "office/asked.html", context, status=status(form))
