"""What stands beside the permits: the table of working days, leads to enforcement, the case of the old house."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hemei.core.access import Actor, At, Refused
from hemei.core.actions.case import STEPS as CASE_STEPS
from hemei.core.actions.opening import open_case
from hemei.core.errors import Mistaken
from hemei.core.models import AuditEntry, Holding, Household, Place
from hemei.programmes.building.actions.lead import Seen, close, hand_over
from hemei.programmes.building.actions.workday import correct_days
from hemei.programmes.building.models import Lead, WorkDay
from hemei.programmes.building.queries.calendar import calendar_of
from hemei.terms.day import today
from tests.conftest import DISTRICT, TOWNSHIP, VILLAGE, People, brought, photo
from tests.programmes.building.conftest import BEGAN, MEETING, Way, applied, household_of, step
from tests.programmes.building.test_pages import client_of

HERE = At(DISTRICT, "building")
HOLIDAY = BEGAN + timedelta(days=3)


def correct(by: Actor, what: str = "rest", *, first: date = HOLIDAY, last: date = HOLIDAY, document: str = "区办通知"):
    return correct_days(where=HERE, first=first, last=last, what=what, document=document, by=by)


def test_a_correction_moves_the_deadlines_that_run(people: People, way: Way, household: Household) -> None:
    on_notice, under_review = applied(people, household), applied(people, household_of("石有粮", number="2"))
    step(on_notice, "agree", people.village, on=BEGAN, **MEETING)
    step(on_notice, "publicise", people.village, on=BEGAN)
    way.to_village(under_review)
    before = under_review.due_on
    assert correct(people.district) == 1, "the notice; the review began later"
    on_notice.refresh_from_db()
    assert on_notice.due_on == BEGAN + timedelta(days=8)
    with pytest.raises(Mistaken, match="才满"):
        step(on_notice, "close_notice", people.village, on=BEGAN + timedelta(days=7))
    assert correct(people.district, first=before, last=before) == 1
    under_review.refresh_from_db()
    assert under_review.due_on > before
    assert correct(people.district, "announced", first=before, last=before) == 1
    under_review.refresh_from_db()
    assert under_review.due_on == before
    assert AuditEntry.objects.filter(verb="calendar.correct", region=DISTRICT).count() == 3


def test_only_the_district_corrects_with_a_document(people: People) -> None:
    for who in ("village", "township", "neighbour", "auditor"):
        with pytest.raises(Refused):
            correct(getattr(people, who))
    for wrong in ({"document": " "}, {"what": "feast"}, {"last": HOLIDAY + timedelta(days=31)}, {"last": BEGAN}):
        with pytest.raises(Mistaken):
            correct(people.district, **wrong)
    assert not WorkDay.objects.exists()


def test_the_table_on_its_page(people: People) -> None:
    page = client_of(people.village).get("/building/workdays/").content.decode()
    assert "待定" in page
    assert "没有更正" in page
    form = client_of(people.district)
    said = {"first": "2026-12-24", "last": "2026-12-25", "what": "rest", "document": "区办〔2026〕9号"}
    assert form.post("/building/workdays/correct/", said).status_code == 302
    assert client_of(people.township).get("/building/workdays/correct/").status_code == 403
    assert "区办〔2026〕9号" in client_of(people.village).get("/building/workdays/").content.decode()


SEEN = Seen("without", "上河村河边", "一层已砌到窗台", today(), "镇综合执法队", "青石移〔2026〕1号", today())


def test_a_lead_is_handed_over_and_its_outcome_recorded(people: People) -> None:
    with pytest.raises(Refused):
        hand_over(where=At(VILLAGE, "building"), seen=SEEN, by=people.village)
    with pytest.raises(Mistaken, match="选到村"):
        hand_over(where=At(TOWNSHIP, "building"), seen=SEEN, by=people.township)
    lead = hand_over(where=At(VILLAGE, "building"), seen=SEEN, by=people.township)
    client = client_of(people.township)
    assert "镇综合执法队" in client.get("/building/leads/").content.decode()
    address = f"/building/leads/{lead.pk}/close/"
    assert client.post(address, {"outcome": "责令停工", "outcome_document": ""}).status_code == 422
    said = {"outcome": "责令停工、补办手续", "outcome_document": "青石执〔2026〕5号", "ended_on": today().isoformat()}
    assert client.post(address, said).status_code == 302
    assert Lead.objects.get().outcome == "责令停工、补办手续"
    with pytest.raises(Mistaken, match="已经登记过"):
        close(lead=lead, outcome="x", outcome_document="y", ended_on=today(), by=people.township)
    assert "河边" not in client_of(people.next_village).get("/building/leads/").content.decode()


def test_the_case_of_a_d_house_waits_for_the_new_one(people: People, way: Way, house: Place) -> None:
    household = household_of()
    Holding.objects.create(household=household, place=house)
    case = open_case(
        where=At(VILLAGE, "houses", house.pk), place=house, code="houses.F03", at=brought().moment, by=people.village
    )
    remedied = brought(note="人已搬出", files=[photo()], remedy="rebuild")
    permit = applied(people, household, work="dangerous", old_place=house.pk, old_fate="demolish")
    CASE_STEPS["case.remedy"](case=case, by=people.village, brought=remedied)
    accept = brought(note="看过", files=[photo("blue")])
    with pytest.raises(Mistaken, match="新房验收合格以后"):
        CASE_STEPS["case.accept"](case=case, by=people.district, brought=accept)
    type(permit).objects.filter(pk=permit.pk).update(state="accepted")
    CASE_STEPS["case.accept"](case=case, by=people.district, brought=accept)
    case.refresh_from_db()
    assert case.state == "accepted"


def test_a_deadline_in_a_year_that_is_not_announced_is_provisional(db) -> None:
    assert not calendar_of(VILLAGE).after(BEGAN, 20).provisional
    assert calendar_of(VILLAGE).after(date(2199, 3, 1), 20).provisional
    assert calendar_of(VILLAGE).after(date(2024, 2, 28), 1).day == date(2024, 2, 29)
