"""Writes the made-up district and its year into the database, through the core's actions, as anybody's data would come.

Each bulk action leaves its audit entry. All of them are one transaction, so that an interrupted start leaves nothing
half made; nobody is kept waiting, for nobody works in an empty database.
"""

from __future__ import annotations

import gc
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta

from django.utils.translation import gettext as _

from hemei.core.access import SYSTEM, At
from hemei.core.actions.bulk import NewHousehold, NewPlace, add_households, add_places
from hemei.core.actions.door import card_hash
from hemei.core.actions.founding import (
    NewColleague,
    NewDoor,
    NewRegion,
    NewUnit,
    add_doors,
    add_regions,
    add_units,
    engage,
)
from hemei.core.actions.seal import seal_pending
from hemei.core.errors import Conflict
from hemei.core.models import Region
from hemei.core.personal import token_hash
from hemei.core.writing import writing
from hemei.demo.ahead import compile_ahead
from hemei.demo.controlled import screen_control, write_control
from hemei.demo.crafts import write_craftsmen
from hemei.demo.district import District, make_district
from hemei.demo.history import write_history
from hemei.demo.looking import PHONE
from hemei.demo.permits import write_patterns, write_permits
from hemei.demo.signins import CARD_CODE, DOOR_TOKEN, PASSWORD, USERNAMES
from hemei.demo.written import Written
from hemei.demo.year import Year, make_year
from hemei.terms.day import start_of
from hemei.terms.region import Level


def load(*, seed: int, households: int, until: date, say: Callable[[str], None] = lambda line: None) -> None:
    """Make the demo district with the year before `until`. Raises Conflict where the database holds a district."""
    if Region.objects.exists():
        raise Conflict(_("数据库里已有区划；演示数据只能放进空的数据库。请换一个空的 HEMEI_VAR。"), code="not_empty")
    compiled = compile_ahead()
    say(_("画地形、村组、道路和房屋"))
    district = make_district(seed, households)
    say(_("推演一年的自查、排查、巡查和整治"))
    year = make_year(district, until)
    with writing(), uncollected():
        say(_("写入区划、单位、人员、住户和房屋"))
        written = write_register(district, year)
        say(_("写入检查、隐患、轮次和抽查"))
        write_history(district, year, written)
        say(_("写入工匠、培训和工地"))
        write_craftsmen(district, until)
        say(_("写入建房审批"))
        write_patterns(district.code)
        write_permits(until)
        say(_("写入演示的管控图层和规则，筛查一遍"))
        compiled()
        write_control(district)
        screen_control(district)
    say(_("审计封存"))
    seal_pending()


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the collector of cycles, which would go through a million living rows again and again: a fifth faster."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def write_register(district: District, year: Year) -> Written:
    """Everything that stands still."""
    here = At(district.code)
    add_regions(where=here, rows=list(regions(district)), by=SYSTEM)
    units = add_units(where=here, rows=[NewUnit(*row) for row in zip(*unit_columns(year), strict=True)], by=SYSTEM)
    accounts = engage(where=here, rows=list(colleagues(district, year, units)), by=SYSTEM)
    places = add_places(where=here, kind="house", rows=list(houses(district, year)), by=SYSTEM)
    add_households(where=here, rows=list(households_of(district, places)), by=SYSTEM)
    doors = add_doors(where=here, rows=list(plates(district, year, places)), by=SYSTEM)
    return Written(here, units, accounts, places, doors)


def regions(district: District) -> Iterator[NewRegion]:
    columns = district.regions
    for code, name, boundary, (lon, lat) in zip(
        columns.code, columns.name, columns.boundary, columns.label.tolist(), strict=True
    ):
        yield NewRegion(code, name, boundary, lon, lat)


def unit_columns(year: Year) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    return year.units.name.tolist(), year.units.kind.tolist(), year.units.region.tolist()


