"""一户一档: everything about one place in time order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from hemei.core.access import Scope
from hemei.core.models import Check, Evidence, Place
from hemei.core.queries.history import checks_at, files_at, steps_at
from hemei.core.registry import registry
from hemei.core.wording import listed
from hemei.engines.forms import Form, Kind
from hemei.engines.forms.answers import field_name, of_field, order_of

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
    form, language = form_of(check), _language()
    came = Counter(file.question for file in check.evidence.all())
    said = []
    for name, value in _as_asked(form, check.answers):
        if form and name in form.repeats and isinstance(value, list):
            title = form.text(form.repeats[name].labels, language)
            for number, instance in enumerate(value, 1):
                told = [
                    one
                    for inner, said_of in _as_asked(form, instance)
                    for one in _told(form, inner, said_of, language, came[field_name(inner, number)])
                ]
                said.append(Answer(f"{title} {number}", listed(f"{one.question} {one.said}" for one in told)))
        else:
            said += _told(form, name, value, language, came[name])
    return said


def _as_asked(form: Form | None, answers: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """In the form's order: not every database keeps the one in which they were stored."""
    places = {question.name: at for at, question in enumerate(form.everything)} if form else {}
    for section in form.repeats.values() if form else ():
        places[section.name] = places[section.questions[0].name]
    return sorted(answers.items(), key=lambda item: places.get(item[0], len(places)))


def asked_by(file: Evidence) -> str:
    """What a photo of a look was asked for, in a repeat with which time: “房间 2 · 裂缝”."""
    form = form_of(file.check_made) if file.question and file.check_made else None
    name, instance = of_field(file.question)
    if form is None or name not in form.by_name:
        return ""
    language, [(title, asked)] = _language(), [(s, q) for s in form.sections for q in s.questions if q.name == name]
    label = form.text(asked.labels, language)
    return f"{form.text(title.labels, language)} {instance} · {label}" if instance else label


def in_order(files: Iterable[Evidence]) -> list[Evidence]:
    """As the form asks for them, whatever came first."""

    def order(file: Evidence) -> tuple[int, ...]:
        form = form_of(file.check_made) if file.question and file.check_made else None
        return (*(order_of(form, *of_field(file.question)) if form else (0, 0, 0)), file.pk)

    return sorted(files, key=order)


def form_of(check: Check) -> Form | None:
    """The form as it was then; None where nobody knows it any more."""
    registered = registry.forms.get(check.form)
    return registered.versions.get(check.version, registered.read) if registered else None


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _told(form: Form | None, name: str, value: Any, language: str, came: int) -> Iterator[Answer]:
    """One answer in words, of a picture how many came, unless it is none or something calculated that has no words."""
    question = form.by_name.get(name) if form else None
    if question is None or form is None:
        yield Answer(name, str(value))
        return
    label = form.text(question.labels, language)
    if question.kind is Kind.NOTE or value in (None, "") or not label:
        return
    if question.kind is Kind.IMAGE:
        photos = ngettext("%(n)d 张照片", "%(n)d 张照片", came) % {"n": came}
        yield Answer(label, photos if came else _("照片还没有传来"))
        return
    labels = {choice.name: form.text(choice.labels, language) for choice in question.choices}
    chosen = str(value).split() if question.kind is Kind.SELECT_MULTIPLE and isinstance(value, str) else value
    parts = chosen if isinstance(chosen, list) else [chosen]
    yield Answer(label, listed(labels.get(str(p), str(p)) for p in parts))
