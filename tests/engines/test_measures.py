import doctest
import math
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.engines import measures
from hemei.engines.measures import FEWEST, NORMAL_95, Ratio, median_days, wilson

counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_the_examples_in_the_docstrings() -> None:
    result = doctest.testmod(measures)
    assert result.attempted >= 5
    assert not result.failed


def test_a_published_interval() -> None:
    """81 of 263: Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 3: 0.2553 to 0.3662."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@given(counts)
def test_the_ends_solve_the_equation_that_defines_them(count: tuple[int, int]) -> None:
    k, n = count
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    for end in (low, high):
        assert abs(k / n - end) == pytest.approx(NORMAL_95 * math.sqrt(end * (1 - end) / n), abs=1e-9)


@given(counts)
def test_found_and_not_found_mirror_each_other(count: tuple[int, int]) -> None:
    k, n = count
    low, high = wilson(k, n)
    assert wilson(n - k, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@pytest.mark.parametrize(("k", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_what_is_no_share_is_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(k, n)


@given(st.lists(counts, max_size=20), st.integers(0, 20))
def test_the_sum_of_the_parts_is_the_whole_however_they_are_grouped(parts: list[tuple[int, int]], cut: int) -> None:
    ratios = [Ratio(*part) for part in parts]
    assert Ratio.total(ratios) == Ratio.total(ratios[:cut]) + Ratio.total(ratios[cut:])


@given(counts, st.integers(0, 6000))
def test_a_rate_is_withheld_below_the_fewest(count: tuple[int, int], fewest: int) -> None:
    ratio = Ratio(*count)
    assert (ratio.rate(fewest) is None) == (ratio.denominator < fewest)
    assert (ratio.interval(fewest) is None) == (ratio.rate(fewest) is None)


def test_thirty_is_enough_and_nothing_over_nothing_is_no_rate() -> None:
    assert FEWEST == 30
    assert Ratio(3, 29).rate() is None
    assert Ratio(3, 30).rate() == pytest.approx(0.1)
    assert Ratio(0, 0).rate(fewest=0) is None


def test_money_divides_exactly_but_has_no_interval() -> None:
    invested = Ratio(Fraction("1200000.50"), Fraction("400000"))
    assert invested.exact == Fraction("3.00000125")
    with pytest.raises(ValueError, match="needs counts"):
        invested.interval()


@given(st.lists(st.timedeltas(timedelta(0), timedelta(3650)), min_size=1, max_size=30))
def test_half_of_the_cases_took_no_longer_than_the_median(spans: list[timedelta]) -> None:
    middle = median_days(spans)
    assert middle is not None
    days = [span / timedelta(days=1) for span in spans]
    assert sum(day <= middle for day in days) * 2 >= len(days)
    assert sum(day >= middle for day in days) * 2 >= len(days)
