"""改规则: a form, then whose verdict would change, and only then keeping it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import At, scope_of
from hemei.core.doors import found, reach
from hemei.core.errors import Mistaken
from hemei.core.models import Job, JobState, Place
from hemei.core.queries.regions import names
from hemei.core.registry import registry
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.programmes.control.actions.law import ask_preview, change_law, entries_of
from hemei.programmes.control.forms import ClauseForm, RuleForm
from hemei.programmes.control.keeping import Entries, law_of, newest_law
from hemei.programmes.control.models import OfControl, OwnLaw
from hemei.programmes.control.queries.layers import of_matter
from hemei.programmes.control.views.district import MATTER, district_here
from hemei.programmes.control.writing_rules import as_written, began, versions_of, with_further, with_rule

GOING = (JobState.WAITING, JobState.RUNNING)


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
    context = {"form": form, "button": _("看看谁的结论会变"), "back": back, "about": _("管控规则")}
    return render(request, "office/asked.html", context, status=status(form))


def _asked(
    request: OfficeRequest, code: str, law: OwnLaw | None, entries: Entries, rule: str, said: dict[str, Any]
) -> Job:
    job: Job = ask_preview(
        where=At(code, OfControl.matter),
        entries=entries,
        rule=rule,
        said=said["document"] or _("规则 %(rule)s 依据的条款") % {"rule": rule},
        seen=law.pk if law else 0,
        by=request.actor,
        on=said["starts"],
    )
    return job


def further(request: OfficeRequest, rule: str) -> HttpResponse:
    """The clauses on which one of the district's own rules rests beside its first."""
    scope = reach(request.actor, "control.keep", MATTER)
    code = district_here(request, scope)
    law, entries = newest_law(code), entries_of(code)
    last = found(next(reversed(versions_of(entries, rule)), None))
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
        "back": reverse("control.rule", args=[rule]),
        "about": last["title"],
        "explanation": _("规则依据的第一条在“改这条规则”里改；这里是它另外还依据的条款，判定时一起引用。"),
    }
    return render(request, "office/asked.html", context, status=status(form))


def _job(request: OfficeRequest, pk: int) -> Job:
    reach(request.actor, "control.keep", MATTER)
    return found(Job.objects.filter(kind="control.preview", pk=pk, by=request.user).first())


WORDS: dict[str, Callable[[], str]] = {
    "fail": lambda: _("不符合"),
    "unknown": lambda: _("待核"),
    "pass": lambda: _("符合或不涉及"),
}


def _counts(counted: dict[str, int]) -> list[tuple[str, str, int]]:
    return [(WORDS[before](), WORDS[after](), n) for key, n in counted.items() for before, after in [key.split(">")]]


def _under_way(request: OfficeRequest, result: dict[str, Any]) -> dict[str, Any]:
    """What is under way and would be judged otherwise; one by one only what this person may see."""
    shown: list[tuple[str, Any, str, str]] = []
    wanted = result.get("proposals_shown", [])  # earlier results did not ask
    for key in dict.fromkeys(row[0] for row in wanted):
        kind = registry.records[key]
        scope = scope_of(request.actor, kind.right, registry.programme_of_record(key).key)
        rows = kind.read(within=scope).in_bulk([row[1] for row in wanted if row[0] == key])
        shown += [(kind.page, rows[pk], *words) for name, pk, *words in wanted if name == key and pk in rows]
    return {
        "proposals": result.get("proposals"),
        "proposals_changed": result.get("proposals_changed", 0),
        "proposals_counts": _counts(result.get("proposals_counts", {})),
        "proposals_shown": shown,
    }


def preview(request: OfficeRequest, asked: int) -> HttpResponse:
    job = _job(request, asked)
    scope = reach(request.actor, "control.keep", MATTER)
    context: dict[str, Any] = {"job": job, "going": job.state in GOING, "percent": job.done}
    if job.state == JobState.DONE:
        rows = job.result["shown"]
        places = Place.objects.filter(scope.q(matter=of_matter), pk__in=[row[0] for row in rows]).in_bulk()
        context |= {
            "changed": job.result["changed"],
            "counts": _counts(job.result["counts"]),
            "rows": [(places[pk], before, after) for pk, before, after in rows if pk in places],
            **_under_way(request, job.result),
            "region_names": names(within=scope),
        }
    return render(request, "control/preview.html", context)


def keep(request: OfficeRequest, asked: int) -> HttpResponse:
    """Keep the rule as it was previewed."""
    job = _job(request, asked)
    if request.method != "POST" or job.state != JobState.DONE:
        return redirect("control.preview", asked=asked)
    said = job.arguments
    try:
        change_law(
            where=At(said["region"], OfControl.matter),
            entries=said["entries"],
            said=said["said"],
            seen=said["seen"],
            by=request.actor,
        )
    except Mistaken as mistake:
        messages.error(request, str(mistake))
        return redirect("control.preview", asked=asked)
    messages.success(request, _("规则已改，从现在起按它判。筛查结果要重新筛查才变。"))
    return redirect("control.rule", rule=said["rule"])
