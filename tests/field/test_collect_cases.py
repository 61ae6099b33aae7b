"""What a phone may send besides the usual: encodings, names, markup, and the same thing more than once."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.test import RequestFactory

from hemei.core.models import Check, Evidence, Place
from hemei.site.wholebody import whole_bodies
from tests.conftest import People, photo
from tests.field.collector import BOUNDARY, Phone, filled, multipart
from tests.field.test_collect import CRACKED, phone_of, survey


@pytest.fixture
def phone(people: People, well: Place) -> Phone:
    return phone_of(people.grid)


def in_chinese(well: Place) -> str:
    return filled("wells.survey", {"hemei_place": str(well.pk), "note": "裂缝在东墙"} | CRACKED).decode()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_unicode_with_a_byte_order_mark_is_read(phone: Phone, well: Place, encoding: str) -> None:
    [answer] = phone.send(in_chinese(well).encode(encoding))
    assert answer.status_code == 201, answer.content.decode()
    assert Check.objects.count() == 1


def test_gbk_that_calls_itself_utf_8_is_refused_in_words(phone: Phone, well: Place) -> None:
    said = in_chinese(well).replace('version="1.0" ?', 'version="1.0" encoding="UTF-8"?')
    [answer] = phone.send(said.encode("gbk"))
    assert answer.status_code == 400
    assert "<message>" in answer.content.decode()
    assert not Check.objects.exists()


def test_one_photo_twice_in_a_post_is_kept_once(phone: Phone, well: Place) -> None:
    xml, content = survey(well, **CRACKED, photo="一.jpg"), photo().content
    once = multipart(xml, {"一.jpg": content})
    attachment = once[once.index(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="一'.encode()) :]
    answer = phone.post(once.removesuffix(f"--{BOUNDARY}--\r\n".encode()) + attachment)
    assert answer.status_code == 201, answer.content.decode()
    assert [evidence.name for evidence in Evidence.objects.all()] == ["一.jpg"]


def test_photos_of_a_split_post_follow_the_record(phone: Phone, well: Place) -> None:
    xml = survey(well, **CRACKED, photo="二.jpg")
    first, last = {"别的.jpg": photo("red").content}, {"二.jpg": photo().content}
    assert phone.post(multipart(xml, first, incomplete=True)).status_code == 201
    assert Check.objects.count() == 1
    assert not Evidence.objects.exists()
    assert phone.post(multipart(xml, last)).status_code == 201
    assert phone.post(multipart(xml, last)).status_code == 201
    assert Check.objects.count() == 1
    assert [evidence.name for evidence in Evidence.objects.all()] == ["二.jpg"]


@pytest.mark.parametrize("name", ["../../etc/passwd.jpg", "..\\..\\boot.jpg", "/etc/cron.jpg", "a" * 300 + ".jpg"])
def test_a_name_that_points_elsewhere_or_never_ends_is_refused(phone: Phone, well: Place, name: str) -> None:
    [answer] = phone.send(survey(well, **CRACKED, photo=name), {name: photo().content})
    assert answer.status_code == 400
    assert "照片的文件名不对" in answer.content.decode()
    assert not Check.objects.exists()
    assert not Evidence.objects.exists()


def test_no_slash_is_added_to_an_address(phone: Phone) -> None:
    for address in ("formList", "submission"):
        assert phone.get(f"{phone.base}/{address}").status_code in (200, 405)
        assert phone.get(f"{phone.base}/{address}/").status_code == 404


@pytest.mark.parametrize("missing", [1, 30, 300])
def test_what_is_shorter_than_it_says_is_answered_in_the_protocols_words(
    phone: Phone, well: Place, missing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a phone stops sending in the middle and still listens. What came of it is stored by nobody."""
    whole = multipart(survey(well, **CRACKED, photo="一.jpg"), {"一.jpg": photo().content})
    told: dict[str, str] = {}

    def start(status: str, headers: list[tuple[str, str]], *_more: object) -> None:
        told.update(headers, status=status)

    kind = f"multipart/form-data; boundary={BOUNDARY}"
    request = RequestFactory(headers=phone.headers).post(f"{urlsplit(phone.base).path}/submission", whole, kind)
    environ = request.environ | {"wsgi.input": io.BytesIO(whole[:-missing])}
    for sent in (request_started, request_finished):  # which would close the test's own connection
        monkeypatch.setattr(sent, "send", lambda **_more: [])
    said = b"".join(whole_bodies(WSGIHandler())(environ, start)).decode()
    assert (told["status"], told["X-OpenRosa-Version"]) == ("400 Bad Request", "1.0")
    assert "<message>发送的内容不完整" in said
    assert not Check.objects.exists()
    assert phone.post(whole).status_code == 201


def test_parts_nobody_asked_for_are_left_aside(phone: Phone, well: Place) -> None:
    extra = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="future"\r\n\r\nyes\r\n'.encode()
    assert phone.post(extra + multipart(survey(well), {})).status_code == 201
    assert Check.objects.count() == 1


def test_the_clock_in_the_header_is_never_judged(phone: Phone, well: Place) -> None:
    for number, said in enumerate(["", "昨天", "Thu, 31 Feb 1900 25:61:61 GMT"]):
        phone.headers["Date"] = said
        assert phone.send(survey(well, instance=f"uuid:{number}"))[0].status_code == 201
