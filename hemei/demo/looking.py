"""A year of looking: the weather, the rounds, and every check anybody made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from hemei.demo.district import District
from hemei.demo.naming import serials
from hemei.demo.plane import Bools, Floats, Ints, Objects, stream
from hemei.demo.staffing import Staff
from hemei.terms.day import start_of
from hemei.terms.region import Level

DAYS = 365
PHONE, DOOR, SYSTEM = -1, -2, -3  # who it was, where it was nobody of the staff
PATROL_DAYS, PATROL_LENGTH = (60, 150, 240, 330), 25
PROXIES = {"call": 0.27, "visit": 0.33, "card": 0.29, "neighbour": 0.11}


@dataclass(frozen=True, slots=True)
class Calendar:
    """The year that ends with the last moment before `until`; moments are seconds since 1970."""

    until: date

    @property
    def starts(self) -> date:
        return self.until - timedelta(days=DAYS)

    @property
    def first(self) -> int:
        return int(start_of(self.starts).timestamp())

    @property
    def end(self) -> int:
        """The first moment that is no longer of the year."""
        return int(start_of(self.until).timestamp())

    def moment(self, day: Floats) -> Ints:
        """The moment of a day of the year; its fraction becomes a time between half past seven and half past seven."""
        whole = np.floor(day)
        return np.asarray(self.first + whole * 86400 + (7.5 + 12 * (day - whole)) * 3600, dtype=np.int64)

    def later(self, moment: int, days: float) -> int:
        """A working moment that many days on, never before the moment itself."""
        whole, fraction = divmod((moment - self.first) / 86400 + days, 1)
        return max(self.first + int(whole * 86400 + (7.5 + 12 * fraction) * 3600), moment + 900)

    def day(self, number: int) -> date:
        return self.starts + timedelta(days=number)

    def date_of(self, moment: int) -> date:
        return self.day((moment - self.first) // 86400)


@dataclass(frozen=True, slots=True)
class Weather:
    """One heavy rain, snow or frost: the day of the year, and the townships it struck."""

    day: int
    kind: str  # rain, snow, frost
    townships: tuple[str, ...]
    measure: str


@dataclass(frozen=True, slots=True)
class Round:
    """A turn of looking. Columns have a row a house; `check` is the row of the check that settled it, else -1."""

    tier: str
    name: str
    reason: str
    starts: date
    ends: date
    house: Ints
    due: Ints  # day of the year; may lie beyond its end
    by: Ints  # row of the staff
    check: Ints


@dataclass(frozen=True, slots=True)
class Checks:
    """Columns of one length, in the order of their moments."""

    house: Ints
    tier: Objects  # self, survey, patrol
    channel: Objects  # page, staff, call, visit, card, neighbour
    by: Ints  # row of the staff, or PHONE, DOOR
    at: Ints
    recorded_at: Ints


@dataclass(frozen=True, slots=True)
class Drawn:
    """Houses drawn for a patrol, each with the row of the inspector drawn for it."""

    house: Ints
    by: Ints


@dataclass(frozen=True, slots=True)
class Village:
    officer: int
    workers: tuple[int, ...]


def village_staff(staff: Staff, villages: Sequence[str]) -> dict[str, Village]:
    return {
        code: Village(
            int(staff.holding("village_officer", code)[0]), tuple(staff.holding("grid_worker", code).tolist())
        )
        for code in villages
    }


def make_weather(district: District, calendar: Calendar) -> tuple[Weather, ...]:
    """Nine heavy rains from May to September, three snows and a frost in winter, none everywhere."""
    rng = stream(district.seed, "weather")
    townships = np.array(list(district.names_at(Level.TOWNSHIP)), dtype=object)
    events = []
    for day in range(DAYS):
        month = calendar.day(day).month
        chance = {
            "rain": 9 / 153 * (5 <= month <= 9),
            "snow": 3 / 90 * (month in (12, 1, 2)),
            "frost": (month == 1) / 31,
        }
        for kind, probability in chance.items():
            struck = townships[rng.random(len(townships)) < rng.uniform(0.25, 0.8)]
            if rng.random() < probability and len(struck):
                measure = {"rain": f"24小时降雨{rng.integers(52, 130)}毫米", "snow": f"积雪{rng.integers(8, 31)}厘米"}
                events.append(Weather(day, kind, tuple(struck.tolist()), measure.get(kind, "寒潮低温")))
    return tuple(events)


def high_risk(district: District) -> Bools:
    """The class that is looked at often, as the houses programme has it."""
    houses = district.houses
    risky = np.isin(houses.structure, ("earth_timber", "mixed")) | houses.cut_slope | (houses.business != "")
    return np.asarray(risky & ~houses.long_empty)


def make_checks(
    district: District,
    staff: Staff,
    calendar: Calendar,
    weather: Sequence[Weather],
    patrols: Sequence[Drawn],
) -> tuple[Checks, tuple[Round, ...]]:
    """Every check of the year and the rounds they belong to. `patrols` is what was drawn for each of PATROL_DAYS."""
    rng = stream(district.seed, "looking")
    people = village_staff(staff, list(district.names_at(Level.VILLAGE)))
    rows = [self_checks(district, people, weather, rng)]
    rounds = []
    for tier, name, reason, first, last, houses, done in survey_plans(district):
        planned, made = survey_round(district, people, calendar, (tier, name, reason, first, last), houses, done, rng)
        rounds.append(planned)
        rows.append(made)
    for number, drawn in enumerate(patrols):
        planned, made = patrol_round(calendar, number, drawn, rng)
        rounds.append(planned)
        rows.append(made)
    return in_order(rows, rounds, calendar, rng)


# A planned check: house, tier, channel, who, day; the day is NaN where it was not made.
Plan = tuple[Ints, Objects, Objects, Ints, Floats]


def self_checks(
    district: District, people: dict[str, Village], weather: Sequence[Weather], rng: np.random.Generator
) -> Plan:
    """Households answer more often month by month, and after heavy weather."""
    count = len(district.house_region)
    zeal = rng.gamma(3, 1 / 3, count) * np.where(district.houses.long_empty, 0.12, 1.0)
    township = np.array([code[: Level.TOWNSHIP] for code in district.house_region], dtype=object)
    houses, days = [], []
    for month in range(12):
        answered = np.flatnonzero(rng.random(count) < zeal * (0.1 + 0.0145 * month))
        houses.append(answered)
        days.append(month * DAYS / 12 + rng.uniform(0, DAYS / 12, len(answered)))
    for event in weather:
        struck = np.isin(township, event.townships)
        answered = np.flatnonzero(struck & (rng.random(count) < zeal * 0.11))
        houses.append(answered)
        days.append(event.day + 0.3 + rng.exponential(1.2, len(answered)))
    which, when = np.concatenate(houses), np.minimum(np.concatenate(days), DAYS - 0.01)
    odds = [0.7, *(0.3 * share for share in PROXIES.values())]
    channel = rng.choice(np.array(["page", *PROXIES], dtype=object), len(which), p=odds)
    itself = np.where(rng.random(len(which)) < 0.9, PHONE, DOOR)
    homes = zip(district.house_village[which], which.tolist(), strict=True)
    worker = np.array([people[code].workers[house % len(people[code].workers)] for code, house in homes])
    return which, np.full(len(which), "self", dtype=object), channel, np.where(channel == "page", itself, worker), when


def survey_plans(district: District) -> list[tuple[str, str, str, int, int, Ints, float]]:
    """Tier, name, reason, first and last day, houses, and what share of those due was looked at."""
    everything, risky = np.arange(len(district.house_region)), np.flatnonzero(high_risk(district))
    return [
        ("survey", "全面排查", "年度全覆盖", 6, 126, everything, 0.97),
        ("survey", "高风险农房复查", "土木、切坡、经营用房", 214, 292, risky, 0.94),
        ("survey", "冬季前高风险农房排查", "本轮进行中", 322, 396, risky, 0.9),
    ]


def survey_round(
    district: District,
    people: dict[str, Village],
    calendar: Calendar,
    plan: tuple[str, str, str, int, int],
    house: Ints,
    done: float,
    rng: np.random.Generator,
) -> tuple[Round, Plan]:
    """Each village works through its houses hamlet by hamlet; some fall behind, a few are missed."""
    tier, name, reason, first, last = plan
    village = district.house_village[house]
    _, code = np.unique(village.astype(str), return_inverse=True)
    due = first + 10 + (serials(code) - 1) / np.bincount(code)[code] * (last - first - 10)
    pace = rng.normal(0, 4, code.max() + 1)[code]
    day = due - 5 + pace + rng.normal(0, 2.5, len(house)) + np.where(rng.random(len(house)) < 0.05, 14.0, 0.0)
    day = np.where(rng.random(len(house)) < done, np.clip(day, first, None), np.nan)
    day[day >= DAYS] = np.nan
    by = np.array(
        [
            people[v].officer if h % 5 == 0 else people[v].workers[h % len(people[v].workers)]
            for v, h in zip(village, house.tolist(), strict=True)
        ]
    )
    starts, ends = calendar.day(first), calendar.day(last)
    planned = Round(tier, name, reason, starts, ends, house, due.astype(np.int64), by, np.full(len(house), -1))
    return planned, visits(tier, house, by, day)


def visits(tier: str, house: Ints, by: Ints, day: Floats) -> Plan:
    count = len(house)
    return house, np.full(count, tier, dtype=object), np.full(count, "staff", dtype=object), by, day


def patrol_round(calendar: Calendar, number: int, drawn: Drawn, rng: np.random.Generator) -> tuple[Round, Plan]:
    first, last = PATROL_DAYS[number], PATROL_DAYS[number] + PATROL_LENGTH
    count = len(drawn.house)
    day = np.where(rng.random(count) < 0.97, first + rng.uniform(1, PATROL_LENGTH - 1, count), np.nan)
    name = f"第{'一二三四'[number]}季度随机巡查"
    starts, ends, due = calendar.day(first), calendar.day(last), np.full(count, last)
    planned = Round("patrol", name, "双随机", starts, ends, drawn.house, due, drawn.by, np.full(count, -1))
    return planned, visits("patrol", drawn.house, drawn.by, day)


def in_order(
    plans: Sequence[Plan], rounds: Sequence[Round], calendar: Calendar, rng: np.random.Generator
) -> tuple[Checks, tuple[Round, ...]]:
    """Put the checks that were made in the order of their moments, and note in the rounds which was which."""
    house, tier, channel, by, day = (np.concatenate(column) for column in zip(*plans, strict=True))
    made = np.flatnonzero(~np.isnan(day))
    at = np.zeros(len(day), dtype=np.int64)
    at[made] = calendar.moment(day[made])
    order = made[np.lexsort((house[made], at[made]))]
    row = np.full(len(day), -1)
    row[order] = np.arange(len(order))
    # Where there is no signal a form waits in the phone until evening, or until somebody comes down to the road.
    late = np.where(rng.random(len(day)) < 0.1, rng.exponential(20 * 3600, len(day)), rng.uniform(2, 90, len(day)))
    recorded = np.minimum(at + late.astype(np.int64), calendar.end - 1)
    settled, offset = [], len(plans[0][0])
    for planned in rounds:
        check = row[offset : offset + len(planned.house)]
        settled.append(replace(planned, check=check))
        offset += len(planned.house)
    return Checks(house[order], tier[order], channel[order], by[order], at[order], recorded[order]), tuple(settled)
