"""Training plans, their sessions and examinations."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hemei.core.access import At, Refused
from hemei.core.errors import Mistaken
from hemei.programmes.craftsmen.actions.plan import Marks, NewPlan, add_session, make_plan, record_exam
from hemei.programmes.craftsmen.actions.training import Lesson, attend
from hemei.programmes.craftsmen.models import Craftsman, ExamResult, Plan, Session
from hemei.terms.day import today
from tests.conftest import TOWNSHIP, People

WEEK = timedelta(days=7)


def planned(people: People) -> Plan:
    plan = NewPlan("秋季培训", today() - WEEK, today() + WEEK, "培训学校", places=40, basic=8, practice=16)
    return make_plan(where=At(TOWNSHIP, "craftsmen"), plan=plan, by=people.township)


def lesson(days: int = 0) -> Lesson:
    starts = timezone.now() - timedelta(minutes=10) + timedelta(days=days)
    return Lesson("砌筑", "basic", "文化站", starts, starts + timedelta(hours=2))


def test_a_plan_counts_what_is_held_and_who_passed(client: Client, mason: Craftsman, people: People) -> None:
    plan = planned(people)
    held = add_session(plan=plan, lesson=lesson(), by=people.township)
    attend(session=held, craftsman=mason, how="desk", at=timezone.now(), by=people.township)
    record_exam(plan=plan, craftsman=mason, marks=Marks(today(), True, theory=82), by=people.township)
    client.force_login(people.township.account)
    text = client.get(f"/craftsmen/plans/{plan.pk}/").content.decode()
    assert "参加 1 人，考试合格 1 人" in text
    assert "已排 2 课时" in text
    assert "82" in text
    assert "秋季培训" in client.get("/craftsmen/plans/").content.decode()
    assert "秋季培训" in client.get(f"/craftsmen/{mason.pk}/").content.decode()


def test_a_session_lies_within_its_plan(people: People) -> None:
    with pytest.raises(Mistaken, match="不在计划的日期里"):
        add_session(plan=planned(people), lesson=lesson(days=30), by=people.township)
    assert not Session.objects.exists()


def test_only_who_attended_is_examined_and_once_a_day(mason: Craftsman, people: People) -> None:
    plan = planned(people)
    with pytest.raises(Mistaken, match="没有参加过"):
        record_exam(plan=plan, craftsman=mason, marks=Marks(today(), True), by=people.township)
    held = add_session(plan=plan, lesson=lesson(), by=people.township)
    attend(session=held, craftsman=mason, how="desk", at=timezone.now(), by=people.township)
    for marks, field in (
        (Marks(today() + timedelta(days=1), True), "on"),
        (Marks(today() - 2 * WEEK, True), "on"),
        (Marks(today(), True, theory=101), "theory"),
        (Marks(today(), True, practice=-1), "practice"),
    ):
        with pytest.raises(Mistaken) as said:
            record_exam(plan=plan, craftsman=mason, marks=marks, by=people.township)
        assert said.value.field == field
    record_exam(plan=plan, craftsman=mason, marks=Marks(today(), False, theory=40), by=people.township)
    with pytest.raises(Mistaken, match="已经登记了"):
        record_exam(plan=plan, craftsman=mason, marks=Marks(today(), True), by=people.township)
    assert ExamResult.objects.count() == 1
    with pytest.raises(Refused):
        record_exam(plan=plan, craftsman=mason, marks=Marks(today(), True), by=people.village)


def test_the_clerk_plans_on_the_pages(client: Client, mason: Craftsman, people: People) -> None:
    client.force_login(people.township.account)
    day = today().isoformat()
    said = {"region": TOWNSHIP, "title": "冬训", "starts_on": day, "ends_on": day, "basic": "8"}
    client.post("/craftsmen/plans/add/", said)
    plan = Plan.objects.get()
    wrong = client.post("/craftsmen/plans/add/", said | {"ends_on": (today() - WEEK).isoformat()})
    assert "结束日期早于开始日期" in wrong.content.decode()
    one = {"title": "课", "kind": "skill", "venue": "站", "on": day, "starts": "00:10", "ends": "02:10"}
    assert client.post(f"/craftsmen/plans/{plan.pk}/sessions/add/", one).status_code == 302
    held = Session.objects.get()
    attend(session=held, craftsman=mason, how="desk", at=held.starts, by=people.township)
    answer = client.post(f"/craftsmen/plans/{plan.pk}/exam/{mason.pk}/", {"on": day, "passed": "no", "theory": "59"})
    assert answer.status_code == 302
    assert ExamResult.objects.get().passed is False
    assert client.get(f"/craftsmen/plans/{plan.pk}/exam/999999/").status_code == 404
