"""A house and its plot on the map: drawn, asked about at once, kept with the permit, measured again when it stands."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import shapely
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from hemei.core.access import At
from hemei.core.actions.parameter import set_parameter
from hemei.core.errors import Mistaken
from hemei.core.models import Household, Region
from hemei.programmes.building.actions.asked import compared
from hemei.programmes.building.models import Pattern, Permit
from hemei.programmes.building.queries.placing import house_drawn, proposed
from hemei.programmes.building.shapes import area_m2, farthest_m, outside_m2, rectangle, ring_of, written
from hemei.terms.day import today
from tests.conftest import DISTRICT, VILLAGE, People
from tests.programmes.building.conftest import BUILT, FILED, Way, applied, step
from tests.programmes.building.test_pages import PAPER, client_of, picture
from tests.programmes.building.test_patterns import ROW, take_in

LON, LAT = 110.67, 31.74
DRAWN = {"lon": LON, "lat": LAT, "width_m": 12.0, "depth_m": 8.0, "turn": 30.0}
PLOT = rectangle(LON, LAT, 15, 11, 30)


def corners(shape: shapely.Polygon) -> str:
    return written(shapely.to_wkb(shape))


@given(st.floats(2, 60), st.floats(2, 60), st.floats(0, 360), st.floats(-80, 80))
def test_a_turned_house_keeps_its_area_and_its_corners_come_back(
    width: float, depth: float, turn: float, lat: float
) -> None:
    house = rectangle(110.0, lat, width, depth, turn)
    assert area_m2(house) == pytest.approx(width * depth, rel=1e-3)
    assert farthest_m(house, ring_of(corners(house), field="plot_shape")) < 0.05
    assert outside_m2(house, rectangle(110.0, lat, width + 1, depth + 1, turn)) < 1e-3


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("110.67,31.74 110.68,31.74", "要有 3 到 60 个角"),
        ("110.67,31.74 " * 62, "要有 3 到 60 个角"),
        ("东北角", "角点看不懂"),
        ("110.67,31.74 110.68,91 110.68,31.75", "角点看不懂"),
        ("110.67 31.74 110.68 31.74", "角点看不懂"),
        ("1" * 3000, "角点看不懂"),
        ("110.67,31.74 110.6701,31.7401 110.6701,31.74 110.67,31.7401", "自己交叉"),
        ("110.67,31.74 110.68,31.74 110.68,31.75", "不能超过 300 米"),
        ("110.67,31.74 110.670001,31.74 110.670001,31.740001", "不到 1 平方米"),
    ],
)
def test_corners_that_are_none_are_told_why(said: str, why: str) -> None:
    with pytest.raises(Mistaken, match=why) as told:
        ring_of(said, field="plot_shape")
    assert told.value.field == "plot_shape"


def test_what_was_drawn_is_kept_and_asked_about(people: People, household: Household) -> None:
    client = client_of(people.village)
    spot = {"house_lon": LON, "house_lat": LAT, "lon": "110.1", "lat": "31.2"}  # the latter where the photo was taken
    said = PAPER | DRAWN | spot | {"photo": picture(), "plot_shape": corners(PLOT)}
    page = client.get(f"/building/add/{household.pk}/").content.decode()
    assert "data-placing" in page
    done = client.post(f"/building/add/{household.pk}/", said)
    assert done.status_code == 302, done.content.decode()[-3000:]
    permit = Permit.objects.get()
    proposal = proposed(permit)
    assert proposal is not None
    assert farthest_m(shapely.from_wkb(proposal.geometry), rectangle(LON, LAT, 12, 8, 30)) < 1e-6
    assert proposal.plot is not None
    assert area_m2(shapely.from_wkb(proposal.plot)) == pytest.approx(165, rel=1e-3)
    assert permit.steps.get().data["filed"]["plot_shape"] == corners(PLOT), "as it was filed, it is kept"
    page = client.get(f"/building/{permit.pk}/").content.decode()
    assert "宅基地界线（图上）" in page
    assert "和填的不一样" in page, "the paper says 120"


def test_a_typed_spot_is_still_a_square(people: People, household: Household) -> None:
    permit = applied(people, household, lon=LON, lat=LAT)
    proposal = proposed(permit)
    assert proposal is not None
    assert proposal.plot is None
    assert area_m2(shapely.from_wkb(proposal.geometry)) == pytest.approx(90, rel=1e-3)
    assert proposed(replace_spot(permit)) is None


def replace_spot(permit: Permit) -> Permit:
    permit.lon = permit.lat = None
    return permit


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"width_m": 12.0}, "depth_m"),
        ({"depth_m": 8.0}, "width_m"),
        ({"width_m": 9.0, "depth_m": 8.0}, "footprint_m2"),
        ({"width_m": float("nan"), "depth_m": 8.0}, "width_m"),
        ({"turn": 400.0}, "turn"),
        ({"plot_shape": "圈"}, "plot_shape"),
        ({"lon": 120.0, "lat": 31.0}, "lon"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_written(
    people: People, household: Household, wrong: dict[str, object], field: str
) -> None:
    near = bytes(shapely.to_wkb(shapely.box(110, 31, 111, 32)))
    Region.objects.filter(code=DISTRICT).update(boundary=near)
    with pytest.raises(Mistaken) as told:
        applied(people, household, **wrong)
    assert told.value.field == field
    assert not Permit.objects.exists()


def test_the_acceptance_holds_the_measured_outline_against_the_approved_one(
    people: People, way: Way, household: Household
) -> None:
    permit = applied(people, household, **DRAWN, plot_shape=corners(PLOT))
    day = way.to_building(permit)
    for number, stage in enumerate(("基础", "主体", "屋面")):
        step(permit, "inspect", people.township, on=day + timedelta(number + 1), stage=stage)
    way.visit(permit, 2)
    with pytest.raises(Mistaken, match="量出建成的轮廓"):
        step(permit, "accept", way.second, as_built=BUILT)
    form = client_of(way.second).get(f"/building/{permit.pk}/steps/accept/").content.decode()
    assert 'data-ring="footprint"' in form
    assert "approved" in form
    shifted = corners(rectangle(LON, LAT + 0.5 / 111_320, 12, 8, 30))
    with pytest.raises(Mistaken, match="不一致：房屋轮廓"):
        step(permit, "accept", way.second, note="", as_built=BUILT | {"footprint": shifted})
    with pytest.raises(Mistaken, match="角点看不懂"):
        step(permit, "accept", way.second, as_built=BUILT | {"footprint": "四个角"})
    step(permit, "accept", way.second, note="界桩核对后偏 0.5 米，不影响邻居", as_built=BUILT | {"footprint": shifted})
    row = next(one for one in compared(permit, permit.as_built, permit.filed_at) if one["name"] == "footprint")
    assert (row["difference"], row["within"]) == ("最远处差 0.5 米", False)
    allowed = {"where": At(DISTRICT), "document": "区办", "starts": today(), "by": people.district}
    set_parameter(key="building.tolerance.cm", value=60, **allowed)
    row = next(one for one in compared(permit, permit.as_built, timezone.now()) if one["name"] == "footprint")
    assert row["within"], "what the district allows"
    same = corners(rectangle(LON, LAT, 12, 8, 30))
    assert all(one["within"] for one in compared(permit, BUILT | {"footprint": same}, permit.filed_at))
    assert "最远处差 0.5 米" in client_of(way.second).get(f"/building/{permit.pk}/").content.decode()
    step(permit, "register", people.township)
    permit.house.refresh_from_db()
    entered = shapely.from_wkb(bytes(permit.house.geometry))
    assert farthest_m(entered, ring_of(shifted, field="footprint")) < 1e-6
    assert permit.house.lat == pytest.approx(LAT + 0.5 / 111_320, abs=1e-7)


def asked(**said: object) -> dict[str, object]:
    return DRAWN | {"work": "new", "storeys": 2, "height_m": 8.8} | said


@pytest.fixture
def pattern(people: People) -> Pattern:
    take_in(people.district, ROW | {"面宽": 12, "进深": 8})
    return Pattern.objects.get()


def test_anybody_puts_a_plan_on_the_map_and_nothing_is_kept(pattern: Pattern) -> None:
    client = Client(headers={"accept-language": "zh-CN"})
    address = f"/building/book/{pattern.pk}/place/"
    assert address in client.get(f"/building/book/{pattern.pk}/").content.decode()
    page = client.get(address).content.decode()
    assert "还没有放房子" in page
    assert 'value="12.0"' in page
    answer = client.get(address, asked(plot_shape=corners(PLOT)), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in answer
    assert "未配置" in answer, "no layer, no pass"
    assert "房屋 96.0 平方米" in answer
    assert "宅基地 16" in answer
    assert "平方米画在宅基地外面" not in answer
    far = asked(lon=LON + 0.00005, plot_shape=corners(PLOT))
    assert "平方米画在宅基地外面" in client.get(address, far).content.decode()
    assert not Permit.objects.exists()


NONSENSE = ["x" * 100_000, "\0", "\ud800".encode("utf-8", "replace").decode(), "nan", "1e999", "-1", "９"]


@pytest.mark.parametrize("said", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_answered_with_a_page(pattern: Pattern, people: People, said: str) -> None:
    for name in ("lon", "width_m", "turn", "plot_shape", "work", "storeys"):
        anybody = Client().get(f"/building/book/{pattern.pk}/place/", asked(**{name: said}))
        staff = client_of(people.village).get("/building/placed/", asked(**{name: said}) | {"region": VILLAGE})
        assert {anybody.status_code, staff.status_code} <= {200, 400}


def test_who_may_ask_on_the_staff_pages(people: People) -> None:
    ask = asked(region=VILLAGE)
    assert client_of(people.village).get("/building/placed/", ask).status_code == 200
    for who in ("next_village", "neighbour"):
        assert client_of(getattr(people, who)).get("/building/placed/", ask).status_code == 404
    for region in ("", "x", "0", "9" * 40):
        assert client_of(people.township).get("/building/placed/", asked(region=region)).status_code == 404


def test_asking_too_often_is_told(pattern: Pattern, settings, tmp_path: Path) -> None:
    settings.VAR, settings.LIMITS = tmp_path, {"place": (2, 600)}
    client = Client(REMOTE_ADDR="203.0.113.9")
    codes = [client.get(f"/building/book/{pattern.pk}/place/", asked()).status_code for _turn in range(3)]
    assert codes == [200, 200, 429]


def test_the_sides_of_a_plan_come_with_the_book(pattern: Pattern) -> None:
    assert (pattern.width_m, pattern.depth_m) == (12.0, 8.0)
    assert house_drawn(LON, LAT, pattern.width_m, pattern.depth_m, None) is not None
    assert house_drawn(LON, LAT, pattern.width_m, None, None) is None
    assert json.dumps(replace(FILED, **DRAWN).said()), "what was filed can be kept"
    assert today()
