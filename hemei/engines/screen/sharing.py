"""How work over many footprints is divided among threads."""

from __future__ import annotations

from collections.abc import Callable

Sharing = Callable[[int, Callable[[int, int], None]], None]
"""Divides work over `count` footprints: calls a function with (first, last) of each part, on one thread or on many."""


def in_one_piece(count: int, work: Callable[[int, int], None]) -> None:
    """Do the work over all `count` footprints at once, on this thread."""
    work(0, count)
