from __future__ import annotations

import pytest

from hemei.demo.district import District, make_district
from hemei.demo.settlement import Settlement, make_settlement
from hemei.demo.terrain import Terrain, make_terrain

SEED = 11


@pytest.fixture(scope="session")
def ground() -> Terrain:
    return make_terrain(SEED)


@pytest.fixture(scope="session")
def settled(ground: Terrain) -> Settlement:
    return make_settlement(ground, SEED, hamlets=1100)


@pytest.fixture(scope="session")
def district() -> District:
    return make_district(SEED, 2000)