def colleagues(district: District, year: Year, units: Sequence[int]) -> Iterator[NewColleague]:
    """Everybody at work; the one of each role who can be signed in as gets the known name and password."""
    staff = year.staff
    known = {row: USERNAMES[role] for role, row in shown_rows(district, year).items()}
    for row, (username, name, role, region, unit, phone) in enumerate(
        zip(staff.username, staff.name, staff.role, staff.region, staff.unit.tolist(), staff.phone, strict=True)
    ):
        yield NewColleague(
            username=known.get(row, username),
            name=name,
            role=role,
            region=region,
            unit=units[unit],
            starts=year.calendar.starts - timedelta(days=30),
            phone=phone,
            password=PASSWORD if row in known else "",
            is_demo=True,
        )


def shown_rows(district: District, year: Year) -> dict[str, int]:
    """For each role the one to sign in as: in the village with most open cases, and the township above it."""
    staff = year.staff
    village = busiest_village(district, year)
    near = {"village_officer": village, "grid_worker": village, "township_officer": village[: Level.TOWNSHIP]}
    return {role: int(staff.holding(role, near.get(role, district.code))[0]) for role in USERNAMES}


def busiest_village(district: District, year: Year) -> str:
    """The village with most open cases: there is something to do for whoever signs in."""
    still_open = Counter(str(district.house_village[life.house]) for life in year.cases if life.is_open)
    return max(district.names_at(Level.VILLAGE), key=lambda code: still_open[code])


def houses(district: District, year: Year) -> Iterator[NewPlace]:
    own = district.houses
    for row in range(len(own.built)):
        lon, lat = district.house_point[row].tolist()
        left = year.vacated.get(row)
        yield NewPlace(
            region=district.house_region[row],
            label=district.house_address[row],
            group=district.house_group[row],
            address=f"{district.name}{district.house_address[row]}",
            lon=lon,
            lat=lat,
            geometry=district.house_footprint[row],
            identifiers={"village_ledger": district.house_number[row]},
            own={
                "structure": own.structure[row],
                "year_built": int(own.built[row]),
                "storeys": int(own.storeys[row]),
                "floor_area_m2": float(own.area[row]),
                "business_use": own.business[row] != "",
                "cut_slope": bool(own.cut_slope[row]),
                "occupied": left is None and not own.long_empty[row],
                "occupied_since": year.calendar.date_of(left) if left else None,
            },
        )


def households_of(district: District, places: Sequence[int]) -> Iterator[NewHousehold]:
    people, holdings = district.households, district.holdings
    count = len(people.head)
    besides: dict[int, list[tuple[int, str]]] = {}
    for household, house, role in zip(
        holdings.household[count:].tolist(), holdings.house[count:].tolist(), holdings.role[count:], strict=True
    ):
        besides.setdefault(household, []).append((places[house], role))
    for row, home in enumerate(people.home.tolist()):
        yield NewHousehold(
            region=district.house_region[home],
            number=people.number[row],
            head=people.head[row],
            group=district.house_group[home],
            phone=people.phone[row],
            size=int(people.size[row]),
            place=places[home],
            role=holdings.role[row],
            also=besides.get(row, ()),
            id_number=people.id_number[row],
        )


def plates(district: District, year: Year, places: Sequence[int]) -> Iterator[NewDoor]:
    """A plate on every door; whoever reports from a known phone has it paired. One plate is known, to be looked at."""
    known = shown_house(district, year)
    issued = start_of(year.calendar.starts)
    paired = set(year.checks.house[year.checks.by == PHONE].tolist())
    for row, place in enumerate(places):
        digest = token_hash(DOOR_TOKEN if row == known else secrets.token_hex(16))
        yield NewDoor(
            place=place,
            region=district.house_region[row],
            token_hash=digest,
            card_hash=card_hash(digest, CARD_CODE if row == known else f"{secrets.randbelow(10**8):08d}"),
            issued_at=issued,
            phone_hash=token_hash(secrets.token_hex(16)) if row in paired else "",
        )


def shown_house(district: District, year: Year) -> int:
    """A lived-in house of the busiest village that has a case to follow."""
    village = busiest_village(district, year)
    here = (life.house for life in year.cases if district.house_village[life.house] == village)
    return next((house for house in here if not district.houses.long_empty[house]), 0)
