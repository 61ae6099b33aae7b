"""Who may be on duty, by dates alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.programmes.craftsmen.duty import Attended, Lack, Rule, Valid, standing
from hemei.terms.day import months_later

days = st.dates(date(2019, 1, 1), date(2033, 12, 31))
papers = st.builds(
    lambda n, a, length: Valid(str(n), a, a + timedelta(length)), st.integers(0, 9), days, st.integers(0, 1500)
)
attended = st.builds(Attended, days, st.sampled_from(["", "basic", "skill"]), st.integers(0, 300))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 2, 28), 36, date(2028, 2, 28)),
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
        (date(2026, 11, 25), 1, date(2026, 12, 25)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
        (date(2026, 1, 1), 10**9, date.max),
    ],
)
def test_months_across_leap_days(day: date, months: int, expected: date) -> None:
    assert months_later(day, months) == expected


def test_a_certificate_counts_on_its_last_day_and_no_longer() -> None:
    paper, training = Valid("一", date(2026, 2, 28), date(2028, 2, 29)), Attended(date(2026, 2, 28))
    assert standing(date(2028, 2, 29), [paper], [training], Rule(36)).may
    assert standing(date(2028, 3, 1), [paper], [training], Rule(36)).lacks == (Lack.EXPIRED,)
    assert standing(date(2026, 2, 27), [paper], [training], Rule(36)).lacks == (Lack.NO_CERTIFICATE, Lack.NOT_TRAINED)


def test_a_revoked_certificate_counts_till_the_day_before() -> None:
    paper = Valid("一", date(2026, 1, 1), date(2028, 1, 1), revoked=date(2026, 6, 1))
    assert standing(date(2026, 5, 31), [paper], [Attended(date(2026, 1, 1))], Rule(36)).may
    assert not standing(date(2026, 6, 1), [paper], [Attended(date(2026, 1, 1))], Rule(36)).may


def test_hours_that_are_not_set_ask_nothing_and_those_set_are_asked_of_the_window() -> None:
    paper = Valid("一", date(2026, 1, 1), date(2030, 1, 1))
    old, new = Attended(date(2023, 1, 1), "basic", 120), Attended(date(2025, 1, 1), "basic", 60)
    assert standing(date(2026, 1, 1), [paper], [new], Rule(36)).may
    asked = Rule(36, {"basic": 180})
    assert standing(date(2026, 1, 1), [paper], [old, new], asked).until == date(2026, 1, 1)
    assert standing(date(2026, 1, 2), [paper], [old, new], asked).lacks == (Lack.HOURS,)


def test_a_training_of_which_only_the_day_is_known_gives_no_hours() -> None:
    paper = Valid("一", date(2026, 1, 1), date(2030, 1, 1))
    assert standing(date(2026, 2, 1), [paper], [Attended(date(2026, 1, 1))], Rule(36, {"skill": 1})).lacks == (
        Lack.HOURS,
    )


@given(days, st.lists(papers, max_size=4), st.lists(attended, max_size=6), st.integers(1, 60), st.integers(0, 400))
def test_nobody_is_on_duty_without_both(on, some, trainings, months, minutes) -> None:
    """Against a plain reading of the rule, and day by day up to the day that is promised."""
    rule = Rule(months, {"basic": minutes} if minutes else {})
    stands = standing(on, some, trainings, rule)
    window = [one for one in trainings if one.on <= on <= months_later(one.on, months)]
    enough = bool(window) and sum(one.minutes for one in window if one.kind == "basic") >= minutes
    assert stands.may == (any(paper.starts <= on <= paper.ends for paper in some) and enough)
    assert (stands.until is not None) == stands.may
    if stands.until is not None:
        assert on <= stands.until
        nothing_more = [one for one in trainings if one.on <= on]
        known = [paper for paper in some if paper.starts <= on]
        assert standing(stands.until, known, nothing_more, rule).may
        if stands.certificate and stands.until < stands.certificate.ends:
            assert not standing(stands.until + timedelta(days=1), known, nothing_more, rule).may


@given(days, st.lists(papers, max_size=3), st.lists(attended, max_size=5), attended)
def test_more_training_never_takes_anything_away(on, some, trainings, one) -> None:
    before, after = (standing(on, some, trainings + more, Rule(36)) for more in ([], [one]))
    assert after.may or not before.may
