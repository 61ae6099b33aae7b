"""The household that builds in these tests, and its way through the offices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from hemei.core.access import Actor, At
from hemei.core.models import Household, Person, Unit
from hemei.programmes.building.actions.applying import Filed, apply
from hemei.programmes.building.actions.review import opine, settle_on_site, visit
from hemei.programmes.building.actions.steps import STEPS
from hemei.programmes.building.models import Permit
from hemei.programmes.building.queries.standing import stood
from hemei.terms.day import SHANGHAI
from hemei.terms.verdict import Outcome
from tests.conftest import TOWNSHIP, VILLAGE, People, brought, engage, photo

FILED = Filed(
    work="new",
    reason="儿子成家分户",
    address="上河村二组河边",
    bounds="东至村道，南至李家，西至河沟，北至菜地",
    plot_m2=120.0,
    footprint_m2=90.0,
    floor_area_m2=180.0,
    storeys=2,
    land="unused",
    eaves_m=6.5,
    height_m=8.8,
    structure="砖混",
    roof="坡屋面，青灰",
    walls="白",
    design="pattern",
    design_by="图集一号户型",
    forest="no",
    reserve="no",
)
NUMBERS = {
    "planning_number": "乡字第429999202600001号",
    "planning_issuer": "云岭林区自然资源和规划局",
    "land_number": "青石宅批〔2026〕1号",
    "land_issuer": "青石镇人民政府",
}
BUILT = {
    "plot_m2": 120.0, "footprint_m2": 90.0, "floor_area_m2": 180.0, "storeys": 2, "eaves_m": 6.5, "height_m": 8.8,
    "structure": "砖混", "roof": "坡屋面，青灰", "walls": "白",
}  # fmt: skip
MEETING = {"convened": "group", "entitled": 30, "present": 24, "in_favour": 23}
VISITS = ("收到申请后实地审查", "开工前丈量批放", "竣工后核查验收")
OFFICES = ("农业农村", "自然资源", "村镇建设")
BEGAN = date(2026, 3, 2)  # a Monday


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), SHANGHAI)


def household_of(name: str = "石有田", *, region: str = VILLAGE, number: str = "1", known: bool = True) -> Household:
    print_of = f"print of {name}" if known else ""
    person = Person.objects.create(name=name, region=region, id_fingerprint=print_of)
    return Household.objects.create(region=region, number=number, head=person, group="二组")


def applied(people: People, household: Household, *, by: Actor | None = None, on: date = BEGAN, **other) -> Permit:
    filed = replace(FILED, **other)
    return apply(
        where=At(household.region, "building"),
        household=household,
        filed=filed,
        by=by or people.village,
        at=noon(on),
        files=[photo()],
    )


def step(permit: Permit, verb: str, by: Actor, *, on: date | None = None, note: str = "属实", files=None, **data):
    at = noon(on) if on else None
    shown = [photo()] if files is None else files
    return STEPS[f"permit.{verb}"](permit=permit, by=by, brought=brought(at, note=note, files=shown, data=data))


class Way:
    """Each step of a permit as the right person takes it, a week apart."""

    def __init__(self, people: People, second: Actor) -> None:
        self.people, self.second = people, second
        self.reviewer = people.township

    def to_village(self, permit: Permit, day: date = BEGAN) -> date:
        village = self.people.village
        step(permit, "agree", village, on=day + timedelta(1), **MEETING)
        step(permit, "publicise", village, on=day + timedelta(2))
        step(permit, "close_notice", village, on=day + timedelta(9))
        step(permit, "village_review", village, on=day + timedelta(10))
        return day + timedelta(10)

    def to_town(self, permit: Permit, day: date = BEGAN) -> date:
        day = self.to_village(permit, day)
        for office in OFFICES:
            opine(permit=permit, office=office, said="agrees", note="", by=self.people.township)
        self.visit(permit, 0)
        step(permit, "town_review", self.reviewer, on=day + timedelta(3))
        return day + timedelta(3)

    def visit(self, permit: Permit, number: int) -> None:
        visit(
            permit=permit, kind=VISITS[number], on=permit.since, people="镇经办、村支书", found="四至清楚",
            by=self.people.township, files=[photo()],
        )  # fmt: skip

    def settle(self, permit: Permit) -> None:
        for one in stood(permit, before="permit.approve"):
            if one.blocks and one.outcome is Outcome.UNKNOWN:
                settle_on_site(
                    permit=permit, gate=one.passage.gate.id, outcome="pass", note="到场量过", by=self.people.township
                )

    def to_approval(self, permit: Permit, day: date = BEGAN) -> date:
        day = self.to_town(permit, day)
        self.settle(permit)
        step(permit, "approve", self.second, on=day + timedelta(2), **NUMBERS)
        return day + timedelta(2)

    def to_building(self, permit: Permit) -> date:
        day = self.to_approval(permit)
        self.visit(permit, 1)
        step(permit, "set_out", self.people.township, on=day + timedelta(7), firm="云岭农房建设公司")
        step(permit, "start", self.people.township, on=day + timedelta(8))
        return day + timedelta(8)

    def to_acceptance(self, permit: Permit) -> date:
        day = self.to_building(permit)
        for number, stage in enumerate(("基础", "主体", "屋面")):
            step(permit, "inspect", self.people.township, on=day + timedelta(10 * number + 1), stage=stage)
        self.visit(permit, 2)
        step(permit, "accept", self.second, on=day + timedelta(40), as_built=BUILT)
        return day + timedelta(40)


@pytest.fixture
def second(people: People, units: dict[str, Unit]) -> Actor:
    """Another officer of the township, whose deputy signs second."""
    return engage("township3", "镇分管", "township_officer", TOWNSHIP, units["township"])


@pytest.fixture
def way(people: People, second: Actor) -> Way:
    return Way(people, second)


@pytest.fixture
def household(people: People) -> Household:
    return household_of()
