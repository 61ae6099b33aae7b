"""A house that closes in a courtyard: the hole is no house."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
import shapely
from django.test import Client

from hemei.core.errors import Mistaken
from hemei.core.models import Household
from hemei.programmes.building.actions.asked import compared
from hemei.programmes.building.models import Pattern, Permit
from hemei.programmes.building.queries.placing import proposed
from hemei.programmes.building.shapes import area_m2, farthest_m, house_of, in_degrees
from tests.conftest import People
from tests.programmes.building.conftest import BUILT, Way, applied, step
from tests.programmes.building.test_pages import PAPER, client_of, picture
from tests.programmes.building.test_patterns import ROW, take_in
from tests.programmes.building.test_placing import LAT, LON, corners
from tests.programmes.building.test_wings import PLOT, on_plot, stands

Box = tuple[float, float, float, float]
COURT: Box = (-4, -3, 4, 3)


def house(*courts: Box, walls: Box = (-10, -8, 10, 8)) -> shapely.Polygon:
    """A house of 20 by 16 metres about the middle of the plot, with courtyards."""
    holes = [shapely.box(*court).exterior.coords for court in courts]
    return in_degrees(shapely.Polygon(shapely.box(*walls).exterior.coords, holes), LON, LAT)


FOUR_SIDES = house(COURT)
"""320 m² less a courtyard of 48; corners are written to a centimetre, so that half a square metre may be lost."""
SAID = re.compile(r"27[12]\.\d 平方米（不含 1 个天井 4[78]\.\d 平方米）")


@pytest.mark.parametrize("courts", [(), (COURT,), ((-8, -3, -2, 3), (2, -3, 8, 3))])
def test_its_corners_come_back_with_their_courtyards(courts: Sequence[Box]) -> None:
    drawn = house(*courts)
    back = house_of(corners(drawn), field="house_shape")
    assert len(back.interiors) == len(courts)
    assert area_m2(back) == pytest.approx(320 - sum(shapely.box(*court).area for court in courts), abs=0.5)
    assert farthest_m(drawn, back) < 0.05
    assert house_of(corners(drawn) + " | ", field="").equals(back), "one begun and not drawn counts for nothing"


def said(*rings: Box) -> str:
    return " | ".join(corners(in_degrees(shapely.box(*ring), LON, LAT)) for ring in rings)


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        (said((0, 0, 20, 16), (15, 5, 25, 10)), "第 1 个天井没有全在外墙里面"),
        (said((0, 0, 20, 16), (0, 5, 8, 10)), "第 1 个天井没有全在外墙里面"),
        (said((0, 0, 20, 16), (2, 2, 8, 8), (30, 2, 36, 8)), "第 2 个天井没有全在外墙里面"),
        (said((0, 0, 20, 16), (2, 2, 8, 8), (6, 2, 12, 8)), "几个天井连在一起"),
        (said((0, 0, 20, 16), (2, 2, 8, 8), (2, 2, 8, 8)), "几个天井连在一起"),
        (said((0, 0, 20, 16)) + " | 110.67,31.74 110.67001,31.74", "第 1 个天井：要有 3 到 60 个角"),
        (said((0, 0, 20, 16), (2, 2, 2.5, 2.5)), "第 1 个天井：画得太小"),
        (said((0, 0, 20, 16), (0.01, 0.01, 19.99, 15.99)), "房子还不到 1 平方米"),
        (" | " + said((0, 0, 20, 16)), "要有 3 到 60 个角"),
        (said((0, 0, 20, 16)) + " | 天井", "第 1 个天井：角点看不懂"),
    ],
)
def test_a_courtyard_that_is_none_is_refused_and_named(
    people: People, household: Household, shape: str, why: str
) -> None:
    with pytest.raises(Mistaken, match=why) as told:
        applied(people, household, house_shape=shape)
    assert told.value.field == "house_shape"
    assert not Permit.objects.exists()


def test_what_is_filed_is_held_against_the_house_without_its_courtyard(people: People, household: Household) -> None:
    big = {"plot_m2": 1200.0, "house_shape": corners(FOUR_SIDES), "plot_shape": corners(PLOT)}
    with pytest.raises(Mistaken, match=r"画的房子只有 27[12]\.\d 平方米"):
        applied(people, household, **big, footprint_m2=320.0)
    permit = applied(people, household, **big, footprint_m2=272.0)
    proposal = proposed(permit)
    assert proposal is not None
    assert area_m2(shapely.from_wkb(proposal.geometry)) == pytest.approx(272, abs=0.5)
    assert shapely.contains_xy(FOUR_SIDES, permit.lon, permit.lat), "its spot lies in the house, not in the courtyard"
    page = client_of(people.village).get(f"/building/{permit.pk}/").content.decode()
    assert SAID.search(page)
    step(permit, "return", people.village, note="四至写清楚")
    assert (
        corners(FOUR_SIDES) in client_of(people.village).get(f"/building/{permit.pk}/steps/resubmit/").content.decode()
    )


def test_by_the_form_of_the_office(people: People, household: Household) -> None:
    client, page = client_of(people.village), f"/building/add/{household.pk}/"
    form = PAPER | {"house_shape": corners(FOUR_SIDES), "plot_m2": "1200"}
    assert "画天井" in client.get(page).content.decode()
    assert client.post(page, form | {"photo": picture()}).status_code == 302
    assert len(shapely.from_wkb(bytes(Permit.objects.get().footprint or b"")).interiors) == 1
    for nonsense in (
        "|" * 1_000,
        "x|\0",
        "1,2|3,4",
        "110.67,31.74 | " * 90,
        "|",
        corners(FOUR_SIDES) + "|" + "9" * 5000,
    ):
        answer = client.post(page, form | {"house_shape": nonsense, "photo": picture()})
        assert answer.status_code == 422, nonsense
    assert Permit.objects.count() == 1


def test_the_acceptance_holds_courtyard_against_courtyard(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household, house_shape=corners(FOUR_SIDES), plot_shape=corners(PLOT))
    day = way.to_building(permit)
    for number, stage in enumerate(("基础", "主体", "屋面")):
        step(permit, "inspect", people.township, on=day + timedelta(number + 1), stage=stage)
    way.visit(permit, 2)
    for other, apart in (
        (house(), "6.0"),
        (house((-4, -3, 4, 2)), "1.0"),
        (house((-4, -3, 4, 3), walls=(-10, -8, 12, 8)), "2.0"),
    ):
        rows = compared(permit, BUILT | {"footprint": corners(other)}, permit.filed_at)
        assert next(row for row in rows if row["name"] == "footprint")["difference"] == f"最远处差 {apart} 米"
    with pytest.raises(Mistaken, match="不一致：房屋轮廓"):
        step(permit, "accept", way.second, note="", as_built=BUILT | {"footprint": corners(house())})
    form = client_of(way.second).get(f"/building/{permit.pk}/steps/accept/").content.decode()
    assert 'data-mode="court"' in form
    step(permit, "accept", way.second, as_built=BUILT | {"footprint": corners(FOUR_SIDES)})
    for key in ("planning", "homestead", "acceptance"):
        paper = client_of(people.township).get(f"/building/{permit.pk}/papers/{key}/").content.decode()
        assert SAID.search(paper), key
    step(permit, "register", people.township)
    permit.house.refresh_from_db()
    entered = shapely.from_wkb(bytes(permit.house.geometry))
    assert len(entered.interiors) == 1
    assert shapely.contains_xy(entered, permit.house.lon, permit.house.lat)


def test_neighbours_are_asked_again_where_the_courtyard_changes(people: People, household: Household) -> None:
    from hemei.programmes.building.actions.effects import _noticed

    filed = {"house_shape": corners(FOUR_SIDES), "lon": 1.0}
    assert _noticed(filed) == _noticed(filed | {"lon": 2.0})
    assert _noticed(filed) != _noticed(filed | {"house_shape": corners(house())})


def test_what_stands_in_the_courtyard_stands_beside_a_house_that_is_rebuilt(
    people: People, household: Household
) -> None:
    filed = {"plot_m2": 1200.0, "house_shape": corners(FOUR_SIDES), "plot_shape": corners(PLOT)}
    permit = applied(people, household, **filed)
    permit.work = "rebuild"
    stands(0, footprint=False)
    stands(7)
    assert [area for area, _storeys in on_plot(permit)] == [0], "the well house in the middle; not what is built over"


def test_anybody_is_told_what_stands_right_beside_and_is_not_counted(people: People) -> None:
    take_in(people.district, ROW)
    address = f"/building/book/{Pattern.objects.get().pk}/place/"
    asked = {"house_shape": corners(FOUR_SIDES), "plot_shape": corners(PLOT)}
    client = Client(headers={"accept-language": "zh-CN"})

    def told() -> str:
        return client.get(address, asked, headers={"HX-Request": "true"}).content.decode()

    stands(36, footprint=False)  # sixteen metres from the border, which is at twenty
    stands(-30)  # its outline is known
    assert SAID.search(told())
    assert "紧挨着这块地" not in told()
    stands(-34, footprint=False)
    assert "紧挨着这块地还有 1 处登记的房屋" in told()
    stands(5, footprint=False)
    assert "紧挨着这块地还有 1 处登记的房屋" in told(), "what stands on it is counted, as far as it can be"


def test_officers_are_told_beside_the_conditions(people: People, household: Household) -> None:
    permit = applied(people, household, house_shape=corners(FOUR_SIDES), plot_shape=corners(PLOT), plot_m2=1200.0)
    page = client_of(people.township)
    assert "紧挨着这块地" not in page.get(f"/building/{permit.pk}/").content.decode()
    stands(-34, footprint=False)
    assert "紧挨着这块地还有 1 处登记的房屋" in page.get(f"/building/{permit.pk}/").content.decode()
