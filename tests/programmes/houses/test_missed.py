"""What the survey missed, by the patrol after it, sign by sign; and how an earlier patrol is read."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from hemei.core.access import Scope
from hemei.core.actions.check import Answered, submit_check
from hemei.core.errors import Mistaken
from hemei.core.models import Check, Place
from hemei.core.registry import registry
from hemei.engines.forms import is_asked
from hemei.programmes.houses.queries import missed
from hemei.terms.day import today
from tests.conftest import DISTRICT, NEXT_VILLAGE, VILLAGE, People, build_house, days_ago
from tests.programmes.houses.test_learning import survey

EVERYWHERE = Scope.of(DISTRICT)
EARLIER = "2026112301"


def patrol(instance: str, days: float, version: str = "", **said: Any) -> Answered:
    """A patrol in which everything that must be answered is sound, but for what is said."""
    form = registry.forms["houses.patrol"]
    answers: dict[str, Any] = {}
    for question in form.versions.get(version, form.read).questions:
        if question.required and is_asked(question, {**answers, **said}):
            answers[question.name] = next(c for c in ("none", "no") if c in question.choice_names)
    return Answered(instance, form.id, answers | {"long_empty": "no"} | said, days_ago(days), version=version)


@pytest.fixture
def looked(house: Place, people: People):
    """Submits a survey's and then a patrol's answers about the house."""

    def look(surveyed: dict[str, Any], patrolled: dict[str, Any], version: str = "") -> Check:
        submit_check(place=house, answered=survey("s1", 30, occupied="yes", **surveyed), by=people.village)
        return submit_check(place=house, answered=patrol("p1", 2, version, **patrolled), by=people.inspector).check

    return look


@pytest.mark.parametrize(
    ("surveyed", "patrolled", "expected"),
    [
        ({}, {"wall_crack": "obvious", "wall_seen": ["wall_crack"]}, [("wall_crack", 1)]),
        ({}, {"electricity": "severe", "use_seen": ["electricity"]}, [("electricity", 1)]),
        # beside a sign that must have been visible, one that is new
        ({}, {"wall_crack": "obvious", "corner_gap": "severe", "wall_seen": ["wall_crack"]}, [("wall_crack", 1)]),
        ({}, {"wall_crack": "obvious"}, []),
        ({"wall_crack": "slight"}, {"wall_crack": "severe", "wall_seen": ["wall_crack"]}, []),
        ({"wall_crack": "unseen"}, {"wall_crack": "severe", "wall_seen": ["wall_crack"]}, []),
        # another sign of the same finding was recorded; this one was not
        (
            {"settlement": "obvious"},
            {"ground_crack": "obvious", "ground_seen": ["ground_crack"]},
            [("ground_crack", 1)],
        ),
        # marked as visible, but nothing was found
        ({}, {"roof_leak": "obvious", "wall_seen": ["wall_crack"]}, []),
    ],
)
def test_a_miss_is_a_sign_that_must_have_been_visible_and_was_left_out(
    looked, surveyed: dict[str, Any], patrolled: dict[str, Any], expected: list[tuple[str, int]]
) -> None:
    looked(surveyed, patrolled)
    counted = missed(within=EVERYWHERE, on=today())
    assert (counted.houses, counted.patrolled, counted.signs) == (bool(expected), 1, expected)


def test_an_earlier_patrol_spoke_of_the_whole_part(looked) -> None:
    looked({}, {"wall_crack": "obvious", "wall_erosion": "slight", "wall_visible": "yes"}, EARLIER)
    assert missed(within=EVERYWHERE, on=today()).signs == [("wall_crack", 1)]


def test_a_question_of_an_earlier_form_is_refused_in_the_new_one(looked) -> None:
    with pytest.raises(Mistaken, match="没有这一题"):
        looked({}, {"wall_crack": "obvious", "wall_visible": "yes"})


def test_an_earlier_patrol_is_read_in_its_own_words(looked, house: Place, people: People, client: Client) -> None:
    looked({}, {"wall_crack": "obvious", "wall_visible": "yes"}, EARLIER)
    client.force_login(people.township.account)
    for address in (f"/office/places/{house.pk}/", f"/office/places/{house.pk}/file/"):
        page = client.get(address).content.decode()
        assert "墙体的这些迹象，上次排查时应当已经看得到吗？" in page
        assert "wall_visible" not in page


def test_who_was_never_surveyed_was_not_missed_and_a_corrected_patrol_counts_once(house: Place, people: People) -> None:
    found = {"wall_crack": "obvious", "wall_seen": ["wall_crack"]}
    submit_check(place=house, answered=patrol("p0", 40, **found), by=people.inspector)
    assert missed(within=EVERYWHERE, on=today()).patrolled == 0
    submit_check(place=house, answered=survey("s1", 30, occupied="yes"), by=people.village)
    submit_check(place=house, answered=patrol("p1", 2, **found), by=people.inspector)
    corrected = patrol("p2", 1, wall_crack="none")
    submit_check(place=house, answered=Answered(**{**corrected.__dict__, "replaces": "p1"}), by=people.inspector)
    counted = missed(within=EVERYWHERE, on=today())
    assert (counted.houses, counted.patrolled) == (0, 1)


def test_the_rate_comes_with_thirty_houses_and_an_interval_and_names_the_signs(people: People, client: Client) -> None:
    client.force_login(people.district.account)
    for number in range(30):
        place = build_house((VILLAGE, NEXT_VILLAGE)[number % 2], f"{number}号", 110.5 + number / 500)
        by = people.village if number % 2 == 0 else people.next_village
        submit_check(place=place, answered=survey(f"s{number}", 30, occupied="yes"), by=by)
        said = {"wall_crack": "obvious", "wall_seen": ["wall_crack"]} if number < 6 else {}
        submit_check(place=place, answered=patrol(f"p{number}", 2, **said), by=people.inspector)
        if number == 28:
            page = client.get("/houses/").content.decode()
            assert "巡查了 29 户排查过的房屋，其中 6 户有遗漏；不足 30 户，不显示比率。" in page
            assert "95% 区间" not in page
    page = client.get("/houses/").content.decode()
    assert "<b>20.0%</b>" in page
    assert "95% 区间 9.5%–37.3%" in page  # Wilson's, of 6 in 30
    assert "墙体裂缝 6" in page
    assert missed(within=Scope.of(NEXT_VILLAGE), on=today()).houses == 3
