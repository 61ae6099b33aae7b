"""A case from found to accepted, and everything that must not happen on the way."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from hemei.core.access import SYSTEM, At, Refused, Scope
from hemei.core.actions import case as steps
from hemei.core.actions.check import Answered, submit_check
from hemei.core.actions.opening import open_case, open_from
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import AuditEntry, Case, CaseStep, Duty, Message, Place, Unit
from hemei.core.queries import waiting
from hemei.core.writing import writing
from hemei.programmes.houses.models import House
from hemei.terms.day import SHANGHAI, day_of, today
from hemei.terms.finding import FindingKind, Severity
from tests.conftest import DISTRICT, TOWNSHIP, People, brought, days_ago, photo

CRACK = FindingKind("houses.F02", Severity.ROUTINE, "墙体裂缝", "观察并修补")
LEANING = FindingKind("houses.F03", Severity.URGENT, "墙体倾斜", "人员立即撤离")


def found(house: Place, people: People, kind: FindingKind = CRACK, days: float = 5) -> Case:
    with writing():
        return open_from(kind, house, by=people.grid, at=days_ago(days), now=days_ago(days), check=None, certain=True)


def test_a_found_case_is_handed_to_the_village_at_once(house: Place, people: People) -> None:
    case = found(house, people)
    assert case.state == "assigned"
    assert str(case.unit) == "上河村村民委员会"
    assert [step.verb for step in case.steps.all()] == ["case.open", "case.assign"]
    house.refresh_from_db()
    assert house.state == "assigned"


def test_a_confirmed_report_is_handed_to_whoever_answers_then(house: Place, people: People) -> None:
    """Reported when nobody was on duty there; since then somebody is."""
    Duty.objects.update(starts=day_of(days_ago(2)))
    with writing():
        case = open_from(CRACK, house, by=SYSTEM, at=days_ago(5), now=days_ago(5), check=None, certain=False)
    assert case.unit is None
    steps.confirm(case=case, by=people.village, brought=brought(days_ago(1), note="打电话问了户主"))
    case.refresh_from_db()
    assert (case.state, str(case.unit)) == ("assigned", "上河村村民委员会")
    assert [step.verb for step in case.steps.order_by("id")] == ["case.report", "case.confirm", "case.assign"]
    assert AuditEntry.objects.filter(subject=f"case:{case.pk}").count() == 3
    house.refresh_from_db()
    assert house.state == "assigned"


def test_where_nobody_is_on_duty_a_case_waits_in_plain_sight(house: Place, people: People) -> None:
    case = found(house, people)
    everywhere = Scope.of(DISTRICT)
    assert not waiting.nobodys(within=everywhere, on=today())
    Duty.objects.filter(unit=case.unit).update(ends=day_of(days_ago(1)))
    assert list(waiting.nobodys(within=everywhere, on=today())) == [case]
    office = Unit.objects.get(kind="township_office", region=TOWNSHIP)
    steps.assign(case=case, by=people.township, brought=brought(unit=office))
    assert not waiting.nobodys(within=everywhere, on=today())


def test_repaired_by_one_accepted_by_another(house: Place, people: People) -> None:
    case = found(house, people)
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="repair", files=[photo()]))
    steps.accept(case=case, by=people.village, brought=brought(files=[photo("blue")]))
    assert case.state == "accepted"
    assert case.ended_at is not None
    assert AuditEntry.objects.filter(subject=f"case:{case.pk}").count() == 4


@pytest.mark.parametrize(("year", "code"), [(1, "too_early"), (1799, "too_early"), (9999, "future")])
def test_nobody_looked_in_the_year_one(house: Place, people: People, year: int, code: str) -> None:
    """A moment that no database of ours can keep is refused before anything is written."""
    case, at = found(house, people), datetime(year, 1, 1, tzinfo=SHANGHAI)
    looked = Answered("u1", "houses.selfcheck", {}, at)
    for act in (
        lambda: steps.remedy(case=case, by=people.grid, brought=brought(at, remedy="repair", files=[photo()])),
        lambda: open_case(where=At(house.region, "houses"), place=house, code=LEANING.id, at=at, by=people.grid),
        lambda: submit_check(place=house, answered=looked, by=people.grid),
    ):
        with pytest.raises(Mistaken) as refused:
            act()
        assert (refused.value.field, refused.value.code) == ("at", code)
    assert Case.objects.count() == 1


def test_nobody_accepts_their_own_remedy(house: Place, people: People) -> None:
    case = found(house, people)
    steps.remedy(case=case, by=people.village, brought=brought(remedy="repair", files=[photo()]))
    with pytest.raises(Mistaken, match="自己整治的不能自己验收"):
        steps.accept(case=case, by=people.village, brought=brought(files=[photo()]))
    case.refresh_from_db()
    assert case.state == "remedied"


def test_acceptance_needs_a_photo_taken_after_the_repair(house: Place, people: People) -> None:
    case = found(house, people)
    steps.remedy(case=case, by=people.grid, brought=brought(days_ago(1), remedy="repair", files=[photo()]))
    with pytest.raises(Mistaken, match="至少拍一张"):
        steps.accept(case=case, by=people.village, brought=brought())
    with pytest.raises(Mistaken, match="拍摄于整治之前"):
        steps.accept(case=case, by=people.village, brought=brought(files=[photo(device_at=days_ago(2))]))


def test_an_urgent_case_is_accepted_only_at_the_district(house: Place, people: People) -> None:
    case = found(house, people, LEANING)
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="demolish", files=[photo()]))
    for actor in (people.village, people.township):
        with pytest.raises(Refused):
            steps.accept(case=case, by=actor, brought=brought(files=[photo()]))
    steps.accept(case=case, by=people.district, brought=brought(files=[photo()]))
    assert case.state == "accepted"


def test_an_urgent_case_tells_whoever_is_on_duty(house: Place, people: People) -> None:
    case = found(house, people, LEANING)
    message = Message.objects.get(case=case)
    assert message.urgent
    assert message.to == people.village.account


def test_sealing_a_house_is_containment_and_no_remedy(house: Place, people: People) -> None:
    case = found(house, people)
    with pytest.raises(Mistaken, match="没有消除危险"):
        steps.remedy(case=case, by=people.grid, brought=brought(remedy="seal", files=[photo()]))
    steps.contain(case=case, by=people.grid, brought=brought(note="人员撤离，拉警戒线", files=[photo()]))
    assert case.state == "contained"
    assert case.look_again_on is not None
    assert case.ended_at is None


def test_refusal_needs_two_witnesses_and_goes_one_tier_up(house: Place, people: People) -> None:
    case = found(house, people)
    with pytest.raises(Mistaken, match="两名见证人"):
        steps.refuse(case=case, by=people.village, brought=brought(note="户主不同意", witnesses=["甲", "甲"]))
    steps.refuse(case=case, by=people.village, brought=brought(note="户主不同意", witnesses=["甲", "乙"]))
    assert str(case.unit) == "青石镇村镇建设办公室"


def test_a_withdrawal_takes_two_persons(house: Place, people: People) -> None:
    case = found(house, people)
    with pytest.raises(Mistaken, match="先有人申请"):
        steps.withdraw(case=case, by=people.village, brought=brought(note="误报"))
    steps.ask_withdrawal(case=case, by=people.village, brought=brought(note="误报"))
    with pytest.raises(Mistaken, match="自己申请"):
        steps.withdraw(case=case, by=people.village, brought=brought(note="误报"))
    steps.withdraw(case=case, by=people.township, brought=brought(note="现场看过，确为误报"))
    assert case.state == "withdrawn"
    house.refresh_from_db()
    assert house.state == "none"


def test_accepted_is_final_and_what_comes_back_is_a_new_case(house: Place, people: People) -> None:
    case = found(house, people)
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="repair", files=[photo()]))
    steps.accept(case=case, by=people.village, brought=brought(files=[photo()]))
    with pytest.raises(Conflict):
        steps.return_remedy(case=case, by=people.village, brought=brought(note="又裂了"))
    again = found(house, people, days=0)
    assert again.pk != case.pk
    assert again.forerunner == case


def test_the_same_finding_twice_is_one_case(house: Place, people: People) -> None:
    first, second = found(house, people), found(house, people)
    assert first.pk == second.pk
    assert first.findings.count() == 2


def test_a_d_house_with_people_in_it_stays_open(house: Place, people: People) -> None:
    House.objects.filter(place=house).update(grade="D", occupied=True)
    case = found(house, people)
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="repair", files=[photo()]))
    with pytest.raises(Mistaken, match="仍有人居住"):
        steps.accept(case=case, by=people.village, brought=brought(files=[photo()]))


@pytest.mark.parametrize("who", ["next_village", "other_township", "neighbour", "nobody", "administrator", "auditor"])
def test_others_may_not_touch_it(house: Place, people: People, who: str) -> None:
    case = found(house, people)
    with pytest.raises(Refused):
        steps.remedy(case=case, by=getattr(people, who), brought=brought(remedy="repair", files=[photo()]))
    assert not CaseStep.objects.filter(verb="case.remedy").exists()


def test_a_refused_step_leaves_nothing_behind(house: Place, people: People) -> None:
    case = found(house, people)
    before = AuditEntry.objects.count(), CaseStep.objects.count()
    with pytest.raises(Mistaken):
        steps.remedy(case=case, by=people.grid, brought=brought(remedy="repair"))
    assert (AuditEntry.objects.count(), CaseStep.objects.count()) == before


def test_steps_cannot_be_changed_or_deleted(house: Place, people: People) -> None:
    case = found(house, people)
    step = case.steps.first()
    assert step is not None
    with pytest.raises(TypeError):
        step.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseStep.objects.filter(pk=step.pk).update(note="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_a_step_from_the_future_or_before_the_last_one_is_refused(house: Place, people: People) -> None:
    case = found(house, people, days=5)
    with pytest.raises(Mistaken, match="将来"):
        steps.remedy(case=case, by=people.grid, brought=brought(days_ago(-1), remedy="repair", files=[photo()]))
    with pytest.raises(Mistaken, match="早于上一步"):
        steps.remedy(case=case, by=people.grid, brought=brought(days_ago(6), remedy="repair", files=[photo()]))


def test_a_step_without_a_time_follows_one_from_a_clock_that_is_ahead(house: Place, people: People) -> None:
    case = found(house, people)
    ahead = timezone.now() + timedelta(minutes=5)
    steps.contain(case=case, by=people.grid, brought=brought(ahead, files=[photo()]))
    steps.look_again(case=case, by=people.village, brought=steps.Brought(note="还封着", files=[photo()]))
    assert list(case.steps.order_by("id").values_list("at", flat=True))[-2:] == [ahead, ahead]
