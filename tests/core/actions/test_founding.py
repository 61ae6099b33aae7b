"""What a district has before its first day here."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hemei.core.access import SYSTEM, At, Refused, actor_of, may
from hemei.core.actions.bulk import NewPlace, PastCase, PastStep, add_cases, add_places
from hemei.core.actions.founding import (
    NewColleague,
    NewDoor,
    NewRegion,
    NewUnit,
    PastDue,
    PastRound,
    add_doors,
    add_evidence,
    add_regions,
    add_rounds,
    add_units,
    engage,
)
from hemei.core.actions.seal import seal_pending
from hemei.core.files import path_of
from hemei.core.models import Account, AuditEntry, CaseStep, DoorToken, Evidence, PairedPhone, Region, Round, RoundState
from hemei.core.personal import token_hash
from hemei.core.registry import registry
from hemei.terms.day import today
from tests.conftest import DISTRICT, VILLAGE, People, days_ago, photo

HERE = At(DISTRICT)
START = today() - timedelta(days=30)


def test_regions_know_their_level(db) -> None:
    add_regions(
        where=HERE, rows=[NewRegion(DISTRICT, "云岭林区"), NewRegion(VILLAGE, "上河村", b"wkb", 110.5, 31.5)], by=SYSTEM
    )
    village = Region.objects.get(code=VILLAGE)
    assert (village.level, bytes(village.boundary), village.lon) == (12, b"wkb", 110.5)


def test_whoever_is_engaged_can_work_and_only_with_a_password_sign_in(regions) -> None:
    (unit,) = add_units(where=HERE, rows=[NewUnit("上河村村民委员会", "village_committee", VILLAGE)], by=SYSTEM)
    silent, speaking = engage(
        where=HERE,
        rows=[
            NewColleague("a", "甲", "village_officer", VILLAGE, unit, START, phone="19900001234"),
            NewColleague("b", "乙", "grid_worker", VILLAGE, unit, START, password="群山-之间-2026", is_demo=True),
        ],
        by=SYSTEM,
    )
    first, second = Account.objects.get(pk=silent), Account.objects.get(pk=speaking)
    assert (first.phone_masked, first.has_usable_password(), first.is_demo) == ("199******34", False, False)
    assert second.check_password("群山-之间-2026")
    assert may(actor_of(first), "check.survey", At(VILLAGE))
    assert not may(actor_of(second), "case.accept", At(VILLAGE))


def test_a_plate_and_its_phone_are_kept_as_hashes(people: People, house) -> None:
    digest = token_hash("a" * 26)
    row = NewDoor(house.pk, house.region, digest, token_hash("card"), days_ago(9), phone_hash=token_hash("phone"))
    ((door, phone),) = add_doors(where=HERE, rows=[row], by=people.district)
    assert DoorToken.objects.get(pk=door).token_hash == digest
    assert PairedPhone.objects.get(pk=phone).door_id == door
    assert (
        add_doors(where=HERE, rows=[NewDoor(house.pk, house.region, "x", "y", days_ago(1))], by=people.district)[0][1]
        is None
    )


def test_a_past_round_says_what_was_owed_and_done(people: People, house, next_house) -> None:
    dues = [
        PastDue(house.pk, house.region, START, people.village.account.pk, done_at=days_ago(20)),
        PastDue(next_house.pk, next_house.region, START),
    ]
    turn = PastRound(
        "houses", "survey", "汛前排查", START, today(), RoundState.CLOSED, dues, days_ago(30), reason="汛前"
    )
    (pk,) = add_rounds(where=HERE, rows=[turn], by=people.district)
    stored = Round.objects.get(pk=pk)
    assert (stored.region, stored.state, stored.dues.count()) == (DISTRICT, "closed", 2)
    assert stored.dues.filter(done_at=None).get().place == next_house


def test_the_same_picture_is_stored_once_and_stands_with_each_step(people: People) -> None:
    (pk,) = add_places(where=HERE, kind="house", rows=[NewPlace(VILLAGE, "一号")], by=people.district)
    step = PastStep("case.open", "found", days_ago(3), days_ago(2), "account:1")
    crack = registry.findings["houses.F12"]
    add_cases(where=HERE, rows=[PastCase(crack, VILLAGE, step.at, step.at, [step], pk)] * 2, by=people.district)
    shot = photo()
    add_evidence(
        where=HERE,
        rows=[(row, shot) for row in CaseStep.objects.select_related("case").order_by("id")],
        by=people.district,
    )
    one, other = Evidence.objects.order_by("id")
    assert one.sha256 == other.sha256
    assert path_of(one.sha256).read_bytes() == shot.content
    assert (one.place_id, one.step.case.place_id, one.recorded_at, one.actor) == (pk, pk, step.recorded_at, "account:1")


def test_each_call_leaves_an_entry_that_is_sealed(db) -> None:
    add_regions(where=HERE, rows=[NewRegion(DISTRICT, "云岭林区")], by=SYSTEM)
    add_units(where=HERE, rows=[NewUnit("住建局", "housing_bureau", DISTRICT)], by=SYSTEM)
    assert list(AuditEntry.objects.order_by("id").values_list("verb", flat=True)) == [
        "register.regions",
        "register.units",
    ]
    assert seal_pending() == 2


def test_a_village_officer_founds_nothing(people: People) -> None:
    with pytest.raises(Refused):
        add_regions(where=HERE, rows=[NewRegion("429999105", "新镇")], by=people.village)
    with pytest.raises(Refused):
        add_units(where=HERE, rows=[NewUnit("新单位", "other", DISTRICT)], by=people.village)
