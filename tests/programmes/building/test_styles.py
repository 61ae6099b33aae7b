"""How houses of a place are to look, apart from what the rules say; versions of patterns, and demonstration houses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from hemei.core.access import Actor, At, Refused, Scope
from hemei.core.errors import Mistaken
from hemei.core.models import AuditEntry, Household
from hemei.programmes.building.actions.demonstration import nominate, review_demonstration
from hemei.programmes.building.actions.style import Look, set_style
from hemei.programmes.building.models import Demonstration, Pattern, Permit, Style
from hemei.programmes.building.queries.standing import stood
from hemei.programmes.building.queries.styles import demonstrations_of, style_of, take_up
from hemei.terms.day import today
from hemei.terms.verdict import Outcome
from tests.conftest import DISTRICT, TOWNSHIP, VILLAGE, People
from tests.programmes.building.conftest import Way, applied
from tests.programmes.building.test_pages import client_of
from tests.programmes.building.test_patterns import ROW, take_in

LOOK = Look(
    "山地坡顶", "林区风貌导则〔2026〕1号", roofs="坡屋面、双坡", roof_colours="青灰", walls="白、原木", height_m=9.0
)


def set_for(by: Actor, region: str = DISTRICT, **other: object) -> Style:
    return set_style(where=At(region, "building"), look=replace(LOOK, **other), by=by)


def at_the_gate(permit: Permit):
    return next(one for one in stood(permit) if one.passage.gate.id == "building.G14")


def test_where_no_style_is_set_nothing_is_decided(people: People, household: Household) -> None:
    gate = at_the_gate(applied(people, household))
    assert gate.outcome is Outcome.UNKNOWN
    assert "未配置" in gate.said
    assert not gate.blocks


@pytest.mark.parametrize(
    ("filed", "outcome", "said"),
    [
        ({}, Outcome.PASS, "合“山地坡顶”"),
        ({"roof": "平屋面，青灰"}, Outcome.FAIL, "屋面样式 平屋面，青灰 / 坡屋面、双坡"),
        ({"roof": "坡屋面，大红"}, Outcome.FAIL, "屋面颜色"),
        ({"walls": "黄色瓷砖"}, Outcome.FAIL, "外墙材料和颜色"),
        ({"height_m": 9.1}, Outcome.FAIL, "总高度"),
        ({"walls": ""}, Outcome.UNKNOWN, "没有填：外墙"),
    ],
)
def test_a_house_is_held_against_the_style(
    people: People, household: Household, filed: dict[str, object], outcome: Outcome, said: str
) -> None:
    set_for(people.district, as_limit=True)
    limit = at_the_gate(applied(people, household, **filed))
    assert limit.outcome is outcome
    assert said in limit.said
    assert limit.blocks is (outcome is not Outcome.PASS)
    set_for(people.district)
    advice = at_the_gate(Permit.objects.get())
    assert advice.outcome is (Outcome.UNKNOWN if outcome is Outcome.FAIL else outcome)
    assert not advice.blocks, "advice stands in nobody's way"


def test_the_nearest_place_and_its_zone_come_first(people: People) -> None:
    wide, zoned = set_for(people.district), set_for(people.district, zone="甲类", name="分区")
    town = set_for(people.district, TOWNSHIP, name="镇")
    village = set_for(people.district, VILLAGE, name="村")
    assert style_of(VILLAGE, "") == village
    assert style_of(VILLAGE, "甲类") == zoned
    assert style_of(TOWNSHIP, "乙类") == town
    assert style_of("429998001001", "") is None
    again = set_for(people.district, name="新导则")
    wide.refresh_from_db()
    assert wide.replaced_on == today()
    assert style_of(DISTRICT, "") == again
    assert AuditEntry.objects.filter(verb="style.set").count() == 5


def test_who_sets_it(people: People) -> None:
    for who in ("village", "township", "neighbour", "auditor"):
        with pytest.raises(Refused):
            set_for(getattr(people, who))
    with pytest.raises(Mistaken):
        set_for(people.district, document=" ")
    client = client_of(people.district)
    assert "风貌未配置" in client.get("/building/styles/").content.decode()
    said = {"region": DISTRICT, "name": "山地坡顶", "document": "导则", "roofs": "坡屋面", "as_limit": "on"}
    assert client.post("/building/styles/add/", said | {"height_m": "x"}).status_code == 422
    assert client.post("/building/styles/add/", said).status_code == 302
    page = client_of(people.village).get("/building/styles/").content.decode()
    assert "山地坡顶" in page, "the village sees what the district asks"
    assert "styles/add" not in page


def test_versions_and_take_up(people: People, household: Household) -> None:
    take_in(people.district, ROW)
    first = Pattern.objects.get()
    applied(people, household, pattern=first.pk)
    take_in(people.district, ROW | {"造价": 1700, "图纸": ""})
    rows = [(row["version"], row["taken"], row["built"]) for row in take_up(within=Scope.of(DISTRICT))]
    assert rows == [(2, 0, 0), (1, 1, 0)]
    assert [row["taken"] for row in take_up(within=Scope.of(DISTRICT + "999"))] == [0, 0]
    set_for(people.district, name="另一种风貌", as_limit=True)
    assert "风貌类型 山地坡顶 / 另一种风貌" in at_the_gate(Permit.objects.get()).said


REVIEW = {"review": "坡顶、木窗，和村子相称", "reviewed_by": "区风貌专家组", "document": "评审〔2026〕1号"}


def test_a_demonstration_house_is_put_forward_and_has_its_review(
    people: People, way: Way, household: Household
) -> None:
    take_in(people.district, ROW)
    pattern = Pattern.objects.get()
    permit = applied(people, household, pattern=pattern.pk)
    with pytest.raises(Mistaken, match="验收合格以后"):
        nominate(permit=permit, reason="坡顶木窗", by=people.village)
    way.to_acceptance(permit)
    village, district = client_of(people.village), client_of(people.district)
    nomination, review = (f"/building/{permit.pk}/{word}/" for word in ("nomination", "demonstration"))
    said = REVIEW | {"outcome": "marked", "on": today().isoformat()}
    assert district.post(review, said).status_code == 422, "nobody put it forward"
    assert village.post(nomination, {"reason": " "}).status_code == 422
    assert village.post(nomination, {"reason": "坡顶木窗"}).status_code == 302
    assert "已经推荐过" in village.post(nomination, {"reason": "坡顶木窗"}).content.decode()
    assert "坡顶木窗" in district.get("/office/").content.decode(), "it waits for the district"
    for strange in (village, client_of(way.second), client_of(people.auditor)):
        assert strange.post(review, said).status_code == 403
    assert district.post(review, said | {"on": "2020-01-01"}).status_code == 422
    assert district.post(review, said | {"outcome": "nominated"}).status_code == 422
    assert not demonstrations_of([pattern]), "not before it was reviewed"
    assert district.post(review, said).status_code == 302
    assert "没有等评审的推荐" in district.post(review, said).content.decode()
    assert Demonstration.objects.get().review == said["review"]
    assert "★" in village.get("/building/styles/").content.decode()
    shown = Client().get(f"/building/book/{pattern.pk}/", headers={"accept-language": "zh-CN"}).content.decode()
    assert said["review"] in shown
    assert "石有田" not in shown


def test_what_was_declined_may_be_put_forward_again_but_is_not_reviewed_by_who_did(
    people: People, way: Way, household: Household
) -> None:
    permit = applied(people, household)
    way.to_acceptance(permit)
    nominate(permit=permit, reason="坡顶木窗", by=way.second)
    review_demonstration(permit=permit, outcome="declined", on=today(), by=people.district, **REVIEW)
    again = nominate(permit=permit, reason="院子也修好了", by=way.second)
    Demonstration.objects.filter(pk=again.pk).update(nominated_by=str(people.district))
    with pytest.raises(Mistaken, match="另一人"):
        review_demonstration(permit=permit, outcome="marked", on=today(), by=people.district, **REVIEW)
    assert [row.outcome for row in permit.demonstrations.order_by("pk")] == ["declined", "nominated"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Demonstration.objects.create(region=permit.region, permit=permit, nominated_on=today())
