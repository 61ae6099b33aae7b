"""The plate on a door: who issues it, who pairs a phone with it, and what comes in through it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hemei.core.access import Actor, ActorKind, Refused, may, scope_of
from hemei.core.actions import door as doors
from hemei.core.actions.door import IssuedDoor, TooMany
from hemei.core.errors import Mistaken
from hemei.core.models import AuditEntry, Case, Check, DoorToken, PairedPhone, Place
from hemei.core.queries.door import places_for_plates, reports_of, who_stands
from hemei.core.registry import Programme
from tests.conftest import VILLAGE, People, photo
from tests.toy.wells import dig_well

CRACKED = {"wall_moving": "no", "cracked": "yes"}


@pytest.fixture
def issued(well: Place, people: People) -> IssuedDoor:
    return doors.issue_door(place=well, by=people.village)


def standing(issued: IssuedDoor, secret: str = "") -> Actor:
    found = who_stands(issued.token, secret)
    assert found is not None
    return found[1]


@pytest.fixture
def phone(issued: IssuedDoor) -> Actor:
    secret = doors.pair(door=issued.door, code=issued.code, by=standing(issued)).secret
    return standing(issued, secret)


@pytest.fixture
def send(well: Place, toy: Programme) -> Callable[..., doors.Stored]:
    def report(by: Actor, answers: dict[str, str], visit: str = "v1", **more) -> doors.Stored:
        return doors.report(place=well, form=toy.forms[0], visit=visit, answers=answers, by=by, **more)

    return report


def test_only_hashes_of_token_and_code_are_kept(issued: IssuedDoor) -> None:
    row = DoorToken.objects.values().get()
    assert len(issued.token) == 26  # 128 bits, five to a letter
    assert issued.code.isdigit()
    assert len(issued.code) == 8
    assert not any(secret in str(row) for secret in (issued.token, issued.code))
    assert issued.token not in str(list(AuditEntry.objects.values()))


def test_a_new_plate_ends_the_earlier_one_and_its_phones(
    well: Place, people: People, issued: IssuedDoor, phone: Actor
) -> None:
    again = doors.issue_door(place=well, by=people.township)
    assert who_stands(issued.token) is None
    assert who_stands(again.token) == (again.door, standing(again))
    assert not PairedPhone.objects.filter(revoked_at=None).exists()
    assert doors.revoke_door(place=well, by=people.village) == 1
    assert who_stands(again.token) is None
    assert doors.revoke_door(place=well, by=people.village) == 0


@pytest.mark.parametrize("who", ["grid", "next_village", "neighbour", "inspector", "auditor", "nobody"])
def test_others_may_not_issue_a_plate(well: Place, people: People, who: str) -> None:
    with pytest.raises(Refused):
        doors.issue_door(place=well, by=getattr(people, who))
    assert not DoorToken.objects.exists()


def test_a_kind_without_a_self_check_takes_no_plate(well: Place, people: People) -> None:
    well.kind = "mine"
    well.save()
    with pytest.raises(Mistaken, match="没有自查表"):
        doors.issue_door(place=well, by=people.village)


@pytest.mark.parametrize("typed", ["{0}{1}", "{0} {1}", "{0}-{1}"])
def test_the_card_pairs_a_phone_however_its_code_is_typed(issued: IssuedDoor, typed: str) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    code = typed.format(issued.code[:4], issued.code[4:].translate(wide))
    pairing = doors.pair(door=issued.door, code=code, by=standing(issued))
    assert standing(issued, pairing.secret).kind is ActorKind.PHONE
    assert standing(issued, "another").kind is ActorKind.DOOR


def test_a_door_closes_after_five_wrong_codes(issued: IssuedDoor) -> None:
    wrong = "0" * 8 if issued.code != "0" * 8 else "1" * 8
    tries = [doors.pair(door=issued.door, code=wrong, by=standing(issued)) for _ in range(5)]
    assert [t.tries_left for t in tries] == [4, 3, 2, 1, 0]
    assert tries[-1].closed_until is not None
    assert doors.pair(door=issued.door, code=issued.code, by=standing(issued)).secret == ""
    DoorToken.objects.update(closed_until=issued.door.issued_at)
    assert doors.pair(door=issued.door, code=issued.code, by=standing(issued)).secret


def test_a_phone_of_one_door_is_nobody_at_another(issued: IssuedDoor, people: People, phone: Actor) -> None:
    other = doors.issue_door(place=dig_well(VILLAGE, "井二"), by=people.village)
    secret = doors.pair(door=issued.door, code=issued.code, by=standing(issued)).secret
    assert standing(other, secret).kind is ActorKind.DOOR
    with pytest.raises(Refused):
        doors.pair(door=other.door, code=other.code, by=phone)
    assert not may(phone, "check.selfcheck", other.door)


def test_a_stranger_reports_something_to_be_verified(issued: IssuedDoor, send) -> None:
    stored = send(standing(issued), CRACKED)
    assert [case.state for case in stored.cases] == ["reported"]
    assert not stored.check.counts


def test_a_paired_phone_opens_a_case(phone: Actor, send) -> None:
    stored = send(phone, CRACKED, files=[photo()])
    assert [case.state for case in stored.cases] == ["assigned"]
    assert stored.check.counts
    assert stored.check.evidence.count() == 1


def test_pressing_twice_stores_once(phone: Actor, send) -> None:
    first, second = send(phone, CRACKED), send(phone, CRACKED)
    assert second.repeated
    assert first.check == second.check
    assert [case.pk for case in first.cases] == [case.pk for case in second.cases]


def test_going_back_and_answering_otherwise_replaces_the_report(phone: Actor, well: Place, send) -> None:
    send(phone, {"wall_moving": "yes"})
    send(phone, {"wall_moving": "yes", "cracked": "yes"})
    last = send(phone, {"wall_moving": "yes", "cracked": "no"})
    assert Check.objects.count() == 3
    assert reports_of(well, within=scope_of(phone, "check.view")) == [last.check]
    assert Case.objects.filter(code="wells.F01").count() == 1


def test_too_many_reports_from_one_door_are_held_off_but_a_repeat_is_answered(issued: IssuedDoor, send) -> None:
    stranger = standing(issued)
    for n in range(doors.REPORTS_AN_HOUR):
        send(stranger, CRACKED, visit=f"v{n}")
    with pytest.raises(TooMany):
        send(stranger, CRACKED, visit="one more")
    assert send(stranger, CRACKED, visit="v3").repeated


def test_a_stranger_has_no_scope_and_a_phone_its_own_house_only(
    issued: IssuedDoor, phone: Actor, well: Place, people: People, send
) -> None:
    send(phone, CRACKED)
    assert reports_of(well, within=scope_of(standing(issued), "check.view")) == []
    own = scope_of(phone, "check.view")
    assert len(reports_of(well, within=own)) == 1
    assert reports_of(dig_well(VILLAGE, "井二"), within=own) == []


def test_plates_are_listed_with_their_date(well: Place, people: People, issued: IssuedDoor) -> None:
    dig_well(VILLAGE, "井二")
    within = scope_of(people.village, "door.issue")
    rows = places_for_plates(within=within, kinds=["well"], region=VILLAGE).order_by("pk")
    assert [bool(row.plate_since) for row in rows] == [True, False]
    elsewhere = scope_of(people.next_village, "door.issue")
    assert not places_for_plates(within=elsewhere, kinds=["well"], region=VILLAGE).exists()
