"""A form with a repeat on the page of whoever goes out: one more, what is wrong, and what is stored."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hemei.core.access import At
from hemei.core.actions.formversion import About, keep_draft, new_form, publish, reading_of
from hemei.core.models import Check, Place
from hemei.engines.forms.writing import workbook
from hemei.office.story import answers
from hemei.terms.day import today
from tests.conftest import DISTRICT, People

pytestmark = pytest.mark.django_db
WHERE = At(DISTRICT, "houses")
SURVEY = [
    {"type": "integer", "name": "storeys", "label": "几层？", "required": "yes"},
    {"type": "begin repeat", "name": "rooms", "label": "房间"},
    {"type": "text", "name": "room", "label": "哪一间？", "required": "yes"},
    {"type": "decimal", "name": "width", "label": "多宽？", "constraint": ". > 0", "constraint_message": "要比零大。"},
    {"type": "select_one tap", "name": "damp", "label": "潮不潮？", "relevant": "${width} > 2"},
    {"type": "end repeat"},
    {"type": "calculate", "name": "total", "calculation": "sum(${width})"},
]
CHOICES = [{"list_name": "tap", "name": "yes", "label": "潮"}, {"list_name": "tap", "name": "no", "label": "不潮"}]


def book(survey: list[dict[str, str]]) -> bytes:
    settings = [{"form_id": "x", "version": "1", "form_title": "房间"}]
    sheets = {"survey": survey, "choices": CHOICES, "settings": settings}
    headings = {name: tuple(dict.fromkeys(key for row in rows for key in row)) for name, rows in sheets.items()}
    return workbook(sheets, headings)


@pytest.fixture
def rooms(people: People) -> About:
    wanted = new_form("house", "survey", "房间排查")
    content = book(SURVEY)
    read = reading_of(content, wanted)
    told: dict[str, Any] = {"content": content, "filename": "a.xlsx", "by": people.district}
    draft = keep_draft(where=WHERE, wanted=wanted, read=read, **told)
    publish(where=WHERE, version=draft, starts=today(), by=people.district)
    return wanted


@pytest.fixture
def worker(client: Client, people: People) -> Client:
    assert people.grid.account is not None
    client.force_login(people.grid.account)
    return client


def given(**fields: str) -> dict[str, str]:
    moment = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    return {"instance": "0f8fad5b-d9cb-469f-a165-70867728950e", "at": moment, "storeys": "2"} | fields


def test_one_more_is_asked_for_and_nothing_is_lost(worker: Client, house: Place, rooms: About) -> None:
    address = f"/field/places/{house.pk}/check/{rooms.id}/"
    page = worker.get(address).content.decode()
    assert 'name="room.1"' in page
    assert 'name="room.2"' not in page
    answer = worker.post(address, given(**{"room.1": "堂屋", "more": "rooms"}))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'name="room.2"' in page
    assert "堂屋" in page
    assert not Check.objects.exists()


def test_what_is_wrong_stands_in_its_instance(worker: Client, house: Place, rooms: About) -> None:
    fields = {"room.1": "堂屋", "width.1": "3", "room.3": "灶房", "width.3": "-1"}
    answer = worker.post(f"/field/places/{house.pk}/check/{rooms.id}/", given(**fields))
    assert answer.status_code == 422
    wrong = answer.content.decode().partition('id="q-width--2"')[2].partition("</div>")[0]
    assert "要比零大。" in wrong


def test_it_is_stored_calculated_and_told_in_words(worker: Client, house: Place, rooms: About) -> None:
    fields = {"room.1": "堂屋", "width.1": "３", "damp.1": "yes", "room.2": "灶房", "width.2": "1.5", "damp.2": "yes"}
    answer = worker.post(f"/field/places/{house.pk}/check/{rooms.id}/", given(**fields))
    assert answer.status_code == 302
    check = Check.objects.get()
    assert check.answers["rooms"] == [{"room": "堂屋", "width": 3.0, "damp": "yes"}, {"room": "灶房", "width": 1.5}]
    assert check.answers["total"] == 4.5
    told = {one.question: one.said for one in answers(check)}
    assert "堂屋" in told["房间 1"]
    assert "潮" in told["房间 1"]
    assert "total" not in told


def test_one_is_taken_away_and_the_others_close_up(worker: Client, house: Place, rooms: About) -> None:
    fields = {"room.1": "堂屋", "room.2": "灶房", "room.3": "猪圈", "less": "rooms.2"}
    page = worker.post(f"/field/places/{house.pk}/check/{rooms.id}/", given(**fields)).content.decode()
    assert ("堂屋" in page, "灶房" in page, "猪圈" in page) == (True, False, True)
    assert 'name="room.2"' in page
    assert 'name="room.3"' not in page
