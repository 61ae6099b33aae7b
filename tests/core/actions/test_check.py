"""A check is stored once, and what it shows becomes a case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hemei.core.access import Actor, ActorKind, At, Refused
from hemei.core.actions.check import OF_INSTANCE, Answered, submit_check
from hemei.core.actions.opening import open_case
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import AuditEntry, Case, Check, Place
from tests.conftest import People, build_house, days_ago

LEANS = {"wall_leaning": "yes", "corner_gap": "no"}


def selfcheck(instance: str = "uuid:1", **said: Any) -> Answered:
    values: dict[str, Any] = {"answers": LEANS, "at": days_ago(0.01), "channel": "call", "on_behalf": "户主", **said}
    return Answered(instance_id=instance, form="houses.selfcheck", **values)


def door(place: Place) -> Actor:
    return Actor(ActorKind.DOOR, 1, place=place.pk)


def test_a_dangerous_answer_opens_an_urgent_case(house: Place, people: People) -> None:
    stored = submit_check(place=house, answered=selfcheck(), by=people.grid)
    assert [case.code for case in stored.cases] == ["houses.F03"]
    assert stored.cases[0].state == "assigned"
    assert not stored.check.without_findings


def test_all_well_needs_nothing_more(house: Place, people: People) -> None:
    stored = submit_check(place=house, answered=selfcheck(answers={}), by=people.grid)
    assert stored.cases == []
    assert stored.check.without_findings


def test_the_same_instance_twice_is_one_check(house: Place, people: People) -> None:
    first = submit_check(place=house, answered=selfcheck(), by=people.grid)
    again = submit_check(place=house, answered=selfcheck(at=first.check.at), by=people.grid)
    assert again.repeated
    assert again.check == first.check
    assert Check.objects.count() == 1
    assert Case.objects.count() == 1


def test_the_same_instance_with_other_content_is_a_conflict(house: Place, people: People) -> None:
    submit_check(place=house, answered=selfcheck(), by=people.grid)
    with pytest.raises(Conflict, match="内容与这次不同"):
        submit_check(place=house, answered=selfcheck(answers={}), by=people.grid)


def test_a_strangers_report_waits_to_be_verified_and_counts_as_no_check(house: Place) -> None:
    stored = submit_check(place=house, answered=selfcheck(channel="page"), by=door(house))
    assert stored.cases[0].state == "reported"
    assert stored.cases[0].found_at is None
    assert not stored.check.counts


def test_what_a_stranger_reported_is_verified_by_whoever_sees_it_too(house: Place, people: People) -> None:
    reported = submit_check(place=house, answered=selfcheck(channel="page"), by=door(house)).cases[0]
    seen = submit_check(place=house, answered=selfcheck("somebody who is believed"), by=people.grid)
    case = Case.objects.get()
    assert seen.cases == [reported]
    assert (case.state, case.found_at) == ("assigned", seen.check.at)
    assert [step.verb for step in case.steps.order_by("id")] == ["case.report", "case.confirm", "case.assign"]


def test_a_door_speaks_for_its_own_house_only(house: Place, next_house: Place) -> None:
    with pytest.raises(Refused):
        submit_check(place=next_house, answered=selfcheck(), by=door(house))


def test_a_paired_phone_is_believed(house: Place) -> None:
    phone = Actor(ActorKind.PHONE, 1, place=house.pk)
    stored = submit_check(place=house, answered=selfcheck(channel="page"), by=phone)
    assert stored.cases[0].state == "assigned"
    assert stored.check.counts


def test_an_answer_that_does_not_fit_the_form_is_refused(house: Place, people: People) -> None:
    with pytest.raises(Mistaken) as caught:
        submit_check(place=house, answered=selfcheck(answers={"wall_leaning": "很歪"}), by=people.grid)
    assert caught.value.field == "wall_leaning"
    assert not Check.objects.exists()


def test_a_correction_replaces_and_keeps_the_first(house: Place, people: People) -> None:
    first = submit_check(place=house, answered=selfcheck(), by=people.grid)
    second = submit_check(place=house, answered=selfcheck("uuid:2", answers={}, replaces="uuid:1"), by=people.grid)
    assert second.check.replaces == first.check
    with pytest.raises(Conflict, match="已经更正过"):
        submit_check(place=house, answered=selfcheck("uuid:3", replaces="uuid:1"), by=people.grid)


@pytest.mark.parametrize(
    ("form", "who", "allowed"),
    [
        ("houses.selfcheck", "grid", True),
        ("houses.selfcheck", "inspector", False),
        ("houses.patrol", "village", False),
        ("houses.survey", "next_village", False),
        ("houses.survey", "nobody", False),
    ],
)
def test_who_may_look_in_which_tier(house: Place, people: People, form: str, who: str, allowed: bool) -> None:
    answered = replace(selfcheck(answers={}), form=form)
    if allowed:
        submit_check(place=house, answered=answered, by=getattr(people, who))
    else:
        with pytest.raises(Refused):
            submit_check(place=house, answered=answered, by=getattr(people, who))


def test_what_is_open_already_may_be_seen_once_more(house: Place, people: People) -> None:
    where = At(house.region, "houses")
    first = open_case(where=where, place=house, code="houses.F02", at=days_ago(1), by=people.grid)
    again = open_case(where=where, place=house, code="houses.F02", at=days_ago(0.5), by=people.village)
    assert again == first
    assert first.findings.count() == 2
    assert AuditEntry.objects.filter(verb="case.seen", subject=f"case:{first.pk}").count() == 1


def test_what_another_has_stored_at_the_same_moment_is_not_stored_again(
    house: Place, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL lets looks at two places be written together, so that neither sees the other's record beforehand."""
    first = submit_check(place=house, answered=selfcheck(), by=people.grid).check
    monkeypatch.setattr(OF_INSTANCE, "first", lambda **_given: None)
    again = submit_check(place=house, answered=selfcheck(at=first.at), by=people.grid)
    assert (again.repeated, again.check, len(again.cases)) == (True, first, 1)
    with pytest.raises(Conflict, match="内容与这次不同"):
        submit_check(place=build_house(label="别处"), answered=selfcheck(at=first.at), by=people.grid)
    assert Check.objects.count() == Case.objects.count() == 1
