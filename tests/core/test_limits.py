"""Token buckets: so many at once, then as fast as they fill, whichever process asks."""

from __future__ import annotations

import errno
import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.core import limits
from hemei.core.limits import Buckets, TooOften, spend

KEY, OTHER = b"\x00" * 7 + b"\x01", b"\x00" * 7 + b"\x02"


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_so_many_at_once_then_as_they_fill(tmp_path: Path, clock: Clock) -> None:
    buckets = Buckets(tmp_path / "limits.bin", clock)
    assert [buckets.take(KEY, 5, 50) for _ in range(5)] == [0.0] * 5
    assert buckets.take(KEY, 5, 50) == pytest.approx(10)
    assert buckets.take(OTHER, 5, 50) == 0.0
    clock.now += 9
    assert buckets.take(KEY, 5, 50) == pytest.approx(1)
    clock.now += 1.01
    assert buckets.take(KEY, 5, 50) == 0.0
    assert buckets.take(KEY, 5, 50) > 0
    clock.now += 1000
    assert [buckets.take(KEY, 5, 50) for _ in range(5)] == [0.0] * 5


def test_a_clock_put_back_locks_nobody_out_for_longer_than_a_filling(tmp_path: Path, clock: Clock) -> None:
    buckets = Buckets(tmp_path / "limits.bin", clock)
    assert buckets.take(KEY, 2, 60) == 0.0
    clock.now -= 86_400
    buckets.take(KEY, 2, 60)
    clock.now += 61
    assert buckets.take(KEY, 2, 60) == 0.0


@given(st.lists(st.floats(0, 20), max_size=60))
def test_never_more_than_the_bucket_and_what_filled_it(tmp_path_factory, waits: list[float]) -> None:
    clock = Clock()
    buckets = Buckets(tmp_path_factory.mktemp("limits") / "limits.bin", clock)
    begun, taken = clock.now, 0
    for wait in waits:
        clock.now += wait
        taken += buckets.take(KEY, 4, 40) == 0.0
        assert taken <= 4 + (clock.now - begun) / 10 + 1e-6


def take_all(path: Path, found: object) -> None:
    buckets = Buckets(path)
    found.put(sum(buckets.take(KEY, 40, 1e9) == 0.0 for _ in range(40)))  # type: ignore[attr-defined]


def test_processes_share_a_bucket(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    found = context.Queue()
    askers = [context.Process(target=take_all, args=(tmp_path / "limits.bin", found)) for _ in range(3)]
    for asker in askers:
        asker.start()
    taken = sum(found.get(timeout=120) for _ in askers)
    for asker in askers:
        asker.join()
    assert taken == 40


def test_a_restart_forgets_nothing(tmp_path: Path, settings) -> None:
    settings.VAR, settings.LIMITS = tmp_path, {"export": (2, 600)}
    spend("export", 7)
    limits._buckets.cache_clear()
    spend("export", 7)
    spend("export", 8)
    with pytest.raises(TooOften) as often:
        spend("export", 7)
    assert 1 <= often.value.wait <= 300


def test_a_limit_of_nothing_is_none(tmp_path: Path, settings) -> None:
    settings.VAR, settings.LIMITS = tmp_path, {"export": (0, 60)}
    for _ in range(50):
        spend("export", 7)
        spend("never named", 7)


def test_its_file_has_no_hole_that_a_full_disk_could_not_fill(tmp_path: Path) -> None:
    path = tmp_path / "limits.bin"
    Buckets(path)
    assert path.stat().st_blocks * 512 >= limits.SLOTS * limits.SLOT.size


def test_without_room_for_its_file_it_counts_in_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_arguments: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(limits.os, "posix_fallocate", full)
    buckets = Buckets(tmp_path / "limits.bin")
    assert buckets.take(b"somebody", 1, 3600) == 0
    assert buckets.take(b"somebody", 1, 3600) > 0
