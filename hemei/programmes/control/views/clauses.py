"""条款: the register of what rules rest on, and documents that ceased to hold."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import scope_of
from hemei.core.doors import found, reach
from hemei.core.models import Job
from hemei.law.repeals import resting_on
from hemei.law.wording import MARKS
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.programmes.control.actions.law import About, entries_of, law_aside
from hemei.programmes.control.keeping import REPEALS, law_of, newest_law
from hemei.programmes.control.lawforms import LawFilterForm, RepealForm
from hemei.programmes.control.queries.clauses import register
from hemei.programmes.control.views.changing import looked_at
from hemei.programmes.control.views.district import MATTER, district_here


def listing(request: OfficeRequest) -> HttpResponse:
    """Every clause, document by document, with its three marks and who cites it."""
    scope = reach(request.actor, "control.view", MATTER)
    code = district_here(request, scope)
    form = LawFilterForm(request.GET, within=scope)
    law = newest_law(code)
    book, plan = law_of(law)
    context = {
        "documents": register(book, plan, form.day, form.text),
        "form": form,
        "marks": MARKS.items(),
        "repealed": {row["document"] for row in (law.entries.get(REPEALS, []) if law else [])},
        "may_keep": bool(scope_of(request.actor, "control.keep", MATTER)),
    }
    return render(request, "control/clauses.html", context)


def repeal(request: OfficeRequest) -> HttpResponse:
    """A document ceased to hold, or did so otherwise than was recorded; first see whose verdict would change."""
    scope = reach(request.actor, "control.keep", MATTER)
    code = district_here(request, scope)
    law, entries = newest_law(code), entries_of(code)
    book, _plan = law_of(law)
    document = request.GET.get("document", "")
    found(document if any(one.document == document for one in book.clauses.values()) else None)
    old = next((row for row in entries[REPEALS] if row["document"] == document), None)
    initial = {**old, "rules": "end" if old.get("ends_rules") else "stay"} if old else None
    form = RepealForm(request.POST or None, initial=initial, is_recorded=old is not None)

    def act() -> Job:
        row = form.row(document)
        others = [one for one in entries[REPEALS] if one["document"] != document]
        entries[REPEALS] = others if row is None else [*others, row]
        rules = resting_on(book, {document}) | resting_on(law_aside(entries)[0], {document})
        about = About(document, sorted(rules), reverse("control.clauses"), lists=True)
        said = form.cleaned_data
        return looked_at(request, code, law, entries, about, said["said"], said["last"] + timedelta(days=1))

    if job := tried(request, form, act):
        return redirect("control.preview", asked=job.pk)
    context = {
        "form": form,
        "heading": _("《%(document)s》不再有效") % {"document": document},
        "button": _("看看谁的结论会变"),
        "back": reverse("control.clauses"),
        "about": _("全部条款"),
        "explanation": _("只影响到期以后的日子，以前的判定照旧。条款旁从那天起写明“已由…替代”。"),
    }
    return render(request, "office/asked.html", context, status=status(form))
