"""Proposals worked out by hand, through the application in the office and through `hemei screen proposal`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely
from click.testing import CliRunner
from django.urls import reverse

from hemei.core.access import At
from hemei.core.models import Holding
from hemei.core.registry import registry
from hemei.programmes.building.models import Permit
from hemei.programmes.building.queries.placing import House, proposed
from hemei.programmes.control.actions.law import change_law
from hemei.site.screen_cli import screen
from hemei.terms.day import today
from hemei.terms.proposal import Ruled
from tests.conftest import DISTRICT, ROOT, VILLAGE, People, build_house
from tests.programmes.building.conftest import household_of
from tests.programmes.building.test_pages import PAPER, client_of, picture
from tests.programmes.control.conftest import DEGREES, X, Y, geojson, take_in
from tests.programmes.control.ten import CASES, GROUND, PUBLIC, ZONES, Case, law, line, write_district, write_proposal

pytestmark = pytest.mark.django_db
CLOSE = {"m": 0.01, "m²": 0.2, "1": 0.001, "": 0.01}
ROUNDED_M2 = 1.0
"""Setbacks of what is certain are taken a little wider than they are (1 in 800), so that round corners lose nothing."""
CONFIGURED = {*GROUND, "zones"}


@pytest.fixture
def district(home: Any, people: People) -> None:
    by = people.district
    change_law(where=At(DISTRICT, "control"), entries=law(), said="演示规划", by=by)
    for kind, rows in GROUND.items():
        told = {"class_column": "grade"} if kind == "highway_land" else {}
        take_in(kind, geojson(*rows), by, visibility="public" if kind in PUBLIC else "internal", **told)
    take_in("zones", geojson(*ZONES), by, class_column="zone", tier_column="tier")


def corners(case: Case) -> str:
    x, y, width, depth = case.plot
    ring = ((x, y), (x + width, y), (x + width, y + depth), (x, y + depth))
    return " ".join("{:.9f},{:.9f}".format(*DEGREES.transform(X + east, Y + north)) for east, north in ring)


def applied_for(case: Case, number: int, people: People) -> Permit:
    """Typed into the form of the office, as a clerk does."""
    household = household_of(f"第{number}户", number=str(number))
    old = build_house(label=f"旧房{number}")
    Holding.objects.create(household=household, place=old)
    lon, lat = DEGREES.transform(X + case.spot[0], Y + case.spot[1])
    _x, _y, width, depth = case.house
    area = case.plot[2] * case.plot[3]
    said = {
        "work": case.work, "house_lon": f"{lon:.9f}", "house_lat": f"{lat:.9f}", "width_m": width, "depth_m": depth,
        "turn": 0, "plot_shape": corners(case), "plot_m2": area, "footprint_m2": width * depth,
        "floor_area_m2": width * depth * case.storeys, "storeys": case.storeys,
        "height_m": "" if case.height_m is None else case.height_m, "old_place": old.pk, "old_fate": "demolish",
        "photo": picture(), **case.said,
    }  # fmt: skip
    answer = client_of(people.village).post(reverse("building.add", args=[household.pk]), PAPER | said)
    assert answer.status_code == 302, answer.content.decode()
    return Permit.objects.get(household=household)


def held(told: Any, unit: str, by_hand: float | None) -> None:
    if by_hand is None:
        assert told is None
    else:
        assert told == pytest.approx(by_hand, abs=CLOSE[unit])


def test_through_the_office(district: None, people: People) -> None:
    for number, case in enumerate(CASES, start=1):
        permit = applied_for(case, number, people)
        proposal = proposed(permit)
        assert proposal is not None
        ruled: Ruled = registry.ask("control.verdicts", [proposal], on=today())[proposal.id]
        by_rule = {ruling.rule: ruling for ruling in ruled.rulings}
        for rule, by_hand in case.rules.items():
            ruling = by_rule[rule]
            assert ruling.outcome == by_hand.outcome, (case.name, rule, ruling.said)
            for name in ("measured", "threshold", "margin"):
                held(getattr(ruling, name), ruling.unit, getattr(by_hand, name))
            if case.clause and by_hand.outcome != "pass":
                assert case.clause in ruling.clause
        others = [one for one in ruled.rulings if one.rule not in case.rules and one.kind != "warn"]
        looked = [one for one in others if one.layer in CONFIGURED and one.layer_version]  # no such road: 未配置
        assert {one.rule for one in looked if one.outcome != "pass"} == set(), case.name
        held(ruled.permitted_m2, "m²", case.permitted_m2)
        assert ruled.certain_m2 is not None
        assert case.certain_m2 - ROUNDED_M2 < ruled.certain_m2 < case.certain_m2 + CLOSE["m²"]
        limits = {limit.measure: limit for limit in ruled.limits}
        assert ("height" in limits) is (case.tallest is not None)
        if case.tallest:
            assert (limits["height"].value, limits["height"].clause) == case.tallest
        if case.densest:
            assert limits["density"].value == case.densest
        page = client_of(people.township).get(reverse("building.one", args=[permit.pk])).content.decode()
        assert all(by_rule[rule].title in page for rule, one in case.rules.items() if one.outcome == "fail"), case.name


def asked(folder: Path, case: Case, path: Path, error_m: float = 5.0) -> dict[str, Any]:
    arguments = ["proposal", write_proposal(case, path, error_m), "--district", str(folder), "--on", str(today())]
    answer = CliRunner().invoke(screen, arguments)
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def by_rule(said: dict[str, Any]) -> dict[str, Any]:
    return {one["rule"]: one for one in (*said["verdicts"], *said["lists"])}


def test_on_the_command_line(tmp_path: Path) -> None:
    write_district(tmp_path / "district")
    for number, case in enumerate(CASES):
        said = asked(tmp_path / "district", case, tmp_path / f"{number}.parquet")
        verdicts = by_rule(said)
        for rule, by_hand in case.rules.items():
            assert verdicts[rule]["outcome"] == by_hand.outcome, (case.name, verdicts[rule]["said"])
            for name in ("measured", "threshold", "margin"):
                held(verdicts[rule][name], verdicts[rule]["unit"], getattr(by_hand, name))
        assert said["advice"]["permitted_m2"] == pytest.approx(case.permitted_m2, abs=0.01)
        assert case.certain_m2 - ROUNDED_M2 < said["advice"]["certain"]["permitted_m2"] < case.certain_m2 + 0.01
        heights = [(row["at_most"], row["clause"]) for row in said["advice"]["bounds"] if row["measure"] == "height"]
        assert heights == ([case.tallest] if case.tallest else [])


def test_without_a_position_error_the_line_itself_is_far_enough(tmp_path: Path) -> None:
    write_district(tmp_path / "district")
    on_the_line = CASES[3]
    for n, (south, outcome) in enumerate(((20.0, "pass"), (19.999, "fail"), (20.001, "pass"))):
        case = replace(on_the_line, house=(300, south, 12, 10))
        said = by_rule(asked(tmp_path / "district", case, tmp_path / f"{n}.parquet", 0.0))["control.R02"]
        assert said["outcome"] == outcome, south
        assert said["margin"] == pytest.approx(south - 20, abs=1e-6)


def test_without_the_document_the_field_is_not_to_be_built_on(tmp_path: Path) -> None:
    write_district(tmp_path / "district")
    case = replace(CASES[5], approvals="")
    said = asked(tmp_path / "district", case, tmp_path / "p.parquet")
    assert by_rule(said)["control.R11"]["outcome"] == "fail"
    assert by_rule(said)["control.R11"]["margin"] == pytest.approx(-120, abs=0.01)
    assert said["advice"]["permitted_m2"] == 0


def test_the_page_for_readers_tells_the_same() -> None:
    page = (ROOT / "docs" / "ten-proposals.md").read_text("utf-8")
    for case in CASES:
        assert line(case) in page, line(case)


def _degrees(east: Any, north: Any) -> Any:
    return DEGREES.transform(X + east, Y + north)


@pytest.mark.parametrize(("name", "rule", "by_hand"), [
    ("临水，建筑密度四成", "sample.S01", 0.25),
    ("挨着绿地，容积率 0.9", "sample.S03", 0.5625),
])  # fmt: skip
def test_a_courtyard_is_no_built_ground(district: None, name: str, rule: str, by_hand: float) -> None:
    """Both fail by the whole rectangle of 120 m²; less a courtyard of 45 m² they pass."""
    case = next(one for one in CASES if one.name == name)
    x, y, width, depth = case.house
    court = shapely.box(x + 1.5, y + 2.5, x + 10.5, y + 7.5)
    drawn = shapely.Polygon(shapely.box(x, y, x + width, y + depth).exterior, [court.exterior])
    west, south, east, north = case.plot
    plot = shapely.box(west, south, west + east, south + north)
    shape, plot = (shapely.transform(one, _degrees, interleaved=False) for one in (drawn, plot))
    told = House(VILLAGE, shape, "new", bytes(shapely.to_wkb(plot)), storeys=case.storeys, height_m=case.height_m)
    ruled = registry.ask("control.verdicts", [told.proposal("here")], on=today())["here"]
    ruling = next(one for one in ruled.rulings if one.rule == rule)
    assert ruling.outcome == "pass"
    held(ruling.measured, ruling.unit, by_hand)
