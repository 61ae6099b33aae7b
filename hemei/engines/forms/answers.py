"""Answers against their form: what was asked, what is missing, what cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hemei.engines.forms.form import Form, Question
from hemei.engines.forms.values import NotAnAnswer, Value, problem_with, typed

Answers = dict[str, Value]


@dataclass(frozen=True, slots=True)
class AnswerError:
    """What is wrong with the answer to one question, in a sentence to stand beside it."""

    question: str
    problem: str


def is_asked(question: Question, answers: Mapping[str, object]) -> bool:
    """Whether the question is relevant given the answers so far."""
    return not question.relevant or all(
        answers.get(condition.question) == condition.equals for condition in question.relevant
    )


def relevant_answers(form: Form, answers: Mapping[str, object]) -> dict[str, object]:
    """The answers without those to questions that are not asked, unknown or left empty, in the form's order.

    An answer that is dropped counts as empty for the conditions after it, as in XForms.
    """
    kept: dict[str, object] = {}
    for question in form.questions:
        value = answers.get(question.name)
        if not is_empty(value) and question.takes_answer and is_asked(question, kept):
            kept[question.name] = value
    return kept


def is_empty(value: object) -> bool:
    return value is None or value in ("", [])


def examine(form: Form, answers: Mapping[str, object]) -> list[AnswerError]:
    """Everything wrong with stored answers, by question in the form's order, unknown names last.

    Parameters: `answers` by question name, as `values` describes them; an empty text, an empty list or None is no
    answer. Reports required questions that were asked and not answered, wrong types, names that are no choice, answers
    to questions that were not asked, and names that the form does not have.
    """
    kept = relevant_answers(form, answers)
    errors = []
    for question in form.questions:
        value = answers.get(question.name)
        if not question.required and is_empty(value):
            continue
        if problem := problem_of(question, value, kept):
            errors.append(AnswerError(question.name, problem))
    unknown = [AnswerError(name, "表单里没有这一题。") for name in answers if name not in form.by_name]
    return errors + unknown


def problem_of(question: Question, value: object, kept: Mapping[str, object]) -> str:
    if is_empty(value):
        missing = question.required and question.name not in kept and is_asked(question, kept)
        return "请回答这一题。" if missing else ""
    if not question.takes_answer:
        return problem_with(question, value)
    return problem_with(question, value) if question.name in kept else "按前面的回答，这一题不用回答。"


def clean(form: Form, posted: Mapping[str, list[str]]) -> tuple[Answers, list[AnswerError]]:
    """Answers from an HTML form's fields (name → texts), and what is wrong with them.

    Numbers and dates may be typed full-width. Fields that the form does not have are left out without a word, as are
    answers to questions that were not asked: a page without scripts shows them all. What could not be read is not among
    the answers.
    """
    answers: Answers = {}
    errors: dict[str, AnswerError] = {}
    for question in form.questions:
        if not (question.takes_answer and is_asked(question, answers)):
            continue
        try:
            value = typed(question, posted.get(question.name, []))
        except NotAnAnswer as unread:
            errors[question.name] = AnswerError(question.name, str(unread))
            continue
        if value is not None:
            answers[question.name] = value
    for error in examine(form, answers):
        errors.setdefault(error.question, error)
    wrong = {name for name in errors if name in answers}
    ordered = [errors[question.name] for question in form.questions if question.name in errors]
    return {name: value for name, value in answers.items() if name not in wrong}, ordered
