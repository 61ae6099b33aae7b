"""一户一档: everything about one place in time order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from hemei.core.access import Scope
from hemei.core.models import Check, Place
from hemei.core.queries.history import checks_at, files_at, steps_at
from hemei.core.registry import registry
from hemei.core.wording import listed
from hemei.engines.forms import Form, Kind

SHOWN = 200  # a house looked at every month for sixteen years


@dataclass(frozen=True)
class Event:
    """One thing that happened: a check, a step of a case, a file that came by itself."""

    at: datetime
    sort: str
    row: Any


@dataclass(frozen=True)
class Answer:
    question: str
    said: str


def story(place: Place, *, checks_in: Scope, cases_in: Scope) -> list[Event]:
    """Newest first."""
    return sorted(_events(place, checks_in, cases_in), key=lambda event: (event.at, event.row.pk), reverse=True)


def _events(place: Place, checks_in: Scope, cases_in: Scope) -> Iterator[Event]:
    for check in checks_at(place, within=checks_in)[:SHOWN]:
        yield Event(check.at, "check", check)
    for step in steps_at(place, within=cases_in)[:SHOWN]:
        yield Event(step.at, "step", step)
    for file in files_at(place, within=cases_in).filter(check_made=None, step=None)[:SHOWN]:
        yield Event(file.device_at or file.recorded_at, "file", file)


def answers(check: Check) -> list[Answer]:
    """What was answered, in the words of the form as it was then; a question that no version has keeps its name."""
    registered = registry.forms.get(check.form)
    form = registered.versions.get(check.version, registered.read) if registered else None
    language = "en" if (get_language() or "").startswith("en") else "zh"
    said = []
    for name, value in check.answers.items():
        if form and name in form.repeats and isinstance(value, list):
            title = form.text(form.repeats[name].labels, language)
            for number, instance in enumerate(value, 1):
                told = [one for inner, said_of in instance.items() for one in _told(form, inner, said_of, language)]
                said.append(Answer(f"{title} {number}", listed(f"{one.question} {one.said}" for one in told)))
        else:
            said += _told(form, name, value, language)
    return said


def _told(form: Form | None, name: str, value: Any, language: str) -> Iterator[Answer]:
    """One answer in words, unless it is none, a picture, or something calculated that has no words."""
    question = form.by_name.get(name) if form else None
    if question is None or form is None:
        yield Answer(name, str(value))
        return
    label = form.text(question.labels, language)
    if question.kind in (Kind.IMAGE, Kind.NOTE) or value in (None, "") or not label:
        return
    labels = {choice.name: form.text(choice.labels, language) for choice in question.choices}
    chosen = str(value).split() if question.kind is Kind.SELECT_MULTIPLE and isinstance(value, str) else value
    parts = chosen if isinstance(chosen, list) else [chosen]
    yield Answer(label, listed(labels.get(str(p), str(p)) for p in parts))
