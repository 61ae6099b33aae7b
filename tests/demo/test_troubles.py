"""The demo's troubles against the houses programme: each answer shows exactly the finding it is meant to."""

from __future__ import annotations

import pytest

from hemei.demo.houses import BUSINESSES, STRUCTURES
from hemei.demo.troubles import ALL_TROUBLES, SELF_QUESTIONS, SURVEY_QUESTIONS, TROUBLES, Trouble
from hemei.engines.forms import Form, read_form
from hemei.programmes.houses.findings import FINDINGS
from hemei.programmes.houses.models import Structure
from hemei.programmes.houses.programme import FORMS

KNOWN = {kind.id: kind for kind in FINDINGS}
CLEAN = dict.fromkeys(SURVEY_QUESTIONS, "none") | {"altered": "no", "crack_growing": "no", "first_judgement": "none"}


def shown(answers: dict) -> list[str]:
    return [kind.id for kind in FINDINGS if kind.applies and kind.applies(answers)]


def form(name: str) -> Form:
    return read_form((FORMS / f"{name}.xlsx").read_bytes())


@pytest.mark.parametrize("trouble", [t for t in ALL_TROUBLES if t.survey], ids=lambda t: t.finding)
def test_a_survey_shows_that_finding_and_no_other(trouble: Trouble) -> None:
    assert shown(CLEAN | dict(trouble.survey)) == [trouble.finding]


@pytest.mark.parametrize("trouble", [t for t in ALL_TROUBLES if t.selfcheck], ids=lambda t: t.finding)
def test_a_self_check_shows_that_finding_and_no_other(trouble: Trouble) -> None:
    assert shown(dict.fromkeys(SELF_QUESTIONS, "no") | dict(trouble.selfcheck)) == [trouble.finding]


def test_severities_are_the_programmes() -> None:
    assert {t.finding: t.severity for t in ALL_TROUBLES} == {t.finding: KNOWN[t.finding].severity for t in ALL_TROUBLES}


def test_every_finding_of_the_programme_happens() -> None:
    assert {t.finding for t in ALL_TROUBLES} == set(KNOWN)
    assert all(t.rate > 0 for t in TROUBLES)


def test_the_questions_are_those_of_the_forms() -> None:
    assert set(SELF_QUESTIONS) | {"crack_growing"} <= set(form("selfcheck").by_name)
    assert set(SURVEY_QUESTIONS) <= set(form("survey").by_name)
    assert set(SURVEY_QUESTIONS) <= set(form("patrol").by_name)


def test_structures_and_businesses_are_choices_of_the_programme() -> None:
    assert set(STRUCTURES) == set(Structure.values) - {""}
    assert set(BUSINESSES) - {""} <= form("survey").by_name["business_kind"].choice_names
