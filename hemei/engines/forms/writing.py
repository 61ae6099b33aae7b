"""A form as a workbook: as XLSForm for whoever knows it, the same form the same bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from hemei.engines.forms import rules
from hemei.engines.forms.expressions import Expression
from hemei.engines.forms.form import Form, Question, Section, Texts

NAMED = {"zh": "中文 (zh)", "en": "English (en)"}
MADE = datetime(2026, 1, 1, tzinfo=UTC)  # a workbook names the moment it was made; ours is the same each time
Rows = Sequence[Mapping[str, str]]


def as_xlsform(form: Form) -> bytes:
    """The workbook that is read as this form."""
    survey = [row for section in form.sections for row in _section(form, section)]
    choices = [
        {"list_name": f"of_{question.name}", "name": choice.name, **_texts(form, "label", choice.labels)}
        | ({"image": choice.picture} if choice.picture else {})
        for question in form.everything
        for choice in question.choices
    ]
    settings = {"form_title": form.title, "form_id": form.id, "version": form.version}
    settings["default_language"] = NAMED.get(form.languages[0], form.languages[0])
    sheets: dict[str, Rows] = {"survey": survey, "choices": choices, "settings": [settings]}
    if form.rules is not None:
        sheets["findings"] = rules.rows_of(form.rules, form.sections)
    headings = {"survey": _headings(survey, ("type", "name")), "choices": _headings(choices, ("list_name", "name"))}
    headings |= {"settings": tuple(settings), "findings": rules.COLUMNS}
    if not choices:
        del sheets["choices"]
    return workbook(sheets, headings)


def own_condition(question: Question, section: Section) -> Expression | None:
    """The question's condition without that of its section."""
    if section.relevant is None or question.relevant is None:
        return question.relevant
    if question.relevant == section.relevant:
        return None
    match question.relevant.ast:
        case ("call", "and", left, right) if left == section.relevant.ast:
            return Expression(right)
    return question.relevant


def _section(form: Form, section: Section) -> list[dict[str, str]]:
    word = "repeat" if section.repeat else "group"
    rows = [_question(form, question, section) for question in section.questions]
    if not section.name:
        return rows
    begun = {"type": f"begin {word}", "name": section.name, **_texts(form, "label", section.labels)}
    if section.relevant:
        begun["relevant"] = section.relevant.text
    return [begun, *rows, {"type": f"end {word}"}]


def _question(form: Form, question: Question, section: Section) -> dict[str, str]:
    kind = f"{question.kind} of_{question.name}" if question.choices else str(question.kind)
    row = {"type": kind, "name": question.name, **_texts(form, "label", question.labels)}
    row |= _texts(form, "hint", question.hints)
    said = {
        "required": "yes" if question.required else "",
        "relevant": _text(own_condition(question, section)),
        "constraint": _text(question.constraint),
        "calculation": _text(question.calculation),
        "image": question.picture,
    }
    return (
        row
        | {heading: text for heading, text in said.items() if text}
        | _texts(form, "constraint_message", question.constraint_messages)
    )


def _text(expression: Expression | None) -> str:
    return expression.text if expression else ""


def _texts(form: Form, column: str, texts: Texts) -> dict[str, str]:
    return {f"{column}::{NAMED.get(tag, tag)}": texts[tag] for tag in form.languages if texts.get(tag)}


def _headings(rows: Rows, first: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *(heading for row in rows for heading in row)]))


def workbook(
    sheets: Mapping[str, Rows],
    headings: Mapping[str, Sequence[str]],
    *,
    widths: Mapping[str, int] | None = None,
    offered: Mapping[tuple[str, str], Sequence[str]] | None = None,
) -> bytes:
    """Sheets of texts: a bold first row that stays, columns of a readable width, drop-downs by (sheet, heading)."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": MADE})
        bold = book.add_format({"bold": True, "bg_color": "#E7EDF3", "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for name, rows in sheets.items():
            sheet: Any = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for column, heading in enumerate(headings[name]):
                width = (widths or {}).get(heading, 40 if "label" in heading or "hint" in heading else 16)
                sheet.set_column(column, column, width, wrapped)
                sheet.write_string(0, column, heading, bold)
                for number, row in enumerate(rows, 1):
                    if row.get(heading):
                        sheet.write_string(number, column, row[heading], wrapped)
                if choices := (offered or {}).get((name, heading)):
                    sheet.data_validation(1, column, 1000, column, {"validate": "list", "source": list(choices)})
    return file.getvalue()
