from __future__ import annotations

import numpy as np

from hemei.demo.district import District
from hemei.demo.households import houses_for


def test_everybody_has_a_home_and_every_house_a_holder(district: District) -> None:
    homes, holdings = district.households.home, district.holdings
    assert len(homes) == 2000
    assert len(district.houses.built) == houses_for(2000)
    assert set(holdings.house.tolist()) == set(range(len(district.houses.built)))
    assert np.array_equal(holdings.house[:2000], homes)


def test_some_houses_hold_two_households_and_some_households_two_houses(district: District) -> None:
    holdings = district.holdings
    assert (np.bincount(holdings.house) >= 2).sum() > 20
    assert (np.bincount(holdings.household) == 2).sum() == 100
    owners = np.bincount(holdings.house[holdings.role == "owner"], minlength=houses_for(2000))
    assert (owners == 1).all()


def test_an_old_house_besides_is_no_home(district: District) -> None:
    besides = district.holdings.house[2000:]
    assert not np.isin(besides, district.households.home).any()
    assert district.houses.long_empty[besides].mean() > 0.9


def test_households_are_numbered_in_their_own_village(district: District) -> None:
    number = district.households.number
    assert len(set(number.tolist())) == 2000
    assert [n[:12] for n in number] == district.house_village[district.households.home].tolist()


def test_phones_are_nobodys_or_made_up(district: District) -> None:
    phones = district.households.phone
    assert all(phone == "" or phone.startswith("199000") for phone in phones)
    assert 0.01 < (phones == "").mean() < 0.2
