"""The endpoint that ODK Collect is pointed to."""

from __future__ import annotations

import csv
import io
from datetime import UTC, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hemei.core.access import At, Scope
from hemei.core.actions.collector import MOST_PHONES, issue_collector, revoke_collector
from hemei.core.actions.seal import seal_pending
from hemei.core.errors import Mistaken
from hemei.core.models import AuditEntry, Case, Check, CollectorKey, Duty, Evidence, Place
from hemei.core.queries.verify import faults
from hemei.core.registry import registry
from hemei.field.posted import A_READ
from tests.conftest import NEXT_VILLAGE, VILLAGE, People, photo
from tests.field.collector import Phone, filled, multipart
from tests.toy.wells import dig_well

CRACKED = {"cracked": "yes", "crack_mm": "12.5", "used_for": "drink water", "depth": "9"}


def phone_of(who) -> Phone:
    _key, token = issue_collector(where=At(VILLAGE), account=who.account, name="测试机", by=who)
    return Phone(f"http://testserver/key/{token}")


@pytest.fixture
def phone(people: People, well: Place) -> Phone:
    return phone_of(people.grid)


def survey(well: Place, **said: str) -> bytes:
    given = {key: said.pop(key) for key in ("version", "instance", "deprecated") if key in said}
    return filled("wells.survey", {"hemei_place": str(well.pk)} | (said or CRACKED), **given)


def test_the_list_names_what_this_person_may_fill_in(phone: Phone, people: People) -> None:
    assert {"wells.survey", "wells.selfcheck"} <= set(phone.forms())
    assert set(phone.forms("?formID=wells.survey")) == {"wells.survey"}
    inspector = phone_of_district(people.inspector)
    assert not {"wells.survey", "wells.selfcheck"} & set(inspector.forms())


def test_titles_are_in_the_phone_s_language(phone: Phone) -> None:
    assert phone.forms()["houses.survey"]["name"] == "镇村排查"
    phone.http = Client(headers={"accept-language": "en"})
    assert phone.forms()["houses.survey"]["name"] == "Survey"


def phone_of_district(who) -> Phone:
    _key, token = issue_collector(where=At(VILLAGE[:6]), account=who.account, name="测试机", by=who)
    return Phone(f"http://testserver/key/{token}")


def test_the_blank_form_asks_which_place_and_offers_those_of_the_region(phone: Phone, well: Place) -> None:
    dig_well(NEXT_VILLAGE, "别村的井")
    blank, files = phone.fetch(phone.forms()["wells.survey"])
    asked = [element.get("ref") for element in blank.iter() if element.get("ref", "").startswith("/data/")]
    assert asked[:3] == ["/data/hemei_way", "/data/hemei_place", "/data/hemei_place_on_map"]
    assert "/data/well/crack_mm" in asked
    rows = list(csv.DictReader(io.StringIO(files["places.csv"].decode())))
    assert [(row["name"], row["label"]) for row in rows] == [(str(well.pk), "井一")]


def test_a_form_sent_in_is_a_check_with_its_case(phone: Phone, well: Place) -> None:
    ended = (timezone.now() - timedelta(hours=3)).astimezone(UTC).replace(microsecond=0)
    said = CRACKED | {"photo": "1732.jpg", "position": "31.51 110.51 1800 6", "hemei_end": ended.isoformat()}
    [answer] = phone.send(survey(well, **said), {"1732.jpg": photo().content})
    assert answer.status_code == 201, answer.content.decode()
    check = Check.objects.get()
    assert check.answers["used_for"] == ["drink", "water"]
    assert (check.answers["crack_mm"], check.at, check.lon, check.accuracy_m) == (12.5, ended, 110.51, 6.0)
    assert check.device.startswith("org.odk.collect")
    assert [evidence.question for evidence in check.evidence.all()] == ["photo"]
    assert Case.objects.get().code == "wells.F02"
    assert AuditEntry.objects.get(verb="check.submit").account == check.account


def test_the_same_again_is_stored_once_and_brings_the_photos_that_were_missing(phone: Phone, well: Place) -> None:
    xml = survey(well, **CRACKED, photo="照片 一.jpg")
    files = {"照片 一.jpg": photo().content, "不认识.jpg": photo("red").content}
    assert [a.status_code for a in phone.send(xml)] == [201]
    assert [a.status_code for a in phone.send(xml, files, at_a_time=1)] == [201, 201]
    assert [a.status_code for a in phone.send(xml, files)] == [201]
    assert Check.objects.count() == 1
    assert [evidence.name for evidence in Evidence.objects.all()] == ["照片 一.jpg"]


