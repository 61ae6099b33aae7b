"""Which answers of a self-check show what, so that a page without a signal can say it at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from hemei.engines.forms import Form, Kind
from hemei.terms.finding import FindingKind, Severity

Sign = tuple[str, str]  # a question, and a choice of it; of one in a repeat, in any of its instances


def signs(form: Form, findings: Sequence[FindingKind]) -> Iterator[Sign]:
    """Answers that show more than a doubt: their buttons are red."""
    for sign in _picks(form):
        if any(kind.severity > Severity.ROUTINE for kind in _shown(form, findings, sign)):
            yield sign


def dangers(form: Form, findings: Sequence[FindingKind]) -> Iterator[tuple[Sign, ...]]:
    """Answers that show an urgent danger, alone or two together; what takes three is seen when it is sent."""
    alone = [sign for sign in _picks(form) if _urgent(form, findings, sign)]
    yield from ((sign,) for sign in alone)
    rest = [sign for sign in _picks(form) if sign not in alone]
    for one, other in combinations(rest, 2):
        if one[0] != other[0] and _urgent(form, findings, one, other):
            yield one, other


def _picks(form: Form) -> list[Sign]:
    picked = (q for q in form.everything if q.kind is Kind.SELECT_ONE)
    return [(q.name, choice.name) for q in picked for choice in q.choices]


def _shown(form: Form, findings: Sequence[FindingKind], *signs: Sign) -> list[FindingKind]:
    answers: dict[str, Any] = dict(signs)
    for section in form.repeats.values():
        if instance := {q.name: answers.pop(q.name) for q in section.questions if q.name in answers}:
            answers[section.name] = [instance]
    return [kind for kind in findings if kind.applies and kind.applies(answers)]


def _urgent(form: Form, findings: Sequence[FindingKind], *signs: Sign) -> bool:
    return any(kind.severity is Severity.URGENT for kind in _shown(form, findings, *signs))
