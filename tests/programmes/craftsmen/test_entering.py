"""What a clerk enters on a page: craftsmen one by one, those who come back, hours of a training held elsewhere."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from hemei.core.access import At, Refused, Scope
from hemei.core.actions.parameter import set_parameter
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import AuditEntry, Person
from hemei.core.personal import decrypt
from hemei.programmes.craftsmen.actions.entering import Elsewhere, NewCraftsman, enter_craftsman, enter_training
from hemei.programmes.craftsmen.actions.people import agree, bring_back, leave
from hemei.programmes.craftsmen.actions.plan import Marks, record_exam
from hemei.programmes.craftsmen.actions.training import attend, strike
from hemei.programmes.craftsmen.models import Attendance, Craftsman, EarlierTraining
from hemei.programmes.craftsmen.queries.people import CraftsmanFilter, craftsmen, standings
from hemei.terms.day import months_later, today
from tests.conftest import DISTRICT, NEXT_VILLAGE, VILLAGE, People
from tests.core.actions.register.folders import GOOD_ID
from tests.programmes.craftsmen.conftest import certified, craftsman_named, sitting, trained
from tests.programmes.craftsmen.test_plans import planned

HERE = At(VILLAGE, "craftsmen")
SAID = {"region": VILLAGE, "name": "石小山", "trade": "mason", "id_number": GOOD_ID, "phone": "13800009876"}


@pytest.fixture
def clerk(client: Client, people: People) -> Client:
    client.force_login(people.township.account)
    return client


def entered(people: People, **told: str) -> Craftsman:
    said = {"name": "石小山", "trade": "mason", **told}
    return enter_craftsman(where=HERE, told=NewCraftsman(**said), by=people.township)


def test_a_craftsman_is_entered_on_a_page(clerk: Client, people: People) -> None:
    assert "登记工匠" in clerk.get("/craftsmen/").content.decode()
    assert clerk.post("/craftsmen/add/", SAID | {"id_number": "123"}).status_code == 422
    assert clerk.post("/craftsmen/add/", SAID | {"region": "1"}).status_code == 422
    assert not Craftsman.objects.exists()
    assert clerk.post("/craftsmen/add/", SAID).status_code == 302
    one = Craftsman.objects.get()
    assert (one.region, one.trade, one.person.id_last4) == (VILLAGE, "mason", GOOD_ID[-4:])
    assert decrypt(one.person.phone) == "13800009876"
    assert one.person.id_cipher is None
    assert AuditEntry.objects.filter(verb="craftsman.enter", subject=f"craftsman:{one.pk}").count() == 1
    again = clerk.post("/craftsmen/add/", SAID)
    assert again.status_code == 422
    assert "名册里已经有石小山" in again.content.decode()
    assert GOOD_ID not in clerk.get(f"/craftsmen/{one.pk}/").content.decode()


def test_the_same_number_is_the_same_person(people: People) -> None:
    one = entered(people, id_number=GOOD_ID)
    Craftsman.objects.all().delete()
    assert entered(people, id_number=GOOD_ID).person == one.person
    assert Person.objects.filter(name="石小山").count() == 1
    with pytest.raises(Mistaken, match="另一个姓名"):
        entered(people, name="别人", id_number=GOOD_ID)


def test_namesakes_are_told_apart_by_their_number(people: People) -> None:
    entered(people)
    with pytest.raises(Conflict, match="请填写身份证号"):
        entered(people)
    entered(people, id_number=GOOD_ID)
    assert Craftsman.objects.count() == 2


def test_only_whoever_keeps_the_register_enters(client: Client, people: People, mason: Craftsman) -> None:
    for who in ("other_township", "neighbour", "grid", "auditor", "nobody"):
        with pytest.raises(Refused):
            enter_craftsman(where=HERE, told=NewCraftsman("石小山", "mason"), by=getattr(people, who))
        client.force_login(getattr(people, who).account)
        pages = () if who in ("other_township", "neighbour") else ("add/",)  # their own they may enter
        for page in (*pages, f"{mason.pk}/return/", f"{mason.pk}/trainings/add/"):
            assert client.get(f"/craftsmen/{page}").status_code in (403, 404), (who, page)


def test_whoever_left_comes_back_on_the_page(clerk: Client, ready: Craftsman, people: People) -> None:
    agree(craftsman=ready, shown=["name"], paper="同意书", by=people.township)
    leave(craftsman=ready, why="外出", by=people.township)
    assert "石大山" not in clerk.get("/craftsmen/").content.decode()
    assert "石大山" in clerk.get("/craftsmen/", {"left": "on"}).content.decode()
    assert f"/craftsmen/{ready.pk}/return/" in clerk.get(f"/craftsmen/{ready.pk}/").content.decode()
    with pytest.raises(Conflict, match="退出过名册"):
        entered(people, name="石大山")
    assert clerk.post(f"/craftsmen/{ready.pk}/return/", {"why": " "}).status_code == 422
    assert clerk.post(f"/craftsmen/{ready.pk}/return/", {"why": "回乡了"}).status_code == 302
    ready.refresh_from_db()
    assert (ready.left_on, ready.shown) == (None, []), "consent is asked anew"
    assert standings([ready], on=today())[ready.pk].may
    with pytest.raises(Conflict):
        bring_back(craftsman=ready, why="又", by=people.township)


def test_hours_of_a_training_elsewhere_count(clerk: Client, mason: Craftsman, people: People) -> None:
    certified(mason, people.township)
    hours = {"where": At(DISTRICT), "document": "区办〔2026〕8号", "starts": today(), "by": people.district}
    set_parameter(key="craftsmen.hours.basic", value=8, **hours)
    trained(mason)
    assert not standings([mason], on=today())[mason.pk].may
    address, day = f"/craftsmen/{mason.pk}/trainings/add/", today() - timedelta(days=30)
    said = {"on": day.isoformat(), "body": "州建筑学校", "document": "学时证明 12 号", "basic": "7.5"}
    for wrong in ({"document": ""}, {"basic": ""}, {"basic": "1e9"}, {"on": (today() + timedelta(1)).isoformat()}):
        assert clerk.post(address, said | wrong).status_code == 422, wrong
    assert clerk.post(address, said).status_code == 302
    assert not standings([mason], on=today())[mason.pk].may, "half an hour too few"
    assert EarlierTraining.objects.count() == 1, "the day that was known gained its hours"
    assert "登记过了" in clerk.post(address, said).content.decode()
    more = Elsewhere(day - timedelta(days=1), "州建筑学校", "学时证明 13 号", basic=0.5)
    enter_training(craftsman=mason, told=more, by=people.township)
    assert standings([mason], on=today())[mason.pk].may
    page = clerk.get(f"/craftsmen/{mason.pk}/").content.decode()
    assert "学时证明 12 号" in page
    assert "8 课时" in page


def named(paper: str) -> set[str]:
    rows = craftsmen(within=Scope.all(), where=CraftsmanFilter(paper=paper, on=today(), soon_days=90))
    return {one.person.name for one in rows}


def test_a_training_that_is_soon_too_long_ago_is_announced(people: People, clerk: Client) -> None:
    first = months_later(today(), -36)
    for name, days in (("今天", 0), ("九十天", 88), ("以后", 120), ("过了", -1)):
        one = craftsman_named(name)
        certified(one, people.township)
        trained(one, first + timedelta(days=days))
    both = craftsman_named("又训")
    certified(both, people.township)
    trained(both, first)
    trained(both, today() - timedelta(days=5))
    paper = craftsman_named("证书", region=NEXT_VILLAGE)
    certified(paper, people.township, ends=today() + timedelta(days=30))
    trained(paper)
    assert named("soon") == {"今天", "九十天", "证书"}
    page = clerk.get("/craftsmen/", {"paper": "soon"}).content.decode()
    assert "3 名工匠的证书或培训在 90 天内到期" in page


def table_of(answer) -> list[tuple[object, ...]]:
    body = b"".join(answer.streaming_content)
    return list(openpyxl.load_workbook(io.BytesIO(body)).active.values)


def test_attendance_and_results_go_out_as_files(clerk: Client, mason: Craftsman, people: People) -> None:
    held = sitting(people.township)
    other = craftsman_named("石有根", phone="13800001111")
    for one in (mason, other):
        attend(session=held, craftsman=one, how="desk", at=timezone.now(), by=people.township)
    strike(attendance=Attendance.objects.get(craftsman=other), why="没有到", by=people.township)
    rows = table_of(clerk.get(f"/craftsmen/sessions/{held.pk}/attendance.xlsx"))
    told = {row[0]: (row[6], row[7]) for row in rows[1:]}
    assert told == {"石大山": (120, None), "石有根": (0, "没有到")}
    plan = planned(people)
    plan.sessions.add(held)
    record_exam(plan=plan, craftsman=mason, marks=Marks(today(), True, theory=82), by=people.township)
    rows = table_of(clerk.get(f"/craftsmen/plans/{plan.pk}/results.xlsx"))
    assert [(row[0], row[3], row[7], row[9]) for row in rows[1:]] == [("石大山", 2, 82, "合格")]
    assert AuditEntry.objects.filter(verb="register.export").count() == 2
    assert clerk.get(f"/craftsmen/plans/{plan.pk}/results.exe").status_code == 404
    clerk.force_login(people.nobody.account)
    for page in (f"sessions/{held.pk}/attendance.xlsx", f"plans/{plan.pk}/results.xlsx"):
        assert clerk.get(f"/craftsmen/{page}").status_code in (403, 404)
