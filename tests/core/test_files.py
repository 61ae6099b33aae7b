"""Evidence on the disk."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from hemei.core.files import PARTIAL_AFTER_S, forget_partials, partials, path_of, store


@pytest.fixture
def evidence(settings, tmp_path: Path) -> Path:
    settings.EVIDENCE = tmp_path
    return tmp_path


def test_what_a_killed_process_left_goes_and_nothing_else(evidence: Path) -> None:
    kept = path_of(store(b"a photo"))
    assert list(partials().iterdir()) == []
    old, new = partials() / f"{kept.name}.17.140", partials() / f"{kept.name}.18.141"
    for partial in (old, new):
        partial.write_bytes(b"a ph")
    long_ago = time.time() - PARTIAL_AFTER_S - 60
    for path in (kept, old):
        os.utime(path, (long_ago, long_ago))
    assert forget_partials() == 1
    assert list(partials().iterdir()) == [new]
    assert kept.read_bytes() == b"a photo"


def test_an_empty_site_has_nothing_to_forget(evidence: Path) -> None:
    assert forget_partials() == 0
