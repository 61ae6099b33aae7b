"""The register follows the newest look."""

from __future__ import annotations

import re
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hemei.core.access import Scope
from hemei.core.actions.check import Answered, submit_check
from hemei.core.actions.checkbatch import submit_checks
from hemei.core.models import Place
from hemei.core.registry import registry
from hemei.engines.forms import is_asked
from hemei.programmes.houses.learning import recall
from hemei.programmes.houses.models import House
from hemei.terms.day import day_of
from tests.conftest import VILLAGE, People, build_house, days_ago


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


def test_what_many_looks_teach_is_written_at_once_and_each_house_learns_its_own(house: Place, people: People) -> None:
    houses = [house, build_house(label="河边二号"), build_house(label="河边三号")]
    House.objects.filter(pk__in=[one.pk for one in houses]).update(
        floor_area_m2=88.5, occupied=True, occupied_since=day_of(days_ago(99))
    )
    said = [{"occupied": "no", "long_empty": "no"}, {"occupied": "yes", "structure": "brick_concrete"}]
    said.append({"occupied": "yes"})
    sent = [(one.pk, survey(f"w{n}", 1, **told)) for n, (one, told) in enumerate(zip(houses, said, strict=True))]
    with CaptureQueriesContext(connection) as asked:
        outcomes = submit_checks(sent=sent, within=Scope.of(VILLAGE), by=people.village)
    assert not any(outcome.refused for outcome in outcomes)
    table = House._meta.db_table
    assert len([one for one in asked if f'UPDATE "{table}"' in one["sql"]]) == 1
    rows = [House.objects.get(pk=one.pk) for one in houses]
    assert [row.occupied for row in rows] == [False, True, True]
    assert [row.occupied_since for row in rows] == [day_of(days_ago(days)) for days in (1, 99, 99)]
    assert [row.structure for row in rows] == ["timber", "brick_concrete", "timber"]
    assert {row.storeys for row in rows} == {2}
    assert {row.floor_area_m2 for row in rows} == {88.5}


def test_of_many_at_once_the_newest_is_followed(house: Place, people: People) -> None:
    next_house = build_house(label="河边二号")
    submit_check(place=house, answered=survey("u0", 4, occupied="yes"), by=people.village)
    sent = [
        (house.pk, survey("u1", 2, occupied="no", long_empty="no")),
        (house.pk, survey("u2", 3, occupied="yes")),
        (next_house.pk, survey("u3", 1, occupied="no", long_empty="no")),
    ]
    outcomes = submit_checks(sent=sent, within=Scope.of(VILLAGE), by=people.village)
    assert not any(outcome.refused for outcome in outcomes)
    rows = House.objects.in_bulk([house.pk, next_house.pk])
    assert [rows[pk].occupied_since for pk in (house.pk, next_house.pk)] == [day_of(days_ago(2)), day_of(days_ago(1))]
    submit_checks(
        sent=[(house.pk, survey("u4", 9, occupied="yes")), (next_house.pk, survey("u5", 8, occupied="yes"))],
        within=Scope.of(VILLAGE),
        by=people.village,
    )
    assert not House.objects.filter(occupied=True, pk__in=rows).exists()


def test_severe_is_due_by_the_day_the_surveyor_named(house: Place, people: People) -> None:
    by = day_of(days_ago(-5)).isoformat()
    stored = submit_check(
        place=house,
        answered=survey("u1", 0.1, occupied="yes", first_judgement="severe", told_to_leave="yes", appraise_by=by),
        by=people.village,
    )
    (case,) = stored.cases
    assert (case.code, case.due_on.isoformat()) == ("houses.F05", by)


def test_a_survey_starts_from_what_lasts(house: Place) -> None:
    House.objects.filter(place=house).update(year_built=1986, floor_area_m2=120.5, cut_slope=True, business_use=True)
    assert recall([house])[house.pk] == {
        "structure": "earth_timber",
        "year_built": "1986",
        "floor_area_m2": "120.5",
        "cut_slope": "yes",
    }
    House.objects.filter(place=house).delete()
    assert recall([house]).get(house.pk, {}) == {}


def test_what_is_known_stands_in_the_survey_and_not_in_the_self_check(
    house: Place, people: People, client: Client
) -> None:
    House.objects.filter(place=house).update(year_built=1986)
    client.force_login(people.grid.account)
    page = client.get(f"/field/places/{house.pk}/check/houses.survey/").content.decode()
    assert 'name="year_built" value="1986"' in page
    assert re.search(r'value="earth_timber"\s+checked', page)
    assert page.count("登记表上的，请核对") == 3  # and whether its slope was cut
    assert "登记表上的，请核对" not in client.get(f"/field/places/{house.pk}/check/houses.selfcheck/").content.decode()
