"""The pages: an application from the phone to the decision, clicked through as each person."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hemei.core.models import Household
from hemei.programmes.building.models import Permit
from tests.conftest import NEXT_VILLAGE, People, photo
from tests.programmes.building.conftest import FILED, MEETING, Way, applied, household_of

PAPER = {name: value for name, value in FILED.said().items() if value is not None and name not in ("group", "joint")}


def client_of(actor) -> Client:
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(actor.account, "django.contrib.auth.backends.ModelBackend")
    return client


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("纸.jpg", photo().content, "image/jpeg")


def test_the_village_applies_for_a_household(people: People, household: Household) -> None:
    client = client_of(people.village)
    found = client.get("/building/add/", {"q": "石"}).content.decode()
    assert "石有田" in found
    address = f"/building/add/{household.pk}/"
    assert "照户主签字的申请表填" in client.get(address).content.decode()
    without = client.post(address, PAPER)
    assert without.status_code == 422
    assert "纸件是原件" in without.content.decode()
    assert client.post(address, PAPER | {"photo": picture(), "plot_m2": "many"}).status_code == 422
    assert not Permit.objects.exists()
    done = client.post(address, PAPER | {"photo": picture()}, follow=True)
    page = done.content.decode()
    assert "登记集体讨论" in page
    assert "等村里开会讨论" in page
    permit = Permit.objects.get()
    assert (permit.region, permit.state, permit.group) == (household.region, "applied", "二组")
    file = permit.files.get()
    shown = client.get(f"/building/{permit.pk}/files/{file.pk}/")
    assert b"".join(shown.streaming_content) == photo().content
    assert "sandbox" in shown["Content-Security-Policy"]
    assert client.get(f"/building/{permit.pk}/files/{file.pk}/small/").status_code == 200


def test_a_step_from_its_page(people: People, household: Household) -> None:
    permit = applied(people, household)
    client = client_of(people.village)
    address = f"/building/{permit.pk}/steps/agree/"
    form = client.get(address).content.decode()
    assert "应到多少人" in form
    said = MEETING | {"after": permit.steps.get().pk, "photo": picture()}
    assert client.post(address, said | {"present": "31", "photo": picture()}).status_code == 422
    for _turn in range(2):
        assert client.post(address, said | {"photo": picture()}).status_code == 302
    assert permit.steps.count() == 2, "sent twice, taken once"
    assert client.get(address).status_code == 302, "too late for another"
    assert client.get(f"/building/{permit.pk}/steps/approve/").status_code == 403
    assert client.get(f"/building/{permit.pk}/steps/eat/").status_code == 404


def test_whoever_looks_sees_their_next_step(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household)
    way.to_village(permit)
    pages = {
        who: client_of(getattr(people, who)).get(f"/building/{permit.pk}/").content.decode()
        for who in ("village", "township", "district", "auditor")
    }
    assert "steps/town_review" in pages["township"]
    assert "opinions/add" in pages["district"]
    for who in ("village", "district", "auditor"):
        assert "steps/town_review" not in pages[who]
    for who in ("next_village", "neighbour", "nobody"):
        assert client_of(getattr(people, who)).get(f"/building/{permit.pk}/").status_code in (403, 404)


def test_the_queue(people: People, way: Way, household: Household) -> None:
    way.to_village(applied(people, household))
    applied(people, household_of("石有粮", region=NEXT_VILLAGE, number="2"), by=people.next_village)
    page = client_of(people.township).get("/building/").content.decode()
    assert "石有田" in page
    assert "石有粮" in page
    assert "青石镇" in client_of(people.township).get("/building/stages/").content.decode()
    assert "还没有可以算的" in client_of(people.next_village).get("/building/stages/").content.decode()
    assert "超" in page, "the deadline of last spring has passed"
    village = client_of(people.next_village).get("/building/").content.decode()
    assert "石有田" not in village
    empty = client_of(people.township).get("/building/", {"q": "无此人", "state": "open"}).content.decode()
    assert "没有符合条件的" in empty


@pytest.mark.parametrize("page", ["opinions/add/", "visits/add/", "gates/building.G02/set-aside/"])
def test_the_review_has_its_forms(people: People, way: Way, household: Household, page: str) -> None:
    permit = applied(people, household, plot_m2=300.0)
    way.to_village(permit)
    client = client_of(people.township)
    address = f"/building/{permit.pk}/{page}"
    assert client.get(address).status_code == 200
    assert client.post(address, {"go": "1"}).status_code == 422
    assert client_of(people.village).get(address).status_code == 403


def test_a_gate_is_set_aside_on_the_page_by_two(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household, plot_m2=300.0)
    way.to_village(permit)
    first, second = client_of(people.township), client_of(people.district)
    at_gate = f"/building/{permit.pk}/gates/building.G02/"
    said = {"document": "青石镇纪要〔2026〕3号", "reason": "地形所限"}
    assert first.post(f"{at_gate}set-aside/", said).status_code == 302
    assert "请另一人签第二个字" in (own := first.get(f"/building/{permit.pk}/").content.decode())
    assert f"{at_gate}sign/" not in own
    assert f"{at_gate}sign/" in second.get(f"/building/{permit.pk}/").content.decode()
    assert "另一人签" in first.post(f"{at_gate}sign/", {"go": "1"}).content.decode()
    assert "青石镇纪要" in second.get(f"{at_gate}sign/").content.decode()
    second.post(f"{at_gate}sign/", {"go": "1"})
    assert "不符合，已搁置" in first.get(f"/building/{permit.pk}/").content.decode()


def test_an_approved_permit_shows_what_was_decided(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household)
    way.to_approval(permit)
    page = client_of(people.township).get(f"/building/{permit.pk}/").content.decode()
    assert "批准时的条件" in page
    assert "到场量过" in page, "what was found on site then"
    assert "写现场认定" not in page
    assert "还没有写明由谁施工" in page, "what stands before the set-out"
