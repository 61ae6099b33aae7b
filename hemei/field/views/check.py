"""Filling in a check form as staff: a survey, a patrol, or a self-check for those without a phone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from hemei.core.access import require, scope_of
from hemei.core.actions.check import Answered, submit_check
from hemei.core.doors import found, moved
from hemei.core.errors import Mistaken
from hemei.core.models import SEVERITY_NAMES, Check, Finding, Place, Tier
from hemei.core.queries import checks, places
from hemei.core.registry import Form, registry
from hemei.core.wording import listed
from hemei.engines.forms import clean
from hemei.engines.forms.answers import field_name, fields_of, instances_alone
from hemei.field.about import AboutCheck, AboutProxy
from hemei.field.photos import MOST_PHOTOS, HeldPhoto, photos_of, too_many
from hemei.field.sheet import Filled, from_register, parts, posted_texts, reshaped
from hemei.field.staff import StaffRequest, right_for, staff, within
from hemei.terms.day import day_of, today
from hemei.terms.finding import Severity

MENDED_FIRST = 5  # the summary on top names so many; the rest are marked where they stand


@staff
def fill_in(request: StaffRequest, pk: int, form_id: str) -> HttpResponse:
    """One form for one place. What is wrong stands beside its question, and nothing that was given is lost."""
    place = found(places.place(pk, within=within(request, "place.view")))
    form = found(registry.forms.get(form_id))
    found(place if form.kind == place.kind else None)
    require(request.actor, right_for(form), place)
    about = AboutProxy if form.tier == Tier.SELF else AboutCheck
    if request.method != "POST":
        return _show(
            request, place, form, about(initial={"channel": request.GET.get("channel", "")}), _begun(place, form)
        )
    return _take(request, place, form, about(request.POST))


def _begun(place: Place, form: Form) -> Filled:
    """A look by staff starts from what lasts; a self-check asks for none of it."""
    recall = registry.programme_of_kind(place.kind).recall
    if recall is None or form.tier == Tier.SELF:
        return Filled()
    return from_register(form.read, recall([place]).get(place.pk, {}))


def _take(request: StaffRequest, place: Place, form: Form, about: AboutCheck) -> HttpResponse:
    came, refused = photos_of(request, request.user, form.read)
    typed = posted_texts(form.read, request.POST, {photo.question for photo in came} | refused.keys())
    now = typed.moved
    photos = [replace(photo, question=now[photo.question]) for photo in came if photo.question in now]
    wrong_photos = {now[field]: problem for field, problem in refused.items() if field in now}
    posted = typed.texts | {photo.question: [photo.name] for photo in reversed(photos)}
    at = about.cleaned_data.get("at") if about.is_valid() else None
    answers, errors = clean(form.read, posted, day_of(at) if at else today())
    if (asked := reshaped(form.read, request.POST, typed.instances)) is not None:
        begun = type(about)(initial={name: request.POST.get(name, "") for name in about.fields})  # not wrong yet
        filled = Filled(typed.texts, wrong_photos, photos, instances=asked)
        return _show(request, place, form, begun, filled, status=200)
    problems = {field_name(error.question, error.instance): error.problem for error in errors}
    filled = Filled(typed.texts, problems | wrong_photos, photos, instances=typed.instances)
    if len(photos) > MOST_PHOTOS:
        about.add_error(None, too_many())
    if not about.is_valid() or filled.errors:
        return _show(request, place, form, about, filled)
    try:
        stored = submit_check(place=place, answered=_answered(form, about, answers, photos), by=request.actor)
    except Mistaken as wrong:
        about.add_error(wrong.field if wrong.field in about.fields else None, str(wrong.message))
        return _show(request, place, form, about, filled)
    return moved(request, reverse("field:check_made", args=[stored.check.pk]))


def _answered(form: Form, about: AboutCheck, answers: dict[str, Any], photos: list[HeldPhoto]) -> Answered:
    answered = Answered(form=form.id, answers=answers, **about.said())
    files = [photo.file(answered.lon, answered.lat, answered.accuracy_m) for photo in photos]
    there = {field for field, _question, _answer in fields_of(form.read, answers)}
    return replace(answered, files=[file for file in files if file.question in there])


def _show(
    request: StaffRequest, place: Place, form: Form, about: AboutCheck, filled: Filled, status: int = 0
) -> HttpResponse:
    shown = parts(form.read, filled, request.user)
    wrong = [row for part in shown for row in part.rows if row.error]
    context = {
        "place": place,
        "form": form,
        "title": form.title,
        "about": about,
        "parts": shown,
        "proxy": form.tier == Tier.SELF,
        "wrong": len(wrong) + len(about.errors),
        "first_wrong": wrong[:MENDED_FIRST],
        "more_wrong": len(wrong) > MENDED_FIRST,
    }
    status = status or (422 if filled.errors or about.errors else 200)
    return render(request, "field/check.html", context, status=status)


@staff
def made(request: StaffRequest, pk: int) -> HttpResponse:
    """What the check showed, and the cases that are open because of it."""
    check = found(checks.check(pk, within=within(request, "check.view")))
    findings = check.findings.select_related("case", "case__unit")
    with_cases = check in scope_of(request.actor, "case.view", check.matter)
    context = {
        "check": check,
        "place": check.place,
        "shown": [_line(check, finding, with_cases) for finding in findings],
        "urgent": any(finding.severity == Severity.URGENT for finding in findings),
    }
    return render(request, "field/check_made.html", context)


def _line(check: Check, finding: Finding, with_case: bool) -> dict[str, Any]:
    kind = registry.findings.get(finding.code)
    return {
        "title": kind.title if kind else finding.code,
        "told_in": listed(_told_in(check, finding.code)),
        "remedy": kind.remedy if kind else "",
        "severity": SEVERITY_NAMES[Severity(finding.severity)],
        "urgent": finding.severity == Severity.URGENT,
        "case": finding.case if with_case else None,
    }


def _told_in(check: Check, finding: str) -> list[str]:
    """The instances of repeats whose answers alone show that finding, in the words of the form as it was then."""
    registered = registry.forms.get(check.form)
    form = registered.versions.get(check.version) if registered else None
    if form is None or not form.repeats:
        return []
    language = (get_language() or "zh")[:2]
    kinds = [kind for kind in registry.findings_by(check.matter, form) if kind.id == finding and kind.applies]
    return [
        f"{form.text(section.labels, language)} {number}"
        for kind in kinds
        if kind.applies
        for section, number in instances_alone(form, check.answers, kind.applies, day_of(check.at))
    ]
