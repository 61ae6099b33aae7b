"""Which houses are drawn: systematic along the tile order within each township, in whole numbers only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from hemei.engines.draw.frame import DrawError, Entry, in_order


@dataclass(frozen=True, slots=True)
class Drawn:
    """A house that was drawn: its number within the stratum from 1 on; reserves are numbered on after the sample.

    `certain` marks a house whose weight is larger than the step, so that no seed could have left it out.
    """

    id: str
    stratum: str
    number: int
    reserve: bool = False
    certain: bool = False


def chance(*parts: str) -> int:
    """The 256-bit number that the public seed gives for a purpose: SHA-256 of the parts joined by "|", in UTF-8."""
    return int.from_bytes(hashlib.sha256("|".join(parts).encode()).digest(), "big")


def checked_seed(seed: str) -> str:
    """The seed itself. Raises DrawError where two people could type it differently without seeing it."""
    if not seed or seed != seed.strip() or not seed.isprintable() or "|" in seed:
        raise DrawError("公开种子不能为空，前后不能有空格，也不能含“|”或不可见字符：请照公布的数字或文字原样填写。")
    return seed


def draw(
    frame: Iterable[Entry], sizes: Mapping[str, int], seed: str, *, reserves: Mapping[str, int] | None = None
) -> list[Drawn]:
    """Draw `sizes[stratum]` houses in each stratum, by stratum and number.

    Parameters: `sizes` and `reserves` map a stratum to a number of houses; a stratum that is not named draws none.
    `seed` is the public event named beforehand, as text. Houses are numbered in tile order; reserves come after them,
    in an order that only the seed decides, to be used from the first on where a drawn house cannot be visited.
    Raises DrawError for an unknown stratum, a size that the stratum cannot give, an unusable seed or a frame with
    duplicates. Source: docs/draw.md, which says all of this so that anybody can redo it.
    """
    checked_seed(seed)
    wanted = dict(reserves or {})
    strata = {code: list(entries) for code, entries in groupby(in_order(frame), key=lambda entry: entry.stratum)}
    for code in [*sizes, *wanted]:
        check_size(code, sizes.get(code, 0), wanted.get(code, 0), len(strata.get(code, [])))
    drawn: list[Drawn] = []
    for code, entries in strata.items():
        drawn += draw_stratum(entries, sizes.get(code, 0), wanted.get(code, 0), seed)
    return drawn


def check_size(code: str, size: int, reserve: int, available: int) -> None:
    """Raises DrawError where a township cannot have so many drawn and so many in reserve."""
    if size < 0 or reserve < 0:
        raise DrawError(f"乡镇 {code} 的抽取户数不能是负数。")
    if size + reserve > available:
        raise DrawError(f"乡镇 {code} 的抽样框里只有 {available} 户，抽不出 {size} 户加 {reserve} 户备选：请减少户数。")


def draw_stratum(entries: list[Entry], size: int, reserve: int, seed: str) -> list[Drawn]:
    """The sample and the reserves of one stratum, whose entries come in tile order."""
    if not entries:
        return []
    code = entries[0].stratum
    certain = heavier_than_the_step(entries, size)
    rest = [entry for entry in entries if entry.id not in certain]
    chosen = certain | systematic(rest, size - len(certain), chance(seed, code, "start"))
    sample = [entry for entry in entries if entry.id in chosen]
    left = [entry for entry in entries if entry.id not in chosen]
    left.sort(key=lambda entry: (chance(seed, code, "reserve", entry.id), entry.id))
    return [
        Drawn(entry.id, code, number, reserve=number > size, certain=entry.id in certain)
        for number, entry in enumerate(sample + left[:reserve], start=1)
    ]


def heavier_than_the_step(entries: list[Entry], size: int) -> frozenset[str]:
    """The houses that are drawn whatever the seed: those with weight × size > total weight.

    They would be met twice, so they are taken first, and the step of the others is worked out anew from what is left,
    again and again until nobody is heavier than the step.
    """
    certain: set[str] = set()
    while True:
        rest = [entry for entry in entries if entry.id not in certain]
        total, left = sum(entry.weight for entry in rest), size - len(certain)
        heavy = {entry.id for entry in rest if entry.weight * left > total}
        if not heavy:
            return frozenset(certain)
        certain |= heavy


def systematic(entries: list[Entry], size: int, number: int) -> frozenset[str]:
    """Walk along the entries with a constant step and take the ids that the steps fall on.

    Each house takes as many places as its weight in a row of `total` places. All lengths are multiplied by `size`, so
    that the step is the whole number `total` and no fraction is ever rounded: the points are start, start + total,
    start + 2 × total …, `size` of them, with start = number mod total.
    """
    total = sum(entry.weight for entry in entries)
    taken: set[str] = set()
    if not size:
        return frozenset(taken)
    point, passed = number % total, 0
    for entry in entries:
        passed += entry.weight * size
        if point < passed:
            taken.add(entry.id)
            point += total
    return frozenset(taken)
