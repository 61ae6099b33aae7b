"""A form as the plain Chinese sheet that officials edit: what `plainsheet` reads as the same form again."""

from __future__ import annotations

from collections.abc import Mapping

from hemei.engines.forms import rules
from hemei.engines.forms.form import Form, Kind, Question, Section
from hemei.engines.forms.limits import limit_words, what
from hemei.engines.forms.plainwords import (
    CHOICES,
    CODE,
    COLUMNS,
    FINDINGS,
    GROUP,
    HINT,
    LENGTH,
    OF_CHOICES,
    PICTURE,
    QUESTION,
    RANGE,
    RECKONED,
    REPEATED,
    REQUIRED,
    SHEET,
    TYPE,
    TYPES,
    UNGROUPED,
    WHEN,
)
from hemei.engines.forms.reckoning import calculation_words
from hemei.engines.forms.words import Words
from hemei.engines.forms.words_or_xpath import marked
from hemei.engines.forms.writing import workbook

WIDTHS = {GROUP: 16, QUESTION: 40, TYPE: 8, CHOICES: 36, REQUIRED: 8, WHEN: 32, HINT: 32, CODE: 18}
WIDTHS |= {RANGE: 16, LENGTH: 14, RECKONED: 32, REPEATED: 10, PICTURE: 24, OF_CHOICES: 32}
WIDTHS |= {rules.ANSWER: 24, rules.CONDITION: 60, rules.FINDING: 14}


def as_plain(form: Form) -> bytes:
    """The plain sheet of a form; the condition of a group stands at each of its questions."""
    rows: list[dict[str, str]] = []
    said = in_words(form)
    for section in form.sections:
        for number, question in enumerate(section.questions):
            rows.append(_row(form, section, question, said[question.name]))
            if section.repeat and not number:
                rows[-1][REPEATED] = "是"
    sheets = {SHEET: rows, FINDINGS: rules.rows_of(form.rules or (), form.sections)}
    offered = {(SHEET, TYPE): list(TYPES), (SHEET, REQUIRED): ["是", "否"], (SHEET, REPEATED): ["是"]}
    return workbook(sheets, {SHEET: COLUMNS, FINDINGS: rules.COLUMNS}, widths=WIDTHS, offered=offered)


def in_words(form: Form) -> dict[str, dict[str, str]]:
    """Question → its condition (relevant), limit (constraint) and calculation, each in the words of the plain sheet."""
    words, repeats, said = Words({}), dict[str, str](), dict[str, dict[str, str]]()
    for section in form.sections:
        for question in section.questions:
            said[question.name] = {
                "relevant": _when(words, question),
                "constraint": _limit(question),
                "calculation": _reckoned(words, repeats, question),
            }
            words.add(question)
        if section.repeat:
            repeats[form.text(section.labels, "zh")] = section.name
    return said


def _row(form: Form, section: Section, question: Question, said: Mapping[str, str]) -> dict[str, str]:
    labels = [form.text(choice.labels, "zh") for choice in question.choices]
    shorter = LENGTH if question.kind is Kind.TEXT else RANGE
    return {
        GROUP: form.text(section.labels, "zh") or UNGROUPED,
        QUESTION: form.text(question.labels, "zh") or question.name,
        TYPE: next(word for word, kind in TYPES.items() if kind is question.kind),
        CHOICES: "；".join(labels),
        REQUIRED: "是" if question.required else "",
        WHEN: said["relevant"],
        HINT: form.text(question.hints, "zh"),
        shorter: said["constraint"],
        RECKONED: said["calculation"],
        CODE: question.name,
        PICTURE: question.picture,
        OF_CHOICES: "；".join(
            f"{form.text(one.labels, 'zh')}={one.picture}" for one in question.choices if one.picture
        ),
    }


def _when(words: Words, question: Question) -> str:
    ast = question.relevant.ast if question.relevant else ()
    return words.words(ast) or marked(ast) if ast else ""


def _reckoned(words: Words, repeats: dict[str, str], question: Question) -> str:
    ast = question.calculation.ast if question.calculation else ()
    return calculation_words(ast, words, repeats) or marked(ast) if ast else ""


def _limit(question: Question) -> str:
    if question.constraint is None:
        return ""
    return limit_words(question.constraint.ast, what(question)) or marked(question.constraint.ast)
