"""A new version of a layer or rule: the applications whose verdict changed are told, once, and nobody else."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
import shapely
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone

from hemei.core import signing
from hemei.core.access import At
from hemei.core.models import AuditEntry, Job, JobState, Unit
from hemei.core.worker import run, take_next
from hemei.programmes.building.models import Permit, RuledAnew
from hemei.programmes.building.queries.waiting import ruled_anew
from hemei.programmes.building.views.printed import FOLLOW
from hemei.programmes.control import anew
from hemei.programmes.control.actions.law import change_law
from hemei.programmes.control.actions.layers import withdraw_layer
from hemei.programmes.control.models import LayerVersion, OwnLaw, Reckoned
from hemei.programmes.control.writing_rules import with_rule
from hemei.terms.day import today
from tests.conftest import DISTRICT, TOWNSHIP, People, engage
from tests.programmes.building.conftest import MEETING, Way, applied, household_of, step
from tests.programmes.control.conftest import DEGREES, X, Y, geojson, take_in
from tests.programmes.control.test_law import EMPTY, LOW, work_off
from tests.programmes.control.test_pages import signed_in

pytestmark = pytest.mark.django_db
HERE = (1200.0, 300.0)
NEAR = geojson((shapely.box(1100, 200, 1300, 400), {}))


def filed(people: People, name: str, **said) -> Permit:
    lon, lat = DEGREES.transform(X + HERE[0], Y + HERE[1])
    return applied(people, household_of(name, number=name), **({"lon": lon, "lat": lat, "storeys": 2} | said))


def three_storeys(people: People, **said) -> None:
    entries, _name = with_rule(EMPTY, LOW)
    change_law(
        where=At(DISTRICT, "control"), entries=entries, said="某区村庄规划〔2026〕3号", by=people.district, **said
    )


@pytest.fixture
def settled(layers: dict[str, LayerVersion]) -> dict[str, LayerVersion]:
    """The layers, and whoever was under way is told already."""
    work_off()
    assert Reckoned.objects.count() == 1
    return layers


def test_a_new_rule_is_told_to_whom_it_concerns(settled, people: People) -> None:
    tall, low = filed(people, "石有田", storeys=4), filed(people, "石有山")
    three_storeys(people)
    work_off()
    row = RuledAnew.objects.get()
    assert (row.permit, row.on) == (tall, today())
    assert row.because == ["区里的规则改了（某区村庄规划〔2026〕3号）"]
    (turn,) = row.turns
    assert (turn["rule"], turn["before"], turn["after"]) == ("own.R01", "", "fail")
    assert turn["clause"] == "《某区村庄规划》第五条"
    assert "4 层" in turn["said_after"]
    assert "3 层" in turn["said_after"]
    assert AuditEntry.objects.filter(verb="permit.ruled_anew", subject=f"permit:{tall.pk}").count() == 1
    page = signed_in(people.village).get(reverse("building.one", args=[tall.pk])).content.decode()
    for word in ("管控结论有变", "没有这条规则", "三层以下", "某区村庄规划〔2026〕3号", "《某区村庄规划》第五条"):
        assert word in page
    assert "管控结论有变" not in signed_in(people.village).get(reverse("building.one", args=[low.pk])).content.decode()


def test_it_stands_on_the_day_of_whoever_has_it_until_something_is_done(settled, people: People) -> None:
    tall = filed(people, "石有田", storeys=4)
    three_storeys(people)
    work_off()
    assert [row.pk for row in ruled_anew(people.village, on=today())] == [tall.pk]
    for who in ("township", "district", "next_village", "auditor", "neighbour"):
        assert not ruled_anew(getattr(people, who), on=today()).exists(), who
    today_page = signed_in(people.village).get(reverse("office:today")).content.decode()
    assert "建房申请，管控结论有变的" in today_page
    assert "三层以下" in today_page
    step(tall, "agree", people.village, **MEETING)
    assert not ruled_anew(people.village, on=today()).exists()


def test_a_layer_that_changes_says_both_values_and_takes_it_back(settled, people: People) -> None:
    permit = filed(people, "石有田")
    new = take_in("permanent_farmland", NEAR, people.district, document="林自然资〔2026〕9号")
    work_off()
    row = RuledAnew.objects.get(permit=permit)
    turn = next(one for one in row.turns if one["rule"] == "control.R10")
    assert (turn["before"], turn["after"]) == ("pass", "fail")
    assert turn["said_before"] != turn["said_after"]
    assert "90 平方米在永久基本农田内" in turn["said_after"]
    assert row.because == ["图层“永久基本农田”换了新版（自然资源局 林自然资〔2026〕9号）"]
    withdraw_layer(layer=new, why="传错了", by=people.district)
    work_off()
    back = RuledAnew.objects.filter(permit=permit).last()
    assert [(one["before"], one["after"]) for one in back.turns] == [("fail", "pass")]
    assert RuledAnew.objects.count() == 2


def test_the_household_reads_it_in_plain_words(settled, people: People) -> None:
    permit = filed(people, "石有田")
    take_in("permanent_farmland", NEAR, people.district)
    take_in("geohazard_danger", NEAR, people.district, visibility="public")
    work_off()
    slip = signing.slip(FOLLOW, permit)
    address = reverse("building.follow", args=[slip])
    page = signed_in(people.nobody).get(address).content.decode()
    assert "有几条结论变了" in page
    assert "地质灾害危险区内禁止工程建设" in page
    assert "现在不符合" in page
    assert "这不是决定" in page
    assert "90 平方米" not in page, "numbers of an internal layer are nobody's"
    Permit.objects.filter(pk=permit.pk).update(state="approved")
    assert "有几条结论变了" not in signed_in(people.nobody).get(address).content.decode()


def test_nothing_is_told_twice_nor_where_nothing_changed(settled, people: People) -> None:
    filed(people, "石有田", storeys=4)
    three_storeys(people)
    three_storeys(people)
    assert Job.objects.filter(kind=anew.KIND, state=JobState.WAITING).count() == 1, "one job for both"
    work_off()
    assert RuledAnew.objects.count() == 1
    three_storeys(people)  # the same rule once more, as another version
    work_off()
    for _turn in range(2):
        Job.objects.create(kind=anew.KIND, region=DISTRICT, arguments={"region": DISTRICT})
        work_off()
    assert RuledAnew.objects.count() == 1
    assert list(Reckoned.objects.order_by("pk").values_list("told", flat=True)) == [0, 1, 0]


@pytest.mark.parametrize("where", ["_keep", "compared"])
def test_broken_off_it_has_told_nothing_and_tells_all_when_started_again(
    settled, people: People, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    filed(people, "石有田", storeys=4)
    three_storeys(people)

    def broken(*args, **said):
        raise RuntimeError("broken off")

    with monkeypatch.context() as patch:
        patch.setattr(anew, where, broken)
        job = take_next()
        assert job is not None
        assert run(job).state == JobState.FAILED
    assert not RuledAnew.objects.exists()
    Job.objects.create(kind=anew.KIND, region=DISTRICT, arguments={"region": DISTRICT})
    work_off()
    assert RuledAnew.objects.count() == 1


def test_two_workers_at_once_tell_it_once(settled, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    filed(people, "石有田", storeys=4)
    three_storeys(people)
    compared, calls = anew.compared, []

    def slow(proposals, before, now, progress=None):
        found = compared(proposals, before, now)
        if not calls:
            calls.append(1)
            anew._tell(DISTRICT, lambda *said: None)  # another worker, meanwhile
        return found

    monkeypatch.setattr(anew, "compared", slow)
    work_off()
    assert RuledAnew.objects.count() == 1
    assert Reckoned.objects.count() == 2


def test_what_was_filed_anew_meanwhile_is_held_against_both(
    settled, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    permit, compared, calls = filed(people, "石有田", storeys=4), anew.compared, []
    three_storeys(people)

    def slow(proposals, before, now, progress=None):
        found = compared(proposals, before, now)
        if not calls:
            Permit.objects.filter(pk=permit.pk).update(storeys=2)
        calls.append(len(proposals))
        return found

    monkeypatch.setattr(anew, "compared", slow)
    work_off()
    assert calls == [1, 1]
    assert not RuledAnew.objects.exists()


def test_what_is_decided_or_gone_is_left_alone(settled, people: People, units: dict[str, Unit]) -> None:
    way = Way(people, engage("township3", "镇分管", "township_officer", TOWNSHIP, units["township"]))
    approved, gone = filed(people, "石有田", storeys=4), filed(people, "石有山", storeys=4)
    way.to_approval(approved)
    step(gone, "withdraw", people.village)
    three_storeys(people)
    work_off()
    assert not RuledAnew.objects.exists()


def test_what_begins_or_ends_with_a_day_is_told_on_it(settled, people: People) -> None:
    permit = filed(people, "石有田")
    tomorrow = today() + timedelta(days=1)
    take_in("geohazard_danger", NEAR, people.district, visibility="public", starts=tomorrow)
    work_off()
    assert not RuledAnew.objects.exists()
    anew.look_anew(today())
    assert not Job.objects.filter(kind=anew.KIND, state=JobState.WAITING).exists()
    LayerVersion.objects.filter(kind="geohazard_danger").update(starts=today())  # the day has come
    anew.look_anew(today())
    anew.look_anew(today())
    assert Job.objects.filter(kind=anew.KIND, state=JobState.WAITING).count() == 1
    work_off()
    assert RuledAnew.objects.get().permit == permit


def test_a_district_that_was_never_reckoned_begins_with_what_it_has(layers, people: People) -> None:
    filed(people, "石有田")
    Job.objects.all().delete()
    anew.look_anew(today())
    anew.look_anew(today())
    assert Reckoned.objects.count() == 1
    assert not Job.objects.exists()
    assert not RuledAnew.objects.exists()


def test_a_number_with_a_date_is_another_on_its_day() -> None:
    entries, _name = with_rule(EMPTY, LOW)
    later = {**LOW.__dict__, "value": 2, "starts": today() + timedelta(days=1)}
    entries, _name = with_rule(entries, type(LOW)(**later), "own.R01")
    law = OwnLaw(region=DISTRICT, entries=entries, said="规划", recorded_at=timezone.now())
    days = [anew.InForce(DISTRICT, today() + timedelta(days=n), (), law) for n in (0, 1, 2)]
    assert anew.because(days[0], days[1]) == ("规则里写明从这天起有变",)
    assert anew.because(days[1], days[2]) == ()


def kept_law(**entries) -> OwnLaw:
    return OwnLaw(region=DISTRICT, entries=EMPTY | entries, said="规划", recorded_at=timezone.now())


def test_a_row_of_a_list_begins_and_ends_on_its_days() -> None:
    day = (today() + timedelta(days=1)).isoformat()
    row = {"table": "negative_list", "number": 1, "name": "不建", "works": ["new"], "from": day, "to": day}
    law = kept_law(plan=[row])
    days = [anew.InForce(DISTRICT, today() + timedelta(days=n), (), law) for n in range(4)]
    said = ("规则里写明从这天起有变",)
    assert [anew.because(*pair) for pair in itertools.pairwise(days)] == [said, said, ()]


def test_a_rule_that_cannot_be_read_is_unknown_from_its_first_day() -> None:
    entries, _name = with_rule(EMPTY, LOW)
    entries["clauses"][0] |= {"document": "《某区村庄规划》"}
    entries["rules"][0] |= {"from": (today() + timedelta(days=1)).isoformat()}
    law = kept_law(**entries)
    days = [anew.InForce(DISTRICT, today() + timedelta(days=n), (), law) for n in range(3)]
    assert all(held.read.cannot_read("own.R01") for held in days)
    assert [anew.because(*pair) for pair in itertools.pairwise(days)] == [("规则里写明从这天起有变",), ()]


def test_the_day_of_a_row_is_told_to_whom_it_concerns(settled, people: People) -> None:
    permit = filed(people, "石有田")
    clause = {
        "id": "own.C1", "document": "某规划", "article": "清单", "issuer": "区里", "limit": "district",
        "valid_from": "2020-01-01", "valid_from_is": "施行",
    }  # fmt: skip
    row = {"table": "negative_list", "number": 1, "name": "不建", "works": ["new"], "clause": "own.C1"}
    law = kept_law(clauses=[clause], plan=[row | {"from": today().isoformat()}])
    law.save()
    anew._keep(replace(anew.InForce.of(DISTRICT, today()), on=today() - timedelta(days=1)), told=0)
    anew.look_anew(today())
    work_off()
    (turn,) = RuledAnew.objects.get(permit=permit).turns
    assert (turn["rule"], turn["before"], turn["after"]) == ("plan.negative_list.1", "", "fail")


def test_what_was_told_stays(settled, people: People) -> None:
    filed(people, "石有田", storeys=4)
    three_storeys(people)
    work_off()
    row = RuledAnew.objects.get()
    with pytest.raises(TypeError, match="append-only"):
        row.save()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE building_ruledanew SET because = '[]'")
