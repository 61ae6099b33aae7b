"""Whoever asks too often is held off, told until when, and nobody else is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from hemei.core.access import At
from hemei.core.actions.collector import issue_collector
from hemei.core.actions.door import IssuedDoor, issue_door
from hemei.core.models import Place
from tests.conftest import VILLAGE, People

A_PAGE = {"HTTP_ACCEPT": "text/html"}


@pytest.fixture(autouse=True)
def _few(settings, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    settings.LIMITS = dict.fromkeys(("sign_in", "code", "door", "door_unknown", "phone", "export", "upload"), (2, 600))


@pytest.fixture
def signed_in(people: People) -> Callable[[str], Client]:
    def sign_in(who: str) -> Client:
        client = Client()
        client.force_login(getattr(people, who).account, "django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def door(house: Place, people: People) -> IssuedDoor:
    return issue_door(place=house, by=people.village)


def held_off(answer) -> bool:
    if answer.status_code != 429:
        return False
    assert 1 <= int(answer.headers["Retry-After"]) <= 600
    return True


def read(answer) -> int:
    """The status of a file that was read to its end."""
    b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code


def test_sign_ins_from_one_address(people: People) -> None:
    said = {"username": "nobody at all", "password": "wrong"}
    answers = [Client().post("/sign-in/", said) for _ in range(3)]
    assert [held_off(answer) for answer in answers] == [False, False, True]
    assert "登录得太频繁" in answers[-1].content.decode()
    assert not held_off(Client(REMOTE_ADDR="10.1.1.1").post("/sign-in/", said))
    assert not held_off(Client().get("/sign-in/"))


def test_openings_of_a_plate_but_never_a_report(door: IssuedDoor, client: Client) -> None:
    address = f"/d/{door.token}/"
    answers = [client.get(address) for _ in range(3)]
    assert [held_off(answer) for answer in answers] == [False, False, True]
    assert "119" in answers[-1].content.decode()
    for _ in range(3):
        assert client.post(f"{address}danger/", {"visit": "x"}).status_code == 302


def test_plates_that_are_none(people: People, client: Client) -> None:
    answers = [client.get(f"/d/{letter * 26}/") for letter in "abc"]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert held_off(answers[-1])


def test_keys_that_are_none(people: People, client: Client) -> None:
    for guess in "abc":
        answer = client.get(f"/key/{guess}/formList", headers={"X-OpenRosa-Version": "1.0"})
    assert held_off(answer)


def test_one_phone_and_no_other(people: People, client: Client) -> None:
    said = {"X-OpenRosa-Version": "1.0"}
    keys = [issue_collector(where=At(VILLAGE), account=people.grid.account, name=n, by=people.grid)[1] for n in "甲乙"]
    for _ in range(3):
        answer = client.get(f"/key/{keys[0]}/formList", headers=said)
    assert held_off(answer)
    assert client.get(f"/key/{keys[1]}/formList", headers=said).status_code == 200


def test_exports_of_one_person(signed_in: Callable[[str], Client], house: Place) -> None:
    client, other = signed_in("village"), signed_in("township")
    for address in ("/office/places/file.csv", "/office/cases/file.xlsx"):
        assert read(client.get(address)) == 200
    answer = client.get("/office/units/file.csv")
    assert held_off(answer)
    assert "导出得太频繁" in answer.content.decode()
    assert read(other.get("/office/units/file.csv")) == 200


def test_uploads_of_one_person(signed_in: Callable[[str], Client], house: Place) -> None:
    client = signed_in("township")

    def upload(size: int):
        return client.post("/office/imports/", {"files": SimpleUploadedFile("甲.csv", b"x" * size)})

    assert [held_off(upload(10)) for _ in range(4)] == [False] * 4, "a small form is no upload"
    assert [held_off(upload(70_000)) for _ in range(3)] == [False, False, True]


def test_a_program_is_told_in_json(signed_in: Callable[[str], Client], house: Place) -> None:
    client = signed_in("township")
    photo = SimpleUploadedFile("甲.jpg", b"x" * 70_000, "image/jpeg")
    for _ in range(3):
        photo.seek(0)
        answer = client.post("/api/checks", {"files": photo})
    assert held_off(answer)
    assert answer.json()["code"] == "too_often"


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> list[str]:
    found = []
    for one in patterns:
        path = before + str(one.pattern)
        found += addresses(one.url_patterns, path) if isinstance(one, URLResolver) else [path]
    return found


def test_every_address_of_a_file_is_one_that_is_counted() -> None:
    """An export names its format in the address; what does not is a page, a tile, or one record's own paper."""
    own = {"public/draws/<int:pk>/frame.csv", "public/draws/<int:pk>.json", "office/imports/<int:pk>/refused.xlsx"}
    own |= {"key/<str:token>/forms/<str:form_id>/places.csv"}
    own |= {f"office/{of}/<slug:how>.xlsx" for of in ("forms/<str:form_id>", "form-versions/<int:pk>")}  # blank forms
    for path in addresses(get_resolver().url_patterns):
        if path.endswith((".xlsx", ".csv", ".gpkg", ".geojson")) or "file." in path:
            assert "<slug:form>" in path or path in own | {"maps/regions.geojson"}, path
