"""Any registered form as HTML: its sections and questions in rows, as they were answered and with what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language

from hemei.core.models import Account
from hemei.core.pictures import address_of
from hemei.engines.forms import Form, Kind, Question, Section
from hemei.engines.forms.answers import MOST_INSTANCES, field_name
from hemei.field.photos import MOST_PHOTOS, HeldPhoto, limits

MANY = 9  # more choices than these fold into a list


@dataclass(frozen=True)
class Row:
    """One question as the page shows it."""

    question: Question
    label: str
    hint: str
    choices: Sequence[tuple[str, str, bool, str]]  # name, label, picked, the address of its picture or ""
    text: str
    error: str
    relevant: str  # the condition as JSON, for the script that hides what is not asked
    photos: Sequence[tuple[HeldPhoto, str]]  # and how it comes back, signed
    known: bool  # answered from the register, to be looked at
    picture: str = ""  # its address
    instance: int = 0  # of its repeat

    @property
    def name(self) -> str:
        """The field that takes the answer."""
        return field_name(self.question.name, self.instance)

    @property
    def id(self) -> str:
        return self.name.replace(".", "--")

    @property
    def most(self) -> int:
        return MOST_PHOTOS

    @property
    def limits(self) -> str:
        return limits()

    @property
    def folded(self) -> bool:
        return len(self.choices) > MANY


@dataclass(frozen=True)
class Part:
    title: str
    rows: Sequence[Row]
    more: str = ""  # the repeat of which one more can be asked for
    repeat: str = ""  # what it is an instance of
    heading: str = ""  # its title without the number
    number: int = 0

    @property
    def key(self) -> str:
        """What the button that takes it away says."""
        return field_name(self.repeat, self.number)


@dataclass(frozen=True)
class Filled:
    """What was typed so far, and what is wrong with it."""

    texts: Mapping[str, list[str]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    photos: Sequence[HeldPhoto] = ()
    known: Collection[str] = ()  # questions that the register has answered
    instances: Mapping[str, int] = field(default_factory=dict)  # how often a repeat is asked


def from_register(form: Form, known: Mapping[str, str]) -> Filled:
    """The form before anybody has looked: what the register knows stands there, where the form has such an answer."""
    asked = {q.name: q for q in form.questions if q.name in known}
    fitting = [name for name, q in asked.items() if not q.choices or known[name] in q.choice_names]
    return Filled(texts={name: [known[name]] for name in fitting}, known=frozenset(fitting))


def parts(
    form: Form,
    filled: Filled,
    account: Account | None = None,
    shows: Callable[[Section, Question], bool] = lambda _section, _question: True,
) -> list[Part]:
    """The form from top to bottom. A page without scripts shows every question; `clean` ignores what is not asked.

    Parameters: `account` is who took its photos, None where none are held; `shows` says which questions stand there.
    """
    language = (get_language() or "zh")[:2]
    shown: list[Part] = []
    for section in form.sections:
        title = form.text(section.labels, language)
        asked = [question for question in section.shown if shows(section, question)]
        if not asked:  # what is calculated is no question
            continue
        if not section.repeat:
            shown.append(Part(title, [_row(form, question, filled, account, language) for question in asked]))
            continue
        last = filled.instances.get(section.name, 1)
        for number in range(1, last + 1):
            rows = [_row(form, question, filled, account, language, number) for question in asked]
            more = section.name if number == last < MOST_INSTANCES else ""
            shown.append(Part(f"{title} {number}", rows, more, section.name, title, number))
    return shown


@dataclass(frozen=True)
class Typed:
    """What a page sent, photos aside: by field, how often each repeat was asked, and what a field is called now."""

    texts: dict[str, list[str]]
    instances: dict[str, int]
    moved: dict[str, str]


def posted_texts(form: Form, posted: MultiValueDict[str, str], pictured: Collection[str] = ()) -> Typed:
    """Instances left empty close up, as does the one that is to go. `pictured` are fields for which a photo came."""
    texts = {q.name: posted.getlist(q.name) for q in form.questions if q.kind is not Kind.IMAGE}
    moved = {q.name: q.name for q in form.questions}
    instances: dict[str, int] = {}
    for section in form.repeats.values():
        count = 0
        for number in range(1, MOST_INSTANCES + 1):
            names = [(q, field_name(q.name, number)) for q in section.shown]
            said = {q.name: posted.getlist(name) for q, name in names if q.kind is not Kind.IMAGE}
            filled = any(any(values) for values in said.values()) or any(name in pictured for _q, name in names)
            if filled and posted.get("less") != field_name(section.name, number):
                count += 1
                texts |= {field_name(name, count): values for name, values in said.items()}
                moved |= {name: field_name(q.name, count) for q, name in names}
        instances[section.name] = max(1, count)
    return Typed(texts, instances, moved)


def reshaped(form: Form, posted: MultiValueDict[str, str], instances: Mapping[str, int]) -> Mapping[str, int] | None:
    """How often each repeat is asked now, where the page is asked for anew, with one more or one less; else None."""
    more, less = posted.get("more", ""), posted.get("less", "")
    if more in instances:
        return {**instances, more: min(instances[more] + 1, MOST_INSTANCES)}
    return instances if less.partition(".")[0] in form.repeats or "again" in posted else None


def _row(
    form: Form, question: Question, filled: Filled, account: Account | None, language: str, instance: int = 0
) -> Row:
    name = field_name(question.name, instance)
    texts = filled.texts.get(name, [])
    programme = form.id.partition(".")[0]
    return Row(
        question=question,
        label=form.text(question.labels, language),
        hint=form.text(question.hints, language),
        choices=[
            (c.name, form.text(c.labels, language), c.name in texts, address_of(programme, c.picture))
            for c in question.choices
        ],
        text=texts[-1] if texts else "",
        error=filled.errors.get(name, ""),
        relevant=json.dumps(question.relevant.data, ensure_ascii=False) if question.relevant else "",
        photos=[(photo, photo.seal(account)) for photo in filled.photos if account and photo.question == name],
        known=question.name in filled.known,
        picture=address_of(programme, question.picture),
        instance=instance,
    )
