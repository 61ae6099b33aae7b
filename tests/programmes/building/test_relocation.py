"""An ecological relocation from who may move to the greened ground; leads that a look at a house gave."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hemei.core.access import At, Refused
from hemei.core.actions.case import STEPS as CASE_STEPS
from hemei.core.actions.opening import open_case
from hemei.core.errors import Mistaken
from hemei.core.models import AuditEntry, Case, Check, Holding, Household, Place
from hemei.programmes.building.actions.lead import hand_over
from hemei.programmes.building.actions.relocation import reach_stage
from hemei.programmes.building.models import Lead, Permit, Stage
from hemei.programmes.building.queries.standing import stood
from hemei.terms.day import today
from hemei.terms.verdict import Outcome
from tests.conftest import VILLAGE, People, brought, days_ago, photo
from tests.programmes.building.conftest import Way, applied
from tests.programmes.building.test_around import SEEN
from tests.programmes.building.test_pages import client_of, picture


def reached(permit: Permit, stage: str, by, **other: object):
    said = {"on": today(), "document": "搬迁办〔2026〕1号", "note": "", "files": [photo()], **other}
    return reach_stage(permit=permit, stage=stage, by=by, **said)


@pytest.fixture
def moving(people: People, household: Household, house: Place) -> Permit:
    Holding.objects.create(household=household, place=house)
    return applied(people, household, work="ecological", old_place=house.pk, old_fate="demolish")


def at_the_gate(permit: Permit) -> Outcome:
    return next(one for one in stood(permit) if one.passage.gate.id == "building.G15").outcome


def test_eligibility_and_agreement_come_before_the_approval(people: People, way: Way, moving: Permit) -> None:
    assert at_the_gate(moving) is Outcome.FAIL
    with pytest.raises(Mistaken, match="现在该登记“资格认定”"):
        reached(moving, "agreed", people.township)
    with pytest.raises(Refused):
        reached(moving, "eligible", people.next_village)
    reached(moving, "eligible", people.township)
    assert at_the_gate(moving) is Outcome.FAIL
    for wrong in ({"document": " "}, {"files": []}, {"on": today() + timedelta(days=1)}):
        with pytest.raises(Mistaken):
            reached(moving, "agreed", people.township, **wrong)
    reached(moving, "agreed", people.township)
    assert at_the_gate(moving) is Outcome.PASS
    with pytest.raises(Mistaken, match="新房验收合格以后"):
        reached(moving, "demolished", people.township)
    assert AuditEntry.objects.filter(verb="permit.relocate").count() == 2


def test_other_work_has_no_such_stages(people: People, household: Household) -> None:
    permit = applied(people, household)
    with pytest.raises(Mistaken, match="只有生态搬迁"):
        reached(permit, "eligible", people.township)
    assert all(one.passage.gate.id != "building.G15" for one in stood(permit))


def test_the_d_case_closes_when_the_new_house_stands_and_the_old_one_is_down(
    people: People, way: Way, moving: Permit, house: Place
) -> None:
    where = At(VILLAGE, "houses", house.pk)
    case: Case = open_case(where=where, place=house, code="houses.F03", at=brought().moment, by=people.village)
    remedied = brought(note="人已搬出", files=[photo()], remedy="rebuild")
    CASE_STEPS["case.remedy"](case=case, by=people.village, brought=remedied)
    accept = brought(note="看过", files=[photo("blue")])
    reached(moving, "eligible", people.township)
    reached(moving, "agreed", people.township)
    with pytest.raises(Mistaken, match="还没有登记拆除"):
        CASE_STEPS["case.accept"](case=case, by=people.district, brought=accept)
    Permit.objects.filter(pk=moving.pk).update(state="accepted", accepted_on=today())
    moving.refresh_from_db()
    with pytest.raises(Mistaken, match="还没有登记拆除"):
        CASE_STEPS["case.accept"](case=case, by=people.district, brought=accept)
    reached(moving, "demolished", people.township)
    CASE_STEPS["case.accept"](case=case, by=people.district, brought=accept)
    case.refresh_from_db()
    assert case.state == "accepted"
    client = client_of(people.township)
    address = f"/building/{moving.pk}/relocation/"
    said = {"stage": "greened", "on": today().isoformat(), "document": "林〔2026〕2号", "note": "栽了 40 株"}
    assert client.post(address, said).status_code == 422, "a photo is needed"
    assert client.post(address, said | {"photo": picture()}).status_code == 302
    page = client.get(f"/building/{moving.pk}/").content.decode()
    assert "原址复绿" in page
    assert "栽了 40 株" in page
    assert "各阶段都登记过了" in client.post(address, said | {"photo": picture()}).content.decode()


@pytest.mark.parametrize(
    ("state", "before", "shown"),
    [
        ("returned", 0, "资格认定"),
        ("building", 2, ""),
        ("accepted", 2, "旧房拆除"),
        ("registered", 2, "旧房拆除"),
        ("registered", 3, "原址复绿"),
        ("registered", 4, ""),
        ("withdrawn", 0, ""),
    ],
)
def test_the_page_leads_to_the_stage_whose_time_it_is(
    people: People, moving: Permit, state: str, before: int, shown: str
) -> None:
    for number, stage in enumerate(Stage.values[:before]):
        if number == 2:
            Permit.objects.filter(pk=moving.pk).update(state="accepted", accepted_on=today())
            moving.refresh_from_db()
        reached(moving, stage, people.township)
    Permit.objects.filter(pk=moving.pk).update(state=state)
    page = client_of(people.township).get(f"/building/{moving.pk}/")
    assert page.context["relocating"] == shown
    assert (f'href="/building/{moving.pk}/relocation/"' in page.content.decode()) is bool(shown)
    assert "登记搬迁阶段" not in client_of(people.auditor).get(f"/building/{moving.pk}/").content.decode()


def test_a_lead_comes_from_a_look_at_a_house_and_opens_no_case(people: People, house: Place) -> None:
    look = Check.objects.create(
        instance_id="uuid:1", place=house, region=house.region, matter="houses", tier="patrol", form="houses.patrol",
        version="1", digest="0" * 64, at=days_ago(3), recorded_at=days_ago(3), actor="x",
    )  # fmt: skip
    client = client_of(people.township)
    assert f"/building/leads/add/?place={house.pk}" in client.get(f"/office/places/{house.pk}/").content.decode()
    address = f"/building/leads/add/?place={house.pk}"
    form = client.get(address).content.decode()
    assert house.label in form
    assert "区级巡查" in form
    said = {
        "check": look.pk, "wrong": "without", "where": house.label, "found": "加了一层，没有批准",
        "seen_on": (today() - timedelta(days=3)).isoformat(), "handed_to": "镇综合执法队", "document": "移〔2026〕3号",
        "handed_on": today().isoformat(),
    }  # fmt: skip
    assert client.post(address, said | {"check": "999999"}).status_code == 422
    assert client.post(address, said).status_code == 302
    lead = Lead.objects.get()
    assert (lead.place, lead.check_seen, lead.region) == (house, look, house.region)
    assert not Case.objects.exists(), "apart from the repairs"
    assert "移〔2026〕3号" in client.get(f"/office/places/{house.pk}/").content.decode()
    for nonsense in ("x", "0", "9" * 40):
        assert client.get(f"/building/leads/add/?place={nonsense}").status_code == 404
    assert "leads/add" not in client_of(people.village).get(f"/office/places/{house.pk}/").content.decode()
    with pytest.raises(Mistaken, match="这处房屋的一次检查"):
        hand_over(where=At(VILLAGE, "building"), seen=SEEN, by=people.township, check=look)
