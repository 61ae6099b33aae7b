"""A duty for one matter: never a record of another, in any list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from hemei.core.access import Actor, At, Refused, Scope, actor_of, matter_of, may
from hemei.core.actions.opening import open_case
from hemei.core.actions.parameter import set_parameter
from hemei.core.actions.round import RoundDraft, plan_round
from hemei.core.actions.unit import NewDuty, end_duty, engage, reset_password
from hemei.core.errors import Mistaken
from hemei.core.models import (
    Account,
    AuditEntry,
    Check,
    Draw,
    Due,
    Duty,
    Evidence,
    ImportBatch,
    Message,
    Parameter,
    Place,
    PlaceTally,
    Round,
    Unit,
)
from hemei.core.queries import audit, cases, checks, evidence, history, register, rounds, waiting
from hemei.core.queries.places import places
from hemei.core.queries.zero import zero
from hemei.terms.day import today
from tests.conftest import DISTRICT, TOWNSHIP, VILLAGE, People, photo

READERS: dict[str, Callable[[Scope], QuerySet[Any]]] = {
    "places": lambda within: places(within=within),
    "cases": lambda within: cases.cases(within=within),
    "checks": lambda within: checks.checks(within=within),
    "evidence": lambda within: evidence.evidence(within=within),
    "rounds": lambda within: rounds.rounds(within=within),
    "rounds concerning": lambda within: rounds.concerning(within=within),
    "draws": lambda within: rounds.draws(within=within),
    "dues": lambda within: rounds.dues(within=within),
    "batches": lambda within: register.batches(within=within),
    "entries": lambda within: audit.entries(within=within),
    "reports to verify": lambda within: waiting.unverified(within=within),
}


def only(actor: Actor, matter: str) -> Actor:
    """The same person, whose duty is for one matter only."""
    assert actor.account is not None
    Duty.objects.filter(account=actor.account).update(matter=matter)
    return actor_of(actor.account)


@pytest.fixture
def both(people: People, house: Place, well: Place) -> dict[str, Place]:
    """A record of every sort of each matter, in the same village, with the same names."""
    now, account = timezone.now(), people.district.account
    for matter, place, code in (("houses", house, "houses.F03"), ("wells", well, "wells.F02")):
        case = open_case(
            where=At(VILLAGE, matter, place.pk), place=place, code=code, at=now, by=people.village, files=[photo()]
        )
        case.state = "reported"
        case.save(update_fields=["state"])
        Message.objects.create(
            to=account, region=VILLAGE, case=case, text=matter, urgent=True, not_before=now, created_at=now
        )
        Check.objects.create(
            instance_id=matter, place=place, matter=matter, tier="survey", form=f"{matter}.survey", version="1",
            digest="0" * 64, at=now, recorded_at=now, actor=str(people.village), region=VILLAGE,
        )  # fmt: skip
        turn = Round.objects.create(
            matter=matter, tier="survey", name="一轮", region=DISTRICT, starts=today(), ends=today(), state="published"
        )
        Due.objects.create(round=turn, place=place, region=VILLAGE, due_on=today(), account=account)
        drawn = Round.objects.create(
            matter=matter, tier="patrol", name="抽查", region=DISTRICT, starts=today(), ends=today(), state="published"
        )
        Draw.objects.create(
            round=drawn, region=DISTRICT, event="开奖", event_on=today(), opens_on=today(), frame=b"", frame_hash="",
            codes=b"", frozen_at=now,
        )  # fmt: skip
        ImportBatch.objects.create(region=DISTRICT, matter=matter, name="台账", folder="imports/none")
        Parameter.objects.create(key=f"{matter}.emergency_phone", region=DISTRICT, value=1, starts=date(2020, 1, 1))
        PlaceTally.objects.create(kind=place.kind, cell=1, region=VILLAGE, state="none", count=1)
    return {"houses": house, "wells": well}


def matters(rows: QuerySet[Any]) -> set[str]:
    found = [row.matter if isinstance(row, AuditEntry) else matter_of(row) for row in rows]
    return {matter or "*" for matter in found}


@pytest.mark.parametrize("reader", READERS)
def test_a_list_shows_one_matter_to_its_officer(both: dict[str, Place], people: People, reader: str) -> None:
    read = READERS[reader]
    assert matters(read(Scope.of(DISTRICT))) >= {"houses", "wells"}
    for matter in both:
        assert matters(read(Scope.held([(DISTRICT, matter)]))) == {matter}
    assert matters(read(Scope.held([(DISTRICT, "houses"), (DISTRICT, "wells")]))) >= {"houses", "wells"}
    assert not read(Scope.held([(DISTRICT, "waste")])).exists()


def test_evidence_belongs_to_its_case_not_to_the_place_it_was_taken_at(both: dict[str, Place], people: People) -> None:
    photo_of_house = Evidence.objects.get(place=both["houses"])
    photo_of_house.step.case.matter = "wells"
    photo_of_house.step.case.save(update_fields=["matter"])
    seen = evidence.evidence(within=Scope.held([(DISTRICT, "wells")]))
    assert photo_of_house in seen
    assert photo_of_house not in evidence.evidence(within=Scope.held([(DISTRICT, "houses")]))


def test_a_place_shows_the_cases_of_my_matter_only(both: dict[str, Place]) -> None:
    wells_only = Scope.held([(DISTRICT, "wells")])
    house = both["houses"]
    assert not history.checks_at(house, within=wells_only).exists()
    assert not history.steps_at(house, within=wells_only).exists()
    assert not history.files_at(house, within=wells_only).exists()


def test_the_board_and_what_waits_count_my_matter_only(both: dict[str, Place], people: People) -> None:
    account = people.district.account
    assert account is not None
    for matter in both:
        scope = Scope.held([(DISTRICT, matter)])
        assert zero(within=scope, region=DISTRICT, on=today()).total.open == 1
        assert [m.text for m in waiting.unanswered(within=scope, account=account.pk)] == [matter]
        owed = waiting.dues(within=scope, units=[], account=account.pk, until=today())
        assert {due.place for due in owed} == {both[matter]}


def test_a_thing_that_hangs_on_another_is_of_its_matter(both: dict[str, Place], people: People) -> None:
    officer = only(people.district, "wells")
    houses_due = Due.objects.get(place=both["houses"])
    wells_due = Due.objects.get(place=both["wells"])
    assert not may(officer, "round.plan", houses_due)
    assert may(officer, "round.plan", wells_due)
    assert not may(officer, "draw.hold", Draw.objects.get(round__matter="houses"))
    for photographed in Evidence.objects.select_related("step__case"):
        assert may(officer, "case.view", photographed) == (matter_of(photographed) == "wells")


def test_a_wider_scope_takes_in_a_narrower_one_of_the_same_matter_only() -> None:
    scope = Scope.held([(DISTRICT, "wells"), (VILLAGE, "wells"), (VILLAGE, "houses"), (TOWNSHIP, "*")])
    assert scope.lands == ((DISTRICT, "wells"), (TOWNSHIP, "*"))
    assert scope.prefixes == (DISTRICT,)
    assert scope.covers(VILLAGE, "*")
    assert not scope.covers(DISTRICT, "*")
    assert scope.narrowed(VILLAGE).lands == ((VILLAGE, "*"),)


def test_nobody_hands_out_more_than_they_answer_for(people: People, units: dict[str, Unit], toy: Any) -> None:
    administrator = only(people.administrator, "wells")
    somebody = Account.objects.create(username="new", name="新人")

    def give(matter: str) -> None:
        duty = NewDuty(units["village"], "village_officer", VILLAGE, today(), matter=matter)
        engage(duty=duty, account=somebody, by=administrator)

    give("wells")
    for matter in ("*", "houses"):
        with pytest.raises((Mistaken, Refused)):
            give(matter)
    of_all = Duty.objects.get(account=people.district.account)
    with pytest.raises(Refused):
        reset_password(duty=of_all, by=administrator)
    with pytest.raises(Refused):
        end_duty(duty=of_all, on=today(), by=administrator)


def test_what_is_planned_is_of_the_matter_that_was_asked_about(people: People, well: Place, house: Place) -> None:
    officer = only(people.district, "wells")
    draft = RoundDraft("一轮", "houses", "survey", DISTRICT, today(), today(), everything=True)
    with pytest.raises(Refused):
        plan_round(where=At(DISTRICT, "wells"), draft=draft, by=officer)
    with pytest.raises(Refused):
        plan_round(where=At(DISTRICT, "houses"), draft=draft, by=officer)
    said = {"key": "houses.deadline_days.urgent", "value": 3, "starts": today(), "document": "会议纪要"}
    with pytest.raises(Refused):
        set_parameter(where=At(DISTRICT, "wells"), by=officer, **said)
    with pytest.raises(Refused):
        open_case(where=At(VILLAGE, "wells", house.pk), place=house, code="houses.F03", at=timezone.now(), by=officer)


def test_an_entry_is_of_the_matter_of_what_was_done(both: dict[str, Place]) -> None:
    opened = AuditEntry.objects.filter(verb="case.open").order_by("id")
    assert [entry.matter for entry in opened] == ["houses", "wells"]