def test_the_same_record_with_other_content_is_a_conflict(phone: Phone, well: Place) -> None:
    phone.send(survey(well, instance="uuid:1"))
    [answer] = phone.send(survey(well, instance="uuid:1", cracked="no"))
    assert answer.status_code == 409
    assert "内容与这次不同" in answer.content.decode()


def test_a_correction_replaces_the_newest_record_only(phone: Phone, well: Place) -> None:
    phone.send(survey(well, instance="uuid:1"))
    [edited] = phone.send(survey(well, instance="uuid:2", deprecated="uuid:1", cracked="no"))
    [late] = phone.send(survey(well, instance="uuid:3", deprecated="uuid:1", cracked="no"))
    [unknown] = phone.send(survey(well, instance="uuid:4", deprecated="uuid:none", cracked="no"))
    assert (edited.status_code, late.status_code, unknown.status_code) == (201, 409, 404)
    assert Check.objects.get(instance_id="uuid:2").replaces.instance_id == "uuid:1"


def test_a_patrol_that_was_filled_in_on_an_earlier_form_is_taken(house: Place, people: People) -> None:
    phone = phone_of_district(people.inspector)
    earlier = registry.forms["houses.patrol"].versions["2026112301"]
    said = {"hemei_place": str(house.pk), "wall_visible": "yes"}
    for question in earlier.questions:
        if question.required and not question.relevant:
            said[question.name] = next(choice for choice in ("none", "no") if choice in question.choice_names)
    said |= {"wall_crack": "obvious", "long_empty": "no"}
    [unknown] = phone.send(filled("houses.patrol", said, version="2020010101"))
    [taken] = phone.send(filled("houses.patrol", said, version=earlier.version))
    assert (unknown.status_code, taken.status_code) == (404, 201), taken.content.decode()
    check = Check.objects.get()
    assert (check.version, check.answers["wall_visible"]) == (earlier.version, "yes")


def test_a_self_check_sent_by_staff_says_how_it_became_known(phone: Phone, well: Place) -> None:
    said = {"hemei_place": str(well.pk), "wall_moving": "no", "cracked": "no"}
    [silent] = phone.send(filled("wells.selfcheck", said))
    [told] = phone.send(filled("wells.selfcheck", said | {"hemei_channel": "call", "hemei_on_behalf": "户主"}))
    assert (silent.status_code, told.status_code) == (400, 201)
    assert Check.objects.get().channel == "call"


def test_whose_clock_runs_ahead_has_looked_now(phone: Phone, well: Place) -> None:
    ahead = (timezone.now() + timedelta(days=2)).isoformat()
    assert phone.send(survey(well, cracked="no", hemei_end=ahead))[0].status_code == 201
    assert Check.objects.get().at <= timezone.now()


@pytest.mark.parametrize(
    ("said", "given", "status"),
    [
        ({"cracked": "maybe"}, {}, 400),
        (CRACKED | {"crack_mm": "wide"}, {}, 400),
        (CRACKED | {"position": "here"}, {}, 400),
        (CRACKED | {"position": "31"}, {}, 400),
        ({"cracked": "no"}, {"version": "2"}, 404),
        ({"cracked": "no"}, {"instance": "x" * 65}, 400),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_stored(phone: Phone, well: Place, said, given, status) -> None:
    assert phone.send(survey(well, **said, **given))[0].status_code == status
    assert not Check.objects.exists()


def test_another_villages_place_is_as_good_as_none(phone: Phone) -> None:
    elsewhere = dig_well(NEXT_VILLAGE, "别村的井")
    assert phone.send(survey(elsewhere))[0].status_code == 404
    assert phone.send(filled("wells.survey", {"hemei_place": "一号"} | CRACKED))[0].status_code == 404


def test_who_lost_the_duty_is_told_so(phone: Phone, well: Place, people: People) -> None:
    Duty.objects.filter(account=people.grid.account).update(role="auditor")
    assert phone.send(survey(well))[0].status_code == 401
    assert phone.forms() == {}


@pytest.mark.parametrize(
    "body",
    [
        multipart(filled("wells.survey", {}), {})[:-6],
        multipart(filled("wells.survey", {}), {})[:90],
        multipart(filled("wells.survey", {}), {}).replace(b"form-data;", b"form-data\x00"),
        multipart(b"", {}).replace(b"xml_submission_file", b"something_else"),
        multipart(b'<!DOCTYPE a [<!ENTITY b "bb">]><data id="wells.survey">&b;</data>', {}),
        multipart(b"<data id='wells.survey'><meta/></data>", {}),
        multipart('<?xml version="1.0" encoding="gb2312"?><data>'.encode("utf-16"), {}),
        multipart(b"<data>" + b"x" * 1_000_001 + b"</data>", {}),
        multipart(b"<a>" * 50_000, {}),
        b"",
    ],
    ids=["cut", "cut early", "bad header", "no form", "entities", "no instance", "encoding", "huge", "deep", "empty"],
)
def test_what_is_malformed_is_refused_in_words(phone: Phone, body: bytes) -> None:
    answer = phone.post(body)
    assert answer.status_code == 400
    assert "<message>" in answer.content.decode()
    assert not Check.objects.exists()


@pytest.mark.parametrize("over", [0, 1, 2, 3])
def test_a_form_is_taken_however_its_end_falls_on_what_is_read_at_once(phone: Phone, well: Place, over: int) -> None:
    """The last of it, or the two signs behind its last boundary, come in a read of their own."""
    xml, extra = survey(well), {"unasked.bin": b"x"}
    extra["unasked.bin"] += bytes((over - len(multipart(xml, extra))) % A_READ)
    body = multipart(xml, extra)
    assert len(body) % A_READ == over
    assert phone.post(body).status_code == 201


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        (b"form-data; name", b"form-data;\r\n name"),
        (b"form-data; name", b"FORM-DATA;name"),
        (b"Content-Disposition", b"content-disposition"),
        (b'; filename="submission.xml"', b""),
        (b'name="xml_submission_file"', b"name=xml_submission_file"),
        (b"--\r\n", b"--\r\nepilogue" + b"\r\n" * A_READ),
    ],
    ids=["folded", "capitals", "small letters", "no file name", "no quotes", "more behind it"],
)
def test_other_spellings_of_a_post_are_taken(phone: Phone, well: Place, said: bytes, instead: bytes) -> None:
    body = multipart(survey(well), {})
    assert body.count(said) == 1
    assert phone.post(body.replace(said, instead)).status_code == 201


