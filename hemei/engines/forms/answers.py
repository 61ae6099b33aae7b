"""Answers against their form: what was asked, what is missing, what cannot be, and what follows by calculation.

`on` is the form's day, for today(); without it today() is no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hemei.engines.forms.evaluating import Around, evaluate, holds, stored
from hemei.engines.forms.form import Form, Question, Section
from hemei.engines.forms.values import NotAnAnswer, problem_with, typed

Answers = dict[str, Any]
"""Question → its `Value`; a repeat → the list of its instances, each such a mapping."""
MOST_INSTANCES = 200


@dataclass(frozen=True, slots=True)
class AnswerError:
    """What is wrong with the answer to one question, in a sentence to stand beside it."""

    question: str
    problem: str
    instance: int = 0  # of its repeat, from 1 on


def is_asked(question: Question, answers: Mapping[str, object], on: date | None = None) -> bool:
    """Whether the question is relevant given the answers so far."""
    return question.relevant is None or holds(question.relevant.ast, Around(answers, on))


def relevant_answers(form: Form, answers: Mapping[str, object], on: date | None = None) -> Answers:
    """The answers without those to questions that are not asked, unknown or left empty, in the form's order, and with
    what is calculated from them.

    An answer that is dropped counts as empty for what comes after it, as in XForms.
    """
    kept: Answers = {}
    for section in form.sections:
        if section.repeat:
            if found := _relevant_instances(section, answers.get(section.name), kept, on):
                kept[section.name] = found
        else:
            around = Around(kept, on)
            _keep_all(section, answers, kept, around)
    return kept


def _relevant_instances(section: Section, given: object, outside: Answers, on: date | None) -> list[Answers]:
    if section.relevant is not None and not holds(section.relevant.ast, Around(outside, on)):
        return []
    instances: list[Answers] = []
    for position, instance in enumerate(instances_of(given), start=1):
        kept: Answers = {}
        around = Around(outside, on, kept, position)
        _keep_all(section, instance, kept, around)
        instances.append(kept)
    return instances


def _keep_all(section: Section, given: Mapping[str, object], kept: Answers, around: Around) -> None:
    for question in section.questions:
        value = given.get(question.name)
        if value is not None or question.calculation is not None:  # most of a form is not answered
            _keep(question, value, kept, around)


def _keep(question: Question, value: object, kept: Answers, around: Around) -> None:
    """Add the question's answer to those kept: as given, or as calculated."""
    if not question.takes_answer or (question.calculation is None and is_empty(value)):
        return
    if question.relevant is not None and not holds(question.relevant.ast, around):
        return
    if question.calculation is not None:
        before = Around(around.answers, around.day, around.instance, around.position, value)
        value = stored(evaluate(question.calculation.ast, before))
        if is_empty(value):
            return
    kept[question.name] = value


