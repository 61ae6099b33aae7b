"""分区和清单: zone classes and tiers, lists by zone and kind of work, and what each zone holds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import At, scope_of
from hemei.core.doors import found, reach
from hemei.core.models import Job
from hemei.law.plan import PLAN_TITLES, TABLES
from hemei.law.rules import WORK_TITLES
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.programmes.control.actions.law import About, ask_preview, change_law, entries_of
from hemei.programmes.control.forms import CeilingForm, PlanRowForm
from hemei.programmes.control.keeping import law_of, newest_law
from hemei.programmes.control.models import OfControl, OwnLaw
from hemei.programmes.control.queries.zones import zone_totals
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
        "works": WORK_TITLES,
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

    said = {"title": PLAN_TITLES[table], "n": number}
    is_list = count is None

    def act() -> OwnLaw | Job:
        left = [one for one in entries["plan"] if (one["table"], one["number"]) != (table, number)]
        kept = {key: value for key, value in form.row().items() if value}
        entries["plan"] = [*left, {"table": table, "number": number, **kept}] if kept.get("name") else left
        if is_list:
            about = About(_("%(title)s第 %(n)d 行") % said, [], reverse("control.plan"), lists=True)
            return _looked_at(request, code, entries, about, form, law)
        return _kept(request, code, entries, form.cleaned_data["said"], law)

    if made := tried(request, form, act):
        if isinstance(made, Job):
            return redirect("control.preview", asked=made.pk)
        messages.success(request, _("已保存。"))
        return redirect("control.plan")
    context = {
        "form": form,
        "heading": _("%(title)s第 %(n)d 行") % said,
        "button": _("看看谁的结论会变") if is_list else _("保存“%(title)s”第 %(n)d 行") % said,
        "back": reverse("control.plan"),
        "about": _("分区和清单"),
    }
    return render(request, "office/asked.html", context, status=status(form))


def _looked_at(
    request: OfficeRequest, code: str, entries: dict[str, Any], about: About, form: PlanRowForm, law: OwnLaw | None
) -> Job:
    """Whose verdict a row of a list would change, on the day from which it holds or today."""
    made: Job = ask_preview(
        where=At(code, OfControl.matter), entries=entries, about=about, said=form.cleaned_data["said"],
        seen=law.pk if law else 0, by=request.actor, on=form.cleaned_data.get("starts"),
    )  # fmt: skip
    return made


def _kept(request: OfficeRequest, code: str, entries: dict[str, Any], said: str, law: OwnLaw | None) -> OwnLaw:
    made: OwnLaw = change_law(
        where=At(code, OfControl.matter), entries=entries, said=said, seen=law.pk if law else 0, by=request.actor
    )
    return made


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
        return _kept(request, code, entries, form.cleaned_data["said"], law)

    if tried(request, form, act):
        messages.success(request, _("已保存。"))
        return redirect("control.plan")
    context = {"form": form, "button": _("设定建筑总量上限"), "back": reverse("control.plan"), "about": _("分区和清单")}
    return render(request, "office/asked.html", context, status=status(form))
