"""Pairing a phone, and what it may see."""

from __future__ import annotations

from django.test import Client

from hemei.core.actions import case as steps
from hemei.core.actions.door import IssuedDoor, issue_door
from hemei.core.models import Case, PairedPhone, Place
from hemei.programmes.houses.models import House
from tests.conftest import VILLAGE, People, brought, photo
from tests.field.walking import Household
from tests.toy.wells import dig_well


def test_the_secret_lies_in_a_cookie_of_this_door_only(at_well: IssuedDoor, old_phone: Client) -> None:
    response = old_phone.post(f"/d/{at_well.token}/phone/", {"code": at_well.code})
    cookie = response.cookies["paired"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == f"/d/{at_well.token}/"
    assert not cookie["secure"]
    page = old_phone.get(response["Location"]).content.decode()
    assert "绑定好了" in page
    assert "以前报的" in page


def test_the_cookie_is_secure_where_the_page_is(at_well: IssuedDoor, old_phone: Client) -> None:
    response = old_phone.post(f"/d/{at_well.token}/phone/", {"code": at_well.code}, secure=True)
    assert response.cookies["paired"]["secure"]


def test_a_browser_without_cookies_is_told_why_it_is_not_paired(at_well: IssuedDoor, old_phone: Client) -> None:
    response = old_phone.post(f"/d/{at_well.token}/phone/", {"code": at_well.code})
    old_phone.cookies.clear()
    assert "Cookie 没有打开" in old_phone.get(response["Location"]).content.decode()


def test_wrong_codes_are_counted_and_then_refused(at_well: IssuedDoor, old_phone: Client) -> None:
    wrong = "00000000" if at_well.code != "00000000" else "11111111"
    pages = [old_phone.post(f"/d/{at_well.token}/phone/", {"code": wrong}).content.decode() for _ in range(6)]
    assert "还可以试 4 次" in pages[0]
    assert "再试" in pages[5]
    assert not PairedPhone.objects.exists()


def test_a_stranger_sees_no_reports(at_well: IssuedDoor, old_phone: Client, paired_phone: Client) -> None:
    household = Household(paired_phone, at_well.token)
    household.trouble()
    household.answer("yes")
    response = old_phone.get(f"/d/{at_well.token}/reports/")
    assert response.status_code == 302
    assert response["Location"].endswith("/phone/")


def test_a_paired_phone_follows_its_report_in_plain_words(
    at_well: IssuedDoor, paired_phone: Client, people: People
) -> None:
    household = Household(paired_phone, at_well.token)
    household.open("reports/")
    assert "还没有报过" in household.text
    household.open()
    household.fine()
    household.open()
    household.trouble()
    household.answer("yes")
    assert f"编号 {Case.objects.get().pk}" in household.text
    household.open("reports/")
    assert "井壁松动" in household.text
    assert "正在处理" in household.text
    assert "一切正常" in household.text
    case = Case.objects.get()
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="repair", files=[photo()]))
    household.open("reports/")
    assert "等验收" in household.text
    steps.accept(case=case, by=people.district, brought=brought(files=[photo("blue")]))
    household.open("reports/")
    assert "已经处理好" in household.text


def test_a_grade_is_never_shown(at_house: IssuedDoor, house: Place, old_phone: Client) -> None:
    House.objects.filter(place=house).update(grade="D")
    old_phone.post(f"/d/{at_house.token}/phone/", {"code": at_house.code})
    household = Household(old_phone, at_house.token)
    household.trouble()
    while not household.asks_to_send():
        household.answer("unsure")
    household.send()
    household.open("reports/")
    for page in household.pages:
        assert not any(word in page for word in ("D 级", "危房", "鉴定等级"))


def test_the_phone_of_one_door_is_a_stranger_at_another(
    at_well: IssuedDoor, paired_phone: Client, people: People
) -> None:
    other = issue_door(place=dig_well(VILLAGE, "井二"), by=people.village)
    secret = paired_phone.cookies["paired"].value
    paired_phone.cookies.clear()
    paired_phone.cookies["paired"] = secret
    assert "以前报的" not in paired_phone.get(f"/d/{other.token}/").content.decode()


def test_a_phone_can_be_unpaired(at_well: IssuedDoor, paired_phone: Client) -> None:
    response = paired_phone.post(f"/d/{at_well.token}/phone/forget/", follow=True)
    assert "不再绑定" in response.content.decode()
    assert not PairedPhone.objects.filter(revoked_at=None).exists()
    assert "以前报的" not in paired_phone.get(f"/d/{at_well.token}/").content.decode()
