"""A form as JSON: what a client needs to ask it, with its expressions as trees."""

from __future__ import annotations

from typing import Any

from hemei.engines.forms.expressions import Expression
from hemei.engines.forms.form import Choice, Form, Question, Section


def as_data(form: Form) -> dict[str, Any]:
    """The whole form: every label by language tag, every expression as the tree that `expressions` describes or None.

    `relevant` of a question holds its section's condition already; that of a section says whether to show its heading.
    A repeat's answers are the list of its instances under the section's name.
    """
    return {
        "id": form.id,
        "version": form.version,
        "title": form.title,
        "languages": list(form.languages),
        "sections": [_section(section) for section in form.sections],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "name": section.name,
        "labels": dict(section.labels),
        "relevant": _tree(section.relevant),
        "repeat": section.repeat,
        "questions": [_question(question) for question in section.questions],
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "name": question.name,
        "kind": str(question.kind),
        "labels": dict(question.labels),
        "hints": dict(question.hints),
        "required": question.required,
        "picture": question.picture,
        "choices": [_choice(choice) for choice in question.choices],
        "relevant": _tree(question.relevant),
        "constraint": _tree(question.constraint),
        "constraint_messages": dict(question.constraint_messages),
        "calculation": _tree(question.calculation),
        "gives": str(question.gives),
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {"name": choice.name, "labels": dict(choice.labels), "picture": choice.picture}


def _tree(expression: Expression | None) -> list[Any] | None:
    return expression.data if expression else None
