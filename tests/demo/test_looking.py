from __future__ import annotations

from collections import Counter
from datetime import date, datetime

import numpy as np

from hemei.core.models import Channel, Tier
from hemei.demo.district import District
from hemei.demo.looking import DOOR, PHONE, Calendar
from hemei.demo.year import Year
from hemei.terms.day import SHANGHAI
from hemei.terms.region import Level
from tests.demo.conftest import UNTIL


def test_moments_are_of_the_district_and_in_working_hours() -> None:
    calendar = Calendar(date(2026, 11, 20))
    morning, evening = (datetime.fromtimestamp(m, SHANGHAI) for m in calendar.moment(np.array([0.0, 364.999])))
    assert (morning.date(), morning.hour, morning.minute) == (date(2025, 11, 20), 7, 30)
    assert (evening.date(), evening.hour) == (date(2026, 11, 19), 19)


def test_nothing_lies_outside_the_year_or_is_known_before_it_was(year: Year) -> None:
    checks = year.checks
    assert (checks.at >= year.calendar.first).all()
    assert (checks.recorded_at < year.calendar.end).all()
    assert (checks.recorded_at >= checks.at).all()
    assert (np.diff(checks.at) >= 0).all()


def test_there_is_about_the_number_of_checks_a_year_brings(year: Year) -> None:
    tiers = Counter(year.checks.tier)
    assert set(tiers) == set(Tier.values)
    assert 4 < len(year.checks.at) / 2000 < 5
    assert tiers["self"] > tiers["survey"] > tiers["patrol"] >= 4 * 8 * 4


def test_channels_say_who_answered(year: Year) -> None:
    checks = year.checks
    assert set(checks.channel) <= set(Channel.values)
    page = checks.channel == "page"
    assert np.isin(checks.by[page], [PHONE, DOOR]).all()
    assert (checks.by[~page] >= 0).all()
    assert ((checks.tier == "self") == (checks.channel != "staff")).all()


def test_people_look_where_they_are_in_charge(district: District, year: Year) -> None:
    region = district.house_region[year.checks.house]
    staff = year.checks.by >= 0
    duty = year.staff.region[year.checks.by[staff]]
    assert all(home.startswith(here) for home, here in zip(region[staff], duty, strict=True))
    patrol = year.checks.tier == "patrol"
    assert set(year.staff.role[year.checks.by[patrol]]) == {"inspector"}


def test_rounds_are_settled_by_checks_of_their_own_houses(year: Year) -> None:
    for planned in year.rounds:
        done = planned.check >= 0
        assert (year.checks.house[planned.check[done]] == planned.house[done]).all()
        assert (year.checks.tier[planned.check[done]] == planned.tier).all()
        assert len(set(planned.house.tolist())) == len(planned.house)
    first, current = year.rounds[0], next(r for r in year.rounds if r.ends > UNTIL)
    assert 0.9 < (first.check >= 0).mean() < 1
    late = (current.check < 0) & (current.due < 365)
    assert 0 < late.mean() < 0.3
    assert (current.due >= 365).any()


def test_the_draws_decide_who_is_patrolled_and_by_whom(year: Year) -> None:
    rounds = [planned for planned in year.rounds if planned.tier == "patrol"]
    assert len(rounds) == len(year.draws) == 4
    for planned, held in zip(rounds, year.draws, strict=True):
        assert planned.house.tolist() == held.result.house.tolist()
        assert planned.by.tolist() == held.result.by.tolist()


def test_heavy_weather_strikes_some_townships_and_brings_reports(district: District, year: Year) -> None:
    townships = set(district.names_at(Level.TOWNSHIP))
    assert len(year.weather) >= 5
    for event in year.weather:
        assert set(event.townships) <= townships
        month = year.calendar.day(event.day).month
        assert month in {"rain": range(5, 10), "snow": (12, 1, 2), "frost": (1,)}[event.kind]
