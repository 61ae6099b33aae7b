"""Any registered form as HTML: its sections and questions in rows, as they were answered and with what is wrong."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.translation import get_language

from hemei.core.models import Account
from hemei.engines.forms import Form, Question
from hemei.field.photos import HeldPhoto

MANY = 9  # more choices than these fold into a list


@dataclass(frozen=True)
class Row:
    """One question as the page shows it."""

    question: Question
    label: str
    hint: str
    choices: Sequence[tuple[str, str, bool]]  # name, label, picked
    text: str
    error: str
    relevant: str  # the condition as JSON, for the script that hides what is not asked
    photos: Sequence[tuple[HeldPhoto, str]]  # and how it comes back, signed
    known: bool  # answered from the register, to be looked at

    @property
    def folded(self) -> bool:
        return len(self.choices) > MANY


@dataclass(frozen=True)
class Part:
    title: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Filled:
    """What was typed so far, and what is wrong with it."""

    texts: Mapping[str, list[str]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    photos: Sequence[HeldPhoto] = ()
    known: Collection[str] = ()  # questions that the register has answered


def from_register(form: Form, known: Mapping[str, str]) -> Filled:
    """The form before anybody has looked: what the register knows stands there, where the form has such an answer."""
    asked = {q.name: q for q in form.questions if q.name in known}
    fitting = [name for name, q in asked.items() if not q.choices or known[name] in q.choice_names]
    return Filled(texts={name: [known[name]] for name in fitting}, known=frozenset(fitting))


def parts(form: Form, filled: Filled, account: Account) -> list[Part]:
    """The form from top to bottom. A page without scripts shows every question; `clean` ignores what is not asked."""
    language = (get_language() or "zh")[:2]
    return [
        Part(
            form.text(section.labels, language),
            [_row(form, question, filled, account, language) for question in section.shown],
        )
        for section in form.sections
        if not section.repeat
    ]


def picture_of(programme: str, name: str) -> str:
    """The address of a sign's picture, in its programme's static folder; "" where there is none."""
    try:
        return staticfiles_storage.url(f"{programme}/{name}") if name else ""
    except ValueError:
        return ""


def _row(form: Form, question: Question, filled: Filled, account: Account, language: str) -> Row:
    texts = filled.texts.get(question.name, [])
    return Row(
        question=question,
        label=form.text(question.labels, language),
        hint=form.text(question.hints, language),
        choices=[(c.name, form.text(c.labels, language), c.name in texts) for c in question.choices],
        text=texts[-1] if texts else "",
        error=filled.errors.get(question.name, ""),
        relevant=json.dumps(question.relevant.data, ensure_ascii=False) if question.relevant else "",
        photos=[(photo, photo.seal(account)) for photo in filled.photos if photo.question == question.name],
        known=question.name in filled.known,
    )
