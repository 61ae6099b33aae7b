"""一户一档 on paper: what is filed under which part."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone, translation
from PIL import Image

from hemei.core.access import At
from hemei.core.actions import case as steps
from hemei.core.actions.evidence import NewFile
from hemei.core.actions.opening import open_case
from hemei.core.files import path_of
from hemei.core.models import Evidence, Place
from tests.conftest import People, brought, photo

SignIn = Callable[[str], Client]


def filed(client: Client, place: Place) -> dict[str, str]:
    """The parts of the printed file by their key."""
    page = client.get(f"/office/places/{place.pk}/file/").content.decode()
    return dict(re.findall(r'id="part-(\w+)">(.*?)(?=<section class="sheet[^"]*" id="part-|</main>)', page, re.S))


def test_each_photo_lies_in_its_part_and_in_no_other(house: Place, people: People, signed_in: SignIn) -> None:
    where = At(house.region, "houses")
    now = timezone.now()
    seen = [photo("red", "看到.jpg")]
    case = open_case(where=where, place=house, code="houses.F14", at=now, by=people.grid, files=seen)
    steps.contain(case=case, by=people.grid, brought=brought(files=[photo("blue", "封控.jpg")]))
    served = {"document": "notice", "to": "张三", "way": "left", "number": "青告〔2026〕7号"}
    steps.serve(case=case, by=people.grid, brought=brought(note="门上", data=served, files=[photo("gray", "回执.jpg")]))
    refused = brought(note="不肯停用", witnesses=["王一", "李二"])
    steps.refuse(case=case, by=people.grid, brought=refused)
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="repair", files=[photo("green", "修好.jpg")]))
    steps.accept(case=case, by=people.township, brought=brought(note="看过", files=[photo("white", "验收.jpg")]))

    parts = filed(signed_in("village"), house)

    names = ("看到.jpg", "封控.jpg", "回执.jpg", "修好.jpg", "验收.jpg")
    lies = {name: [key for key, part in parts.items() if name in part] for name in names}
    assert lies == {
        "看到.jpg": ["before"],
        "封控.jpg": ["during"],
        "回执.jpg": ["notices"],
        "修好.jpg": ["after"],
        "验收.jpg": ["after"],
    }
    assert "青告〔2026〕7号" in parts["notices"]
    assert "王一、李二" in parts["steps"]
    assert "看过" in parts["acceptances"]


def test_what_the_programme_says_of_a_place_is_in_its_file(house: Place, signed_in: SignIn) -> None:
    assert "安全鉴定" in filed(signed_in("village"), house)["own"]


def test_a_kind_without_such_records_has_no_such_part(
    house: Place, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hemei.office.views.files.sections", lambda request, place: [])
    parts = filed(signed_in("village"), house)
    assert "own" not in parts
    assert "三、文书和送达" in parts["notices"]


def test_in_english_the_titles_are_english(house: Place, people: People, signed_in: SignIn) -> None:
    where = At(house.region, "houses")
    case = open_case(where=where, place=house, code="houses.F14", at=timezone.now(), by=people.grid)
    client = signed_in("village")
    client.cookies["django_language"] = "en"
    with translation.override("en"):  # and back to what it was: the client shares our thread
        pages = [f"places/{house.pk}/file/", f"cases/{case.pk}/documents/notice/"]
        shown = [client.get(f"/office/{page}").content.decode() for page in pages]
    assert all("served" in page.lower() and case.title not in page for page in shown)


def test_a_phone_s_own_format_is_shown_as_a_picture(house: Place, people: People, signed_in: SignIn) -> None:
    heic = (Path(__file__).parents[1] / "data" / "phone.heic").read_bytes()
    where, shot = At(house.region, "houses"), NewFile("IMG_1.HEIC", heic, source="album")
    open_case(where=where, place=house, code="houses.F14", at=timezone.now(), by=people.grid, files=[shot])
    file = Evidence.objects.get()
    assert (file.media_type, file.device_at and file.device_at.isoformat()) == (
        "image/heif",
        "2026-11-03T01:30:00+00:00",
    )
    client, address = signed_in("village"), f"/office/evidence/{file.pk}/"
    for picture in ("thumbnail/", "thumbnail/?large"):
        with Image.open(io.BytesIO(client.get(f"{address}{picture}").content)) as image:
            assert (image.format, image.size) == ("JPEG", (64, 48))
    whole = client.get(address)
    assert whole["Content-Disposition"].startswith("attachment")
    assert b"".join(whole.streaming_content) == heic  # type: ignore[attr-defined]
    Path(path_of(file.sha256)).write_bytes(heic[:-300])
    assert client.get(f"{address}thumbnail/").status_code == 404
