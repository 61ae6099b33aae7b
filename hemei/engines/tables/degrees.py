"""Degrees as clerks and surveyors write them."""

from __future__ import annotations

import re
from decimal import Decimal

from hemei.engines.tables.cells import BadCell, Cell, as_decimal, half_width

SIDE = "[NSEW]|东经|西经|北纬|南纬"
DEGREES = re.compile(
    rf"(?P<before>{SIDE})?(?P<degrees>\d{{1,3}}(?:\.\d+)?)(?:[°º˚度](?:(?P<minutes>\d{{1,2}}(?:\.\d+)?)['′‘’分]"
    rf"(?:(?P<seconds>\d{{1,2}}(?:\.\d+)?)(?:[\"″“”秒]|''|′′|’’))?)?)?(?P<after>{SIDE})?"
)
PARTED = re.compile(r"(\d{1,3})([:\- ])(\d{1,2})\2(\d{1,2}(?:\.\d+)?)")
BOTH = re.compile(r"\(?(\d{1,3}\.\d+)°?[,，、;；/ ]+(\d{1,3}\.\d+)°?\)?")
CERTAIN = 3  # decimals: whoever parts whole and tenths by a comma writes fewer
FARTHEST_NORTH = 90
WRITE_SO = "请写成小数，例如 110.5，或写成 110°30′00″。"


def as_degrees(cell: Cell) -> Decimal | None:
    """Degrees as a decimal number, or written with minutes and seconds; south and west are negative.

    >>> as_degrees("110°30′00″E"), as_degrees("北纬31度15分36秒"), as_degrees("31.5°"), as_degrees("110:30:00")
    (Decimal('110.5'), Decimal('31.26'), Decimal('31.5'), Decimal('110.5'))

    Raises BadCell.
    """
    text = half_width(cell) if isinstance(cell, str) else None
    if text is None:
        return as_decimal(cell)
    if BOTH.fullmatch(text):
        raise BadCell(f"“{text}”是两个数。", "请分成经度、纬度两列。")
    text = PARTED.sub(r"\1°\3′\4″", text) if PARTED.fullmatch(text) else text
    found = DEGREES.fullmatch(text.replace(" ", "").upper())
    if found is None:
        return _decimal(cell, text)
    if (found["minutes"] and "." in found["degrees"]) or (found["seconds"] and "." in found["minutes"]):
        raise BadCell(f"“{text}”的度、分、秒看不懂。", WRITE_SO)
    parts = [Decimal(found[name] or 0) for name in ("degrees", "minutes", "seconds")]
    if parts[1] >= 60 or parts[2] >= 60:
        raise BadCell(f"“{text}”的分或秒不小于 60。", "请核对；要写小数时只写一个数，例如 110.5。")
    value = round(parts[0] + parts[1] / 60 + parts[2] / 3600, 10).normalize()
    return -value if {found["before"], found["after"]} & {"S", "W", "南纬", "西经"} else value


def _decimal(cell: Cell, text: str) -> Decimal | None:
    try:
        return as_decimal(cell)
    except BadCell:
        if text.startswith("#"):
            raise
        raise BadCell(f"“{text}”不是经度或纬度。", WRITE_SO) from None


def as_longitude(cell: Cell) -> Decimal | None:
    """Degrees, or the longitude of the two that a cell holds. Raises BadCell.

    >>> as_longitude("110.512,31.512"), as_latitude("31.512，110.512")
    (Decimal('110.512'), Decimal('31.512'))
    """
    both = _both(cell)
    return both[0] if both else as_degrees(cell)


def as_latitude(cell: Cell) -> Decimal | None:
    """Degrees, or the latitude of the two that a cell holds. Raises BadCell."""
    both = _both(cell)
    return both[1] if both else as_degrees(cell)


def _both(cell: Cell) -> tuple[Decimal, Decimal] | None:
    """Longitude and latitude of a cell that holds both, in whichever order, where only one way to read them is left."""
    text = half_width(cell) if isinstance(cell, str) else None
    found = BOTH.fullmatch(text) if text else None
    if found is None or any(len(part.partition(".")[2]) < CERTAIN for part in found.groups()):
        return None
    small, large = sorted(Decimal(part) for part in found.groups())
    return (large, small) if small <= FARTHEST_NORTH < large else None
