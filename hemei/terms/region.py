"""The region code: authority, filtering and roll-ups are all the same prefix test.

A statistical code has 2 digits for the province, 2 for the prefecture, 2 for the district, 3 for the township, 3 for
the village; Hemei lengthens it by 3 for a grid. Codes are kept trimmed, so that a longer code lies inside a shorter one
exactly when it starts with it. The test in a database is `code >= p AND code < successor(p)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How far down a code reaches; the value is its number of digits."""

    PROVINCE = 2
    PREFECTURE = 4
    DISTRICT = 6
    TOWNSHIP = 9
    VILLAGE = 12
    GRID = 15

    @property
    def above(self) -> Level | None:
        levels = list(Level)
        place = levels.index(self)
        return levels[place - 1] if place else None


class BadRegionCode(ValueError):
    """The text is no region code; the message says what is wrong with it."""


def successor(prefix: str) -> str:
    """The smallest text that sorts after every code beginning with `prefix`, and after no other that follows it.

    The noughts that a carry leaves go: "429022" itself sorts before "429022000", and begins with 429021999 no more.
    Raises BadRegionCode where nothing follows.

    >>> successor("429021"), successor("429021199"), successor("429021999")
    ('429022', '4290212', '429022')
    """
    following = str(int(prefix) + 1).zfill(len(prefix))
    if len(following) > len(prefix):
        raise BadRegionCode(prefix)
    return following.rstrip("0")


def contains(prefix: str, code: str) -> bool:
    """Whether `code` lies in the region `prefix`. Both trimmed; a code contains itself."""
    return code.startswith(prefix)


def is_code(text: str) -> bool:
    """Whether the text is a trimmed region code, of any region there may be.

    >>> is_code("429021103"), is_code("4290211"), is_code("42902１")
    (True, False, False)
    """
    return text.isascii() and text.isdigit() and len(text) in set(Level)


@dataclass(frozen=True, slots=True, order=True)
class RegionCode:
    """A trimmed region code of 2, 4, 6, 9, 12 or 15 digits."""

    code: str

    def __post_init__(self) -> None:
        if not (self.code.isascii() and self.code.isdigit()):
            raise BadRegionCode(f"{self.code!r}: a region code has digits only")
        if len(self.code) not in set(Level):
            raise BadRegionCode(f"{self.code!r}: a region code has 6, 9, 12 or 15 digits, not {len(self.code)}")

    @classmethod
    def parse(cls, text: str) -> RegionCode:
        """Read a code as statistics write it, filled with zeros to 12 digits, or already trimmed.

        >>> RegionCode.parse("429021000000").code, RegionCode.parse("429021103000").code
        ('429021', '429021103')
        """
        text = text.strip()
        if len(text) == Level.VILLAGE and text.isdigit():
            for level, tail in ((Level.PROVINCE, 10), (Level.PREFECTURE, 8), (Level.DISTRICT, 6), (Level.TOWNSHIP, 3)):
                if text.endswith("0" * tail):
                    return cls(text[: int(level)])
        return cls(text)

    @property
    def level(self) -> Level:
        return Level(len(self.code))

    @property
    def parent(self) -> RegionCode | None:
        above = self.level.above
        return RegionCode(self.code[: int(above)]) if above else None

    def at(self, level: Level) -> RegionCode | None:
        """The region of that level in which this one lies, or None where this one is wider."""
        return RegionCode(self.code[: int(level)]) if level <= self.level else None

    def __contains__(self, other: RegionCode | str) -> bool:
        return contains(self.code, str(other))

    def __str__(self) -> str:
        return self.code
