"""The audit page: of one place, taken out as a file, and what the last whole verification found."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.test import Client

from hemei.core.access import Scope
from hemei.core.actions import case as steps
from hemei.core.actions.person import unmask
from hemei.core.actions.seal import seal_pending
from hemei.core.models import AuditEntry, Holding, Household, Person, Place
from hemei.core.queries.audit import AuditFilter, entries
from hemei.engines.tables import read
from tests.conftest import DISTRICT, NEXT_VILLAGE, VILLAGE, People, brought, photo
from tests.core.actions.test_case import found

SignIn = Callable[[str], Client]


@pytest.fixture
def done(house: Place, next_house: Place, people: People) -> None:
    """Something was done to one house, its case and its people, and something to another."""
    person = Person.objects.create(name="王小明", region=VILLAGE, id_last4="002X")
    household = Household.objects.create(number="12", region=VILLAGE, head=person)
    Holding.objects.create(household=household, place=house)
    unmask(person=person, by=people.township)
    steps.remedy(case=found(house, people), by=people.grid, brought=brought(remedy="repair", files=[photo()]))
    unmask(person=Person.objects.create(name="李四", region=NEXT_VILLAGE), by=people.township)
    seal_pending()


def test_whatever_was_done_to_a_place_its_cases_and_its_people(done, house: Place, next_house: Place) -> None:
    scope = Scope.of(DISTRICT)
    verbs = {entry.verb for entry in entries(within=scope, where=AuditFilter(place=house.pk))}
    assert {"person.unmask", "case.remedy"} <= verbs
    assert entries(within=scope, where=AuditFilter(place=house.pk, verb="person.unmask")).count() == 1
    assert not entries(within=scope, where=AuditFilter(place=next_house.pk)).exists()


def test_the_page_of_a_place_leads_to_its_audit(done, house: Place, signed_in: SignIn) -> None:
    link = f"/office/audit/?place={house.pk}"
    assert link in signed_in("district").get(f"/office/places/{house.pk}/").content.decode()
    assert link not in signed_in("village").get(f"/office/places/{house.pk}/").content.decode()
    page = signed_in("auditor").get(link).content.decode()
    assert "查看完整证件号和电话" in page


def test_the_audit_links_only_to_what_its_reader_may_open(done, signed_in: SignIn) -> None:
    for who, linked in (("auditor", True), ("administrator", False)):
        client = signed_in(who)
        pages = set(
            re.findall(r'href="(/office/(?:cases|places)/\d+/)"', client.get("/office/audit/").content.decode())
        )
        assert bool(pages) is linked
        assert {client.get(one).status_code for one in pages} <= {200}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_audit_as_a_file_with_its_places_in_the_chain(done, signed_in: SignIn, form: str) -> None:
    answer = signed_in("auditor").get(f"/office/audit/file.{form}?verb=person.unmask")
    table = read(b"".join(answer.streaming_content), f"审计.{form}")[0]
    rows = list(table.rows)
    assert {row.values["动作"] for row in rows} == {"person.unmask"}
    assert len(rows) == 2
    assert all(len(str(row.values["链上散列"])) == 64 for row in rows)
    entry = AuditEntry.objects.get(verb="register.export")
    assert entry.detail["filters"] == {"verb": "person.unmask"}, "who took it out is told too"


@pytest.mark.parametrize("who", ["village", "township", "inspector", "nobody"])
def test_whoever_may_not_see_it_may_not_take_it_out(done, signed_in: SignIn, who: str) -> None:
    assert signed_in(who).get("/office/audit/file.csv").status_code == 403


def test_a_file_keeps_to_the_scope(done, signed_in: SignIn) -> None:
    answer = signed_in("neighbour").get("/office/audit/file.csv")
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert all(DISTRICT not in line[7][:6] for line in lines[1:])


def test_the_page_says_when_everything_was_last_verified(done, signed_in: SignIn, settings, tmp_path) -> None:
    settings.VAR = tmp_path
    client = signed_in("auditor")
    assert "还没有核对过" in client.get("/office/audit/").content.decode()
    (tmp_path / "verified.json").write_text('{"at": "2026-11-25T08:00:00+00:00", "position": 7, "sound": true}')
    assert "到第 7 节，没有发现问题" in client.get("/office/audit/").content.decode()
    (tmp_path / "verified.json").write_text('{"at": "2026-11-25T08:00:00+00:00", "position": 7, "sound": false}')
    assert "发现了问题" in client.get("/office/audit/").content.decode()
    (tmp_path / "verified.json").write_text("broken")
    assert "还没有核对过" in client.get("/office/audit/").content.decode()
