"""The register follows the newest look."""

from __future__ import annotations

from typing import Any

from hemei.core.actions.check import Answered, submit_check
from hemei.core.models import Place
from hemei.core.registry import registry
from hemei.engines.forms import is_asked
from hemei.programmes.houses.models import House
from hemei.terms.day import day_of
from tests.conftest import People, days_ago


def survey(instance: str, days: float, **said: str) -> Answered:
    """A survey in which everything that must be answered is sound, but for what is said."""
    answers: dict[str, Any] = {}
    for question in registry.forms["houses.survey"].read.questions:
        if question.required and is_asked(question, {**answers, **said}):
            sound = next((c for c in ("none", "no") if c in question.choice_names), None)
            answers[question.name] = said.get(question.name) or sound or "timber"
    answers["storeys"] = 2
    answers |= said
    return Answered(instance, "houses.survey", answers, days_ago(days))


def test_a_survey_tells_who_lives_there_and_a_late_one_does_not(house: Place, people: People) -> None:
    submit_check(place=house, answered=survey("u1", 2, occupied="no", long_empty="no"), by=people.village)
    row = House.objects.get(place=house)
    assert (row.occupied, row.storeys, row.structure) == (False, 2, "timber")
    assert row.occupied_since == day_of(days_ago(2))
    submit_check(place=house, answered=survey("u2", 9, occupied="yes"), by=people.village)
    assert House.objects.get(place=house).occupied is False


def test_severe_is_due_by_the_day_the_surveyor_named(house: Place, people: People) -> None:
    by = day_of(days_ago(-5)).isoformat()
    stored = submit_check(
        place=house,
        answered=survey("u1", 0.1, occupied="yes", first_judgement="severe", told_to_leave="yes", appraise_by=by),
        by=people.village,
    )
    (case,) = stored.cases
    assert (case.code, case.due_on.isoformat()) == ("houses.F05", by)
