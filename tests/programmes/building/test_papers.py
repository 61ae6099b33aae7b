"""What is printed, and what a telephone opens by scanning it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from hemei.core.access import Actor, At
from hemei.core.actions.parameter import set_parameter
from hemei.core.models import Household
from hemei.core.signing import slip
from hemei.programmes.building.models import Permit
from hemei.terms.day import today
from tests.conftest import DISTRICT, People
from tests.programmes.building.conftest import NUMBERS, Way, applied, step
from tests.programmes.building.test_pages import client_of


def text_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def test_the_notice_says_what_concerns_neighbours_and_nothing_else(people: People, household: Household) -> None:
    head = household.head
    head.phone_masked, head.id_last4 = "138****1234", "123X"
    head.save()
    permit = applied(people, household, work="new")
    step(permit, "agree", people.village, convened="group", entitled=30, present=24, in_favour=24)
    page = text_of(client_of(people.village), f"/building/{permit.pk}/papers/notice/")
    for said in ("石有田", "新建", "东至村道", "120 平方米", "2 层", "公示从", "上河村村民委员会"):
        assert said in page
    for private in ("138****1234", "123X", permit.reason):
        assert private not in page


def test_a_paper_is_there_when_its_time_has_come(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household)
    client = client_of(people.township)
    for early in ("notice", "planning", "homestead", "acceptance", "refusal", "nothing"):
        text_of(client, f"/building/{permit.pk}/papers/{early}/", 404)
    way.to_acceptance(permit)
    for key, issuer in (("planning", NUMBERS["planning_issuer"]), ("homestead", NUMBERS["land_issuer"])):
        page = text_of(client, f"/building/{permit.pk}/papers/{key}/")
        assert issuer in page
        assert "data:image/svg" in page
        for field in ("四至", "檐口高度", "屋面样式和颜色", "外墙材料和颜色", "旧房怎么处置"):
            assert field in page
    assert "<td>90</td>" in text_of(client, f"/building/{permit.pk}/papers/acceptance/")


def test_a_refusal_prints_reasons_and_remedies(people: People, household: Household) -> None:
    permit = applied(people, household)
    said = {"clause": "《土地管理法》第六十二条", "document": "青石不批〔2026〕1号", "appeal": "60 日内申请复议"}
    step(permit, "refuse", people.township, note="另有住宅", **said)
    page = text_of(client_of(people.township), f"/building/{permit.pk}/papers/refusal/")
    assert all(words in page for words in (*said.values(), "另有住宅"))


def test_anybody_checks_a_permit(people: People, way: Way, second: Actor, household: Household) -> None:
    permit = applied(people, household)
    way.to_approval(permit)
    permit.refresh_from_db()
    stranger = Client(headers={"accept-language": "zh-CN"})
    good = text_of(stranger, f"/building/check/{permit.code}/")
    assert "许可是真的" in good
    assert permit.number in good
    for number in (0, len(permit.code) // 2, len(permit.code) - 2):
        other = "A" if permit.code[number] != "A" else "B"
        forged = permit.code[:number] + other + permit.code[number + 1 :]
        assert "不是真的" in text_of(stranger, f"/building/check/{forged}/", 404)
    step(permit, "lapse", people.township, document="镇通知〔2026〕2号", note="一直没有开工")
    assert "已经没有用了" in text_of(stranger, f"/building/check/{permit.code}/")


def test_the_household_follows_its_own(people: People, way: Way, household: Household) -> None:
    permit, other = applied(people, household), applied(people, household, work="new")
    receipt = text_of(client_of(people.village), f"/building/{permit.pk}/papers/receipt/")
    assert "data:image/svg" in receipt
    stranger = Client(headers={"accept-language": "zh-CN"})
    address = f"/building/follow/{slip('permit.follow', permit)}/"
    assert "等村里开会讨论" in text_of(stranger, address)
    step(permit, "return", people.village, note="四至写清楚")
    assert "四至写清楚" in text_of(stranger, address)
    assert not re.search(r"四至写清楚", text_of(stranger, f"/building/follow/{slip('permit.follow', other)}/"))
    for wrong in (slip("permit.apply", permit), slip("permit.follow", household), "x", address[:-4]):
        assert "打不开" in text_of(stranger, f"/building/follow/{wrong.strip('/').rpartition('/')[2]}/", 404)


@pytest.mark.parametrize("state", ["withdrawn", "lapsed", "registered", "refused", "accepted", "building"])
def test_the_household_reads_every_state(people: People, household: Household, state: str) -> None:
    permit = applied(people, household)
    Permit.objects.filter(pk=permit.pk).update(state=state)
    page = text_of(Client(headers={"accept-language": "zh-CN"}), f"/building/follow/{slip('permit.follow', permit)}/")
    assert "石有田" in page


def test_the_notice_is_on_the_web_where_the_district_wants_it(people: People, household: Household) -> None:
    permit = applied(people, household)
    step(permit, "agree", people.village, convened="group", entitled=30, present=24, in_favour=24)
    step(permit, "publicise", people.village)
    stranger = Client(headers={"accept-language": "zh-CN"})
    assert "石有田" not in text_of(stranger, "/building/notices/"), "not by default"
    set_parameter(
        where=At(DISTRICT, "building"), key="building.notice.web", value="是", starts=today(), document="区办",
        by=people.district,
    )  # fmt: skip
    page = text_of(stranger, "/building/notices/")
    assert "石有田" in page
    assert permit.reason not in page
    assert 'content="noindex"' in page
    Permit.objects.filter(pk=permit.pk).update(notice_ends=today() - timedelta(days=1))
    assert "石有田" not in text_of(stranger, "/building/notices/"), "gone with its last day"
