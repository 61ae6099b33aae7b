"""The walk through a self-check: which question comes next, and what the answers so far already show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hemei.engines.forms import Form, Kind, Question, Section, is_asked, relevant_answers
from hemei.engines.forms.evaluating import Around, holds
from hemei.engines.forms.expressions import answers_in
from hemei.terms.finding import FindingKind, Severity

CLEAR = "no"  # a self-check asks for signs of trouble, so that "no" to each is all clear


@dataclass(frozen=True)
class Walk:
    """Answers on their way: single choices are tapped one a page, all else stands on the last page."""

    form: Form
    findings: Sequence[FindingKind]
    answers: Mapping[str, Any]
    on: date | None = None  # the form's day

    @property
    def taps(self) -> list[Question]:
        """The questions that are tapped, given the answers so far."""
        return [q for q in self.form.questions if q.kind is Kind.SELECT_ONE and is_asked(q, self.answers, self.on)]

    @property
    def upcoming(self) -> Question | None:
        return next((q for q in self.taps if q.name not in self.answers), None)

    @property
    def rest(self) -> list[Question]:
        return [q for q in self.form.questions if q.kind is not Kind.SELECT_ONE and is_asked(q, self.answers, self.on)]

    def is_open(self, section: Section) -> bool:
        """Whether the last page asks that repeat: as its condition says, unless that goes by what stands there."""
        if section.relevant is None:
            return True
        tapped = {q.name for q in self.form.questions if q.kind is Kind.SELECT_ONE}
        goes_by = set(answers_in(section.relevant.ast))
        return not goes_by <= tapped or holds(section.relevant.ast, Around(self.answers, self.on))

    @property
    def found(self) -> list[FindingKind]:
        return [kind for kind in self.findings if kind.applies and kind.applies(self.answers)]

    @property
    def urgent(self) -> frozenset[str]:
        return frozenset(kind.id for kind in self.found if kind.severity is Severity.URGENT)

    def answered(self, name: str, choice: str) -> Walk | None:
        """The walk with that answer, without answers that are no longer asked for; None where it is no answer."""
        question = next((q for q in self.taps if q.name == name), None)
        if question is None or choice not in question.choice_names:
            return None
        return replace(self, answers=relevant_answers(self.form, {**self.answers, name: choice}, self.on))

    def alarms(self, name: str, choice: str) -> bool:
        """Whether that answer shows an urgent danger that was not known before."""
        after = self.answered(name, choice)
        return after is not None and bool(after.urgent - self.urgent)

    def worsens(self, name: str, choice: str) -> bool:
        """Whether that answer shows something more serious than a doubt."""
        after = self.answered(name, choice)
        known = {kind.id for kind in self.found}
        return after is not None and any(
            kind.severity > Severity.ROUTINE and kind.id not in known for kind in after.found
        )

    def back(self) -> Walk:
        """The walk before its last tap."""
        tapped = [q.name for q in self.taps if q.name in self.answers]
        kept = {name: value for name, value in self.answers.items() if name not in tapped[-1:]}
        return replace(self, answers=kept)

    def all_clear(self) -> Walk:
        """Every sign that is asked for answered with no."""
        answers: dict[str, Any] = {}
        signs = (q for q in self.form.questions if q.kind is Kind.SELECT_ONE and CLEAR in q.choice_names)
        for question in signs:
            if is_asked(question, answers, self.on):
                answers[question.name] = CLEAR
        return replace(self, answers=relevant_answers(self.form, answers, self.on))
