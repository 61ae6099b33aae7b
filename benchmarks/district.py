"""A full district to measure against: 100,000 houses, 1,000,000 checks and 50,000 cases.

The demo's land holds at most 40,000 households, so each of its houses stands four times, a few metres apart, and each
house's year is told again for the year before. Everything goes in by the core's bulk actions, as anybody's data would.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import shapely

from hemei.core.access import SYSTEM, At
from hemei.core.actions.bulk import NewPlace, PastCase, PastCheck, add_checks, add_households, add_places
from hemei.core.actions.door import card_hash
from hemei.core.actions.founding import NewDoor, add_doors, add_regions, add_rounds, add_units, engage
from hemei.core.actions.seal import seal_pending
from hemei.core.personal import token_hash
from hemei.core.writing import writing
from hemei.demo.district import District, make_district
from hemei.demo.history import A_CALL, History
from hemei.demo.load import NewUnit, colleagues, households_of, houses, plates, regions, uncollected, unit_columns
from hemei.demo.turns import Turns, write_turns
from hemei.demo.written import Written, instance
from hemei.demo.year import Year, make_year
from hemei.terms.day import start_of

HOUSEHOLDS, COPIES, SEED = 25_000, 4, 7
APART = 0.00013  # degrees between one copy of a house and the next: a dozen metres
A_YEAR = timedelta(days=364)  # so that a Monday stays one
TOLD = ((0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (1, 1), (2, 1), (3, 1), (0, 2))  # (copy, years back)
TROUBLES_TOLD = ((1, 2), (2, 2), (3, 2), (0, 3))  # of these only what was found, with the checks that found it


def door_token(copy: int, row: int) -> str:
    """The token on a door, known to the load generator."""
    return f"benchdoor{copy}x{row:08d}"


@dataclass(frozen=True)
class Made:
    """How long each part took, seconds."""

    seconds: dict[str, float]

    @property
    def total(self) -> float:
        return sum(self.seconds.values())


def fill(households: int, *, until: date, say: Callable[[str], None] = print) -> Made:
    """Fill an empty database: four houses for each of the demo's."""
    seconds: dict[str, float] = {}

    def done(part: str, began: float) -> float:
        now = time.perf_counter()
        seconds[part] = now - began
        say(f"  {part:22} {seconds[part]:7.1f} s")
        return now

    clock = time.perf_counter()
    district = make_district(SEED, households)
    year = make_year(district, until)
    clock = done("inventing", clock)
    with uncollected():
        with writing():
            copies = list(registers(district, year))
        clock = done("register", clock)
        for copy, back in (*TOLD, *TROUBLES_TOLD):
            with writing():
                Told(district, year, copies[copy], copy, back).write()
        clock = done("checks and cases", clock)
        seal_pending()
    done("sealing", clock)
    return Made(seconds)


def registers(district: District, year: Year) -> Iterator[Written]:
    here = At(district.code)
    add_regions(where=here, rows=list(regions(district)), by=SYSTEM)
    units = add_units(where=here, rows=[NewUnit(*row) for row in zip(*unit_columns(year), strict=True)], by=SYSTEM)
    accounts = engage(where=here, rows=list(colleagues(district, year, units)), by=SYSTEM)
    for copy in range(COPIES):
        rows = [beside(place, copy) for place in houses(district, year)]
        places = add_places(where=here, kind="house", rows=rows, by=SYSTEM)
        people = [
            replace(one, number=f"{one.number}{'abcd'[copy]}", id_number=one.id_number if copy == 0 else "")
            for one in households_of(district, places)
        ]
        add_households(where=here, rows=people, by=SYSTEM)
        doors = add_doors(where=here, rows=list(doors_of(district, year, places, copy)), by=SYSTEM)
        yield Written(here, units, accounts, places, doors)


def beside(place: NewPlace, copy: int) -> NewPlace:
    """The same house a few metres on, with a name and a number of its own."""
    if not copy or place.lon is None or place.lat is None:
        return place
    east, north = APART * (copy % 2), APART * (copy // 2)
    shape = shapely.transform(shapely.from_wkb(place.geometry), lambda points: points + np.array([east, north]))
    return replace(
        place,
        label=f"{place.label}之{copy + 1}",
        lon=place.lon + east,
        lat=place.lat + north,
        geometry=shapely.to_wkb(shape),
        identifiers={system: f"{value}.{copy + 1}" for system, value in place.identifiers.items()},
    )


def doors_of(district: District, year: Year, places: Sequence[int], copy: int) -> Iterator[NewDoor]:
    """Plates whose tokens the load generator knows; the first copy keeps the demo's own, and has paired phones."""
    if copy == 0:
        yield from plates(district, year, places)
        return
    for row, place in enumerate(places):
        digest = token_hash(door_token(copy, row))
        yield NewDoor(
            place=place,
            region=district.house_region[row],
            token_hash=digest,
            card_hash=card_hash(digest, "20261123"),
            issued_at=start_of(year.calendar.starts),
            phone_hash=token_hash(f"phone of {door_token(copy, row)}"),
        )


class Told(History):
    """The demo's year, told of one copy of its houses and so many years back."""

    def __init__(self, district: District, year: Year, written: Written, copy: int, back: int) -> None:
        super().__init__(district, year, written)
        self.copy, self.back = copy, A_YEAR * back

    def write(self) -> None:
        where, count = self.written.where, len(self.year.checks.house)
        wanted = list(range(count))
        if (self.copy, self.back.days // A_YEAR.days) in TROUBLES_TOLD:
            wanted = sorted({finding.check for finding in self.year.findings})
        for start in range(0, len(wanted), A_CALL):
            rows = [self.check(row) for row in wanted[start : start + A_CALL]]
            self.known |= add_checks(where=where, rows=rows, by=SYSTEM)
        self.write_cases()
        if self.back:
            return
        own = {instance(row): self.known[self.named(instance(row))] for row in range(count)}
        if self.copy == 0:
            self.write_evidence()
            write_turns(self.district, self.year, self.written, own)
        else:
            self.write_rounds(own)

    def write_rounds(self, known: dict[str, int]) -> None:
        turns = Turns(self.district, self.year, self.written, known)
        surveys = self.year.rounds[: len(self.year.rounds) - len(self.year.draws)]
        rows = [replace(turns.round(turn, None), name=f"{turn.name}（{self.copy + 1}）") for turn in surveys]
        add_rounds(where=self.written.where, rows=rows, by=SYSTEM)

    def named(self, name: str) -> str:
        return f"{name}.{self.copy}.{self.back.days}"

    def check(self, row: int) -> PastCheck:
        one = super().check(row)
        return replace(
            one,
            instance_id=self.named(one.instance_id),
            at=one.at - self.back,
            recorded_at=one.recorded_at - self.back,
        )

    def case(self, life, looks) -> PastCase:  # type: ignore[no-untyped-def]
        one = super().case(life, looks)
        return replace(
            one,
            found_at=one.found_at - self.back,
            recorded_at=one.recorded_at - self.back,
            due_on=one.due_on and one.due_on - self.back,
            check=self.named(one.check),
            steps=[
                replace(step, at=step.at - self.back, recorded_at=step.recorded_at - self.back) for step in one.steps
            ],
            seen_again=[
                replace(
                    look, check=self.named(look.check), at=look.at - self.back, recorded_at=look.recorded_at - self.back
                )
                for look in one.seen_again
            ],
        )