def instances_of(value: object) -> Sequence[Mapping[str, object]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def instances_alone(
    form: Form, answers: Mapping[str, object], shows: Callable[[Answers], bool], on: date | None = None
) -> list[tuple[Section, int]]:
    """Which instances of repeats show it by themselves, from 1 on; none where it is shown without that repeat."""
    found = []
    for section in form.repeats.values():
        given = instances_of(answers.get(section.name))
        if not given or shows(relevant_answers(form, {**answers, section.name: []}, on)):
            continue
        for number, instance in enumerate(given, start=1):
            if shows(relevant_answers(form, {**answers, section.name: [dict(instance)]}, on)):
                found.append((section, number))
    return found


def is_empty(value: object) -> bool:
    return value is None or value == "" or value == []


def complete(form: Form, answers: Answers, on: date | None = None) -> Answers:
    """Answers that fit the form, with what is calculated from them; as they are where nothing is."""
    return relevant_answers(form, answers, on) if form.calculates else answers


def examine(form: Form, answers: Mapping[str, object], on: date | None = None) -> list[AnswerError]:
    """Everything wrong with stored answers, by question in the form's order, unknown names last.

    Parameters: `answers` by question name, as `values` describes them; an empty text, an empty list or None is no
    answer. Reports required questions that were asked and not answered, wrong types, names that are no choice, answers
    outside their constraint, answers to questions that were not asked, and names that the form does not have. What is
    calculated is not looked at: it is calculated anew.
    """
    kept = relevant_answers(form, answers, on)
    errors: list[AnswerError] = []
    for section in form.sections:
        if section.repeat:
            errors += _wrong_instances(section, answers.get(section.name), kept, on)
        else:
            errors += _wrong(section.questions, answers, kept, Around(kept, on))
    return errors + [AnswerError(name, "表单里没有这一题。") for name in answers if name not in form.answered_by]


def _wrong(
    questions: Sequence[Question], answers: Mapping[str, object], kept: Answers, around: Around
) -> Iterator[AnswerError]:
    for question in questions:
        value = answers.get(question.name)
        if (value is None and not question.required) or not question.is_shown:
            continue
        if problem := problem_of(question, value, kept, around):
            yield AnswerError(question.name, problem, around.position)


def _wrong_instances(section: Section, value: object, kept: Answers, on: date | None) -> Iterator[AnswerError]:
    if is_empty(value):
        return
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        yield AnswerError(section.name, "请一项一项地填写。")
        return
    if len(value) > MOST_INSTANCES:
        yield AnswerError(section.name, f"最多 {MOST_INSTANCES} 项。")
        return
    relevant = kept.get(section.name)
    if relevant is None:
        yield AnswerError(section.name, "按前面的回答，这一组不用回答。")
        return
    names = {question.name for question in section.questions}
    for position, (instance, there) in enumerate(zip(value, relevant, strict=True), start=1):
        yield from _wrong(section.questions, instance, there, Around(kept, on, there, position))
        yield from (AnswerError(name, "表单里没有这一题。", position) for name in instance if name not in names)


def problem_of(question: Question, value: object, kept: Mapping[str, object], around: Around) -> str:
    if is_empty(value):
        missing = question.required and question.name not in kept
        asked = question.relevant is None or holds(question.relevant.ast, around)
        return "请回答这一题。" if missing and asked else ""
    if question.takes_answer and question.name not in kept:
        return "按前面的回答，这一题不用回答。"
    return problem_with(question, value) or _outside(question, value, around)


def _outside(question: Question, value: object, around: Around) -> str:
    if question.constraint is None:
        return ""
    among = Around(around.answers, around.day, around.instance, around.position, value)
    if holds(question.constraint.ast, among):
        return ""
    return question.constraint_messages.get("zh") or "填写的内容不合要求，请核对。"


def field_name(question: str, instance: int) -> str:
    """The field of an HTML form that takes the answer: a repeat's have the number of their instance behind them."""
    return f"{question}.{instance}" if instance else question


def of_field(field: str) -> tuple[str, int]:
    """The question and the instance that `field_name` was made of."""
    name, _dot, number = field.partition(".")
    return name, int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 0


def fields_of(form: Form, answers: Mapping[str, object]) -> Iterator[tuple[str, Question, object]]:
    """Every answer with its question and the field that takes it: in the second instance of a repeat, `crack.2`."""
    for section in form.sections:
        told = instances_of(answers.get(section.name)) if section.repeat else [answers]
        for number, said in enumerate(told, start=1 if section.repeat else 0):
            for question in section.questions:
                if question.name in said:
                    yield field_name(question.name, number), question, said[question.name]


def closed_up(form: Form, posted: Mapping[str, list[str]]) -> dict[str, str]:
    """Field as it was posted → the field by which `clean` and `fields_of` call it: empty instances close up."""
    moved = {question.name: question.name for question in form.questions}
    for section in form.repeats.values():
        for position, number in enumerate(_numbers(section, posted), start=1):
            moved |= {field_name(q.name, number): field_name(q.name, position) for q in section.questions}
    return moved


def clean(form: Form, posted: Mapping[str, list[str]], on: date | None = None) -> tuple[Answers, list[AnswerError]]:
    """Answers from an HTML form's fields (`field_name` → texts), and what is wrong with them.

    Numbers and dates may be typed full-width. Fields that the form does not have are left out without a word, as are
    answers to questions that were not asked: a page without scripts shows them all. What could not be read is not among
    the answers. Instances of a repeat with nothing in them are left out.
    """
    answers, errors = read(form, posted, on)
    for error in examine(form, answers, on):
        errors.setdefault((error.question, error.instance), error)
    return _without(answers, errors), sorted(
        errors.values(), key=lambda error: order_of(form, error.question, error.instance)
    )


Unread = dict[tuple[str, int], AnswerError]
"""By question and instance: what is wrong there."""


def read(form: Form, posted: Mapping[str, list[str]], on: date | None = None) -> tuple[Answers, Unread]:
    """The answers as `clean` reads them, and what could not be read: whether they fit is for `examine` to say."""
    answers: Answers = {}
    errors: Unread = {}
    for section in form.sections:
        if not section.repeat:
            errors |= _read(section.questions, posted, answers, Around(answers, on))
        elif section.relevant is None or holds(section.relevant.ast, Around(answers, on)):
            instances: list[Answers] = []
            for number in _numbers(section, posted):
                instance: Answers = {}
                around = Around(answers, on, instance, len(instances) + 1)
                errors |= _read(section.questions, posted, instance, around, number)
                instances.append(instance)
            if instances:
                answers[section.name] = instances
    return answers, errors


def _read(
    questions: Sequence[Question],
    posted: Mapping[str, list[str]],
    answers: Answers,
    around: Around,
    number: int = 0,
) -> Unread:
    """Put what was posted among the answers; gives what could not be read."""
    errors = {}
    for question in questions:
        texts = posted.get(f"{question.name}.{number}" if number else question.name)
        if question.calculation is not None:
            _keep(question, texts[-1] if texts else "", answers, around)
            continue
        if not texts or not question.takes_answer:
            continue
        if question.relevant is not None and not holds(question.relevant.ast, around):
            continue
        try:
            value = typed(question, texts)
        except NotAnAnswer as unread:
            errors[question.name, around.position] = AnswerError(question.name, str(unread), around.position)
            continue
        if value is not None:
            answers[question.name] = value
    return errors


def _numbers(section: Section, posted: Mapping[str, list[str]]) -> list[int]:
    """The instances in which something was filled in."""
    names = {question.name for question in section.questions if question.takes_answer and question.is_shown}
    found = set()
    for field, texts in posted.items():
        name, number = of_field(field)
        if number and name in names and field == field_name(name, number) and any(texts):
            found.add(number)
    return sorted(found)[: MOST_INSTANCES + 1]


def _without(answers: Answers, errors: Mapping[tuple[str, int], AnswerError]) -> Answers:
    """The answers without those that are wrong."""
    kept: Answers = {}
    for name, value in answers.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            kept[name] = [
                {inner: answer for inner, answer in instance.items() if (inner, position) not in errors}
                for position, instance in enumerate(value, start=1)
            ]
        elif (name, 0) not in errors:
            kept[name] = value
    return kept


def order_of(form: Form, question: str, instance: int = 0) -> tuple[int, int, int]:
    """Section by section, in a repeat instance by instance."""
    for at, section in enumerate(form.sections):
        names = [one.name for one in section.questions]
        if question in names:
            return at, instance, names.index(question)
    return len(form.sections), 0, 0
