"""Another client of the protocol than Collect, sentence by sentence through what the protocol says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client

from hemei.core.access import At
from hemei.core.actions.collector import issue_collector
from hemei.core.models import Check, Place
from tests.conftest import VILLAGE, People
from tests.field.collector import BOUNDARY, filled, multipart
from tests.field.test_collect import CRACKED, survey

MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
SPEAKS = {"X-OpenRosa-Version": "1.0", "User-Agent": "other/2.0", "Accept-Language": "zh-CN"}
RESPONSE = "{http://openrosa.org/http/response}"


class Software:
    """Nothing is taken for granted that the protocol does not say."""

    def __init__(self, token: str) -> None:
        self.base = f"/key/{token}"
        self.http = Client(raise_request_exception=False)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.http.get(f"{self.base}/{path}", headers=SPEAKS | headers)

    def send(self, xml: bytes, *, path: str = "submission", **headers: str) -> HttpResponse:
        body = multipart(xml, {})
        return self.http.post(f"{self.base}/{path}", body, content_type=MULTIPART, headers=SPEAKS | headers)


@pytest.fixture
def software(people: People, well: Place) -> Software:
    account = people.grid.account
    assert account is not None
    _key, token = issue_collector(where=At(VILLAGE), account=account, name="别的软件", by=people.grid)
    return Software(token)


def speaks(answer: HttpResponse) -> bool:
    """Whether the headers are there, and a text for whoever sent it where something went wrong."""
    assert answer["X-OpenRosa-Version"] == "1.0"
    assert int(answer["X-OpenRosa-Accept-Content-Length"]) > 1_000_000
    assert int(answer.get("Content-Length", len(answer.content))) == len(answer.content)
    if answer.content:
        root = ElementTree.fromstring(answer.content)
        if answer.status_code >= 400:
            assert root.tag == f"{RESPONSE}OpenRosaResponse"
            assert (root.findtext(f"{RESPONSE}message") or "").strip()
    return True


def test_every_answer_speaks_the_protocol(software: Software, well: Place) -> None:
    good = survey(well)
    made_up, http = Software("made-up"), software.http
    expected = {
        200: [software.get(one) for one in ("formList", "forms/wells.survey.xml", "forms/wells.survey/manifest.xml")],
        201: [software.send(good), software.send(good)],
        204: [http.head(f"{software.base}/submission", headers=SPEAKS)],
        400: [
            http.get(f"{software.base}/formList"),
            software.get("formList", **{"X-OpenRosa-Version": "2.0"}),
            software.send(good, **{"X-OpenRosa-Version": "1.1"}),
            software.send(b"<data/>"),
        ],
        403: [made_up.get("formList"), made_up.send(good)],
        404: [
            software.get("forms/nothing.xml"),
            software.get("forms/nothing/manifest.xml"),
            software.get("forms/nothing/places.csv"),
            software.get("somewhere"),
            software.get("formList/"),
            software.send(filled("wells.nothing", {})),
            software.send(survey(well, version="2099")),
        ],
        405: [software.get("submission"), http.put(f"{software.base}/submission", headers=SPEAKS)],
    }  # fmt: skip
    for status, answers in expected.items():
        for number, answer in enumerate(answers):
            assert answer.status_code == status, (status, number, answer.content.decode())
            assert speaks(answer)


@pytest.mark.parametrize(("fault", "status"), [(RuntimeError("x"), 500), (OperationalError("gone"), 503)])
def test_so_does_what_breaks(
    software: Software, well: Place, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int
) -> None:
    def breaks(*_given: object, **_named: object) -> None:
        raise fault

    monkeypatch.setattr("hemei.field.collect.take_in", breaks)
    monkeypatch.setattr("hemei.site.health.trouble_of", lambda _fault: "database" if status == 503 else None)
    answer = software.send(survey(well))
    assert answer.status_code == status
    assert speaks(answer)
    assert "没有存下" in answer.content.decode()


def test_so_does_what_comes_too_often(software: Software, settings, tmp_path) -> None:
    settings.VAR, settings.LIMITS = tmp_path, {"phone": (2, 600)}
    answers = [software.get("formList") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert speaks(answers[2])
    assert int(answers[2]["Retry-After"]) > 0


def entries(answer: HttpResponse) -> Iterator[dict[str, str]]:
    for entry in ElementTree.fromstring(answer.content):
        yield {part.tag.rpartition("}")[2]: part.text or "" for part in entry}


def test_the_list_says_all_that_a_client_needs(software: Software) -> None:
    answer = software.get("formList")
    assert answer["Content-Type"].startswith("text/xml")
    assert ElementTree.fromstring(answer.content).tag == "{http://openrosa.org/xforms/xformsList}xforms"
    for entry in entries(answer):
        assert all(entry[name] for name in ("formID", "name", "version", "hash", "downloadUrl", "manifestUrl"))
        for name in ("downloadUrl", "manifestUrl"):
            assert entry[name].startswith(f"http://testserver{software.base}/")
        blank = software.get(entry["downloadUrl"].partition(f"{software.base}/")[2]).content
        assert entry["hash"] == "md5:" + hashlib.md5(blank).hexdigest()
        root = next(ElementTree.fromstring(blank).iter("{http://www.w3.org/2002/xforms}instance"))[0]
        assert (root.get("id"), root.get("version")) == (entry["formID"], entry["version"])
    assert list(entries(software.get("formList?formID=nothing"))) == []
    assert [one["formID"] for one in entries(software.get("formList?formID=wells.survey"))] == ["wells.survey"]


def test_the_phone_and_its_software_are_kept(software: Software, well: Place) -> None:
    xml = survey(well, **CRACKED, hemei_device="collect:Ab12")
    software.send(xml)
    software.send(survey(well), path="submission?deviceID=collect%3AZz9")
    software.send(survey(well), path=f"submission?deviceID={'z' * 500}")
    told = list(Check.objects.order_by("id").values_list("device", flat=True))
    assert told == ["collect:Ab12 · other/2.0", "collect:Zz9 · other/2.0", f"{'z' * 40} · other/2.0"]


def test_a_correction_holds_to_its_form_and_its_place(software: Software, well: Place) -> None:
    from tests.toy.wells import dig_well

    software.send(survey(well, instance="uuid:1"))
    elsewhere = software.send(survey(dig_well(VILLAGE, "井二"), instance="uuid:2", deprecated="uuid:1"))
    assert elsewhere.status_code == 409
    assert "另一处" in elsewhere.content.decode()
    said = {"hemei_place": str(well.pk), "wall_moving": "no", "cracked": "no", "hemei_channel": "call"}
    other_form = filled("wells.selfcheck", said | {"hemei_on_behalf": "户主"}, deprecated="uuid:1")
    assert software.send(other_form).status_code == 404
    assert Check.objects.count() == 1


MOMENTS = [
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
    "1970-01-01T08:00:00+08:00",
]


@pytest.mark.parametrize("ended", [*MOMENTS, "yesterday", "2026-11-01"])
def test_a_clock_that_is_far_off_breaks_nothing(software: Software, well: Place, ended: str) -> None:
    answer = software.send(survey(well, **CRACKED, hemei_end=ended))
    assert answer.status_code in (201, 400), answer.content.decode()
    assert speaks(answer)
    assert Check.objects.count() == (answer.status_code == 201)


@pytest.mark.parametrize(
    "spot", ["nan nan 0 0", "91 0 0 0", "0 181 0 0", "inf 0 0 0", "31.5 110.5 0 nan", "1e400 1 1 1"]
)
def test_a_position_that_is_none_is_refused(software: Software, well: Place, spot: str) -> None:
    answer = software.send(survey(well, **CRACKED, position=spot))
    assert answer.status_code == 400
    assert not Check.objects.exists()


def test_an_encrypted_form_is_refused_as_such(software: Software, well: Place) -> None:
    """Ours carry no key, so that it was made elsewhere; it is not told that its place is missing."""
    answer = software.send(survey(well, **CRACKED).replace(b"<data ", b'<data encrypted="yes" ', 1))
    assert answer.status_code == 400
    assert "加密" in answer.content.decode()
    assert not Check.objects.exists()