def test_no_boundary_is_malformed_too(phone: Phone, well: Place) -> None:
    assert phone.post(multipart(survey(well), {}), "multipart/form-data").status_code == 400
    assert phone.post(survey(well), "text/xml").status_code == 400


def test_only_clients_that_speak_the_protocol_are_answered(phone: Phone, well: Place) -> None:
    phone.headers.pop("X-OpenRosa-Version")
    assert phone.get(f"{phone.base}/formList").status_code == 400
    assert phone.post(multipart(survey(well), {})).status_code == 400


def test_a_revoked_key_opens_nothing(phone: Phone, people: People) -> None:
    revoke_collector(where=At(VILLAGE), key=CollectorKey.objects.get(), by=people.grid)
    assert phone.get(f"{phone.base}/formList").status_code == 403
    assert phone.get("http://testserver/key/made-up/formList").status_code == 403


def test_a_person_has_a_handful_of_phones(people: People) -> None:
    for _n in range(MOST_PHONES):
        phone_of(people.grid)
    with pytest.raises(Mistaken, match="作废"):
        phone_of(people.grid)


def test_the_chain_is_whole_afterwards(phone: Phone, well: Place) -> None:
    phone.send(survey(well))
    seal_pending()
    assert list(faults(within=Scope.of(VILLAGE))) == []


def test_a_key_is_shown_once_and_can_be_ended(signed_in, people: People) -> None:
    browser: Client = signed_in("grid")
    shown = browser.post("/field/phones/", {"name": "我的手机"})
    assert "data:image/svg+xml" in shown.content.decode()
    assert "/key/" in shown.content.decode()
    again = browser.get("/field/phones/").content.decode()
    assert "我的手机" in again
    assert "/key/" not in again
    browser.post("/field/phones/", {"revoke": CollectorKey.objects.get().pk})
    assert CollectorKey.objects.get().revoked_at


def test_a_nameless_phone_gets_no_key(signed_in) -> None:
    answer = signed_in("grid").post("/field/phones/", {"name": " "})
    assert answer.status_code == 422
    assert "请写明是哪部手机" in answer.content.decode()


def test_who_is_signed_in_in_the_same_browser_counts_for_nothing(signed_in, phone: Phone, well: Place) -> None:
    """A key is all there is: no session is read for a phone, none is made, and a wrong key stays a wrong one."""
    officer = signed_in("district")
    speaking = {"headers": {"X-OpenRosa-Version": "1.0"}}
    for address, status in (("/key/no/formList", 403), ("/key/no/nothing", 404), (f"{phone.base}/formList", 200)):
        answer = officer.get(address.removeprefix("http://testserver"), **speaking)
        assert (answer.status_code, "sessionid" in answer.cookies) == (status, False)
        assert answer.headers["Content-Type"].startswith("text/xml")
    assert officer.get("/office/").status_code == 200
