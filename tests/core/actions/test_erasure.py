"""Deleting personal data: the value goes, the entry stays, and nothing goes that is still needed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hemei.core.access import ProofNeeded, Refused, Scope
from hemei.core.actions.erasure import erase_account, erase_person
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import (
    AuditEntry,
    Duty,
    Holding,
    Household,
    HouseholdMember,
    Person,
    Place,
)
from hemei.core.personal import encrypt
from hemei.core.queries.erasure import accounts_to_erase, persons_to_erase
from hemei.terms.day import today
from tests.conftest import DISTRICT, NEXT_VILLAGE, OTHER_DISTRICT, VILLAGE, People

RULE = "区住建局〔2026〕12号 第5条"


@pytest.fixture
def household(house: Place) -> Household:
    head = Person.objects.create(
        name="王小明", region=VILLAGE, id_last4="002X", id_fingerprint="f" * 64,
        id_cipher=encrypt("11010519491231002X"),
        phone=encrypt("13800001234"), phone_masked="138******34",
    )  # fmt: skip
    household = Household.objects.create(number="12", region=VILLAGE, head=head)
    HouseholdMember.objects.create(household=household, person=Person.objects.create(name="王小红", region=VILLAGE))
    Holding.objects.create(household=household, place=house)
    return household


def left(household: Household, on: date) -> Person:
    Holding.objects.filter(household=household).update(ends=on)
    assert household.head is not None
    return household.head


def test_the_value_goes_and_the_entry_stays(household: Household, people: People) -> None:
    person = left(household, today() - timedelta(days=40))
    erase_person(person=person, document=RULE, by=people.district)
    person.refresh_from_db()
    assert person.name == "（已删除）"
    assert not any((person.id_last4, person.id_fingerprint, person.id_cipher, bytes(person.phone), person.phone_masked))
    entry = AuditEntry.objects.get(verb="person.erase")
    assert entry.detail["document"] == RULE
    assert "王小明" not in str(entry.detail)
    with pytest.raises(Conflict):
        erase_person(person=person, document=RULE, by=people.district)


def test_nothing_goes_that_is_still_needed(household: Household, people: People) -> None:
    assert household.head is not None
    with pytest.raises(Mistaken, match="在册的房屋"):
        erase_person(person=household.head, document=RULE, by=people.district)
    household.head.refresh_from_db()
    assert household.head.name == "王小明"


def test_it_names_its_rule(household: Household, people: People) -> None:
    with pytest.raises(Mistaken, match="依据"):
        erase_person(person=left(household, today() - timedelta(days=1)), document=" ", by=people.district)


@pytest.mark.parametrize("who", ["grid", "village", "township", "administrator", "auditor", "neighbour", "nobody"])
def test_who_may_not(household: Household, people: People, who: str) -> None:
    with pytest.raises(Refused):
        erase_person(person=left(household, today() - timedelta(days=1)), document=RULE, by=getattr(people, who))
    assert not AuditEntry.objects.filter(verb="person.erase").exists()


def test_it_asks_for_a_code(household: Household, people: People, settings) -> None:
    settings.SECOND_FACTOR = True
    with pytest.raises(ProofNeeded):
        erase_person(person=left(household, today() - timedelta(days=1)), document=RULE, by=people.district)


@pytest.mark.parametrize(("ended_days_ago", "expected"), [(40, 2), (30, 0), (20, 0), (None, 0)])
def test_whose_time_is_over(household: Household, ended_days_ago: int | None, expected: int) -> None:
    if ended_days_ago is not None:
        left(household, today() - timedelta(days=ended_days_ago))
    before = today() - timedelta(days=30)
    assert persons_to_erase(within=Scope.of(DISTRICT), before=before).count() == expected
    assert not persons_to_erase(within=Scope.of(NEXT_VILLAGE, OTHER_DISTRICT), before=before).exists()


def test_a_house_taken_out_ends_it_too_and_another_house_does_not(household: Household, house: Place) -> None:
    Place.objects.filter(pk=house.pk).update(removed_on=today() - timedelta(days=40))
    before = today() - timedelta(days=30)
    assert persons_to_erase(within=Scope.of(DISTRICT), before=before).count() == 2
    other = Place.objects.create(kind="house", region=VILLAGE, label="新屋")
    Holding.objects.create(household=household, place=other)
    assert not persons_to_erase(within=Scope.of(DISTRICT), before=before).exists()


def test_somebody_never_tied_to_a_place_is_left_alone(people: People) -> None:
    Person.objects.create(name="刚导入的人", region=VILLAGE)
    assert not persons_to_erase(within=Scope.of(DISTRICT), before=today()).exists()


def test_the_telephone_of_a_closed_account(people: People) -> None:
    account = people.village.account
    assert account is not None
    account.phone, account.phone_masked = encrypt("13800001234"), "138******34"
    account.save()
    duty = Duty.objects.get(account=account)
    with pytest.raises(Mistaken, match="还在用"):
        erase_account(duty=duty, document=RULE, by=people.administrator)
    Duty.objects.filter(pk=duty.pk).update(ends=today() - timedelta(days=40))
    account.is_active = False
    account.save()
    assert list(accounts_to_erase(within=Scope.of(DISTRICT), before=today())) == [account]
    erase_account(duty=duty, document=RULE, by=people.administrator)
    account.refresh_from_db()
    assert (bytes(account.phone), account.phone_masked, account.name) == (b"", "", "村支书")
    assert not accounts_to_erase(within=Scope.of(DISTRICT), before=today()).exists()
