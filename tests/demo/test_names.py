from __future__ import annotations

import csv
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.demo import names
from hemei.terms.personal import id_number_is_consistent


@pytest.mark.real
def test_no_name_that_can_come_out_is_a_real_village_or_town(real_data: Path) -> None:
    with (real_data / "divisions/shennongjia_429021_2021.csv").open(encoding="utf-8-sig") as table:
        real = [row["name"] for row in csv.DictReader(table)]
    assert len(real) == 88
    possible = {a + b for a, b in product(names.FIRST, names.VALLEY + names.SLOPE + names.HEIGHT)}
    assert not [stem for stem in possible for name in real if name.startswith(stem)]
    assert names.DISTRICT not in real


def test_stems_are_all_different_and_tell_of_the_land() -> None:
    rng = np.random.default_rng(1)
    stems = names.place_stems(rng, np.full(79, 900.0), np.r_[np.zeros(40), np.full(39, 90.0)])
    assert len(set(stems)) == 79
    assert all(stem[1] in names.VALLEY for stem in stems[:40])
    assert all(stem[1] in names.SLOPE for stem in stems[40:])


def test_lists_hold_no_character_twice() -> None:
    for characters in (names.FIRST, names.FAMILY, names.VALLEY, names.SLOPE, names.HEIGHT):
        assert len(set(characters)) == len(characters)


def test_neighbours_in_a_village_often_share_a_family_name() -> None:
    village = np.repeat(np.arange(4), 300)
    family = names.family_names(np.random.default_rng(2), village)
    for number in range(4):
        _, count = np.unique(family[village == number].astype(str), return_counts=True)
        assert np.sort(count)[-3:].sum() > 150


@given(st.integers(0, 2**32), st.booleans())
def test_id_numbers_check_and_name_nobody(seed: int, woman: bool) -> None:
    born = np.array([1950, 1988])
    for number in names.id_numbers(np.random.default_rng(seed), "429999", born, np.array([woman, woman])):
        assert id_number_is_consistent(number)
        assert number.startswith("429999")
        assert (int(number[16]) % 2 == 0) == woman


def test_phones_are_made_up_and_no_two_alike() -> None:
    numbers = names.phones(np.random.default_rng(3), 5000)
    assert len(set(numbers)) == 5000
    assert all(len(number) == 11 and number.startswith("199000") for number in numbers)
    with pytest.raises(ValueError, match="减少户数"):
        names.phones(np.random.default_rng(3), 100_001)
