"""A check that replaces another: what it no longer shows is neither forgotten nor withdrawn by a tap."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hemei.core.actions import case as steps
from hemei.core.actions.check import submit_check
from hemei.core.models import Case, Place
from tests.conftest import People, brought
from tests.programmes.houses.test_learning import survey


@pytest.fixture
def leaning(house: Place, people: People) -> Case:
    (case,) = submit_check(place=house, answered=survey("u1", 2, wall_leaning="severe"), by=people.grid).cases
    return case


def test_the_correction_asks_and_somebody_else_agrees(house: Place, people: People, leaning: Case) -> None:
    submit_check(place=house, answered=replace(survey("u2", 1), replaces="u1"), by=people.grid)
    leaning.refresh_from_db()
    asked = leaning.steps.order_by("-id").first()
    assert (leaning.state, asked.verb, asked.actor) == ("assigned", "case.ask_withdrawal", str(people.grid))
    steps.withdraw(case=leaning, by=people.district, brought=brought(note="电话核实是误报。"))
    assert leaning.state == "withdrawn"


def test_a_correction_of_a_correction_asks_once(house: Place, people: People, leaning: Case) -> None:
    submit_check(place=house, answered=replace(survey("u2", 1), replaces="u1"), by=people.grid)
    submit_check(place=house, answered=replace(survey("u3", 0.5), replaces="u2"), by=people.grid)
    assert leaning.steps.filter(verb="case.ask_withdrawal").count() == 1


def test_what_somebody_else_saw_too_stays(house: Place, people: People, leaning: Case) -> None:
    submit_check(place=house, answered=survey("v1", 1.5, wall_leaning="severe"), by=people.village)
    submit_check(place=house, answered=replace(survey("u2", 1), replaces="u1"), by=people.grid)
    assert not leaning.steps.filter(verb="case.ask_withdrawal").exists()


def test_what_the_correction_still_shows_stays(house: Place, people: People, leaning: Case) -> None:
    again = replace(survey("u2", 1, wall_leaning="severe", beam_rot="obvious"), replaces="u1")
    submit_check(place=house, answered=again, by=people.grid)
    assert not leaning.steps.filter(verb="case.ask_withdrawal").exists()
