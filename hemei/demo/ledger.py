"""历史台账: what the district found and closed in the years before, as its old workbooks have it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from hemei.demo.district import District
from hemei.demo.looking import Calendar
from hemei.demo.plane import Floats, Ints, Objects, stream
from hemei.demo.troubles import TROUBLES

SHARE = 0.05  # of houses: one line each
STILL_OPEN = 0.04  # of the lines: never marked as done
YEARS = 4


@dataclass(frozen=True, slots=True)
class Ledger:
    """Columns of one length, by number."""

    number: Objects
    house: Ints
    trouble: Ints  # row of TROUBLES
    found_on: Objects  # date
    ended_on: Objects  # date, or None where the ledger does not say


def make_ledger(district: District, calendar: Calendar) -> Ledger:
    rng = stream(district.seed, "ledger")
    count = int(len(district.house_region) * SHARE)
    rate = np.array([trouble.rate for trouble in TROUBLES])
    age: Floats = np.sort(rng.uniform(30, YEARS * 365, count))[::-1]
    took = np.minimum(rng.lognormal(3.8, 0.8, count), age - 10)
    found = [calendar.starts - timedelta(days=int(days)) for days in age.tolist()]
    ended: list[date | None] = [
        on + timedelta(days=max(int(days), 1)) for on, days in zip(found, took.tolist(), strict=True)
    ]
    for row in np.flatnonzero(rng.random(count) < STILL_OPEN).tolist():
        ended[row] = None
    return Ledger(
        number=np.array([f"老台账-{on.year}-{row + 1:04d}" for row, on in enumerate(found)], dtype=object),
        house=np.sort(rng.choice(len(district.house_region), count, replace=False)),
        trouble=rng.choice(len(TROUBLES), count, p=rate / rate.sum()),
        found_on=np.array(found, dtype=object),
        ended_on=np.array(ended, dtype=object),
    )
