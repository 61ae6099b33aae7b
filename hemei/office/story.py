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
from hemei.engines.forms import Kind

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
        question = form.by_name.get(name) if form else None
        if question is None or form is None:
            said.append(Answer(name, str(value)))
            continue
        if question.kind in (Kind.IMAGE, Kind.NOTE) or value in (None, ""):
            continue
        labels = {choice.name: form.text(choice.labels, language) for choice in question.choices}
        chosen = str(value).split() if question.kind is Kind.SELECT_MULTIPLE and isinstance(value, str) else value
        parts = chosen if isinstance(chosen, list) else [chosen]
        said.append(Answer(form.text(question.labels, language), listed(labels.get(str(p), str(p)) for p in parts)))
    return said
