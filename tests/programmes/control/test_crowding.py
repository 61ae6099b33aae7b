"""Density and floor area ratio of what stands: in a circle that the district sets, or on its plots."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest
import shapely
from django.urls import reverse

from hemei.core.models import Job
from hemei.programmes.control.actions.law import entries_of
from hemei.programmes.control.keeping import newest_law, radius_of
from hemei.programmes.control.writing_rules import with_rule
from hemei.terms.measure import Measure
from tests.conftest import DISTRICT, People
from tests.programmes.control.conftest import changed_by, geojson, house_at, take_in
from tests.programmes.control.test_law import FORM, LOW, keep, work_off
from tests.programmes.control.test_pages import NONSENSE, keep_after_a_look, signed_in
from tests.programmes.control.test_screening import outcomes, screened

pytestmark = pytest.mark.django_db
RULE = "own.R01"


@pytest.fixture
def limited(home, people: People) -> None:
    """At most a tenth of the ground may be built on."""
    entries, name = with_rule(entries_of(DISTRICT), replace(LOW, title="限密度", measure=Measure.DENSITY, value=0.1))
    assert name == RULE
    keep(entries, people.district)


def circle(people: People, metres: float, starts: str = "2026-01-01") -> None:
    said = {"radius_m": metres, "starts": starts, "said": "某区村庄规划"}
    keep_after_a_look(signed_in(people.district), reverse("control.circle"), said)


def test_without_plots_and_circle_nothing_is_judged(limited, people: People) -> None:
    house_at(100, 300)
    run = screened()
    assert outcomes(run, RULE) == {"100,300": "unknown"}
    assert "未配置：登记宗地图层" in signed_in(people.village).get(reverse("control.rules")).content.decode()


def test_density_is_counted_in_the_circle_that_the_district_set(limited, people: People) -> None:
    circle(people, 20)
    for x, y in ((100, 300), (112, 300), (100, 312)):  # three of 10 by 10 m together
        house_at(x, y)
    house_at(600, 300)  # alone: 100 of 1,257 m²
    run = screened()
    assert outcomes(run, RULE) == {"100,300": "fail", "112,300": "fail", "100,312": "fail"}
    assert 100 / (math.pi * 400) < 0.1
    assert "半径 20 米的圆" in signed_in(people.village).get(reverse("control.rules")).content.decode()


def test_near_a_house_known_by_a_point_only_none_passes(limited, people: People) -> None:
    circle(people, 20)
    house_at(100, 300)
    house_at(130, 300, outline=False)
    house_at(600, 300)
    for x, y in ((900, 300), (912, 300), (900, 312), (925, 325)):
        house_at(x, y, outline=(x, y) != (925, 325))
    found = outcomes(screened(), RULE)
    assert found["100,300"] == "unknown"  # the house of the point may reach into its circle
    assert found["130,300"] == "unknown"
    assert "600,300" not in found  # nobody near: passes
    assert found["900,300"] == "fail"  # too dense whatever the point's house is


def test_with_plots_uploaded_density_is_counted_on_them(limited, people: People) -> None:
    circle(people, 20)
    full, wide, doubtful = (shapely.box(x, 290, x + side, 290 + side) for x, side in ((90, 30), (590, 60), (890, 60)))
    take_in("plots", geojson((full, {}), (wide, {}), (doubtful, {})), people.district)
    house_at(100, 300)  # 100 of 900 m²
    house_at(610, 310)  # 100 of 3,600 m²
    house_at(910, 310)  # the same, but a house known by a point stands on the plot
    house_at(930, 330, outline=False)
    house_at(1500, 300)  # on no plot
    found = outcomes(screened(), RULE)
    assert found == {"100,300": "fail", "910,310": "unknown", "930,330": "unknown", "1500,300": "unknown"}
    assert "按登记的宗地量" in signed_in(people.village).get(reverse("control.rules")).content.decode()


def test_the_floor_area_ratio_asks_for_storeys(home, people: People) -> None:
    entries, _ = with_rule(entries_of(DISTRICT), replace(LOW, title="限容积率", measure=Measure.FAR, value=0.2))
    keep(entries, people.district)
    circle(people, 20)
    house_at(100, 300, storeys=9)
    house_at(600, 300, storeys=1)
    house_at(900, 300)
    assert outcomes(screened(), RULE) == {"100,300": "fail", "900,300": "unknown"}


def test_houses_that_are_not_on_the_map_are_said_to_be_left_out(limited, people: People) -> None:
    circle(people, 20)
    house_at(100, 300)
    gone = house_at(0, 0)
    gone.lon = gone.lat = gone.geometry = None
    gone.save()
    assert any("1 处没有落图，不在建筑密度" in remark for remark in screened().remarks)


def test_the_preview_of_a_limit_counts_too(home, people: People) -> None:
    circle(people, 20)
    dense = [house_at(x, y) for x, y in ((100, 300), (112, 300), (100, 312))]
    client = signed_in(people.district)
    client.post(reverse("control.rule_add"), FORM | {"measure": "density", "value": "0.1"})
    work_off()
    shown = changed_by(Job.objects.filter(kind="control.preview").latest("pk"))
    assert shown == [[one.pk, "pass", "fail"] for one in dense]


def test_a_circle_holds_from_its_day(home, people: People) -> None:
    circle(people, 20)
    circle(people, 50, "2026-07-01")
    law = newest_law(DISTRICT)
    assert [radius_of(law, date(2026, month, 30)) for month in (6, 7)] == [20, 50]
    assert radius_of(law, date(2025, 12, 31)) is None
    circle(people, 30, "2026-03-01")
    assert radius_of(newest_law(DISTRICT), date(2026, 7, 30)) == 30


@pytest.mark.parametrize("word", [*NONSENSE, "-1", "1e9"])
def test_nonsense_gets_a_page(home, people: People, word: str) -> None:
    said = dict.fromkeys(["radius_m", "starts", "said"], word)
    assert signed_in(people.district).post(reverse("control.circle"), said).status_code in (200, 400, 422)
    assert signed_in(people.township).post(reverse("control.circle"), said).status_code in (400, 403)
    assert newest_law(DISTRICT) is None
