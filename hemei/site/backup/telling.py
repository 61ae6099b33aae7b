"""How far a backup or a restore has come, a line every few seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic

EVERY_S = 2.0


class Teller:
    """Says a line, but not too often."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._said = monotonic()

    def rows(self, name: str, lines: Iterator[bytes]) -> Iterator[bytes]:
        """Hand rows on, saying which table they are of."""
        for count, line in enumerate(lines, 1):
            if count % 1_000 == 0:
                self.now_and_then("{}: {:,} rows", name, count)
            yield line

    def files(self, number: int, of: int, size: int) -> None:
        self.now_and_then("evidence: {:,} of {:,} files, {:,.0f} MB", number, of, size / 1e6)

    def now_and_then(self, line: str, *values: object) -> None:
        if monotonic() - self._said >= EVERY_S:
            self._said = monotonic()
            self._say(line.format(*values))
