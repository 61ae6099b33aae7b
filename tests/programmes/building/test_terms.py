"""An approval that lapses by itself, and an application that goes back to the step that returned it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hemei.core.access import At
from hemei.core.actions.parameter import set_parameter
from hemei.core.daily import EachDay
from hemei.core.models import AuditEntry, Household, Message
from hemei.core.registry import registry
from hemei.programmes.building.actions.lapsing import lapse_overdue
from hemei.programmes.building.models import Permit
from hemei.terms.day import months_later, today
from tests.conftest import DISTRICT, People
from tests.programmes.building.conftest import NUMBERS, Way, applied, step
from tests.programmes.building.test_pages import client_of


def district_sets(people: People, key: str, value: object) -> None:
    set_parameter(
        where=At(DISTRICT), key=key, value=value, document="区办〔2026〕8号", starts=today(), by=people.district
    )


def test_without_a_term_no_approval_lapses(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household)
    way.to_approval(permit)
    assert lapse_overdue(today() + timedelta(days=36_500)) == 0
    permit.refresh_from_db()
    assert (permit.state, permit.due_on) == ("approved", None)


def test_an_approval_lapses_the_day_after_its_term_and_is_told(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household)
    way.to_approval(permit)
    district_sets(people, "building.lapse.months", 24)
    assert permit.approved_on is not None
    last = months_later(permit.approved_on, 24)
    assert lapse_overdue(today()) == 0
    permit.refresh_from_db()
    assert permit.due_on == last, "shown as its deadline"
    assert lapse_overdue(last) == 0
    assert lapse_overdue(last + timedelta(days=1)) == 1
    permit.refresh_from_db()
    assert permit.state == "lapsed"
    told = permit.steps.order_by("-pk")[0]
    assert (told.verb, told.data["document"]) == ("permit.lapse", "区办〔2026〕8号")
    assert "24 个月" in told.note
    assert "24 个月没有开工" in Message.objects.get(reason="lapsed").text
    assert AuditEntry.objects.filter(verb="permit.lapse", subject=f"permit:{permit.pk}").count() == 1
    assert lapse_overdue(last + timedelta(days=2)) == 0, "once"
    assert "24 个月" in client_of(people.village).get(f"/building/{permit.pk}/").content.decode()


def test_work_that_has_begun_does_not_lapse(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household)
    way.to_building(permit)
    district_sets(people, "building.lapse.months", 1)
    assert lapse_overdue(today() + timedelta(days=3650)) == 0
    assert Permit.objects.get().state == "building"


def test_each_day_is_done_once(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    days = []
    monkeypatch.setattr(
        "hemei.core.daily.registry", type("R", (), {"programmes": {"x": type("P", (), {"each_day": days.append})}})
    )
    chore = EachDay()
    chore()
    chore()
    assert days == [today()]
    assert registry.programmes["building"].each_day is not None


def mended(permit: Permit, people: People, **other: object) -> None:
    filed = permit.steps.order_by("pk")[0].data["filed"]
    step(permit, "resubmit", people.village, note="已补正", filed=filed | other)


@pytest.mark.parametrize(
    ("setting", "changed", "state"),
    [
        ("从头", {"reason": "老房漏雨"}, "applied"),
        ("退回的那一步", {"reason": "老房漏雨"}, "village_reviewed"),
        ("退回的那一步", {"conversion": "鄂土转〔2026〕3号"}, "village_reviewed"),
        ("退回的那一步", {"storeys": 3, "floor_area_m2": 270.0}, "applied"),
        ("退回的那一步", {"bounds": "东至河"}, "applied"),
    ],
)
def test_a_mended_application_goes_where_the_district_says(
    people: People, way: Way, household: Household, setting: str, changed: dict[str, object], state: str
) -> None:
    permit = applied(people, household)
    day = way.to_village(permit)
    district_sets(people, "building.return.to", setting)
    step(permit, "return", people.township, on=day)
    history = list(permit.steps.order_by("pk").values())
    mended(permit, people, **changed)
    permit = Permit.objects.get()
    assert permit.state == state
    assert list(permit.steps.order_by("pk").values())[: len(history)] == history
    assert bool(permit.meeting) is (state != "applied")
    assert (permit.notice_worked_days is not None) is (state != "applied")
    assert (permit.due_on is not None) is (state != "applied"), "the office's clock begins again"
    assert getattr(permit, next(iter(changed))) == next(iter(changed.values()))


def test_an_application_that_the_township_returned_late_is_approved_without_a_second_notice(
    people: People, way: Way, household: Household
) -> None:
    permit = applied(people, household)
    day = way.to_town(permit)
    district_sets(people, "building.return.to", "退回的那一步")
    step(permit, "return", people.township, on=day)
    mended(permit, people, reason="补了理由")
    assert permit.state == "town_reviewed"
    assert permit.due_on is not None
    way.settle(permit)
    step(permit, "approve", way.second, **NUMBERS)
    assert permit.state == "approved"
