from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.ground import SERVER, Site, copy_of, empty_site


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A small district, made once and only copied."""
    with empty_site(tmp_path_factory.mktemp("furnished") / "var", SERVER) as site:
        made = site.python("-m", "tests.faults.furnish")
        assert made.status == 0, made.err
        yield site


@pytest.fixture
def site(furnished: Site, tmp_path: Path) -> Iterator[Site]:
    """That district, for one test to do harm to."""
    with copy_of(furnished, tmp_path / "site") as copy:
        yield copy
