"""The whole life of a permit, and what stands in its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hemei.core.access import Actor, At, Refused, scope_of
from hemei.core.actions.parameter import set_parameter
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import AuditEntry, Holding, Household, HouseholdMember, Person, Place
from hemei.core.registry import registry
from hemei.programmes.building.actions.review import ask_set_aside, opine, settle_on_site, sign_set_aside
from hemei.programmes.building.actions.steps import STEPS
from hemei.programmes.building.gates import Facts, control
from hemei.programmes.building.models import Permit, PermitStep
from hemei.programmes.building.queries.permits import counts, medians
from hemei.programmes.building.queries.standing import stood
from hemei.terms.day import today
from hemei.terms.verdict import Outcome
from tests.conftest import DISTRICT, TOWNSHIP, VILLAGE, People, brought, build_house, photo
from tests.programmes.building.conftest import BEGAN, BUILT, MEETING, NUMBERS, Way, applied, household_of, noon, step
from tests.programmes.building.test_pages import client_of


def gate(permit: Permit, key: str):
    return next(one for one in stood(permit) if one.passage.gate.id == key)


def test_the_whole_life_of_one_house(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household)
    way.to_acceptance(permit)
    step(permit, "register", people.township, certificate="鄂不动产权第0001号")
    permit.refresh_from_db()
    assert permit.state == "registered"
    assert permit.number == f"{TOWNSHIP}-2026-0001"
    house = Place.objects.get(pk=permit.house_id)
    assert (house.kind, house.region, house.house.storeys, house.house.year_built) == ("house", VILLAGE, 2, 2026)
    assert Holding.objects.get(place=house).household == household
    walked = list(permit.steps.values_list("to_state", flat=True))
    assert walked[:3] == ["applied", "agreed", "publicised"]
    assert walked[-3:] == ["building", "accepted", "registered"]
    entries = AuditEntry.objects.filter(subject=f"permit:{permit.pk}")
    assert set(entries.values_list("matter", "region")) == {("building", VILLAGE)}


def test_the_notice_runs_its_working_days(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household)
    step(permit, "agree", people.village, on=BEGAN, **MEETING)
    step(permit, "publicise", people.village, on=BEGAN)
    assert permit.notice_ends == BEGAN + timedelta(7), "five working days after a Monday"
    with pytest.raises(Mistaken, match="才满"):
        step(permit, "close_notice", people.village, on=BEGAN + timedelta(6))
    early = photo(device_at=noon(BEGAN - timedelta(1)))
    with pytest.raises(Mistaken, match="张榜之前"):
        step(permit, "close_notice", people.village, on=BEGAN + timedelta(7), files=[early])
    with pytest.raises(Mistaken, match="先登记公示结果"):
        step(permit, "village_review", people.village, on=BEGAN + timedelta(7))
    step(permit, "close_notice", people.village, on=BEGAN + timedelta(7), objections="李家说挡路")
    with pytest.raises(Mistaken, match="异议"):
        step(permit, "village_review", people.village, on=BEGAN + timedelta(8))
    page = client_of(people.village).get(f"/building/{permit.pk}/").content.decode()
    assert "公示有异议，等村里处理" in page
    assert "有异议还没有处理" in page[page.index("还差什么") : page.index("打印：")]
    step(permit, "close_notice", people.village, on=BEGAN + timedelta(8), objections="李家说挡路", settled="让出一米")
    page = client_of(people.village).get(f"/building/{permit.pk}/").content.decode()
    assert "公示期满了，等村里审查" in page
    assert "有异议还没有处理" not in page
    step(permit, "village_review", people.village, on=BEGAN + timedelta(8))
    assert permit.due_on is not None
    assert not permit.due_provisional


def test_what_can_be_measured_is_named_before_what_nobody_has_a_layer_for() -> None:
    unclear = tuple((name, Outcome.UNKNOWN) for name in ("高速公路", "县道", "国道", "林地", "耕地"))
    facts = Facts("new", "homestead", 120, 2, "pattern", verdicts=unclear)
    some = control(replace(facts, unset=frozenset({"高速公路", "国道", "林地", "耕地"})))
    assert some.said == "要到现场量：县道；图层或数值未配置，要到现场看：高速公路、国道、林地 等 4 条"
    assert some.outcome is Outcome.UNKNOWN
    assert some.decides
    assert some.key == control(facts).key, "what was found on site stands"


def test_a_vote_that_was_lost_is_no_agreement(people: People, household: Household) -> None:
    permit = applied(people, household)
    with pytest.raises(Mistaken, match="没有超过"):
        step(permit, "agree", people.village, **(MEETING | {"in_favour": 12}))
    for wrong in ({"present": 31}, {"in_favour": 25}, {"convened": "dinner"}, {"entitled": "many"}):
        with pytest.raises(Mistaken):
            step(permit, "agree", people.village, **(MEETING | wrong))
    assert permit.steps.count() == 1
    step(permit, "agree", people.village, **(MEETING | {"present": 19, "in_favour": 19}))
    assert gate(permit, "building.G11").outcome is Outcome.FAIL, "nineteen of thirty are not two thirds"


def test_nobody_approves_their_own_application(people: People, way: Way, second: Actor, household: Household) -> None:
    permit = applied(people, household, by=people.township)
    way.to_village(permit)
    with pytest.raises(Mistaken, match="另一人"):
        step(permit, "town_review", people.township)
    for office in ("农业农村", "自然资源", "村镇建设"):
        opine(permit=permit, office=office, said="agrees", note="", by=people.township)
    way.visit(permit, 0)
    step(permit, "town_review", second)
    way.settle(permit)
    with pytest.raises(Mistaken, match="另一人"):
        step(permit, "approve", people.township, **NUMBERS)
    person = Person.objects.create(name=second.name, region=VILLAGE)
    HouseholdMember.objects.create(household=household, person=person)
    with pytest.raises(Mistaken, match="同名"):
        step(permit, "approve", second, **NUMBERS)
    person.name = "别人"
    person.save()
    step(permit, "approve", second, **NUMBERS)


def test_only_the_township_approves(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household)
    way.to_town(permit)
    way.settle(permit)
    for who in ("village", "grid", "district", "other_township", "neighbour", "inspector", "auditor", "nobody"):
        with pytest.raises(Refused):
            step(permit, "approve", getattr(people, who), **NUMBERS)
    assert permit.steps.filter(verb="permit.approve").count() == 0


def test_a_failing_gate_stops_the_approval_until_two_set_it_aside(
    people: People, way: Way, second: Actor, household: Household
) -> None:
    permit = applied(people, household, plot_m2=260.0)
    way.to_town(permit)
    way.settle(permit)
    with pytest.raises(Mistaken, match="宅基地面积"):
        step(permit, "approve", second, **NUMBERS)
    area = "building.G02"
    with pytest.raises(Mistaken):
        ask_set_aside(permit=permit, gate=area, document="", reason="地形所限", by=people.township)
    ask_set_aside(permit=permit, gate=area, document="青石镇纪要〔2026〕3号", reason="地形所限", by=people.township)
    with pytest.raises(Mistaken, match="另一人签"):
        sign_set_aside(permit=permit, gate=area, by=people.township)
    with pytest.raises(Mistaken, match="宅基地面积"):
        step(permit, "approve", second, **NUMBERS)
    with pytest.raises(Refused):
        sign_set_aside(permit=permit, gate=area, by=people.village)
    sign_set_aside(permit=permit, gate=area, by=people.district)
    assert gate(permit, area).is_set_aside
    assert AuditEntry.objects.filter(verb="permit.set_aside", subject=f"permit:{permit.pk}").count() == 1
    step(permit, "approve", second, **NUMBERS)
    decided = {one["gate"]: one for one in permit.steps.get(verb="permit.approve").data["gates"]}
    assert (decided[area]["outcome"], decided[area]["by"]) == ("set_aside", "青石镇纪要〔2026〕3号")
    assert "260" in decided[area]["said"]


def test_what_is_unknown_is_settled_on_site(people: People, way: Way, second: Actor, household: Household) -> None:
    permit = applied(people, household, land="")
    way.to_town(permit)
    with pytest.raises(Mistaken, match="还不能批准"):
        step(permit, "approve", second, **NUMBERS)
    assert gate(permit, "building.G03").outcome is Outcome.UNKNOWN, "no limit of storeys is configured"
    assert not gate(permit, "building.G03").blocks
    settle_on_site(permit=permit, gate="building.G05", outcome="fail", note="是农用地", by=people.township)
    way.settle(permit)
    with pytest.raises(Mistaken, match="农用地转用"):
        step(permit, "approve", second, **NUMBERS)


def test_a_set_aside_holds_for_that_failure_only(people: People, way: Way, second: Actor, household: Household) -> None:
    permit = applied(people, household, plot_m2=210.0)
    ask_set_aside(permit=permit, gate="building.G02", document="纪要", reason="地形", by=people.township)
    sign_set_aside(permit=permit, gate="building.G02", by=second)
    step(permit, "return", people.township, note="面积改大了")
    permit.refresh_from_db()
    filed = permit.steps.get(verb="permit.apply").data["filed"] | {"plot_m2": 400.0}
    step(permit, "resubmit", people.village, filed=filed)
    assert gate(permit, "building.G02").blocks


def test_a_returned_permit_keeps_its_history(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household)
    way.to_village(permit)
    before = list(PermitStep.objects.filter(permit=permit).values("id", "verb", "note", "data", "at"))
    with pytest.raises(Mistaken, match="原因"):
        step(permit, "return", people.township, note=" ")
    step(permit, "return", people.township, note="四至不清")
    filed = permit.steps.get(verb="permit.apply").data["filed"] | {"bounds": "东至新路"}
    step(permit, "resubmit", people.village, note="四至改清楚", filed=filed)
    after = list(PermitStep.objects.filter(permit=permit).values("id", "verb", "note", "data", "at"))
    assert after[: len(before)] == before
    assert (permit.state, permit.bounds, permit.meeting, permit.notice_worked_days) == ("applied", "东至新路", {}, None)
    with pytest.raises(TypeError):
        PermitStep.objects.filter(permit=permit)[0].delete()


def test_a_refusal_is_written_with_clause_reasons_and_remedies(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household)
    said = {
        "clause": "《土地管理法》第六十二条",
        "document": "青石不批〔2026〕1号",
        "appeal": "60 日内申请复议",
    }
    for lacking in said:
        with pytest.raises(Mistaken):
            step(permit, "refuse", people.township, **(said | {lacking: ""}))
    with pytest.raises(Mistaken, match="原因"):
        step(permit, "refuse", people.township, note="", **said)
    step(permit, "refuse", people.township, note="已有住宅", **said)
    with pytest.raises(Conflict):
        step(permit, "agree", people.village, **MEETING)


def test_an_office_that_objects_or_is_silent_holds_the_review(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household)
    way.to_village(permit)
    way.visit(permit, 0)
    opine(permit=permit, office="农业农村", said="agrees", note="", by=people.township)
    with pytest.raises(Mistaken, match="自然资源、村镇建设"):
        step(permit, "town_review", people.township)
    with pytest.raises(Mistaken, match="填写"):
        opine(permit=permit, office="自然资源", said="objects", note="", by=people.district)
    opine(permit=permit, office="自然资源", said="objects", note="压了规划路", by=people.district)
    opine(permit=permit, office="村镇建设", said="not_ours", note="", by=people.township)
    with pytest.raises(Mistaken, match="自然资源不同意"):
        step(permit, "town_review", people.township)
    opine(permit=permit, office="自然资源", said="agrees", note="退让以后同意", by=people.district)
    step(permit, "town_review", people.township)


def test_visits_are_the_districts_list(people: People, way: Way, second: Actor, household: Household) -> None:
    where = At(DISTRICT, "building")
    four = "初审、批放、施工、验收"
    set_parameter(
        where=where, key="building.visits", value=four, starts=today(), document="区办〔2026〕1号", by=people.district
    )
    permit = applied(people, household)
    way.to_village(permit)
    for office in ("农业农村", "自然资源", "村镇建设"):
        opine(permit=permit, office=office, said="agrees", note="", by=people.township)
    with pytest.raises(Mistaken, match="还没有登记到场：初审"):
        step(permit, "town_review", people.township)
    with pytest.raises(Mistaken, match="哪一次到场"):
        way.visit(permit, 0)


def test_each_stage_is_inspected_before_the_next(people: People, way: Way, second: Actor, household: Household) -> None:
    permit = applied(people, household)
    way.to_building(permit)
    way.visit(permit, 2)
    with pytest.raises(Mistaken, match="前面的阶段还没有查：基础"):
        step(permit, "inspect", people.township, stage="主体")
    with pytest.raises(Mistaken, match="照片"):
        step(permit, "inspect", people.township, stage="基础", files=[])
    step(permit, "inspect", people.township, stage="基础")
    with pytest.raises(Mistaken, match="主体、屋面"):
        step(permit, "accept", second, as_built=BUILT)


def test_what_was_built_otherwise_is_said(people: People, way: Way, second: Actor, household: Household) -> None:
    permit = applied(people, household)
    way.to_building(permit)
    way.visit(permit, 2)
    for stage in ("基础", "主体", "屋面"):
        step(permit, "inspect", people.township, stage=stage)
    otherwise = BUILT | {"footprint_m2": 97.0, "storeys": 3}
    with pytest.raises(Mistaken, match=r"基底面积.*层数"):
        step(permit, "accept", second, note="", as_built=otherwise)
    set_parameter(
        where=At(DISTRICT, "building"), key="building.tolerance.percent", value="10", starts=today(), document="区办",
        by=people.district,
    )  # fmt: skip
    step(permit, "accept", second, note="", as_built=BUILT | {"footprint_m2": 97.0})
    assert permit.state == "accepted"


def test_one_household_one_homestead(people: People, household: Household) -> None:
    house = build_house()
    Holding.objects.create(household=household, place=house)
    permit = applied(people, household)
    assert gate(permit, "building.G01").outcome is Outcome.FAIL
    cousin = household_of("石有地", number="2")
    assert gate(applied(people, cousin), "building.G01").outcome is Outcome.PASS
    elsewhere = Household.objects.create(region="429999104200", number="7", head=cousin.head)
    Holding.objects.create(household=elsewhere, place=build_house("429999104200", "白水一号"))
    again = Permit.objects.get(household=cousin)
    assert gate(again, "building.G01").outcome is Outcome.FAIL, "in another township, where the clerk sees nothing"
    assert "请问白水镇" in str(gate(again, "building.G01").passage.answer.said)
    stranger = household_of("无证件", number="3", known=False)
    assert gate(applied(people, stranger), "building.G01").outcome is Outcome.UNKNOWN


def test_rebuilding_names_the_old_house(people: People, household: Household) -> None:
    house = build_house()
    Holding.objects.create(household=household, place=house)
    with pytest.raises(Mistaken, match="哪一处旧房"):
        applied(people, household, work="rebuild")
    other = build_house(label="别家")
    with pytest.raises(Mistaken, match="这一户登记的房屋"):
        applied(people, household, work="rebuild", old_place=other.pk)
    permit = applied(people, household, work="dangerous", old_place=house.pk, old_fate="demolish")
    assert gate(permit, "building.G01").outcome is Outcome.PASS, "the old house is not another one"
    assert gate(permit, "building.G09").outcome is Outcome.UNKNOWN, "never appraised"
    told = registry.facts["building.permit"].read(within=scope_of(people.village, "place.view"), on=today())
    assert told[house.pk][0]["work"] == "dangerous"


def test_where_things_get_stuck(people: People, way: Way, household: Household) -> None:
    way.to_village(applied(people, household))
    way.to_village(applied(people, household_of("石有粮", number="2")), BEGAN)
    within = scope_of(people.district, "permit.view")
    assert counts(within=within) == {"village_reviewed": 2}
    assert medians(within=within)[TOWNSHIP]["publicised"] == (6.0, 2)
    assert medians(within=scope_of(people.neighbour, "permit.view")) == {}


def test_a_step_sent_twice_is_taken_once(people: People, household: Household) -> None:
    permit = applied(people, household)
    seen = permit.steps.get().pk
    for _turn in range(2):
        STEPS["permit.agree"](
            permit=permit,
            by=people.village,
            brought=brought(files=[photo()], data=dict(MEETING), after=seen),
        )
    assert permit.steps.count() == 2
