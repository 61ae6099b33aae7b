"""The arithmetic of indicators: ratios that add up, rates withheld while they mean nothing, medians of days."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from statistics import median

FEWEST = 30
"""Below this denominator no rate is shown: it would say more about chance than about the village."""

NORMAL_95 = 1.959963984540054
"""Half-width of the middle 95 % of the normal distribution, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A numerator over a denominator, kept apart so that villages add up to townships and counties to a province.

    >>> villages = [Ratio(40, 50), Ratio(3, 4), Ratio(0, 0)]
    >>> Ratio.total(villages)
    Ratio(numerator=43, denominator=54)
    >>> [village.rate() for village in villages]
    [0.8, None, None]
    """

    numerator: int | Fraction
    denominator: int | Fraction

    def __add__(self, other: Ratio) -> Ratio:
        return Ratio(self.numerator + other.numerator, self.denominator + other.denominator)

    @classmethod
    def total(cls, ratios: Iterable[Ratio]) -> Ratio:
        """The sum of the parts; of none, 0 over 0."""
        return sum(ratios, start=cls(0, 0))

    @property
    def exact(self) -> Fraction | None:
        """The quotient however small the denominator, or None over 0. For further computing, not for showing."""
        return Fraction(self.numerator) / self.denominator if self.denominator else None

    def rate(self, fewest: int = FEWEST) -> float | None:
        """The quotient, or None (withheld) where the denominator is below `fewest`."""
        return None if self.exact is None or self.denominator < fewest else float(self.exact)

    def interval(self, fewest: int = FEWEST) -> tuple[float, float] | None:
        """The Wilson interval of a ratio of counts, withheld as the rate is."""
        if self.rate(fewest) is None:
            return None
        return wilson(whole(self.numerator), whole(self.denominator))


def whole(count: int | Fraction) -> int:
    """The count as an int. Raises ValueError where it is no whole number."""
    if count != int(count):
        raise ValueError(f"an interval needs counts, not {count}")
    return int(count)


def wilson(k: int, n: int, z: float = NORMAL_95) -> tuple[float, float]:
    """The interval in which the true share lies when `k` of `n` were found (Wilson 1927), by default at 95 %.

    Parameters: 0 ≤ k ≤ n, n ≥ 1; z standard deviations. Returns (low, high), both in 0…1. Raises ValueError otherwise.

    >>> [tuple(round(end, 4) for end in wilson(k, n)) for k, n in [(0, 30), (3, 60), (30, 30)]]
    [(0.0, 0.1135), (0.0171, 0.137), (0.8865, 1.0)]
    """
    if not 0 <= k <= n or n < 1:
        raise ValueError(f"{k} of {n} is no share")
    share, per = k / n, z * z / n
    centre = (share + per / 2) / (1 + per)
    half = z / (1 + per) * math.sqrt(share * (1 - share) / n + per / (4 * n))
    # At the ends rounding would leave 1e-17 where the formula gives exactly 0 or 1.
    return (0.0 if k == 0 else centre - half), (1.0 if k == n else centre + half)


def median_days(spans: Iterable[timedelta]) -> float | None:
    """The middle one of the spans, in days; the mean of the two in the middle; None where there is none.

    >>> days = [timedelta(days=2), timedelta(days=30), timedelta(days=3, hours=12)]
    >>> median_days(days), median_days(days[:2]), median_days([])
    (3.5, 16.0, None)
    """
    days = [span / timedelta(days=1) for span in spans]
    return median(days) if days else None
