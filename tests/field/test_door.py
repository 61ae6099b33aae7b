"""A household at its door: two buttons, a walk, danger said at once; a stranger learns nothing."""

from __future__ import annotations

import re

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from hemei.core.actions import case as steps
from hemei.core.actions import door as doors
from hemei.core.actions.door import IssuedDoor, issue_door, revoke_door
from hemei.core.models import Case, Check, Evidence, Parameter, Place
from hemei.core.registry import Programme, registry
from hemei.field.walk import Walk
from tests.conftest import DISTRICT, NEXT_VILLAGE, People, brought, build_house, days_ago, photo
from tests.field.walking import Household


def without_the_visit(page: str, token: str) -> str:
    return re.sub(r'(value|data-visit)="[^"]+"', "", page).replace(token, "")


def test_a_stranger_learns_nothing_of_the_house(people: People, house: Place, old_phone: Client) -> None:
    empty = build_house(NEXT_VILLAGE, "李四的空房")
    full = Household(old_phone, issue_door(place=house, by=people.village).token)
    other = Household(old_phone, issue_door(place=empty, by=people.next_village).token)
    assert without_the_visit(full.page, full.token) == without_the_visit(other.page, other.token)
    assert not any(word in full.page for word in ("河边", "上河", "429999", "户主"))


def test_a_revoked_plate_looks_like_one_that_never_was(
    at_house: IssuedDoor,
    house: Place,
    people: People,
    old_phone: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    revoke_door(place=house, by=people.village)
    pages = []
    for token in (at_house.token, "a" * 26, "x", "没有"):
        with django_assert_num_queries(2):  # the token, and whether this is the demo
            response = old_phone.get(f"/d/{token}/")
        assert response.status_code == 404
        pages.append(response.content)
    assert set(pages) == {pages[0]}
    assert "这个码不能用了" in pages[0].decode()
    assert old_phone.post(f"/d/{at_house.token}/fine/", {"visit": "x"}).status_code == 404


@pytest.mark.parametrize("path", ["{}/", "{}/look/", "{}/phone/", "{}/reports/", "nothing/"])
def test_no_cache_no_index_no_referrer(at_house: IssuedDoor, old_phone: Client, path: str) -> None:
    response = old_phone.get(f"/d/{path.format(at_house.token)}")
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]


def test_all_is_well_from_a_paired_phone_is_a_check(at_well: IssuedDoor, paired_phone: Client, toy: Programme) -> None:
    household = Household(paired_phone, at_well.token)
    household.fine()
    check = Check.objects.get()
    assert check.answers == {"wall_moving": "no", "cracked": "no"}
    assert check.counts
    assert check.without_findings
    assert "一切正常" in household.text


def test_all_is_well_from_a_stranger_counts_for_nothing(at_well: IssuedDoor, old_phone: Client) -> None:
    household = Household(old_phone, at_well.token)
    household.fine()
    assert not Check.objects.get().counts
    assert "不算一次自查" in household.text


def test_pressing_twice_stores_once(at_well: IssuedDoor, old_phone: Client) -> None:
    household = Household(old_phone, at_well.token)
    for _ in range(2):
        old_phone.post(f"/d/{at_well.token}/fine/", {"visit": household.visit})
    assert Check.objects.count() == 1


@pytest.mark.parametrize("form_id", [form.id for form in registry.forms.values() if form.tier == "self"])
def test_all_clear_shows_nothing_wrong(form_id: str) -> None:
    form = registry.forms[form_id]
    programme = registry.programmes[form.id.partition(".")[0]]
    clear = Walk(form.read, programme.findings, {}).all_clear()
    assert clear.upcoming is None
    assert clear.found == []


def test_a_stranger_s_trouble_is_to_be_verified(at_well: IssuedDoor, old_phone: Client) -> None:
    household = Household(old_phone, at_well.token)
    household.trouble()
    household.answer("no")
    household.answer("yes")  # cracked
    assert household.asked == "growing"
    household.answer("no")
    household.send(
        **{"photo:camera": SimpleUploadedFile("井.jpg", photo().content, "image/jpeg"), "remark": "井台东边"}
    )
    case = Case.objects.get()
    assert case.state == "reported"
    assert "编号" not in household.text
    assert "核实" in household.text
    assert Check.objects.get().answers["remark"] == "井台东边"
    assert len(household.query) < 400  # the words are not in the address
    assert Evidence.objects.get().source == "camera"


def test_danger_is_said_and_reported_at_once_and_the_rest_may_follow(at_well: IssuedDoor, paired_phone: Client) -> None:
    household = Household(paired_phone, at_well.token)
    household.trouble()
    household.answer("yes")
    assert household.is_told_to_leave()
    assert "0719-333-0000" in household.text
    assert household.page.index("请马上离开") < household.page.index('href="tel:0719-333-0000"')
    assert [case.code for case in Case.objects.all()] == ["wells.F01"]
    household.go_on()
    household.answer("yes")
    household.answer("no")
    household.send()
    assert household.is_told_to_leave()
    assert sorted(Case.objects.values_list("code", flat=True)) == ["wells.F01", "wells.F02"]
    assert Check.objects.filter(replaced_by=None).count() == 1


