from __future__ import annotations

from datetime import date

import pytest

from hemei.demo.district import District, make_district
from hemei.demo.settlement import Settlement, make_settlement
from hemei.demo.terrain import Terrain, make_terrain
from hemei.demo.year import Year, make_year

SEED = 11
UNTIL = date(2026, 11, 20)


@pytest.fixture(scope="session")
def ground() -> Terrain:
    return make_terrain(SEED)


@pytest.fixture(scope="session")
def settled(ground: Terrain) -> Settlement:
    return make_settlement(ground, SEED, hamlets=1100)


@pytest.fixture(scope="session")
def district() -> District:
    return make_district(SEED, 2000)


@pytest.fixture(scope="session")
def year(district: District) -> Year:
    return make_year(district, UNTIL)
