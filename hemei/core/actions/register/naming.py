"""Names of villages and groups as clerks write them: which are the same, and what a wrong one may have meant."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hemei.engines.tables import BadCell
from hemei.engines.tables.numerals import number_in_words

VARIANTS = str.maketrans("坪塆弯垭埫崖墪垸", "平湾湾丫冲岩墩院")
OFFICES = re.compile(r"(?:社区居民委员会|村民委员会|居民委员会|社区居委会|村委会|居委会|社区|行政村|村)+$")


@dataclass(frozen=True)
class Instead:
    """What a cell may have meant: only a person can say so, and then says it for every row."""

    field: str
    said: str
    value: str
    name: str


class Unlike(BadCell):
    """A name that is not known, and resembles one that is."""

    def __init__(self, reason: str, remedy: str, instead: Instead) -> None:
        super().__init__(reason, remedy)
        self.instead = instead


def alike(text: str) -> str:
    """A name without what varies from ledger to ledger: width, blanks, punctuation, case."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).upper()


def likely(said: str, regions: Mapping[str, str]) -> str | None:
    """The code of the one region that a name may mean: written with a twin of a character (平 for 坪), with or without
    村 or 村委会 at its end, or with a letter wrong."""

    def plain(name: str) -> str:
        return OFFICES.sub("", alike(name)).translate(VARIANTS)

    twins = [code for code, name in regions.items() if plain(name) == plain(said)]
    if len(twins) == 1:
        return twins[0]
    same_end = [name for name in regions.values() if name[-1:] == said[-1:]]  # a village rather than its township
    near = next(filter(None, (difflib.get_close_matches(said, some, 1) for some in (same_end, regions.values()))), [])
    codes = [code for code, name in regions.items() if near and name == near[0]]
    return codes[0] if len(codes) == 1 else None


def ordinal(group: str) -> str:
    """The number of a group, however it is written; "" where it has a name.

    >>> ordinal("第十二村民小组"), ordinal("１２组"), ordinal("王家坪组")
    ('12', '12', '')
    """
    number = re.fullmatch(
        r"第?([0-9]+|[一二三四五六七八九十]+)(?:村民)?(?:小组|组)?", unicodedata.normalize("NFKC", group)
    )
    if number is None:
        return ""
    said = int(number[1]) if number[1].isdigit() else number_in_words(number[1])
    return "" if said is None else str(said)


def nearest(said: str, listed: Sequence[str]) -> str:
    """The one that looks most like it, or ""."""
    return next(iter(difflib.get_close_matches(said, listed, n=1, cutoff=0.5)), "")
