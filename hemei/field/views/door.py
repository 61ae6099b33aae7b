"""The household's pages: two buttons, a walk through pictured questions, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hemei.core.actions.door import TooMany
from hemei.core.actions.evidence import NewFile
from hemei.core.errors import Mistaken
from hemei.core.pictures import address_of, is_own
from hemei.engines.forms import Kind, Question, Section, clean
from hemei.engines.forms.answers import field_name
from hemei.field.doorstep import Doorstep, Visit, at_door, start_again
from hemei.field.sheet import Filled, parts, posted_texts, reshaped
from hemei.field.walk import Walk
from hemei.terms.day import today

MOST_PHOTOS = 3
NOTHING_YET = Filled()


@at_door
def plate(request: HttpRequest, step: Doorstep) -> HttpResponse:
    visit = step.arrive()
    context = {
        "visit": step.seal(visit),
        "visit_id": visit.id,
        "late": "late" in request.GET,
        "just_paired": "paired" in request.GET,
        "gone": "unpaired" in request.GET,
        "fine_url": step.address("fine"),
        "look_url": step.address("look"),
        "pair_url": step.address("pair"),
    }
    return step.page(request, "plate", context)


@at_door
def fine(request: HttpRequest, step: Doorstep) -> HttpResponse:
    """一切正常: a self-check in which no sign was seen."""
    visit = step.unseal(request.POST.get("visit"))
    if visit is None:
        return start_again(step)
    return _send(request, step, visit, step.walk(visit).all_clear().answers)


@at_door
def look(request: HttpRequest, step: Doorstep) -> HttpResponse:
    """The next question. It only reads, so that going back is safe; an answer that means danger is posted instead."""
    visit = step.unseal(request.GET.get("visit"))
    if visit is None:
        return start_again(step)
    walk = step.walk(visit)
    name, choice = request.GET.get("question", ""), request.GET.get("answer", "")
    after = walk.answered(name, choice) or walk
    if walk.alarms(name, choice):  # a browser too old to post from a single button: it is told, and asked to send
        return _leave(
            request, step, visit, after, unsent={"visit": step.seal(visit), "question": name, "answer": choice}
        )
    return _ask(request, step, visit, after)


@at_door
def danger(request: HttpRequest, step: Doorstep) -> HttpResponse:
    """An answer that means danger: reported at once, for whoever now runs out will not come back to press a button."""
    visit = step.unseal(request.POST.get("visit"))
    if visit is None:
        return start_again(step)
    after = step.walk(visit).answered(request.POST.get("question", ""), request.POST.get("answer", ""))
    if after is None:
        return start_again(step)
    try:
        return _store(step, visit, after.answers)
    except Mistaken:
        return _leave(request, step, visit, after)  # what counts is that they leave and call


@at_door
def send(request: HttpRequest, step: Doorstep) -> HttpResponse:
    """The last page: photos and words, then off it goes."""
    visit = step.unseal(request.POST.get("visit"))
    if visit is None:
        return start_again(step)
    photos = _photos(request.FILES, step.walk(visit).rest)
    typed = posted_texts(step.read, request.POST)
    if (asked := reshaped(step.read, request.POST, typed.instances)) is not None:
        again = _("照片要重新选一次。") if photos else ""
        return _last(request, step, visit, Filled(typed.texts, instances=asked), again, status=200)
    filled = Filled(typed.texts, instances=typed.instances)
    posted = typed.texts | {name: [value] for name, value in visit.answers.items() if isinstance(value, str)}
    posted |= {photo.question: [photo.name] for photo in photos}
    answers, errors = clean(step.read, posted, today())
    if len(photos) > MOST_PHOTOS:
        return _last(request, step, visit, filled, _("照片最多 %(n)d 张，请去掉几张。") % {"n": MOST_PHOTOS})
    if errors:
        wrong = {field_name(error.question, error.instance): error.problem for error in errors}
        return _last(request, step, visit, replace(filled, errors=wrong))
    return _send(request, step, visit, answers, photos, filled)


@at_door
def done(request: HttpRequest, step: Doorstep) -> HttpResponse:
    visit = step.unseal(request.GET.get("visit"))
    if visit is None:
        return start_again(step)
    walk = step.walk(visit)
    if visit.urgent or walk.urgent:
        return _leave(request, step, visit, walk)
    context = {"fine": visit.fine, "case": visit.case, "pair_url": step.address("pair")}
    return step.page(request, "thanks", context)


def _send(
    request: HttpRequest,
    step: Doorstep,
    visit: Visit,
    answers: Mapping[str, Any],
    photos: list[NewFile] | None = None,
    filled: Filled = NOTHING_YET,
) -> HttpResponse:
    try:
        return _store(step, visit, answers, photos or [])
    except TooMany as held_off:
        return step.page(request, "slow", {"why": held_off.message}, status=429)
    except Mistaken as wrong:
        told = str(wrong.message)
        return _last(request, step, visit, replace(filled, errors={wrong.field: told}), told)


def _store(
    step: Doorstep, visit: Visit, answers: Mapping[str, Any], photos: list[NewFile] | None = None
) -> HttpResponse:
    fine, case = step.hand_in(visit, answers, photos or [])
    # Words stay out of the address: it travels through logs.
    asked = step.read.by_name
    picked = {name: value for name, value in answers.items() if name in asked and asked[name].choices}
    urgent = bool(replace(step.walk(visit), answers=answers).urgent)
    sealed = step.seal(visit, answers=picked, sent=True, fine=fine, urgent=urgent, case=case)
    return redirect(step.address("done", visit=sealed))


def _ask(request: HttpRequest, step: Doorstep, visit: Visit, walk: Walk) -> HttpResponse:
    question = walk.upcoming
    if question is None:
        return _last(request, step, _with(visit, walk))
    choices = [
        (
            choice.name,
            _said(step, choice.labels),
            walk.worsens(question.name, choice.name),
            walk.alarms(question.name, choice.name),
            address_of(step.programme.key, choice.picture),
        )
        for choice in question.choices
    ]
    context = {
        "visit": step.seal(_with(visit, walk)),
        "visit_id": visit.id,
        "question": question,
        "title": _said(step, question.labels),
        "hint": _said(step, question.hints),
        "picture": address_of(step.programme.key, question.picture),
        "on_tap": is_own(question.picture) and request.headers.get("Save-Data", "").lower() == "on",
        "choices": choices,
        "number": [q.name for q in walk.taps].index(question.name) + 1,
        "total": len(walk.taps),
        "look_url": step.address("look"),
        "danger_url": step.address("danger"),
        "back_url": _back(step, visit, walk),
        "in_danger": bool(walk.urgent),
    }
    return step.page(request, "question", context)


def _last(
    request: HttpRequest,
    step: Doorstep,
    visit: Visit,
    filled: Filled = NOTHING_YET,
    problem: str = "",
    status: int = 0,
) -> HttpResponse:
    """All that is not tapped, and what is wrong. What only an answer here asks for stands there once it is missed."""
    walk = step.walk(visit)
    told = {name for name, texts in filled.texts.items() if any(texts) and name not in visit.answers}
    rest = {q.name for q in walk.rest} | filled.errors.keys() | told

    def shows(section: Section, question: Question) -> bool:
        return walk.is_open(section) if section.repeat else question.name in rest

    context = {
        "visit": step.seal(visit),
        "visit_id": visit.id,
        "parts": parts(step.read, filled, shows=shows),
        "repeats": any(walk.is_open(section) for section in step.read.repeats.values()),
        "problem": problem,
        "send_url": step.address("send"),
        "back_url": _back(step, visit, walk),
        "in_danger": bool(walk.urgent),
    }
    return step.page(request, "last", context, status=status or (422 if filled.errors or problem else 200))


def _leave(
    request: HttpRequest, step: Doorstep, visit: Visit, walk: Walk, unsent: dict[str, str] | None = None
) -> HttpResponse:
    """Out of the house first; the rest of the questions only for who is safe."""
    context = {
        "sent": visit.sent,
        "case": visit.case,
        "unsent": unsent,
        "danger_url": step.address("danger"),
        "go_on_url": step.address("look", visit=step.seal(_with(visit, walk))) if walk.upcoming else "",
        "back_url": _back(step, visit, walk),
    }
    return step.page(request, "leave_now", context)


def _with(visit: Visit, walk: Walk) -> Visit:
    return replace(visit, answers=dict(walk.answers))


def _back(step: Doorstep, visit: Visit, walk: Walk) -> str:
    """The question before, or the plate."""
    if not walk.answers:
        return step.address("plate")
    return step.address("look", visit=step.seal(_with(visit, walk.back())))


def _said(step: Doorstep, texts: Mapping[str, str]) -> str:
    return step.read.text(texts, (get_language() or "zh")[:2])


def _photos(files: MultiValueDict[str, Any], questions: list[Question]) -> list[NewFile]:
    """Photos by question; each has one button for the camera and one for the album."""
    return [
        NewFile(file.name or "photo", file.read(), source=source, question=question.name)
        for question in questions
        if question.kind is Kind.IMAGE
        for source in ("camera", "album")
        for file in files.getlist(f"{question.name}:{source}")
    ]
