"""Who lives in the houses: households by the village's ledger, and which house each owns or uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hemei.demo.houses import Houses
from hemei.demo.names import family_names, given_names, id_numbers, phones
from hemei.demo.naming import DISTRICT_CODE, ledger_numbers
from hemei.demo.plane import Ints, Objects, stream

SHARED, SECOND_HOUSE = 0.02, 0.05  # of households: under one roof with another; with an old house besides


@dataclass(frozen=True, slots=True)
class Households:
    """Columns of one length, in the order of their houses."""

    number: Objects  # 户号: the village's code and a serial number of its own
    head: Objects
    id_number: Objects
    phone: Objects  # "" where nobody has one
    size: Ints
    home: Ints  # the house lived in


@dataclass(frozen=True, slots=True)
class Holdings:
    """Which household holds which house as what; a house may be held by two, a household may hold two."""

    household: Ints
    house: Ints
    role: Objects  # owner, user


def houses_for(households: int) -> int:
    """How many houses that many households have."""
    return households - int(households * SHARED) + int(households * SECOND_HOUSE)


def make_households(
    houses: Houses, village: Ints, village_code: Objects, seed: int, count: int
) -> tuple[Households, Holdings]:
    """People the houses. `village` says in which each house stands, `village_code` has a code a village."""
    rng = stream(seed, "households")
    home, second = homes(houses, count, rng)
    at_home = village[home]
    born = np.clip(rng.normal(1966, 12, count), 1932, 2002).astype(np.int64)
    woman = rng.random(count) < 0.17
    numbers = phones(rng, count)
    unreachable = rng.random(count) < np.where(born < 1952, 0.22, 0.03)
    heads = family_names(rng, at_home) + given_names(rng, woman, born < 1970)
    households = Households(
        number=ledger_numbers(village_code, at_home, ""),
        head=heads,
        id_number=np.array(id_numbers(rng, DISTRICT_CODE, born, woman), dtype=object),
        phone=np.where(unreachable, "", np.array(numbers, dtype=object)),
        size=np.clip(1 + rng.poisson(np.where(born < 1955, 1.4, 2.5)), 1, 9).astype(np.int64),
        home=home,
    )
    return households, holdings(home, second)


def homes(houses: Houses, count: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The home of each household, and for those that have it the old house besides (else -1).

    Old houses stand after the home in the same hamlet: the oldest kept, the family moved next door.
    """
    total = len(houses.built)
    doubled = int(count * SECOND_HOUSE)
    old = np.sort(np.lexsort((houses.built, ~houses.long_empty))[:doubled])
    lived_in = np.setdiff1d(np.arange(total), old)
    joining = rng.choice(len(lived_in), count - len(lived_in), replace=False)
    home = np.sort(np.concatenate((lived_in, lived_in[joining])))
    second = np.full(count, -1)
    neighbour = np.minimum(np.searchsorted(home, old), count - 1)
    second[neighbour] = old
    spare = old[~np.isin(old, second)]
    second[np.flatnonzero(second < 0)[: len(spare)]] = spare
    return home, second


def holdings(home: Ints, second: Ints) -> Holdings:
    """The first household of a house owns it, a second one uses it; the old house is its household's own."""
    count = len(home)
    first_here = np.r_[True, home[1:] != home[:-1]]
    has_old = np.flatnonzero(second >= 0)
    return Holdings(
        household=np.concatenate((np.arange(count), has_old)),
        house=np.concatenate((home, second[has_old])),
        role=np.concatenate((np.where(first_here, "owner", "user"), np.full(len(has_old), "owner"))).astype(object),
    )
