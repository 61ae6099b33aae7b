"""A household's form with a repeat: at the door, on the page that stays on the phone, as 代报, on paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hemei.core.access import At
from hemei.core.actions.door import IssuedDoor
from hemei.core.actions.formversion import about, keep_draft, publish, reading_of, with_sheet_of_findings
from hemei.core.models import Case, Check, Finding, FormVersion
from hemei.core.registry import Programme, registry
from hemei.engines.forms import FormRefused
from hemei.engines.forms.plainwriting import as_plain
from hemei.engines.forms.writing import workbook
from hemei.field.dangers import dangers
from hemei.terms.day import today
from tests.conftest import DISTRICT, People, photo
from tests.field.test_kept import post, said
from tests.field.walking import Household

pytestmark = pytest.mark.django_db
FORM = "wells.selfcheck"
SURVEY = [
    {"type": "select_one yn", "name": "wall_moving", "label": "井壁在动吗？"},
    {"type": "select_one yn", "name": "cracked", "label": "井台有裂缝吗？"},
    {"type": "select_one yn", "name": "growing", "label": "裂缝在变大吗？", "relevant": "${cracked} = 'yes'"},
    {"type": "begin repeat", "name": "buckets", "label": "水桶"},
    {"type": "text", "name": "bucket", "label": "哪一只？", "required": "yes"},
    {"type": "select_one yn", "name": "leaks", "label": "漏吗？"},
    {"type": "decimal", "name": "litres", "label": "漏几升？", "relevant": "${leaks} = 'yes'", "constraint": ". > 0"},
    {"type": "select_one burst", "name": "burst", "label": "要裂开吗？"},
    {"type": "calculate", "name": "gone", "calculation": "coalesce(${litres}, 0)"},
    {"type": "end repeat"},
    {"type": "calculate", "name": "lost", "calculation": "sum(${gone})"},
    {"type": "image", "name": "photo", "label": "照片"},
    {"type": "text", "name": "remark", "label": "别的情况"},
]
YES_NO = [("yes", "有"), ("no", "没有"), ("unsure", "说不准")]
CHOICES = [
    *({"list_name": "yn", "name": name, "label": label} for name, label in YES_NO),
    *({"list_name": "burst", "name": name, "label": label} for name, label in (("yes", "要裂开"), ("no", "不会"))),
]
RULES = [
    {"条件": "${wall_moving} = 'yes' or ${lost} > 9", "问题编号": "wells.F01"},
    {"题目": "要裂开吗？", "答案": "要裂开", "问题编号": "wells.F01"},
    {"条件": "漏吗 = 说不准 且 井台有裂缝吗 = 说不准", "问题编号": "wells.F01"},
    {"条件": "${cracked} = 'yes'", "问题编号": "wells.F02"},
    {"题目": "漏吗？", "答案": "说不准", "问题编号": "wells.F02"},
    {"条件": "漏吗 = 有 且 井台有裂缝吗 = 说不准", "问题编号": "wells.F02"},
]
TWO = {"bucket.1": "大桶", "leaks.1": "no", "bucket.2": "小桶", "leaks.2": "yes", "litres.2": "２"}
STORED = [
    {"bucket": "大桶", "leaks": "no", "gone": 0},
    {"bucket": "小桶", "leaks": "yes", "litres": 2.0, "gone": 2},
]


def book(rules: Sequence[dict[str, str]] = RULES) -> bytes:
    settings = [{"form_id": FORM, "version": "2", "form_title": "水井自查"}]
    sheets = {"survey": SURVEY, "choices": CHOICES, "settings": settings, "findings": rules}
    headings = {name: tuple(dict.fromkeys(key for row in rows for key in row)) for name, rows in sheets.items()}
    return workbook(sheets, headings)


@pytest.fixture
def buckets(toy: Programme, people: People) -> FormVersion:
    """The self-check of wells as the district has edited it."""
    wanted, content = about(registry.forms[FORM]), book()
    where = At(DISTRICT, "wells")
    told: dict[str, Any] = {"content": content, "filename": "a.xlsx", "by": people.district}
    draft = keep_draft(where=where, wanted=wanted, read=reading_of(content, wanted), **told)
    return publish(where=where, version=draft, starts=today(), by=people.district)


@pytest.fixture
def last(at_well: IssuedDoor, paired_phone: Client, buckets: FormVersion) -> Household:
    """A household on the last page."""
    household = Household(paired_phone, at_well.token)
    household.trouble()
    household.answer("no")
    household.answer("no")
    return household


def fields(page: str) -> set[str]:
    return set(re.findall(r'name="((?:bucket|leaks|litres)[^"]*)"', page))


def test_without_scripts_one_more_is_asked_for_and_one_goes_and_nothing_is_lost(last: Household) -> None:
    assert fields(last.page) == {"bucket.1", "leaks.1", "litres.1"}
    last.send(**{"bucket.1": "大桶", "remark": "井边滑"}, more="buckets")
    assert last.status == 200
    assert {"bucket.2", "leaks.2"} <= fields(last.page)
    last.send(**TWO, remark="井边滑", less="buckets.1")
    assert fields(last.page) == {"bucket.1", "leaks.1", "litres.1"}
    assert 'value="小桶"' in last.page or ">小桶<" in last.page
    assert ">大桶<" not in last.page
    assert ">井边滑<" in last.page
    assert not Check.objects.exists()


def test_a_photo_that_has_to_be_chosen_again_is_told_of(last: Household) -> None:
    last.send(**{"photo:camera": SimpleUploadedFile("a.jpg", photo().content, "image/jpeg")}, more="buckets")
    assert "照片要重新选一次" in last.text


def test_what_is_wrong_stands_in_its_instance_and_the_rest_is_stored(last: Household) -> None:
    last.send(**TWO | {"litres.2": "-1", "bucket.1": ""})
    assert last.status == 422
    assert set(re.findall(r'class="error" id="([^"]+)"', last.page)) == {"bucket--1-error", "litres--2-error"}
    last.send(**TWO)
    check = Check.objects.get()
    assert (check.answers["buckets"], check.answers["lost"]) == (STORED, 2)
    assert "一切正常" in last.text


def test_a_danger_told_in_a_repeat_is_answered_with_leaving(last: Household) -> None:
    last.send(**TWO | {"litres.2": "12"})
    assert Case.objects.get().code == "wells.F01"
    assert last.is_told_to_leave()


def test_from_the_kept_page_it_is_one_check_and_a_danger_is_said_first(
    at_well: IssuedDoor, paired_phone: Client, buckets: FormVersion
) -> None:
    told = {"wall_moving": ["no"], "cracked": ["no"]} | {name: [value] for name, value in TWO.items()}
    wrong = post(paired_phone, at_well.token, said(version="2", fields=told | {"litres.2": ["x"]}))
    assert (wrong.status_code, set(wrong.json()["wrong"])) == (422, {"litres.2"})
    assert "离开" not in post(paired_phone, at_well.token, said(version="2", fields=told)).json()["message"]
    assert Check.objects.get().answers["buckets"] == STORED
    danger = said("f" * 32, version="2", fields=told | {"litres.2": ["12"]})
    assert post(paired_phone, at_well.token, danger).json()["message"].startswith("请马上离开！")
    known = said("e" * 32, version="2", fields=told | {"wall_moving": ["yes"]})
    assert "请马上离开！" not in post(paired_phone, at_well.token, known).json()["message"]  # the phone has said so


def test_only_a_form_with_a_repeat_brings_and_keeps_what_it_takes(
    at_well: IssuedDoor, old_phone: Client, request: pytest.FixtureRequest
) -> None:
    addresses = [f"/d/{at_well.token}/kept/", f"/d/{at_well.token}/worker.js"]
    assert not any("built/several" in old_phone.get(address).content.decode() for address in addresses)
    request.getfixturevalue("buckets")
    assert all("built/several" in old_phone.get(address).content.decode() for address in addresses)


def tell(browser: Client, at_well: IssuedDoor, **more: str) -> Any:
    moment = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    told = {"instance": "0f8fad5b-d9cb-469f-a165-70867728950e", "at": moment, "channel": "card", "on_behalf": "李四"}
    told |= {"wall_moving": "no", "cracked": "no"} | more
    return browser.post(f"/field/places/{at_well.door.place.pk}/check/{FORM}/", told)


def test_a_phone_is_told_which_answers_in_a_repeat_mean_danger_alone_or_with_another(buckets: FormVersion) -> None:
    form = registry.forms[FORM].read
    told = set(dangers(form, registry.findings_by("wells", form)))
    pair = (("cracked", "unsure"), ("leaks", "unsure"))
    assert told == {(("wall_moving", "yes"),), (("burst", "yes"),), pair}


def test_one_more_for_an_officer_is_no_error(
    at_well: IssuedDoor, buckets: FormVersion, signed_in: Callable[[str], Client]
) -> None:
    page = tell(signed_in("village"), at_well, on_behalf="", more="buckets", **{"bucket.1": "大桶"})
    assert (page.status_code, "请写明是谁说的" in page.content.decode()) == (200, False)
    assert 'value="card" checked' in re.sub(r" id=\"[^\"]+\"| class=\"[^\"]+\"| required", "", page.content.decode())
    assert "0f8fad5b-d9cb-469f-a165-70867728950e" in page.content.decode()


def test_an_officer_tells_it_for_the_household_and_it_is_printed_three_times(
    at_well: IssuedDoor, buckets: FormVersion, signed_in: Callable[[str], Client]
) -> None:
    place = at_well.door.place
    paper = unescape(signed_in("village").get(f"/field/places/{place.pk}/paper/").content.decode())
    assert re.findall(r"<h3>(水桶 \d)</h3>", paper) == ["水桶 1", "水桶 2", "水桶 3"]
    assert paper.count("不止这些的，写在背面") == 1
    answer = tell(signed_in("village"), at_well, **TWO)
    assert answer.status_code == 302, answer.content.decode()
    assert Check.objects.get().answers["buckets"] == STORED


def test_the_preview_asks_it_as_the_door_does(
    buckets: FormVersion, signed_in: Callable[[str], Client], people: People
) -> None:
    browser = signed_in("district")
    assert 'name="bucket.1"' in browser.get(f"/field/forms/{buckets.pk}/").content.decode()
    door = f"/field/forms/{buckets.pk}/door"
    visit = re.search(r'name="visit" value="([^"]+)"', browser.get(f"{door}/plate/").content.decode())
    assert visit
    sealed = unescape(visit[1])
    for name in ("wall_moving", "cracked"):
        page = browser.get(f"{door}/look/", {"visit": sealed, "question": name, "answer": "no"}).content.decode()
        sealed = unescape(re.findall(r'name="visit" value="([^"]+)"', page)[0])
    assert fields(page) == {"bucket.1", "leaks.1", "litres.1"}
    sent = browser.post(f"{door}/send/", {"visit": sealed} | TWO | {"litres.2": "12"}, follow=True)
    assert "请马上离开" in sent.content.decode()
    assert not Check.objects.exists()


def test_the_plain_sheet_unedited_is_the_same_form(buckets: FormVersion) -> None:
    form = registry.forms[FORM]
    read = reading_of(as_plain(with_sheet_of_findings(form)), about(form))
    assert (read.sections, read.rules) == (form.read.sections, form.read.rules)


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"leaks.2": "unsure"}, "井台开裂：水桶 2"),
        ({"leaks.1": "unsure", "leaks.2": "unsure"}, "井台开裂：水桶 1、水桶 2"),
        ({"cracked": "unsure", "leaks.1": "no"}, "井台开裂：水桶 2"),
        ({"cracked": "yes", "leaks.2": "unsure"}, "井台开裂"),  # not because of the bucket
    ],
)
def test_an_answer_in_any_instance_shows_one_finding_and_says_in_which(
    at_well: IssuedDoor, buckets: FormVersion, signed_in: Callable[[str], Client], told: dict[str, str], where: str
) -> None:
    browser = signed_in("village")
    answer = tell(browser, at_well, **TWO | told)
    assert Finding.objects.get().code == Case.objects.get().code == "wells.F02"
    assert f"<h2>{where}</h2>" in browser.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"题目": "漏吗？", "答案": "很多"}, "“漏吗？”没有选项“很多”"),
        ({"题目": "哪一只？", "答案": "大桶"}, "“哪一只？”没有选项"),
        ({"条件": "漏几升 > 2"}, "“漏几升”在重复组“水桶”里"),
        ({"条件": "漏吗 ≠ 有"}, "“漏吗”在重复组“水桶”里"),
    ],
)
def test_a_rule_about_a_repeat_that_cannot_be_is_told_of_as_it_is(
    toy: Programme, people: People, rule: dict[str, str], told: str
) -> None:
    with pytest.raises(FormRefused, match=re.escape(told)):
        reading_of(book([*RULES, rule | {"问题编号": "wells.F02"}]), about(registry.forms[FORM]))
