"""The pages: who may open them, what they say, and that nonsense gets a page."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from hemei.core.models import Case, Job
from hemei.core.worker import run, take_next
from hemei.law.rules import USE_TITLES, WORK_TITLES
from hemei.programmes.control.models import Decision, LayerVersion, Run
from hemei.programmes.control.wording import USES, WORKS
from tests.conftest import People
from tests.programmes.control.conftest import FIELDS, house_at

pytestmark = pytest.mark.django_db
READ = ["control", "control.rules", "control.screenings", "control.findings"]


def signed_in(who) -> Client:
    client = Client()
    client.force_login(who.account)
    return client


def work_off() -> None:
    while job := take_next():
        run(job)


def keep_after_a_look(client: Client, address: str, said: dict[str, Any]) -> None:
    """What is sent to a page, what it would change is looked at, and it is kept."""
    asked = client.post(address, said)
    assert asked.status_code == 302
    work_off()
    assert client.post(f"{asked.url}keep/").status_code == 302


@pytest.mark.parametrize("name", READ)
def test_pages_open_empty_and_full(home, people: People, name: str) -> None:
    for who in (people.district, people.village, people.auditor):
        assert signed_in(who).get(reverse(name)).status_code == 200
    assert signed_in(people.inspector).get(reverse(name)).status_code == 403
    assert Client().get(reverse(name)).status_code == 302


def test_a_layer_is_uploaded_on_the_page(home, people: People) -> None:
    client = signed_in(people.district)
    assert client.get(reverse("control.layer_add")).status_code == 200
    said = {"kind": "permanent_farmland", "visibility": "internal", "publisher": "局", "starts": "2026-01-01"}
    file = SimpleUploadedFile("田.geojson", FIELDS)
    asked = client.post(reverse("control.layer_add"), said | {"file": file})
    assert not LayerVersion.objects.exists()
    work_off()
    assert "这是第一版" in client.get(asked.url).content.decode()
    answer = client.post(asked.url + "keep/")
    row = LayerVersion.objects.get()
    assert answer.url == reverse("control.layer", args=[row.pk])
    assert "永久基本农田" in client.get(answer.url).content.decode()
    assert signed_in(people.village).get(answer.url).status_code == 200
    assert signed_in(people.neighbour).get(answer.url).status_code == 404
    keep_after_a_look(client, reverse("control.layer_withdraw", args=[row.pk]), {"why": "换新版"})
    assert "已停用" in client.get(answer.url).content.decode()


def test_a_screening_from_the_button_to_the_decision(layers, people: People) -> None:
    place = house_at(500, 600)
    client = signed_in(people.district)
    started = client.post(reverse("control.screen"))
    made = Run.objects.get()
    assert started.url == reverse("control.run", args=[made.pk])
    assert "every 1s" in client.get(started.url).content.decode()
    assert client.get(reverse("control.run_progress", args=[made.pk])).status_code == 200
    work_off()
    assert client.get(reverse("control.run_progress", args=[made.pk])).headers["HX-Redirect"] == started.url
    assert "永久基本农田" in client.get(started.url).content.decode()
    assert "不符合" in client.get(reverse("control.screenings")).content.decode()
    listed = client.get(reverse("control.findings"), {"outcome": "fail"}).content.decode()
    assert "500,600" in listed
    assert "100 平方米" in listed
    assert client.get(reverse("control.rule", args=["control.R10"])).status_code == 200
    address = reverse("control.decide", args=[place.pk, "control.R10"])
    assert client.get(address).status_code == 200
    assert client.post(address, {"decided": "", "why": ""}).status_code == 422
    taken = client.post(address, {"decided": "case", "why": "2026-11-20 现场量过"})
    assert taken.url == reverse("office:case", args=[Case.objects.get().pk])
    assert Decision.objects.get().decided == "case"
    assert "已立案" in client.get(reverse("control.findings")).content.decode()
    for form in ("xlsx", "csv", "gpkg"):
        sent = client.get(reverse("control.findings_file", args=[form]), {"outcome": "fail"})
        assert sent.status_code == 200
        assert b"".join(sent.streaming_content)
    assert signed_in(people.neighbour).get(address).status_code == 404


def test_who_may_not_is_refused(layers, people: People) -> None:
    place = house_at(500, 600)
    signed_in(people.district).post(reverse("control.screen"))
    work_off()
    client = signed_in(people.village)
    assert client.post(reverse("control.screen")).status_code == 403
    assert client.get(reverse("control.layer_add")).status_code == 403
    answer = client.post(
        reverse("control.decide", args=[place.pk, "control.R10"]), {"decided": "existing", "why": "老房子"}
    )
    assert answer.status_code == 403
    assert not Decision.objects.exists()


NONSENSE = ["", "x" * 100_000, "\x00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "0000-00-00", "-1"]


@pytest.mark.parametrize("word", NONSENSE)
def test_nonsense_gets_a_page(layers, people: People, word: str) -> None:
    client = signed_in(people.district)
    said = dict.fromkeys(
        ("kind", "visibility", "publisher", "document", "starts", "ends", "class_column", "layername", "why"), word
    )
    files = {"file": SimpleUploadedFile("x.geojson", word.encode("utf-8", "ignore"))}
    assert client.post(reverse("control.layer_add"), said | files).status_code in (200, 400, 422)
    for name in READ:
        asked = {"rule": word, "region": word, "outcome": word, "cursor": word, "district": word}
        assert client.get(reverse(name), asked).status_code in (200, 302, 400, 404)
    assert Job.objects.filter(kind="control.screen").count() == 0


def test_unknown_keys_are_not_found(layers, people: People) -> None:
    client = signed_in(people.district)
    for address in ("layers/999/", "rules/none/", "screenings/999/", "findings/999/control.R10/"):
        assert client.get(f"/control/{address}").status_code == 404


def test_kinds_of_work_and_use_are_those_of_the_law() -> None:
    assert {key: str(said) for key, said in WORKS.items()} == WORK_TITLES
    assert {key: str(said) for key, said in USES.items()} == USE_TITLES
