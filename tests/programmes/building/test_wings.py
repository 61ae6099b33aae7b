"""A house that is no rectangle, and what already stands on its plot."""

from __future__ import annotations

from datetime import timedelta

import pytest
import shapely
from django.test import Client

from hemei.core.errors import Mistaken
from hemei.core.models import Household, Place, Region
from hemei.programmes.building.actions.asked import compared
from hemei.programmes.building.models import Pattern, Permit
from hemei.programmes.building.queries.placing import proposed
from hemei.programmes.building.shapes import area_m2, farthest_m, in_degrees, rectangle
from tests.conftest import DISTRICT, NEXT_VILLAGE, VILLAGE, People, build_house
from tests.programmes.building.conftest import BUILT, Way, applied, step
from tests.programmes.building.test_pages import PAPER, client_of, picture
from tests.programmes.building.test_patterns import ROW, take_in
from tests.programmes.building.test_placing import LAT, LON, corners
from tests.programmes.building.test_terms import district_sets, mended

L_SHAPE = in_degrees(shapely.Polygon([(0, 0), (12, 0), (12, 5), (5, 5), (5, 11), (0, 11)]), LON, LAT)
"""90 m²: a main house of 12 by 5 and a wing of 5 by 6; the rectangle around it has 132."""
PLOT = rectangle(LON, LAT, 40, 30, 0)


def test_its_corners_are_kept_and_asked_about(people: People, household: Household) -> None:
    client = client_of(people.village)
    said = PAPER | {"photo": picture(), "house_shape": corners(L_SHAPE), "plot_shape": corners(PLOT)}
    assert "画带厢房的房子" in client.get(f"/building/add/{household.pk}/").content.decode()
    assert client.post(f"/building/add/{household.pk}/", said | {"width_m": "20", "depth_m": "20"}).status_code == 302
    permit = Permit.objects.get()
    proposal = proposed(permit)
    assert proposal is not None
    drawn = shapely.from_wkb(proposal.geometry)
    assert area_m2(drawn) == pytest.approx(90, rel=1e-3), "not the rectangle around it"
    assert farthest_m(drawn, L_SHAPE) < 0.05
    assert (permit.width_m, permit.depth_m) == (None, None)
    assert shapely.contains_xy(drawn, permit.lon, permit.lat), "its spot lies in it, as its middle need not"
    step(permit, "return", people.village, note="四至写清楚")
    form = client.get(f"/building/{permit.pk}/steps/resubmit/").content.decode()
    assert corners(L_SHAPE) in form, "what was drawn comes back"


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"reason": "老房漏雨", "lon": LON, "lat": LAT}, "village_reviewed"),
        ({"house_shape": corners(in_degrees(shapely.box(0, 0, 12, 9), LON, LAT))}, "applied"),
        ({"house_shape": ""}, "applied"),
    ],
)
def test_neighbours_are_asked_again_where_the_wings_change(
    people: People, way: Way, household: Household, changed: dict[str, object], state: str
) -> None:
    permit = applied(people, household, house_shape=corners(L_SHAPE))
    day = way.to_village(permit)
    district_sets(people, "building.return.to", "退回的那一步")
    step(permit, "return", people.township, on=day)
    mended(permit, people, **changed)
    assert Permit.objects.get().state == state


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        ("110.67,31.74 110.6701,31.7401 110.6701,31.74 110.67,31.7401", "自己交叉"),
        ("110.67,31.74 110.6701,31.74", "要有 3 到 60 个角"),
        ("L 形", "角点看不懂"),
        (corners(rectangle(120, 31, 12, 8, 0)), "这个位置不在"),
    ],
)
def test_corners_that_do_not_fit_are_refused(people: People, household: Household, shape: str, why: str) -> None:
    near = bytes(shapely.to_wkb(shapely.box(110, 31, 111, 32)))
    Region.objects.filter(code=DISTRICT).update(boundary=near)
    with pytest.raises(Mistaken, match=why) as told:
        applied(people, household, house_shape=shape)
    assert told.value.field == "house_shape"
    assert not Permit.objects.exists()


