"""The pages that only houses have."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from hemei.core.access import Scope
from hemei.core.models import Place
from hemei.programmes.houses.models import Appraisal, House
from hemei.programmes.houses.queries import standing
from hemei.programmes.houses.risk import by_risk
from hemei.terms.day import today
from tests.conftest import VILLAGE, People, photo


def posted(unit: int) -> dict[str, object]:
    scan = photo()
    from django.core.files.uploadedfile import SimpleUploadedFile

    return {
        "unit": unit,
        "report_no": "鉴2026-7",
        "on": today().isoformat(),
        "site_safe": "yes",
        "grade": "C",
        "part_foundation": "a",
        "part_bearing_wall": "c",
        "signatories": "张甲、李乙",
        "scan": SimpleUploadedFile("报告.jpg", scan.content),
    }


@pytest.fixture
def appraiser(client: Client, people: People) -> Client:
    client.force_login(people.appraiser.account)
    return client


def test_an_appraiser_records_a_report(appraiser: Client, house: Place, units) -> None:
    answer = appraiser.post(f"/houses/{house.pk}/appraisal/", posted(units["agency"].pk), follow=True)
    assert answer.redirect_chain == [(f"/office/places/{house.pk}/", 302)]
    assert "鉴2026-7" in answer.content.decode()
    assert House.objects.get(place=house).grade == "C"


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(appraiser: Client, house: Place, units) -> None:
    answer = appraiser.post(f"/houses/{house.pk}/appraisal/", posted(units["agency"].pk) | {"signatories": "张甲"})
    text = answer.content.decode()
    assert "签字人员不足" in text
    assert "鉴2026-7" in text
    assert not Appraisal.objects.exists()


def test_the_overview_counts_and_withholds_a_rate_of_few(appraiser: Client, house: Place) -> None:
    House.objects.filter(place=house).update(grade="D", occupied=True)
    text = appraiser.get("/houses/").content.decode()
    assert "D 级仍住人" in text
    assert "不足 30 户" in text


def test_each_number_of_the_overview_leads_to_the_houses_it_counts(
    appraiser: Client, house: Place, next_house: Place
) -> None:
    House.objects.filter(place=house).update(grade="D", occupied=False)
    shown = appraiser.get("/houses/")
    counted = re.findall(r'href="(/office/places/\?[^"]+)"', shown.content.decode())
    rows = [len(appraiser.get(unescape(address)).context["rows"]) for address in counted]
    now = shown.context["standing"]
    assert rows == [now.living_in_d, now.grade_d, now.grade_c] == [0, 1, 0]


def test_houses_are_counted_as_the_cadence_ranks_them(house: Place, next_house: Place) -> None:
    own = House.objects.filter(place=house)
    said = [
        ({"grade": "", "occupied": None, "structure": "earth_timber"}, (0, 0, 0, 1)),
        ({"grade": "", "occupied": False, "structure": "earth_timber"}, (0, 0, 0, 0)),
        ({"grade": "D", "occupied": False, "structure": ""}, (0, 1, 0, 1)),
        ({"grade": "D", "occupied": True, "structure": ""}, (0, 1, 1, 1)),
        ({"grade": "C", "occupied": True, "structure": "frame"}, (1, 0, 0, 1)),
        ({"grade": "B", "occupied": True, "structure": "frame"}, (0, 0, 0, 0)),
    ]
    House.objects.filter(place=next_house).update(grade="D", occupied=True)
    for columns, expected in said:
        own.update(**columns, cut_slope=False, business_use=False)
        found = standing(within=Scope.of(VILLAGE))
        assert (found.grade_c, found.grade_d, found.living_in_d, found.high_risk) == expected, columns
        assert (by_risk(own).get().risk == "high") == bool(found.high_risk)


@pytest.mark.parametrize(("who", "status"), [("village", 403), ("neighbour", 404), ("nobody", 404)])
def test_others_do_not_record(client: Client, people: People, house: Place, who: str, status: int) -> None:
    client.force_login(getattr(people, who).account)
    assert client.get(f"/houses/{house.pk}/appraisal/").status_code == status


def test_the_overview_is_for_those_with_a_duty(client: Client, people: People) -> None:
    assert client.get("/houses/").status_code == 302
    client.force_login(people.nobody.account)
    assert client.get("/houses/").status_code == 403
