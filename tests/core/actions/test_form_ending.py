"""A form of the district's own is ended from a day: looks of before stay and still come in, others are refused."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook

from hemei.core.access import At, Refused
from hemei.core.actions.check import Answered, submit_check
from hemei.core.actions.collector import issue_collector
from hemei.core.actions.formversion import about, end, keep_draft, new_form, publish, reading_of, take_up
from hemei.core.editions import editions
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import AuditEntry, Check, FormVersion, Place
from hemei.core.registry import Form, registry
from hemei.office.story import answers
from hemei.terms.day import today
from tests.conftest import DISTRICT, VILLAGE, People
from tests.field.collector import Phone, filled

pytestmark = pytest.mark.django_db
WHERE = At(DISTRICT, "houses")


def own_form(people: People, tier: str = "survey", title: str = "汛期排查") -> Form:
    book = Workbook()
    assert book.active is not None
    for row in (["题目", "类型", "选项"], ["屋后有没有落石？", "单选", "有；没有"], ["几块？", "整数", ""]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    wanted, content = new_form("house", tier, title), file.getvalue()
    told = {"wanted": wanted, "read": reading_of(content, wanted), "content": content, "filename": "a.xlsx"}
    publish(
        where=WHERE, version=keep_draft(where=WHERE, by=people.district, **told), starts=today(), by=people.district
    )
    return registry.forms[wanted.id]


@pytest.fixture
def flood(people: People) -> Form:
    return own_form(people)


def ended(form: Form, people: People, days: int = 0) -> FormVersion:
    return end(where=WHERE, form=form, ends=today() + timedelta(days=days), by=people.district)


def looked(form: Form, instance: str, days_ago: float = 0) -> Answered:
    said = {form.read.questions[0].name: form.read.questions[0].choices[0].name}
    at = timezone.now() - timedelta(days=days_ago)
    return Answered(instance, form.id, said, at, version=form.read.version)


def test_it_is_offered_no_more_and_its_looks_stay_readable(flood: Form, house: Place, people: People) -> None:
    before = submit_check(place=house, answered=looked(flood, "uuid:1"), by=people.grid).check
    ended(flood, people)
    assert flood.id in registry.forms
    assert flood.id not in {form.id for form in registry.forms_for("house", "survey")}
    assert [one.question for one in answers(before)] == ["屋后有没有落石？"]
    assert AuditEntry.objects.get(verb="form.end").detail["ends"] == today().isoformat()


def test_what_was_filled_in_before_is_taken_late_and_what_comes_after_is_refused(
    flood: Form, house: Place, people: People
) -> None:
    on_time = submit_check(place=house, answered=looked(flood, "uuid:1"), by=people.grid)
    ended(flood, people)
    late = submit_check(place=house, answered=looked(flood, "uuid:2", days_ago=1.5), by=people.grid)
    assert late.check.version == flood.read.version
    with pytest.raises(Conflict, match=f"汛期排查.*{today()}"):
        submit_check(place=house, answered=looked(flood, "uuid:3"), by=people.grid)
    again = Answered("uuid:1", flood.id, on_time.check.answers, on_time.check.at, version=flood.read.version)
    assert submit_check(place=house, answered=again, by=people.grid).repeated
    assert Check.objects.count() == 2


def test_a_phone_that_still_holds_it_is_told_that_it_is_closed(flood: Form, house: Place, people: People) -> None:
    _key, token = issue_collector(where=At(VILLAGE), account=people.grid.account, name="测试机", by=people.grid)
    phone = Phone(f"http://testserver/key/{token}")
    assert flood.id in phone.forms()
    ended(flood, people)
    assert flood.id not in phone.forms()
    question, now = flood.read.questions[0], timezone.now().replace(microsecond=0)
    said = {"hemei_place": str(house.pk), question.name: question.choices[0].name}
    version = flood.read.version
    [after] = phone.send(filled(flood.id, said | {"hemei_end": now.isoformat()}, version=version))
    [before] = phone.send(
        filled(flood.id, said | {"hemei_end": (now - timedelta(days=2)).isoformat()}, version=version)
    )
    assert (after.status_code, before.status_code) == (409, 201)
    assert "停用" in after.content.decode()


def test_a_day_to_come_changes_nothing_yet_and_can_be_taken_back(flood: Form, house: Place, people: People) -> None:
    ended(flood, people, days=3)
    assert flood in registry.forms_for("house", "survey")
    submit_check(place=house, answered=looked(flood, "uuid:1"), by=people.grid)
    with pytest.raises(Conflict):
        ended(flood, people)
    take_up(where=WHERE, form=flood, by=people.district)
    assert flood.ends is None
    with pytest.raises(Conflict):
        take_up(where=WHERE, form=flood, by=people.district)


def test_what_cannot_be_ended(flood: Form, people: People) -> None:
    with pytest.raises(Mistaken, match="最早从今天"):
        ended(flood, people, days=-1)
    with pytest.raises(Conflict, match="系统自带"):
        ended(registry.forms["houses.survey"], people)
    with pytest.raises(Refused):
        end(where=WHERE, form=flood, ends=today(), by=people.township)
    waiting = FormVersion.objects.get(form=flood.id)
    waiting.pk, waiting.version, waiting.starts = None, "2099010101", today() + timedelta(days=5)
    waiting.save()
    editions.forget()
    with pytest.raises(Conflict, match="请先撤回"):
        ended(flood, people)


def test_a_version_published_meanwhile_does_not_take_the_end_back(flood: Form, people: People) -> None:
    ended(flood, people, days=3)
    FormVersion.objects.filter(form=flood.id).update(version="2020010101")
    wanted, content = about(flood), bytes(FormVersion.objects.get(form=flood.id).source)
    told = {"wanted": wanted, "read": reading_of(content, wanted), "content": content, "filename": "b.xlsx"}
    draft = keep_draft(where=WHERE, by=people.district, **told)
    with pytest.raises(Conflict, match="取消停用"):
        publish(where=WHERE, version=draft, starts=today(), by=people.district)
    take_up(where=WHERE, form=flood, by=people.district)
    publish(where=WHERE, version=draft, starts=today(), by=people.district)


def test_the_last_self_check_behind_door_plates_stays(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    own = own_form(people, "self", "自己的自查表")
    shipped = registry.declared_forms["houses.selfcheck"]
    monkeypatch.delitem(registry.declared_forms, shipped.id)
    with pytest.raises(Conflict, match="唯一的农户自查表"):
        ended(own, people)
    monkeypatch.setitem(registry.declared_forms, shipped.id, shipped)
    ended(own, people)


def test_it_is_ended_and_taken_up_on_its_page(flood: Form, people: People, client: Client) -> None:
    assert people.district.account is not None
    client.force_login(people.district.account)
    page = f"/office/forms/{flood.id}/"
    assert "停用这张表" in client.get(page).content.decode()
    assert "停用这张表" not in client.get("/office/forms/houses.survey/").content.decode()
    for nonsense in ("", "x" * 100_000, "0001-01-01", "9999-99-99", "2020-01-01"):
        assert client.post(f"{page}end/", {"ends": nonsense}).status_code == 422
    assert client.post("/office/forms/houses.survey/end/", {"ends": today().isoformat()}).status_code == 422
    assert client.post(f"{page}end/", {"ends": today().isoformat()}).status_code == 302
    assert f"这张表从 {today()} 起停用" in client.get(page).content.decode()
    assert f"{today()} 起停用" in client.get("/office/forms/").content.decode()
    assert "正在用" not in client.get(page).content.decode()
    assert client.post(f"{page}take-up/").status_code == 302
    assert flood.is_open
