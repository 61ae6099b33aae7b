"""What tests of the gates know by themselves: who may take which step from where, and how a gate is made to fail.

Written by hand, apart from the tables of the programme: a slip there is seen here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from hemei.core.access import Actor, At
from hemei.core.actions.parameter import set_parameter
from hemei.core.models import Holding, Place, Unit
from hemei.programmes.building.actions.relocation import reach_stage
from hemei.programmes.building.actions.style import set_style
from hemei.programmes.building.gates import clause
from hemei.programmes.building.models import Permit, Work
from hemei.programmes.control.actions.law import change_law
from hemei.programmes.control.writing_rules import with_rule
from hemei.programmes.houses.models import Appraisal
from hemei.terms.day import today
from tests.conftest import DISTRICT, People, build_house, photo
from tests.programmes.building.conftest import BEGAN, BUILT, MEETING, NUMBERS, Way, applied, household_of
from tests.programmes.building.test_styles import LOOK
from tests.programmes.control.test_law import EMPTY, LOW

WORKS = tuple(Work.values)
IN_VILLAGE, IN_TOWN, IN_DISTRICT = (
    {"village", "second_in_village", "grid"}, {"township", "second"}, {"district", "second_in_district"},
)  # fmt: skip
INSIDERS = sorted(IN_VILLAGE | IN_TOWN | IN_DISTRICT)
OFFICERS_THERE = {"village", "second_in_village"} | IN_TOWN
MAY: dict[str, set[str]] = {
    **dict.fromkeys(("agree", "publicise", "close_notice", "resubmit", "withdraw"), IN_VILLAGE | IN_TOWN | IN_DISTRICT),
    **dict.fromkeys(("village_review", "return"), OFFICERS_THERE),
    **dict.fromkeys(("refuse", "lapse", "set_out", "start", "inspect", "mend", "register"), IN_TOWN),
    **{verb: {"second"} for verb in ("town_review", "approve", "accept")},  # the township's own clerk filed it
}
UNDECIDED = {"applied", "agreed", "publicised", "village_reviewed", "town_reviewed"}
FROM: dict[str, set[str]] = {
    "agree": {"applied"},
    "publicise": {"agreed"},
    "close_notice": {"publicised"},
    "village_review": {"publicised"},
    "town_review": {"village_reviewed"},
    "approve": {"town_reviewed"},
    "set_out": {"approved"},
    "start": {"set_out"},
    "inspect": {"building"},
    "mend": {"building"},
    "accept": {"building"},
    "register": {"accepted"},
    "return": UNDECIDED,
    "refuse": UNDECIDED,
    "resubmit": {"returned"},
    "withdraw": {*UNDECIDED, "returned", "approved", "set_out"},
    "lapse": {"approved", "set_out"},
}
LATER = {"approved", "set_out", "building", "accepted", "registered"}


def paper(permit: Permit) -> dict[str, Any]:
    """The application as it was filed, as its form sends it."""
    filed = permit.steps.filter(verb="permit.apply").get().data["filed"]
    return {name: value for name, value in filed.items() if value is not None and name not in ("group", "joint")}


def whole(permit: Permit, verb: str) -> dict[str, Any]:
    """A step's form with everything that it asks for."""
    own: dict[str, dict[str, Any]] = {
        "agree": MEETING,
        "approve": NUMBERS,
        "inspect": {"stage": "基础"},
        "accept": BUILT,
        "refuse": {"clause": clause("land.62").citation, "document": "青石不批〔2026〕1号", "appeal": "60 日内复议"},
        "lapse": {"document": "青石通〔2026〕1号"},
        "set_out": {"craftsman": ""},
        "resubmit": {"old_place": "", **paper(permit)} if verb == "resubmit" else {},
    }
    return {**own.get(verb, {}), "note": "属实", "photo": picture()}


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("纸.jpg", SHOT, "image/jpeg")


SHOT = photo().content


def forged(other: Permit) -> dict[str, Any]:
    """What somebody would add to a form: another permit's keys, states and verdicts, numbers and days."""
    aside = other.set_aside.order_by("pk").first()
    return {
        **dict.fromkeys(("id", "pk", "permit", "permit_id"), other.pk),
        **dict.fromkeys(("state", "to_state", "target", "from_state"), "approved"),
        "verb": "permit.approve",
        "step": "approve",
        "slug": "approve",
        **dict.fromkeys(("outcome", "verdict", "verdicts", "was", "said", "gates"), "pass"),
        "gate": "building.G02",
        "set_aside": aside.pk if aside else 1,
        **dict.fromkeys(("signed_by", "asked_by", "actor", "by", "account", "signer"), "account:1"),
        **dict.fromkeys(("signed_at", "approved_on", "accepted_on", "since", "filed_at"), "2026-01-01"),
        "number": other.number or "429999103-2026-0001",
        "code": other.code or "x",
        "notice_worked_days": "99",
        "notice_ends": "2026-01-01",
        "objections_open": "",
        "meeting": '{"convened": "group", "entitled": 1, "present": 1, "in_favour": 1}',
        "as_built": "{}",
        "old_place": build_place_of_another().pk,
        "household": other.household_id,
        "house": 1,
        "builder": 1,
        "craftsman": 1,
        "blocks": "",
        "is_set_aside": "on",
        "decides": "",
    }


