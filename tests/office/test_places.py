"""档案: the list, the file of one place, editing, putting on the map, masked numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from hemei.core.actions import case as steps
from hemei.core.actions.edit import Edit, take_edit
from hemei.core.models import AuditEntry, Clash, Holding, Household, Person, Place
from hemei.core.personal import encrypt
from hemei.programmes.houses.models import House
from hemei.terms.personal import mask_phone
from tests.conftest import VILLAGE, People, brought, build_house, photo
from tests.core.actions.test_case import found

SignIn = Callable[[str], Client]
NUMBER, PHONE = "11010519491231002X", "13800001234"


@pytest.fixture
def head(house: Place) -> Person:
    person = Person.objects.create(
        name="张三",
        region=VILLAGE,
        id_last4=NUMBER[-4:],
        id_cipher=encrypt(NUMBER),
        phone=encrypt(PHONE),
        phone_masked=mask_phone(PHONE),
    )
    household = Household.objects.create(region=VILLAGE, number="001", head=person)
    Holding.objects.create(household=household, place=house)
    return person


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, True),
        ({"q": "河边"}, True),
        ({"q": "张三"}, True),
        ({"q": "李四"}, False),
        ({"own_structure": "earth_timber"}, True),
        ({"own_structure": "frame"}, False),
        ({"own_occupied": "true"}, True),
        ({"own_occupied": "false"}, False),
        ({"unplaced": "on"}, False),
        ({"state": "none"}, True),
        ({"state": "found"}, False),
        ({"kind": "nonsense"}, True),
    ],
)
def test_the_list_and_its_filters(
    house: Place, head: Person, signed_in: SignIn, query: dict[str, str], shown: bool
) -> None:
    answer = signed_in("village").get("/office/places/", query)
    assert answer.status_code == 200
    assert (f"/office/places/{house.pk}/" in answer.content.decode()) is shown


@pytest.mark.parametrize(("query", "unfolded"), [({}, False), ({"q": "王"}, False), ({"own_structure": "frame"}, True)])
def test_what_is_searched_for_unfolds_no_conditions_on_a_phone(
    house: Place, signed_in: SignIn, query: dict[str, str], unfolded: bool
) -> None:
    text = signed_in("village").get("/office/places/", query).content.decode()
    assert ('id="more-filters" checked' in text) is unfolded


@pytest.mark.parametrize("page", ["", "edit/", "point/", "identifier/", "file/"])
def test_whose_village_it_is_not_finds_nothing_and_who_has_no_duty_is_refused(
    house: Place, signed_in: SignIn, page: str
) -> None:
    address = f"/office/places/{house.pk}/{page}"
    assert signed_in("village").get(address).status_code == 200
    assert signed_in("next_village").get(address).status_code == 404
    assert signed_in("nobody").get(address).status_code == 403
    assert signed_in("administrator").get(address).status_code == 403


@pytest.mark.parametrize("page", ["edit/", "point/", "identifier/"])
def test_who_may_only_look_changes_nothing(house: Place, signed_in: SignIn, page: str) -> None:
    assert signed_in("auditor").get(f"/office/places/{house.pk}/{page}").status_code == 403


def test_the_file_tells_everything_in_time_order(house: Place, people: People, signed_in: SignIn) -> None:
    case = found(house, people)
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="repair", note="换了檩条", files=[photo()]))
    steps.accept(case=case, by=people.village, brought=brought(note="结实了", files=[photo()]))
    page = signed_in("village").get(f"/office/places/{house.pk}/").content.decode()
    assert page.index("结实了") < page.index("换了檩条") < page.index("按区域自动交办")
    printed = signed_in("village").get(f"/office/places/{house.pk}/file/").content.decode()
    for part in (
        "目录",
        "一、登记信息",
        "二、检查记录",
        "四、文书和送达",
        "五、整治前照片",
        "七、整治后照片",
        "八、验收",
    ):
        assert part in printed


def edit_form(client: Client, house: Place) -> dict[str, str]:
    """What a browser would send of the page as it stands."""
    form = client.get(f"/office/places/{house.pk}/edit/").context["form"]
    values = {name: "" if form[name].value() is None else str(form[name].value()) for name in form.fields}
    return values | {form[name].html_initial_name: value for name, value in values.items()}


def test_who_lives_there_is_changed_with_its_date(house: Place, signed_in: SignIn) -> None:
    client = signed_in("village")
    data = edit_form(client, house) | {"occupied": "false"}
    assert client.post(f"/office/places/{house.pk}/edit/", data).status_code == 302
    row = House.objects.get(place=house)
    assert row.occupied is False
    assert row.occupied_since is not None
    assert AuditEntry.objects.get(verb="place.change").detail == {"fields": ["occupied"]}


def test_two_who_change_the_same_field_are_set_side_by_side(house: Place, signed_in: SignIn) -> None:
    first, second = signed_in("village"), signed_in("township")
    data = edit_form(second, house) | {"label": "河边老屋", "storeys": "2"}
    first.post(f"/office/places/{house.pk}/edit/", edit_form(first, house) | {"label": "张家老屋"})
    answer = second.post(f"/office/places/{house.pk}/edit/", data, follow=True).content.decode()
    assert "别人刚改过同一项" in answer
    assert "有 1 项两人改法不一致" in answer
    house.refresh_from_db()
    assert (house.label, House.objects.get(place=house).storeys) == ("张家老屋", 2)
    assert "两人改法不一致" in first.get("/office/").content.decode()
    page = first.get("/office/clashes/").content.decode()
    for part in ("河边一号", "张家老屋", "河边老屋", "村支书", "镇经办"):
        assert part in page
    clash, seen = Clash.objects.get(), '"\\u5f20\\u5bb6\\u8001\\u5c4b"'
    for nonsense in (
        {},
        {"take": "x", "seen": seen},
        {"take": "now", "seen": "1"},
        {"take": "now", "seen": "x" * 100_000},
    ):
        assert first.post(f"/office/clashes/{clash.pk}/", nonsense).status_code in (200, 422)
    clash.refresh_from_db()
    assert clash.settled_at is None
    settled = first.post(f"/office/clashes/{clash.pk}/", {"take": "proposed", "seen": seen}, follow=True)
    assert "已核定" in settled.content.decode()
    assert "没有要核定的" in settled.content.decode()
    house.refresh_from_db()
    assert house.label == "河边老屋"
    assert "已经核定了" in first.get(f"/office/clashes/{clash.pk}/").content.decode()


def test_who_looks_only_settles_nothing(house: Place, people: People, signed_in: SignIn) -> None:
    for by, value in ((people.village, 2), (people.township, 3)):
        edit = Edit(f"uuid:{value:08d}", timezone.now(), {"storeys": value}, {"storeys": None})
        take_edit(place=house, edit=edit, by=by)
    clash = Clash.objects.get()
    for who, status in (("next_village", 404), ("other_township", 404), ("grid", 403), ("auditor", 403)):
        assert signed_in(who).get(f"/office/clashes/{clash.pk}/").status_code == status, who
    assert house.label not in signed_in("next_village").get("/office/clashes/").content.decode()
    assert "有 1 项两人改法不一致" in signed_in("auditor").get(f"/office/places/{house.pk}/").content.decode()


@pytest.mark.parametrize("nonsense", ["a\x00b", "x" * 100_000, ""])
def test_nonsense_where_the_former_value_stood_overwrites_nothing(
    house: Place, signed_in: SignIn, nonsense: str
) -> None:
    client = signed_in("village")
    data = edit_form(client, house) | {"label": "河边老屋", "initial-label": nonsense}
    answer = client.post(f"/office/places/{house.pk}/edit/", data)
    assert answer.status_code == (302 if nonsense == "" else 422)
    house.refresh_from_db()
    assert house.label != "河边老屋"


def test_a_grade_is_not_typed_in(house: Place, signed_in: SignIn) -> None:
    client = signed_in("village")
    assert "grade" not in client.get(f"/office/places/{house.pk}/edit/").context["form"].fields


def test_a_house_without_a_position_is_listed_and_put_on_the_map(people: People, signed_in: SignIn) -> None:
    house = build_house(label="没有坐标的")
    Place.objects.filter(pk=house.pk).update(lon=None, lat=None, tile=None, position_source="")
    client = signed_in("village")
    assert "没有坐标的" in client.get("/office/places/", {"unplaced": "on"}).content.decode()
    assert client.post(f"/office/places/{house.pk}/point/", {"lon": "999", "lat": "1"}).status_code == 422
    assert client.post(f"/office/places/{house.pk}/point/", {"lon": "110.501", "lat": "31.502"}).status_code == 302
    house.refresh_from_db()
    assert house.position_source == "map"
    assert house.tile is not None


def test_an_identifier_stands_once(house: Place, signed_in: SignIn) -> None:
    client, address = signed_in("village"), f"/office/places/{house.pk}/identifier/"
    assert client.post(address, {"system": "disaster_survey", "value": "ZH-1"}).status_code == 302
    assert client.post(address, {"system": "disaster_survey", "value": "ZH-1"}).status_code == 422
    assert "ZH-1" in client.get(f"/office/places/{house.pk}/").content.decode()


def test_numbers_are_masked_and_shown_once_to_who_may(house: Place, head: Person, signed_in: SignIn) -> None:
    for who in ("village", "township", "district", "auditor"):
        page = signed_in(who).get(f"/office/places/{house.pk}/").content.decode()
        assert NUMBER not in page
        assert PHONE not in page
        assert "002X" in page
    address = f"/office/places/{house.pk}/persons/{head.pk}/"
    assert signed_in("village").post(address).status_code == 403
    assert signed_in("other_township").post(address).status_code == 404
    township = signed_in("township")
    assert township.get(address).status_code == 405
    shown = township.post(address)
    assert NUMBER in shown.content.decode()
    assert PHONE in shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store"
    entry = AuditEntry.objects.get(verb="person.unmask")
    assert entry.subject == f"person:{head.pk}"
    assert NUMBER not in str(entry.detail)


def test_a_place_is_taken_out_on_its_page_and_its_file_stays(client: Client, people: People, house: Place) -> None:
    client.force_login(people.village.account)
    address = f"/office/places/{house.pk}/take-out/"
    assert "注销" in client.get(f"/office/places/{house.pk}/").content.decode()
    assert client.post(address, {"on": "2026-11-01", "reason": ""}).status_code == 422
    assert "在将来" in client.post(address, {"on": "2199-01-01", "reason": "已拆除"}).content.decode()
    assert client.post(address, {"on": "2026-11-01", "reason": "已拆除"}).status_code == 302
    page = client.get(f"/office/places/{house.pk}/").content.decode()
    assert "注销，不再派人去看" in page
    assert address not in page
    assert house.label not in client.get("/office/places/").content.decode()
    assert "已经注销" in client.post(address, {"on": "2026-11-01", "reason": "已拆除"}).content.decode()