def test_whoever_pressed_wrong_goes_back_and_reports_otherwise(at_well: IssuedDoor, old_phone: Client) -> None:
    household = Household(old_phone, at_well.token)
    household.trouble()
    before = household.visit
    household.answer("yes")
    again = old_phone.get(f"/d/{at_well.token}/look/", {"visit": before, "question": "wall_moving", "answer": "no"})
    assert "井台" in again.content.decode()


def test_without_a_number_the_danger_page_still_says_to_leave(
    at_well: IssuedDoor, old_phone: Client, well: Place
) -> None:
    Parameter.objects.create(key="wells.emergency_phone", region=DISTRICT, value="", starts=days_ago(9).date())
    household = Household(old_phone, at_well.token)
    assert "未配置" in household.text
    household.trouble()
    household.answer("yes")
    assert household.is_told_to_leave()
    assert "请马上离开" in household.text
    assert "未配置" in household.text


def test_danger_is_said_even_when_the_report_is_held_off(
    at_well: IssuedDoor, old_phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "REPORTS_AN_HOUR", 0)
    household = Household(old_phone, at_well.token)
    household.fine()
    assert household.status == 429
    assert "过一会儿" in household.text
    household.open()
    household.trouble()
    household.answer("yes")
    assert household.is_told_to_leave()
    assert "请一定打电话" in household.text
    assert not Case.objects.exists()


def test_a_browser_that_asks_where_it_should_post_is_told_and_may_send(at_well: IssuedDoor, old_phone: Client) -> None:
    household = Household(old_phone, at_well.token)
    household.trouble()
    fields = {"visit": household.visit, "question": "wall_moving", "answer": "yes"}
    household._follow("get", f"/d/{at_well.token}/look/", fields)
    assert household.is_told_to_leave()
    assert not Check.objects.exists()
    household._follow("post", f"/d/{at_well.token}/danger/", fields)
    assert Case.objects.get().code == "wells.F01"


@pytest.mark.parametrize("page", ["fine", "danger", "send"])
def test_a_forged_or_foreign_visit_stores_nothing(
    at_well: IssuedDoor, at_house: IssuedDoor, old_phone: Client, page: str
) -> None:
    elsewhere = Household(old_phone, at_house.token).visit
    forged = signing.dumps({"id": "x", "answers": {"wall_moving": "yes"}})
    for visit in (elsewhere, forged, ""):
        fields = {"visit": visit, "question": "wall_moving", "answer": "yes"}
        response = old_phone.post(f"/d/{at_well.token}/{page}/", fields, follow=True)
        assert "再按一次" in response.content.decode()
    assert not Check.objects.exists()


def test_nothing_is_stored_by_looking(at_well: IssuedDoor, old_phone: Client) -> None:
    for page in ("", "fine/", "danger/", "send/", "done/", "look/"):
        old_phone.get(f"/d/{at_well.token}/{page}", follow=True)
    assert not Check.objects.exists()


def test_a_file_that_is_no_photo_is_refused_with_words(at_well: IssuedDoor, old_phone: Client) -> None:
    household = Household(old_phone, at_well.token)
    household.trouble()
    household.answer("no")
    household.answer("yes")
    household.answer("no")
    household.send(**{"photo:album": SimpleUploadedFile("x.jpg", b"MZ", "image/jpeg"), "remark": "东边"})
    assert household.status == 422
    assert "不是能打开的照片" in household.text
    assert "东边" in household.page
    assert not Check.objects.exists()


def test_the_whole_page_is_in_english_too(at_well: IssuedDoor, old_phone: Client) -> None:
    response = old_phone.get(f"/d/{at_well.token}/?language=en")
    assert '<html lang="en">' in response.content.decode()
    assert '<html lang="en">' in old_phone.get(f"/d/{at_well.token}/").content.decode()


@pytest.mark.parametrize(
    ("phone", "state", "said"),
    [("old_phone", "reported", "case.correct"), ("paired_phone", "assigned", "case.ask_withdrawal")],
)
def test_a_mistaken_tap_is_taken_back_and_somebody_looks(
    at_well: IssuedDoor, request: pytest.FixtureRequest, people: People, phone: str, state: str, said: str
) -> None:
    household = Household(request.getfixturevalue(phone), at_well.token)
    household.trouble()
    household.answer("yes")
    assert household.is_told_to_leave()
    household.back()
    for _question in range(2):
        household.answer("no")
    household.send()
    assert not household.is_told_to_leave()
    case = Case.objects.get()
    newest = case.steps.order_by("-id").first()
    assert (case.state, newest.verb, "更正" in newest.note) == (state, said, True)
    if state == "assigned":
        steps.withdraw(case=case, by=people.district, brought=brought(note="打电话问了，按错了。"))
    else:
        steps.dismiss(case=case, by=people.village, brought=brought(note="打电话问了，按错了。"))
    assert case.state == "withdrawn"