def build_place_of_another() -> Place:
    return Place.objects.filter(label="别家的房").first() or build_house(label="别家的房")


def permit_of(work: str, people: People, name: str = "石有田", number: str = "1", *, stages: bool = True) -> Permit:
    """An application of that kind with nothing against it; what concerns an old house names one."""
    other: dict[str, Any] = {}
    household = household_of(name, number=number)
    if work != "new":
        old = build_house(label=f"{name}的旧房")
        Holding.objects.create(household=household, place=old)
        appraise(old, "D", f"{number}-1")
        other = {"old_place": old.pk, "old_fate": "keep" if work in ("extend", "storey") else "demolish"}
    permit = applied(people, household, by=people.township, work=work, **other)
    if work == "ecological" and stages:
        for stage, day in (("eligible", BEGAN), ("agreed", BEGAN + timedelta(1))):
            reach_stage(
                permit=permit, stage=stage, on=day, document="区搬〔2026〕1号", note="", by=people.township,
                files=[photo()],
            )  # fmt: skip
    return permit


def appraise(house: Place, grade: str, number: str) -> None:
    Appraisal.objects.create(
        place=house, region=house.region, unit=Unit.objects.get(region=DISTRICT, kind="appraisal_agency"),
        report_no=number, on=today(), site_safe=True, worst_grade=grade, grade=grade, recorded_at=timezone.now(),
        actor="account:1",
    )  # fmt: skip


def all_wrong(permit: Permit) -> None:
    """Every gate that the row itself decides fails."""
    Permit.objects.filter(pk=permit.pk).update(
        plot_m2=260.0, design="", land="farmland", conversion="", forest="yes", reserve="yes", old_fate=""
    )


def put_right(permit: Permit, was: Permit) -> None:
    names = ("plot_m2", "design", "land", "conversion", "forest", "reserve", "old_fate")
    Permit.objects.filter(pk=permit.pk).update(**{name: getattr(was, name) for name in names})


@dataclass(frozen=True)
class Spoilt:
    """One gate made to fail, all others left as they are; of which kinds of work it is asked."""

    gate: str
    spoil: Callable[[Permit, People], None]
    works: tuple[str, ...] = WORKS


def _row(**values: Any) -> Callable[[Permit, People], None]:
    return lambda permit, people: (Permit.objects.filter(pk=permit.pk).update(**values), None)[1]


def _set(key: str, value: str) -> Callable[[Permit, People], None]:
    def spoil(permit: Permit, people: People) -> None:
        where = At(DISTRICT, "building")
        set_parameter(where=where, key=key, value=value, starts=today(), document="区办", by=people.district)

    return spoil


def _another_house(permit: Permit, people: People) -> None:
    Holding.objects.create(household=permit.household, place=build_house(label="另一处"))


def _a_rule(permit: Permit, people: People) -> None:
    entries, _name = with_rule(EMPTY, replace(LOW, value=1, title="一层以下", text="不超过一层。"))
    change_law(where=At(DISTRICT, "control"), entries=entries, said="某区村庄规划", by=people.district)
    Permit.objects.filter(pk=permit.pk).update(lon=110.5, lat=31.5)


def _sound(permit: Permit, people: People) -> None:
    assert permit.old_place is not None
    appraise(permit.old_place, "B", "后来的")


def _another_style(permit: Permit, people: People) -> None:
    look = replace(LOOK, roofs="平屋面", as_limit=True)
    set_style(where=At(DISTRICT, "building"), look=look, by=people.district)


OLD = tuple(work for work in WORKS if work != "new")
SPOILT = (
    Spoilt("building.G01", _another_house),
    Spoilt("building.G02", _row(plot_m2=260.0)),
    Spoilt("building.G03", _set("building.storeys.max", "1")),
    Spoilt("building.G04", _row(design="")),
    Spoilt("building.G05", _row(land="farmland")),
    Spoilt("building.G06", _row(forest="yes")),
    Spoilt("building.G07", _row(reserve="yes")),
    Spoilt("building.G08", _a_rule),
    Spoilt("building.G09", _sound, ("dangerous",)),
    Spoilt("building.G10", _row(old_fate=""), OLD),
    Spoilt("building.G11", _row(meeting=MEETING | {"present": 19, "in_favour": 19})),
    Spoilt("building.G12", _set("building.notice.days", "30")),
    Spoilt("building.G14", _another_style),
)
"""Every gate before the approval but 生态搬迁 (building.G15), whose stages are never
taken back: it has a test of its own."""


def actors(people: People, way: Way) -> dict[str, Actor]:
    return {**dict(people), "second": way.second}
