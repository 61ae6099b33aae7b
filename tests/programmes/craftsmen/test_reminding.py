"""Each township is told once of the craftsmen whose papers run out soon."""

from __future__ import annotations

from datetime import timedelta

from hemei.core.models import Account, AuditEntry, Duty, Message
from hemei.programmes.craftsmen.actions.reminding import NAMED, remind_ending
from hemei.terms.day import months_later, today
from tests.conftest import OTHER_TOWNSHIP, People
from tests.programmes.craftsmen.conftest import certified, craftsman_named, trained


def ending(name: str, people: People, days: int, **own):
    one = craftsman_named(name, **own)
    certified(one, people.district, ends=today() + timedelta(days=days))
    trained(one)
    return one


def told() -> list[str]:
    return list(Message.objects.filter(reason="papers").order_by("pk").values_list("text", flat=True))


def test_ninety_days_ahead_and_only_once(people: People) -> None:
    ending("早着呢", people, 91)
    ending("石大山", people, 90)
    tired = craftsman_named("老培训")
    certified(tired, people.township)
    trained(tired, months_later(today() + timedelta(days=5), -36))
    gone = ending("走了的", people, 10)
    gone.left_on = today()
    gone.save()
    assert remind_ending(today()) == 2
    (text,) = told()
    assert "2 名工匠" in text
    assert text.index("老培训") < text.index("石大山"), "the first to run out first"
    assert "早着呢" not in text
    assert "走了的" not in text
    assert Message.objects.get(reason="papers").to == people.township.account
    assert AuditEntry.objects.filter(verb="craftsman.remind").count() == 2
    assert remind_ending(today()) == 0
    assert remind_ending(today() + timedelta(days=1)) == 1, "the next one, and nobody again"
    assert "早着呢" in told()[1]
    assert "石大山" not in told()[1]


def test_another_certificate_is_told_of_again_when_it_ends(people: People) -> None:
    one = ending("石大山", people, 30)
    assert remind_ending(today()) == 1
    certified(one, people.township, ends=today() + timedelta(days=400))
    assert remind_ending(today() + timedelta(days=1)) == 0
    assert remind_ending(today() + timedelta(days=320)) == 1


def test_each_township_hears_of_its_own_and_waits_for_somebody_on_duty(people: People) -> None:
    ending("本镇", people, 20)
    ending("邻镇", people, 20, region=f"{OTHER_TOWNSHIP}201")
    Duty.objects.filter(region=OTHER_TOWNSHIP).delete()
    Duty.objects.exclude(region__startswith=OTHER_TOWNSHIP).filter(role__startswith="district").update(
        ends=today() - timedelta(days=1)
    )
    assert remind_ending(today()) == 1
    assert len(told()) == 1
    account = Account.objects.create(username="邻镇经办", name="邻镇经办")
    unit = Duty.objects.filter(role="township_officer")[0].unit
    Duty.objects.create(
        account=account, unit=unit, role="township_officer", matter="craftsmen", region=OTHER_TOWNSHIP, starts=today()
    )
    assert remind_ending(today()) == 1
    assert "邻镇" in told()[1]
    assert Message.objects.order_by("-pk")[0].to == account


def test_a_long_list_fits_a_message(people: People) -> None:
    for number in range(60):
        ending(f"名字不短的工匠第{number}号", people, 10)
    assert remind_ending(today()) == 60
    (text,) = told()
    assert len(text) < 500
    assert text.count("名字不短") == NAMED
    assert "等。请告诉本人" in text
