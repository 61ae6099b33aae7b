"""Staff fill in any registered form: nothing is lost on a mistake, and the end says what was found."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from hemei.core.models import Case, Check, Holding, Household, Person, Place
from hemei.core.registry import registry
from tests.conftest import NEXT_VILLAGE, VILLAGE, People, photo
from tests.toy.wells import dig_well

SignIn = Callable[[str], Client]


def fields(page: str) -> dict[str, Any]:
    """What the page would send as it stands."""
    said: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]+>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        ticked = "checked" in tag or not re.search(r'type="(radio|checkbox)"', tag)
        if name and ticked and "photo" not in name[1] and name[1] not in ("source", "device_time"):
            said.setdefault(name[1], []).append(html.unescape(value[1]) if value else "")
    for name, text in re.findall(r'<textarea[^>]+name="(\w+)"[^>]*>([^<]*)<', page):
        said[name] = [html.unescape(text.strip("\n"))]
    return said


def survey(client: Client, place: Place, form: str = "wells.survey", **answers: Any) -> HttpResponse:
    address = f"/field/places/{place.pk}/check/{form}/"
    page = client.get(address).content.decode()
    return client.post(address, fields(page) | answers, follow=True)


def picture(name: str = "井.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo().content, "image/jpeg")


def test_a_survey_of_a_form_no_page_has_heard_of(well: Place, signed_in: SignIn) -> None:
    response = survey(
        signed_in("grid"),
        well,
        cracked="yes",
        crack_mm="３.５",
        used_for=["drink", "water"],
        depth="12",
        dug_on="1988-05-01",
        position="31.5 110.5",
        remark="井台东边",
        photo=[picture()],
        photo_question=["photo"],
        source=["camera"],
        device_time=["2026-11-01T08:00:00Z"],
        lon="110.5",
        lat="31.5",
        accuracy="8",
    )
    check = Check.objects.get()
    assert check.answers == {
        "cracked": "yes",
        "crack_mm": 3.5,
        "used_for": ["drink", "water"],
        "depth": 12,
        "dug_on": "1988-05-01",
        "position": "31.5 110.5",
        "photo": "井.jpg",
        "remark": "井台东边",
    }
    assert (check.tier, check.channel, check.lon) == ("survey", "staff", 110.5)
    kept = check.evidence.get()
    assert (kept.question, kept.source, kept.lon, kept.accuracy_m) == ("photo", "camera", 110.5, 8)
    assert kept.device_at is not None
    page = response.content.decode()
    assert "发现 1 个问题" in page
    assert "井台开裂" in page
    assert "上河村村民委员会" in page
    assert f"打开隐患 {Case.objects.get().pk}" in page


def test_without_scripts_what_was_not_asked_is_ignored(well: Place, signed_in: SignIn) -> None:
    response = survey(signed_in("grid"), well, cracked="no", crack_mm="很宽", **{"photo:photo": picture()})
    check = Check.objects.get()
    assert check.answers == {"cracked": "no", "photo": "井.jpg"}
    assert check.evidence.get().source == ""
    assert "没有发现问题" in response.content.decode()


def test_nothing_is_lost_on_a_mistake(well: Place, signed_in: SignIn) -> None:
    client = signed_in("grid")
    address = f"/field/places/{well.pk}/check/wells.survey/"
    start = fields(client.get(address).content.decode())
    said = {
        "cracked": "yes",
        "crack_mm": "宽",
        "used_for": ["drink"],
        "remark": "井台 <东边>",
        "photo:photo": picture(),
    }
    response = client.post(address, start | said)
    page = response.content.decode()
    assert response.status_code == 422
    assert "不是数字" in page
    assert 'href="#q-crack_mm"' in page
    again = fields(page)
    assert again["cracked"] == ["yes"]
    assert again["crack_mm"] == ["宽"]
    assert again["used_for"] == ["drink"]
    assert again["remark"] == ["井台 <东边>"]
    assert again["instance"] == start["instance"]
    assert "井.jpg" in page
    client.post(address, again | {"crack_mm": "4", "remark": "井台东边"})
    check = Check.objects.get()
    assert check.answers["crack_mm"] == 4
    assert check.evidence.get().name == "井.jpg"


def test_a_kept_photo_can_be_dropped_and_a_stranger_s_is_not_taken(
    well: Place, signed_in: SignIn, people: People
) -> None:
    client = signed_in("grid")
    address = f"/field/places/{well.pk}/check/wells.survey/"
    start = fields(client.get(address).content.decode())
    page = client.post(address, start | {"photo:photo": picture()}).content.decode()
    again = fields(page)
    dropped = again | {"cracked": "no", "drop": again["held"]}
    other = signed_in("village")
    other_start = fields(other.get(address).content.decode())
    other.post(address, other_start | {"cracked": "no", "held": again["held"]})
    client.post(address, dropped)
    assert [check.evidence.count() for check in Check.objects.all()] == [0, 0]


def test_a_file_that_is_no_photo_stands_beside_its_question(well: Place, signed_in: SignIn) -> None:
    wrong = SimpleUploadedFile("病毒.jpg", b"MZ", "image/jpeg")
    response = survey(signed_in("grid"), well, cracked="no", **{"photo:photo": wrong})
    assert response.status_code == 422
    assert "不是能打开的照片" in response.content.decode()
    assert not Check.objects.exists()


def test_sent_twice_is_one_check(well: Place, signed_in: SignIn) -> None:
    client = signed_in("grid")
    address = f"/field/places/{well.pk}/check/wells.survey/"
    start = fields(client.get(address).content.decode()) | {"cracked": "yes", "crack_mm": "2"}
    first, second = client.post(address, start), client.post(address, start)
    assert first["Location"] == second["Location"]
    other = client.post(address, start | {"crack_mm": "9"})
    assert "内容与这次不同" in other.content.decode()
    assert Check.objects.count() == 1


@pytest.mark.parametrize("channel", ["call", "visit", "card", "neighbour"])
def test_answering_for_a_household_says_how_and_for_whom(well: Place, signed_in: SignIn, channel: str) -> None:
    response = survey(
        signed_in("grid"),
        well,
        "wells.selfcheck",
        wall_moving="no",
        cracked="no",
        channel=channel,
        on_behalf="户主本人",
    )
    check = Check.objects.get()
    assert (check.tier, check.channel, check.on_behalf) == ("self", channel, "户主本人")
    assert check.counts
    assert "户主本人" in response.content.decode()


def test_answering_for_nobody_is_asked_again(well: Place, signed_in: SignIn) -> None:
    response = survey(signed_in("grid"), well, "wells.selfcheck", cracked="no")
    page = response.content.decode()
    assert response.status_code == 422
    assert "请写明是谁说的" in page
    assert "请选择是上门、电话" in page
    assert fields(page)["cracked"] == ["no"]


def test_a_paper_card_may_be_older_but_not_from_the_future(well: Place, signed_in: SignIn) -> None:
    client = signed_in("grid")
    said = {"wall_moving": "no", "channel": "card", "on_behalf": "户主", "cracked": "no"}
    response = survey(client, well, "wells.selfcheck", **said, at="2099-01-01T00:00")
    assert "时间在将来" in response.content.decode()
    survey(client, well, "wells.selfcheck", **said, at="2026-01-02T09:30")
    assert Check.objects.get().at == datetime.fromisoformat("2026-01-02T09:30+08:00")


def test_urgent_says_so_at_the_end(well: Place, signed_in: SignIn) -> None:
    response = survey(signed_in("grid"), well, "wells.selfcheck", wall_moving="yes", channel="call", on_behalf="户主")
    assert "现在就请人离开" in response.content.decode()


@pytest.mark.parametrize(
    ("who", "form", "status"),
    [
        ("grid", "wells.survey", 200),
        ("township", "wells.survey", 200),
        ("inspector", "wells.survey", 403),
        ("auditor", "wells.survey", 403),
        ("administrator", "wells.survey", 403),
        ("next_village", "wells.survey", 404),
        ("neighbour", "wells.survey", 404),
        ("grid", "houses.survey", 404),
        ("grid", "nothing", 404),
    ],
)
def test_who_may(well: Place, signed_in: SignIn, who: str, form: str, status: int) -> None:
    client = signed_in(who)
    address = f"/field/places/{well.pk}/check/{form}/"
    assert client.get(address).status_code == status
    if status != 200:
        assert client.post(address, {"cracked": "no"}).status_code == status
        assert not Check.objects.exists()


def test_a_check_elsewhere_is_not_there(well: Place, signed_in: SignIn) -> None:
    survey(signed_in("grid"), well, cracked="no")
    made = Check.objects.get()
    assert signed_in("village").get(f"/field/checks/{made.pk}/").status_code == 200
    assert signed_in("next_village").get(f"/field/checks/{made.pk}/").status_code == 404


def test_whoever_is_not_signed_in_is_asked_to(well: Place) -> None:
    for path in ("", "places/", f"places/{well.pk}/check/wells.survey/", "plates/"):
        response = Client().get(f"/field/{path}")
        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in/")


def test_every_shipped_form_shows_every_question(house: Place, signed_in: SignIn) -> None:
    for who, form in (("grid", "houses.survey"), ("grid", "houses.selfcheck"), ("inspector", "houses.patrol")):
        page = signed_in(who).get(f"/field/places/{house.pk}/check/{form}/").content.decode()
        for question in registry.forms[form].read.questions:
            assert question.labels["zh"] in page
        if question.relevant:
            assert "data-relevant" in page


def test_a_caller_is_found_by_name(well: Place, signed_in: SignIn) -> None:
    household = Household.objects.create(
        region=VILLAGE, number="H1", head=Person.objects.create(name="王桂香", region=VILLAGE)
    )
    Holding.objects.create(household=household, place=well)
    page = signed_in("grid").get("/field/places/", {"text": "桂香"}).content.decode()
    assert "井一" in page
    assert "王桂香" in page
    assert "王桂香" not in signed_in("inspector").get("/field/places/", {"text": "井一"}).content.decode()


def test_no_place_of_the_next_village_is_found_by_name(well: Place, signed_in: SignIn) -> None:
    dig_well(NEXT_VILLAGE, "井外")
    assert signed_in("grid").get("/field/places/", {"text": "井" * 60_000}).status_code == 200
    page = signed_in("grid").get("/field/places/", {"text": "井"}).content.decode()
    assert "井一" in page
    assert "井外" not in page
    assert f"/field/places/{well.pk}/check/wells.selfcheck/" in page
