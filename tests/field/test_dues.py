"""Who owes which places by when: overdue first, then nearest; a drawn list opens on its day."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hemei.core.access import Actor
from hemei.core.models import Draw, Due, Place, Round, RoundState, Unit
from hemei.engines.tables import read
from hemei.terms.day import today
from tests.conftest import DISTRICT, NEXT_VILLAGE, VILLAGE, People
from tests.toy.wells import dig_well

SignIn = Callable[[str], Client]


def plan(tier: str = "survey") -> Round:
    return Round.objects.create(
        matter="wells",
        tier=tier,
        name="秋季排查",
        region=VILLAGE if tier == "survey" else DISTRICT,
        starts=today(),
        ends=today() + timedelta(days=9),
        state=RoundState.PUBLISHED,
    )


def owe(turn: Round, place: Place, who: Actor | Unit, days: int = 9) -> Due:
    """Owed by a person, or by a unit in which nobody is named."""
    by = {"unit": who} if isinstance(who, Unit) else {"account": who.account}
    return Due.objects.create(round=turn, place=place, region=place.region, due_on=today() + timedelta(days=days), **by)


@pytest.fixture
def row_of_wells(toy, people: People) -> Round:
    """Ten wells on a road going east, the seventh overdue, the ninth not on the map."""
    turn = plan()
    for n in range(10):
        well = dig_well(VILLAGE, f"井{n}号", 110.5 + n * 0.001, 31.5)
        if n == 9:
            well.lon = well.lat = well.tile = None
            well.save()
        owe(turn, well, people.grid, -2 if n == 7 else 9)
    return turn


def seen(client: Client, **asked: object) -> list[str]:
    page = client.get("/field/", asked).content.decode()
    return re.findall(r"<b>(井\w+)</b>", page)


def test_overdue_first_then_nearest_to_where_i_stand(row_of_wells: Round, signed_in: SignIn) -> None:
    client = signed_in("grid")
    assert seen(client, lon=110.5031, lat=31.5)[:5] == ["井7号", "井3号", "井4号", "井2号", "井5号"]
    assert seen(client, lon=110.5031, lat=31.5)[-1] == "井9号"


def test_whoever_goes_to_several_villages_is_told_which(row_of_wells: Round, people: People, signed_in: SignIn) -> None:
    due = owe(row_of_wells, dig_well(NEXT_VILLAGE, "西井", 110.5), people.township, 5)
    page = signed_in("township").get("/field/").content.decode()
    assert due.place.label in page
    assert '<span class="beside">下河村</span>' in page


def test_far_away_is_said_in_kilometres(row_of_wells: Round, signed_in: SignIn) -> None:
    page = signed_in("grid").get("/field/", {"lon": 110.5, "lat": 32.5}).content.decode()
    assert "111.3 公里" in page


def test_or_nearest_to_a_house_that_i_choose(row_of_wells: Round, signed_in: SignIn) -> None:
    start = Place.objects.get(label="井5号")
    client = signed_in("grid")
    order = seen(client, **{"from": start.pk})
    assert order[:2] == ["井7号", "井5号"]
    assert set(order[2:4]) == {"井4号", "井6号"}, "both are one step away"
    page = client.get("/field/", {"from": start.pk}).content.decode()
    assert "从“井5号”出发" in page
    assert "100 米" in page or "90 米" in page


def test_without_a_position_neighbours_stay_together(row_of_wells: Round, signed_in: SignIn) -> None:
    order = seen(signed_in("grid"))
    assert order[0] == "井7号"
    assert sorted(order) == sorted(f"井{n}号" for n in range(10))
    assert order[-1] == "井9号"


def test_pages_follow_each_other_without_gap_or_repeat(
    row_of_wells: Round, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hemei.field.views.dues.SIZE", 3)
    client = signed_in("grid")
    whole: list[str] = []
    address = "/field/?lon=110.5031&lat=31.5"
    for _ in range(4):
        page = client.get(address).content.decode()
        whole += re.findall(r"<b>(井\w+)</b>", page)
        following = re.search(r'rel="next" href="([^"]+)"', page) or re.search(r'href="([^"]+)" rel="next"', page)
        if following:
            address = "/field/" + following[1].replace("&amp;", "&").replace("//field/", "/field/")
    assert len(whole) == len(set(whole)) == 10
    assert whole[:2] == ["井7号", "井3号"]


def test_what_was_looked_at_is_no_longer_owed(row_of_wells: Round, signed_in: SignIn) -> None:
    client = signed_in("grid")
    well = Place.objects.get(label="井3号")
    page = client.get("/field/").content.decode()
    address = f"/field/places/{well.pk}/check/wells.survey/"
    assert address in page
    start = re.search(r'name="instance" value="(\w+)"', client.get(address).content.decode())
    assert start
    client.post(address, {"instance": start[1], "at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"), "cracked": "no"})
    assert "井3号" not in seen(client)


def test_each_sees_their_own_and_their_region_s(row_of_wells: Round, people: People, signed_in: SignIn) -> None:
    other = dig_well(NEXT_VILLAGE, "井外")
    owe(row_of_wells, other, people.next_village)
    assert seen(signed_in("village")) == []
    assert len(seen(signed_in("village"), whose="all")) == 10
    assert seen(signed_in("next_village")) == ["井外"]
    assert "井外" in seen(signed_in("township"), whose="all")
    assert seen(signed_in("neighbour"), whose="all") == []
    assert seen(signed_in("inspector"), whose="all") == []


def test_what_nobody_is_named_for_waits_for_everybody_of_the_unit(
    row_of_wells: Round, units: dict[str, Unit], signed_in: SignIn
) -> None:
    owe(row_of_wells, dig_well(VILLAGE, "井公"), units["village"])
    assert seen(signed_in("village")) == ["井公"]
    assert "井公" in seen(signed_in("grid"))
    assert seen(signed_in("next_village")) == []


def test_a_start_outside_my_region_is_no_start(row_of_wells: Round, signed_in: SignIn) -> None:
    other = dig_well(NEXT_VILLAGE, "井外")
    page = signed_in("grid").get("/field/", {"from": other.pk}).content.decode()
    assert "井外" not in page


@pytest.mark.parametrize(("opens_in", "shown"), [(1, []), (0, ["井远"]), (-1, ["井远"])])
def test_a_drawn_list_opens_to_its_inspector_on_the_day(
    toy, people: People, signed_in: SignIn, opens_in: int, shown: list[str]
) -> None:
    turn = plan("patrol")
    Draw.objects.create(
        round=turn,
        region=DISTRICT,
        event="彩票",
        event_on=date(2026, 1, 1),
        opens_on=today() + timedelta(days=opens_in),
        frame=b"",
        frame_hash="",
        codes=b"",
        frozen_at=timezone.now(),
    )
    owe(turn, dig_well(NEXT_VILLAGE, "井远"), people.inspector)
    assert seen(signed_in("inspector")) == shown
    assert seen(signed_in("next_village"), whose="all") == []  # nobody is told that the inspector will come


def test_nonsense_in_the_address_is_no_fault(row_of_wells: Round, signed_in: SignIn) -> None:
    client = signed_in("grid")
    for asked in ({"lon": "x", "lat": "1"}, {"lon": "999", "lat": "1"}, {"lon": "nan", "lat": "nan"}, {"from": "²"}):
        assert len(seen(client, **asked)) == 10
    assert len(seen(client, cursor="W10")) == 10


@pytest.mark.parametrize(("who", "offered"), [("grid", True), ("auditor", False)])
def test_only_who_may_fill_in_forms_is_led_to_them(toy, signed_in: SignIn, who: str, offered: bool) -> None:
    client = signed_in(who)
    page = client.get("/field/").content.decode()
    assert [words in page for words in ("找一户代报", "没有信号时检查", "用 ODK Collect 填")] == [offered] * 3
    assert (client.get("/field/phones/").status_code == 200) is offered


def test_what_is_owed_is_taken_out_as_it_is_listed(row_of_wells: Round, signed_in: SignIn, people: People) -> None:
    client = signed_in("village")
    assert "/office/dues/file.xlsx?whose=all" in client.get("/field/?whose=all").content.decode()
    for asked, count in (("?whose=all", 10), ("", 0)):
        answer = client.get(f"/office/dues/file.csv{asked}")
        assert len(list(read(b"".join(answer.streaming_content), "待查.csv")[0].rows)) == count  # type: ignore[attr-defined]
    answer = signed_in("next_village").get("/office/dues/file.csv?whose=all")
    assert list(read(b"".join(answer.streaming_content), "待查.csv")[0].rows) == []  # type: ignore[attr-defined]
    assert signed_in("inspector").get("/office/dues/file.csv?whose=all").status_code == 403
