"""What may be meant so in a form, but often is not: remarked of a draft, which can be published all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hemei.engines.forms.expressions import Ast
from hemei.engines.forms.faults import Fault
from hemei.engines.forms.form import Form, Kind, Question, Section

FOLDED = {"sum": "合计", "min": "最小", "max": "最大"}
SEPARATED = re.compile(r"[^、，,/]{1,12}(?:[、，,/][^、，,/]{1,12})+")
FILLS = (
    "coalesce",
    "count",
    "count-non-empty",
    "count-selected",
    "string-length",
)  # give a number whatever is answered


def remarks(before: Form | None, after: Form) -> list[Fault]:
    """What is remarked of `after`, as far as it was not so in `before`; in no cell."""
    said = [*_missing_numbers(after), *_choices_amiss(after), *_asked_twice(after)]
    known = set(remarks(None, before)) if before else set()
    return [one for one in said if one not in known]


def _missing_numbers(form: Form) -> Iterator[Fault]:
    """Sums over a repeat that one number without an answer makes nothing, as in XPath."""
    for question in form.everything:
        for function, repeat, name in sorted(set(_folded(question.calculation.ast if question.calculation else ()))):
            section = form.repeats.get(repeat)
            summed = form.by_name.get(name)
            if section and summed and _may_lack(summed, section, form):
                told = f"{FOLDED[function]}(“{called(summed)}”)"
                problem = f"“{called(question)}”要算 {told}，有一份没有填这一题，就什么也算不出来。"
                instead = f"如果({called(summed)} 已填，{called(summed)}，0)"
                remedy = (
                    f"请把“{called(summed)}”设为必填，何时问留空；或在同一组里加一道自动计算的题“{instead}”，再算它。"
                )
                yield Fault("", 0, "", problem, remedy)


def _folded(ast: Ast) -> Iterator[tuple[str, str, str]]:
    match ast:
        case ("call", str(function), ("all", str(repeat), str(name))) if function in FOLDED:
            yield function, repeat, name
        case ("call", _, *parts):
            for part in parts:
                yield from _folded(part)


def _may_lack(question: Question, section: Section, form: Form) -> bool:
    """Whether an instance that is told may have no number there."""
    if question.kind is Kind.CALCULATE:
        return question.calculation is not None and _may_be_nothing(question.calculation.ast, section, form)
    conditional = question.relevant is not None and question.relevant != section.relevant
    return conditional or not question.required


def _may_be_nothing(ast: Ast, section: Section, form: Form) -> bool:
    match ast:
        case ("answer", name):
            asked = form.by_name.get(name)
            return asked is None or _may_lack(asked, section, form)
        case ("call", "coalesce", _, last):
            return _may_be_nothing(last, section, form)
        case ("call", function, *_) if function in FILLS:
            return False
        case ("call", "if", condition, yes, no):
            tested = _tested(condition)
            return any(_may_be_nothing(part, section, form) for part in (yes, no) if part != tested)
        case ("call", _, *parts):
            return any(_may_be_nothing(part, section, form) for part in parts)
    return False


def _tested(condition: Ast) -> Ast | None:
    """The answer that the condition says is there."""
    match condition:
        case ("call", "!=", ("answer", name), ("lit", "")):
            return ("answer", name)
    return None


def _choices_amiss(form: Form) -> Iterator[Fault]:
    """A choice with a mark in it that parts choices elsewhere, and one that is alone."""
    for question in form.everything:
        labels = [choice.labels.get("zh", "") for choice in question.choices]
        if question.kind is Kind.SELECT_ONE and len(labels) == 1:
            problem = f"“{called(question)}”只有一个选项“{called(question.choices[0])}”。"
            yield Fault("", 0, "", problem, "少了的请补上；XLSForm 请核对 choices 表的 list_name。")
        for label in (one for one in labels if SEPARATED.fullmatch(one)):
            problem = f"“{called(question)}”的选项“{label}”会当作一个选项。"
            yield Fault("", 0, "", problem, "如果是几个选项，请都用“；”隔开。")


def _asked_twice(form: Form) -> Iterator[Fault]:
    """The same question in the same group under the same condition."""
    for section in form.sections:
        seen = set[tuple[object, ...]]()
        for question in section.shown:
            asked = (called(question), question.kind, tuple(map(called, question.choices)), question.relevant)
            if asked in seen and question.kind is not Kind.NOTE:
                yield Fault("", 0, "", f"“{called(question)}”在同一组里出现了两次，条件也一样。", "多余的请删去。")
            seen.add(asked)


def called(one: object) -> str:
    """What a question or a choice is called."""
    labels = getattr(one, "labels", {})
    return str(labels.get("zh") or next(iter(labels.values()), "") or getattr(one, "name", ""))
