"""改规则: a form, then whose verdict would change, and only then keeping it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.doors import found, reach
from hemei.core.models import Job
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.programmes.control.actions.law import About, entries_of
from hemei.programmes.control.entries import Entries
from hemei.programmes.control.keeping import law_of, newest_law, whole_law
from hemei.programmes.control.lawforms import ClauseForm, RuleForm
from hemei.programmes.control.models import OwnLaw
from hemei.programmes.control.views.changing import looked_at
from hemei.programmes.control.views.district import MATTER, district_here
from hemei.programmes.control.writing_rules import as_written, began, versions_of, with_further, with_rule


def add(request: OfficeRequest) -> HttpResponse:
    return _edited(request, "")


def change(request: OfficeRequest, rule: str) -> HttpResponse:
    return _edited(request, rule)


def _edited(request: OfficeRequest, rule: str) -> HttpResponse:
    scope = reach(request.actor, "control.keep", MATTER)
    code = district_here(request, scope)
    law = newest_law(code)
    book, plan = law_of(law)
    entries = entries_of(code)
    initial = as_written(entries, rule) if rule else {}
    if rule:
        found(initial or None)
    form = RuleForm(request.POST or None, book=book, plan=plan, initial=initial)

    def act() -> Job:
        made, name = with_rule(entries, form.written(), rule)
        return _asked(request, code, law, made, name, form.cleaned_data)

    if job := tried(request, form, act):
        return redirect("control.preview", asked=job.pk)
    back = reverse("control.rule", args=[rule]) if rule else reverse("control.rules")
    heading = _("改这条规则") if rule else _("写一条规则")
    context = {"form": form, "button": _("看看谁的结论会变"), "heading": heading, "back": back, "about": _("管控规则")}
    return render(request, "office/asked.html", context, status=status(form))


def _asked(
    request: OfficeRequest, code: str, law: OwnLaw | None, entries: Entries, rule: str, said: dict[str, Any]
) -> Job:
    about = About(rule, [rule], reverse("control.rule", args=[rule]))
    document = said["document"] or _("规则 %(rule)s 依据的条款") % {"rule": rule}
    return looked_at(request, code, law, entries, about, document, said["starts"])


def further(request: OfficeRequest, rule: str) -> HttpResponse:
    """The clauses on which one of the district's own rules rests beside its first."""
    scope = reach(request.actor, "control.keep", MATTER)
    code = district_here(request, scope)
    law, entries = newest_law(code), entries_of(code)
    last = found(next(reversed(versions_of(entries, rule)), None))
    if whole_law(law).cannot_read(rule):
        return redirect("control.law_mend")
    book = law_of(law)[0]
    form = ClauseForm(request.POST or None, book=book, rule=book.rule(rule, date.fromisoformat(began(entries, last))))

    def act() -> Job:
        said = form.cleaned_data
        made = with_further(entries, rule, said["starts"], said.get("kept", []), said["known"], form.written())
        return _asked(request, code, law, made, rule, said)

    if job := tried(request, form, act):
        return redirect("control.preview", asked=job.pk)
    context = {
        "form": form,
        "button": _("看看谁的结论会变"),
        "heading": _("依据的其他条款"),
        "back": reverse("control.rule", args=[rule]),
        "about": last["title"],
        "explanation": _("规则依据的第一条在“改这条规则”里改；这里是它另外还依据的条款，判定时一起引用。"),
    }
    return render(request, "office/asked.html", context, status=status(form))