def test_a_footprint_larger_than_what_was_drawn_is_refused(people: People, household: Household) -> None:
    for footprint, drawn in ((90.0, L_SHAPE), (90.4, L_SHAPE), (80.0, L_SHAPE)):
        applied(people, household, house_shape=corners(drawn), footprint_m2=footprint)
    with pytest.raises(Mistaken, match=r"画的房子只有 90\.0 平方米") as told:
        applied(people, household, house_shape=corners(L_SHAPE), footprint_m2=95.0)
    assert told.value.field == "footprint_m2"
    with pytest.raises(Mistaken, match=r"画的房子只有 90\.0 平方米"):  # whatever sides a rectangle had before
        applied(people, household, house_shape=corners(L_SHAPE), footprint_m2=95.0, width_m=20.0, depth_m=20.0)


def test_the_acceptance_holds_wing_against_wing(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household, house_shape=corners(L_SHAPE), plot_shape=corners(PLOT))
    day = way.to_building(permit)
    for number, stage in enumerate(("基础", "主体", "屋面")):
        step(permit, "inspect", people.township, on=day + timedelta(number + 1), stage=stage)
    way.visit(permit, 2)
    without = in_degrees(shapely.box(0, 0, 12, 5), LON, LAT)
    with pytest.raises(Mistaken, match="不一致：房屋轮廓"):
        step(permit, "accept", way.second, note="", as_built=BUILT | {"footprint": corners(without)})
    rows = compared(permit, BUILT | {"footprint": corners(without)}, permit.filed_at)
    assert next(one for one in rows if one["name"] == "footprint")["difference"] == "最远处差 6.0 米"
    step(permit, "accept", way.second, as_built=BUILT | {"footprint": corners(L_SHAPE)})
    step(permit, "register", people.township)
    permit.house.refresh_from_db()
    assert farthest_m(shapely.from_wkb(bytes(permit.house.geometry)), L_SHAPE) < 0.05


def test_anybody_asks_about_one(people: People) -> None:
    take_in(people.district, ROW)
    address = f"/building/book/{Pattern.objects.get().pk}/place/"
    answer = Client(headers={"accept-language": "zh-CN"}).get(address, {"house_shape": corners(L_SHAPE)})
    assert "房屋 90.0 平方米" in answer.content.decode()
    for nonsense in ("x" * 100_000, "\0", "1,2", "110.67,31.74 " * 3):
        assert Client().get(address, {"house_shape": nonsense}).status_code in (200, 400)


def stands(east_m: float, *, footprint: bool = True, region: str = VILLAGE, removed: bool = False) -> Place:
    """A registered house of 10 by 8 metres so far east of the plot's middle."""
    place = build_house(region)
    spot = in_degrees(shapely.Point(east_m, 0), LON, LAT)
    outline = bytes(shapely.to_wkb(rectangle(spot.x, spot.y, 10, 8, 0))) if footprint else None
    Place.objects.filter(pk=place.pk).update(
        lon=spot.x, lat=spot.y, geometry=outline, removed_on="2026-01-01" if removed else None
    )
    return place


def on_plot(permit: Permit) -> list[tuple[float, float | None]]:
    proposal = proposed(permit)
    assert proposal is not None
    areas = [round(area_m2(shapely.from_wkb(one)), 0) for one in proposal.existing]
    return list(zip(areas, proposal.existing_storeys, strict=True))


def test_what_stands_on_the_plot_is_told_and_what_stands_beside_is_not(people: People, household: Household) -> None:
    permit = applied(people, household, house_shape=corners(L_SHAPE), plot_shape=corners(PLOT))
    assert on_plot(permit) == []
    stands(12)
    stands(24)  # its edge lies a metre within
    stands(-12, removed=True)
    stands(12, region=NEXT_VILLAGE)
    assert [area for area, _storeys in on_plot(permit)] == [80]
    stands(-10, footprint=False)
    assert [area for area, _storeys in on_plot(permit)] == [80, 0], "of this one nobody knows how large it is"


def test_the_old_house_does_not_stand_beside_the_one_that_replaces_it(people: People, household: Household) -> None:
    old = stands(3)
    told = {"house_shape": corners(L_SHAPE), "plot_shape": corners(PLOT)}
    new = applied(people, household, **told)
    assert len(on_plot(new)) == 1
    for work, fate, counted in (("rebuild", "", 0), ("new", "demolish", 0), ("new", "keep", 1), ("extend", "keep", 0)):
        new.work, new.old_fate, new.old_place = work, fate, old
        assert len(on_plot(new)) == counted, (work, fate)
