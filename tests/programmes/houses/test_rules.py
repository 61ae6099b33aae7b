"""What the forms' own sheets say of findings, held against what is declared."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.core.registry import registry
from hemei.engines.forms import Form, Kind, relevant_answers
from hemei.engines.forms.evaluating import Around, holds
from hemei.engines.forms.rules import compiled_rules
from hemei.programmes.houses.findings import FINDINGS, rules

NAMES = ("houses.selfcheck", "houses.survey", "houses.patrol")


def answer(question: Any) -> st.SearchStrategy[Any]:
    if question.kind is Kind.SELECT_ONE:
        return st.sampled_from([choice.name for choice in question.choices])
    if question.kind is Kind.SELECT_MULTIPLE:
        return st.lists(st.sampled_from([choice.name for choice in question.choices]), unique=True, min_size=1)
    return st.just("字")


def answers(form: Form) -> st.SearchStrategy[dict[str, Any]]:
    """What is required is there: whoever leaves out the judgement is refused."""
    asked = [q for q in form.questions if q.takes_answer]
    judged = {q.name: answer(q) for q in asked if q.name == "first_judgement"}
    return st.fixed_dictionaries(judged, optional={q.name: answer(q) for q in asked if q.name not in judged})


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_the_sheet_finds_what_is_declared_and_nothing_else(name: str, data: st.DataObject) -> None:
    form = registry.forms[name].read
    given_answers = relevant_answers(form, data.draw(answers(form)))
    compiled = dict(compiled_rules(rules(form), form.sections))
    found = {finding for finding, when in compiled.items() if holds(when.ast, Around(given_answers, None))}  # type: ignore[union-attr]
    assert found == {kind.id for kind in FINDINGS if kind.applies and kind.applies(given_answers)}


@pytest.mark.parametrize("name", NAMES)
def test_every_finding_that_the_form_can_show_has_its_rule(name: str) -> None:
    form = registry.forms[name].read
    assert {finding for finding, _ in compiled_rules(rules(form), form.sections)} >= {"houses.F01", "houses.F12"}
    urgent = {"houses.selfcheck": 4}.get(name, 5)
    assert sum(finding < "houses.F06" for finding in rules(form)) == urgent
