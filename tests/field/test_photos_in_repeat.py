"""Photos in a repeat of a form for whoever goes out: each stays with its instance, by whatever door it came."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hemei.core.access import At
from hemei.core.actions.formversion import About, keep_draft, new_form, publish, reading_of
from hemei.core.models import Check, Evidence, Place
from hemei.core.registry import registry
from hemei.engines.forms import FormRefused
from hemei.engines.forms.plainwriting import as_plain
from hemei.field.photos import MOST_PHOTOS
from hemei.office.story import answers
from hemei.terms.day import today
from tests.api.conftest import Caller
from tests.conftest import DISTRICT, People, photo
from tests.field.collector import multipart
from tests.field.test_collect import phone_of
from tests.field.test_repeat import book, given

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
WHERE = At(DISTRICT, "houses")
SURVEY = [
    {"type": "integer", "name": "storeys", "label": "几层？", "required": "yes"},
    {"type": "begin repeat", "name": "rooms", "label": "房间"},
    {"type": "text", "name": "room", "label": "哪一间？"},
    {"type": "image", "name": "crack", "label": "裂缝"},
    {"type": "image", "name": "wide", "label": "全貌", "relevant": "${room} != '猪圈'"},
    {"type": "end repeat"},
    {"type": "image", "name": "front", "label": "正面"},
]
SEND = "/field/offline/send/"


@pytest.fixture
def rooms(people: People) -> About:
    wanted = new_form("house", "survey", "房间排查")
    content = book(SURVEY)
    told: dict[str, Any] = {"content": content, "filename": "a.xlsx", "by": people.district}
    draft = keep_draft(where=WHERE, wanted=wanted, read=reading_of(content, wanted), **told)
    publish(where=WHERE, version=draft, starts=today(), by=people.district)
    return wanted


@pytest.fixture
def address(house: Place, rooms: About) -> str:
    return f"/field/places/{house.pk}/check/{rooms.id}/"


def picture(name: str, colour: str = "grey") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo(colour).content, "image/jpeg")


def held(page: str) -> list[str]:
    return [unescape(text) for text in re.findall(r'name="held" value="([^"]*)"', page)]


def row(page: str, name: str) -> str:
    return page.partition(f'id="q-{name}"')[2].partition('<div class="field')[0]


def stored() -> list[tuple[str, str]]:
    return sorted(Evidence.objects.values_list("question", "name"))


# What a workbook may ask


def test_a_survey_and_a_patrol_may_ask_for_them_and_a_household_is_not(people: People) -> None:
    for tier in ("survey", "patrol"):
        read = reading_of(book(SURVEY), new_form("house", tier, "a"))
        assert [question.name for question in read.repeats["rooms"].photos] == ["crack", "wide"]
    with pytest.raises(FormRefused) as refusal:
        reading_of(book(SURVEY), new_form("house", "self", "a"))
    assert [(fault.row, fault.problem, fault.remedy) for fault in refusal.value.errors] == [
        (5, "农户自查表里，重复填写的“房间”里不能拍照。", "请把“裂缝”移到外面。"),
        (6, "农户自查表里，重复填写的“房间”里不能拍照。", "请把“全貌”移到外面。"),
    ]


def test_the_plain_sheet_says_it_too(people: People) -> None:
    read = reading_of(book(SURVEY), new_form("house", "survey", "a"))
    again = reading_of(as_plain(read), new_form("house", "survey", "a"))
    assert [question.labels["zh"] for question in again.repeats["repeat1"].photos] == ["裂缝", "全貌"]


# The page with a signal


def test_a_page_without_scripts_keeps_each_at_its_instance(address: str, signed_in: SignIn, rooms: About) -> None:
    client = signed_in("grid")
    page = client.get(address).content.decode()
    assert 'name="photo:crack.1"' in page
    assert "一张不超过 20 MB，一份检查最多 60 张。" in page
    said = given(**{"room.1": "堂屋"}) | {"photo:crack.1": [picture("a.jpg"), picture("b.jpg")]}
    page = client.post(address, said | {"more": "rooms"}).content.decode()
    assert [name in row(page, "crack--1") for name in ("a.jpg", "b.jpg")] == [True, True]
    assert "jpg" not in row(page, "crack--2")
    said = given(**{"room.1": "堂屋"}) | {"held": held(page), "photo:crack.2": picture("c.jpg")}
    page = client.post(address, said | {"more": "rooms"}).content.decode()
    assert 'name="photo:crack.3"' in page  # the second has a photo alone, and is one all the same
    said = given(**{"room.1": "堂屋"}) | {"held": held(page), "photo:crack.3": picture("d.jpg"), "room.3": "灶房"}
    assert client.post(address, said).status_code == 302
    assert stored() == [("crack.1", "a.jpg"), ("crack.1", "b.jpg"), ("crack.2", "c.jpg"), ("crack.3", "d.jpg")]
    assert Check.objects.get().answers["rooms"] == [
        {"room": "堂屋", "crack": "a.jpg"},
        {"crack": "c.jpg"},
        {"room": "灶房", "crack": "d.jpg"},
    ]


def test_an_instance_that_goes_takes_its_photo_and_the_others_keep_theirs(address: str, signed_in: SignIn) -> None:
    client = signed_in("grid")
    said = given(**{"room.1": "堂屋", "room.2": "灶房", "room.4": "猪圈"})
    said |= {f"photo:crack.{number}": picture(f"{number}.jpg") for number in (1, 2, 4)}
    page = client.post(address, said | {"less": "rooms.2"}).content.decode()
    assert ("1.jpg" in page, "2.jpg" in page, "4.jpg" in row(page, "crack--2")) == (True, False, True)
    assert client.post(address, given(**{"room.1": "堂屋", "room.2": "猪圈"}) | {"held": held(page)}).status_code == 302
    assert stored() == [("crack.1", "1.jpg"), ("crack.2", "4.jpg")]


def test_with_scripts_a_photo_says_which_instance_it_belongs_to(address: str, signed_in: SignIn) -> None:
    said = given(**{"room.1": "堂屋", "room.2": "猪圈"}) | {
        "photo": [picture("2.jpg"), picture("1.jpg"), picture("x.jpg"), picture("y.jpg")],
        "photo_question": ["crack.2", "crack.1", "wide.2", "crack.9999"],  # not asked of a sty; no such instance
        "source": ["camera", "album", "camera", "camera"],
        "device_time": ["2026-11-01T08:00:00Z"] * 4,
    }
    assert signed_in("grid").post(address, said).status_code == 302
    assert stored() == [("crack.1", "1.jpg"), ("crack.2", "2.jpg")]
    assert sorted(Evidence.objects.values_list("question", "source")) == [("crack.1", "album"), ("crack.2", "camera")]


def test_what_is_no_photo_is_told_at_its_instance_whatever_was_pressed(address: str, signed_in: SignIn) -> None:
    wrong = SimpleUploadedFile("病毒.jpg", b"MZ", "image/jpeg")
    said = given(**{"room.1": "堂屋", "room.3": "灶房"}) | {"photo:crack.3": wrong}
    for more in ({}, {"more": "rooms"}):
        wrong.seek(0)
        page = signed_in("grid").post(address, said | more).content.decode()
        assert "不是能打开的照片" in row(page, "crack--2")
    assert not Check.objects.exists()


def test_too_many_are_told_gently_and_nothing_is_lost(address: str, signed_in: SignIn) -> None:
    said = given(**{"room.1": "堂屋"}) | {"photo:crack.1": [picture(f"{n}.jpg") for n in range(MOST_PHOTOS + 1)]}
    answer = signed_in("grid").post(address, said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "一份检查最多 60 张照片，请去掉几张，或者另填一份。" in page
    assert len(held(page)) == MOST_PHOTOS + 1
    again = given(**{"room.1": "堂屋"}) | {"held": held(page), "drop": held(page)[:1]}
    assert signed_in("grid").post(address, again).status_code == 302
    assert Evidence.objects.count() == MOST_PHOTOS


def test_as_many_instances_as_there_may_be_arrive_without_a_photo(address: str, signed_in: SignIn) -> None:
    """A browser sends a part for each input, chosen or not."""
    rows = {f"room.{number}": f"第 {number} 间" for number in range(1, 201)}
    nothing = "".join(
        f'--x\r\nContent-Disposition: form-data; name="photo:{name}.{number}"; filename=""\r\n\r\n\r\n'
        for name in ("crack", "wide")
        for number in range(1, 201)
    )
    typed = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in given(**rows).items()
    )
    answer = signed_in("grid").post(
        address, (typed + nothing + "--x--\r\n").encode(), "multipart/form-data; boundary=x"
    )
    assert answer.status_code == 302
    assert len(Check.objects.get().answers["rooms"]) == 200


# Without a signal


def sheet(place: Place, form: str, fields: dict[str, list[str]]) -> dict[str, Any]:
    version = registry.forms[form].read.version
    at = timezone.now().isoformat()
    told = {"instance": "uuid:0123456789", "place": place.pk, "form": form, "version": version, "at": at}
    return told | {"fields": fields, "position": {"lon": 110.5, "lat": 31.5, "accuracy": 8}}


def post(client: Client, said: dict[str, Any], photos: list[str]) -> Any:
    """`photos` by the field that took each."""
    body = {"check": json.dumps(said), "photo": [picture(f"{field}-1.jpg") for field in photos]}
    times = ["2026-11-03T09:30:00+08:00"] * len(photos)
    return client.post(SEND, body | {"photo_field": photos, "source": ["camera"] * len(photos), "device_time": times})


def test_a_kept_page_sends_them_and_gaps_close_up(house: Place, rooms: About, signed_in: SignIn) -> None:
    fields = {"storeys": ["2"], "room.1": ["堂屋"], "crack.3": ["crack.3-1.jpg"], "room.7": ["猪圈"]}
    fields |= {"crack.7": ["crack.7-1.jpg"], "wide.7": ["wide.7-1.jpg"], "front": ["front-1.jpg"]}
    said, photos = sheet(house, rooms.id, fields), ["crack.7", "crack.3", "front", "wide.7", "crack.2", "crack.5"]
    answer = post(signed_in("grid"), said, photos)
    assert answer.json()["outcome"] == "stored", answer.json()
    assert stored() == [("crack.2", "crack.3-1.jpg"), ("crack.3", "crack.7-1.jpg"), ("front", "front-1.jpg")]
    assert Evidence.objects.filter(source="camera", lon=110.5).count() == 3
    assert post(signed_in("grid"), said, photos).json()["outcome"] == "repeated"
    assert (Check.objects.count(), Evidence.objects.count()) == (1, 3)


def test_what_is_wrong_is_told_where_the_phone_has_it(house: Place, rooms: About, signed_in: SignIn) -> None:
    fields = {"storeys": ["2"], "room.2": ["堂屋"], "crack.5": ["a/b.jpg"]}
    answer = post(signed_in("grid"), sheet(house, rooms.id, fields), [])
    assert list(answer.json()["wrong"]) == ["crack.5"]


def test_more_than_a_check_takes_are_refused_in_words(house: Place, rooms: About, signed_in: SignIn) -> None:
    said = sheet(house, rooms.id, {"storeys": ["2"], "crack.1": ["crack.1-1.jpg"]})
    answer = post(signed_in("grid"), said, ["crack.1"] * (MOST_PHOTOS + 1)).json()
    assert (answer["outcome"], "最多 60 张照片" in answer["message"]) == ("refused", True)
    assert not Check.objects.exists()


# ODK Collect


def filled(place: Place, form: str, rooms: list[dict[str, str]], instance: str = "uuid:1", replaces: str = "") -> bytes:
    told = "".join(
        "<rooms>" + "".join(f"<{name}>{text}</{name}>" for name, text in one.items()) + "</rooms>" for one in rooms
    )
    old = f"<deprecatedID>{replaces}</deprecatedID>" if replaces else ""
    version = registry.forms[form].read.version
    return (
        f'<data id="{form}" version="{version}"><hemei_place>{place.pk}</hemei_place><storeys>2</storeys>{told}'
        f"<meta><instanceID>{instance}</instanceID>{old}</meta></data>"
    ).encode()


ROOMS = [
    {"room": "堂屋", "crack": "一.jpg"},
    {"room": "", "crack": ""},
    {"room": "灶房", "crack": "二.jpg", "wide": "三.jpg"},
]


def test_collect_is_asked_for_them_in_the_repeat(people: People, house: Place, rooms: About) -> None:
    phone = phone_of(people.grid)
    blank, _files = phone.fetch(phone.forms()[rooms.id])
    body = {element.get("ref", ""): element for element in blank.iter() if element.tag.endswith("}upload")}
    assert set(body) == {"/data/rooms/crack", "/data/rooms/wide", "/data/front"}
    binds = {bind.get("nodeset"): bind for bind in blank.iter() if bind.tag.endswith("}bind")}
    crack = binds["/data/rooms/crack"]
    assert (crack.get("type"), [v for name, v in crack.items() if name.endswith("max-pixels")]) == ("binary", ["1280"])


@pytest.mark.parametrize(
    "parts", [[["三.jpg"], ["一.jpg", "二.jpg"]], [["二.jpg"], ["别的.jpg"], ["一.jpg"], ["三.jpg"]]]
)
def test_photos_of_instances_arrive_in_any_order_and_what_is_missing_is_told(
    people: People, house: Place, rooms: About, parts: list[list[str]], signed_in: SignIn
) -> None:
    phone, xml = phone_of(people.grid), filled(house, rooms.id, ROOMS)
    for number, names in enumerate(parts, start=1):
        files = {name: photo(name=name).content for name in names}
        assert phone.post(multipart(xml, files, incomplete=number < len(parts))).status_code == 201
        assert phone.post(multipart(xml, files, incomplete=number < len(parts))).status_code == 201
        if number == 1:
            page = signed_in("grid").get(f"/office/places/{house.pk}/").content.decode()
            assert page.count("裂缝 照片还没有传来") == 2 - ("二.jpg" in names)
    assert stored() == [("crack.1", "一.jpg"), ("crack.2", "二.jpg"), ("wide.2", "三.jpg")]
    page = signed_in("grid").get(f"/office/places/{house.pk}/").content.decode()
    assert re.findall(r"<figcaption><b>([^<]*)</b>", page) == ["房间 1 · 裂缝", "房间 2 · 裂缝", "房间 2 · 全貌"]
    assert "照片还没有传来" not in page
    told = {one.question: one.said for one in answers(Check.objects.get())}
    assert told["房间 2"] == "哪一间？ 灶房、裂缝 1 张照片、全貌 1 张照片"


def test_one_picture_named_in_two_instances_stands_in_both(people: People, house: Place, rooms: About) -> None:
    xml = filled(house, rooms.id, [{"crack": "一.jpg"}, {"crack": "一.jpg"}])
    for _time in range(2):
        assert phone_of(people.grid).post(multipart(xml, {"一.jpg": photo().content})).status_code == 201
    assert stored() == [("crack.1", "一.jpg"), ("crack.2", "一.jpg")]


def test_a_correction_has_its_photos_where_its_own_instances_are(people: People, house: Place, rooms: About) -> None:
    phone = phone_of(people.grid)
    files = {name: photo(name=name).content for name in ("一.jpg", "二.jpg", "三.jpg")}
    phone.send(filled(house, rooms.id, ROOMS), files)
    kept = {name: files[name] for name in ("二.jpg", "三.jpg")}
    [answer] = phone.send(filled(house, rooms.id, ROOMS[2:], instance="uuid:2", replaces="uuid:1"), kept)
    assert answer.status_code == 201
    newest = Check.objects.get(instance_id="uuid:2")
    assert sorted(newest.evidence.values_list("question", "name")) == [("crack.1", "二.jpg"), ("wide.1", "三.jpg")]
    assert Check.objects.get(instance_id="uuid:1").evidence.count() == 3  # as it was sent


# Programs, and the dossier


def test_programs_read_and_send_them(people: People, house: Place, rooms: About) -> None:
    caller, content = Caller(people.grid), base64.b64encode(photo().content).decode()
    said = {"storeys": 2, "rooms": [{"room": "堂屋"}, {"crack": "二.jpg"}]}
    files = [{"name": "二.jpg", "content": content, "question": "crack.2"}]
    sent = {"instance_id": "uuid:0001", "place": house.pk, "form": rooms.id, "at": timezone.now().isoformat()}
    answer = caller.post("/checks", {"checks": [sent | {"answers": said, "files": files}]}).body
    whole = caller.get(f"/checks/{answer['outcomes'][0]['check']}").body
    assert whole["answers"] == said
    assert [one["question"] for one in whole["evidence"]] == ["crack.2"]


def test_the_dossier_says_which_instance(people: People, house: Place, rooms: About, signed_in: SignIn) -> None:
    phone_of(people.grid).send(filled(house, rooms.id, ROOMS), {"二.jpg": photo().content})
    page = signed_in("village").get(f"/office/places/{house.pk}/file/").content.decode()
    assert "镇村排查 · 房间 2 · 裂缝" in page


def test_a_long_code_with_its_instance_finds_room(people: People, house: Place) -> None:
    name = "q" * 64
    wanted = new_form("house", "survey", "长")
    content = book([SURVEY[0], SURVEY[1], {"type": "image", "name": name, "label": "裂缝"}, SURVEY[5]])
    told: dict[str, Any] = {"content": content, "filename": "a.xlsx", "by": people.district}
    draft = keep_draft(where=WHERE, wanted=wanted, read=reading_of(content, wanted), **told)
    publish(where=WHERE, version=draft, starts=today(), by=people.district)
    xml = filled(house, wanted.id, [{name: "一.jpg"}] * 101)
    assert phone_of(people.grid).post(multipart(xml, {"一.jpg": photo().content})).status_code == 201
    assert Evidence.objects.filter(question=f"{name}.101").exists()
