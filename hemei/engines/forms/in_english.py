"""Faults of a workbook in English: each sentence by the line of `english.tsv` that has its shape.

What is wrong is put together in Chinese where it is found, for the clerk who wrote the sheet; whoever reads the page in
English gets the same sentence with the same names in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("english.tsv")
SPOT = "{}"
IN_ENGLISH = re.compile(r"\{(\d?)\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Line:
    """A sentence with spots for names, as a pattern, and how it is said in English."""

    pattern: re.Pattern[str]
    said: str
    size: int  # letters that are its own
    open: bool  # ends in a spot, which holds all that follows
    quoted: tuple[bool, ...]  # of each spot: a name in quotes stays as its owner wrote it

    @classmethod
    def of(cls, chinese: str, english: str) -> Line:
        parts = chinese.split(SPOT)
        pattern = re.compile("(.*?)".join(map(re.escape, parts)), re.DOTALL)
        return cls(
            pattern, english, len("".join(parts)), not parts[-1], tuple(part.endswith("“") for part in parts[:-1])
        )


@lru_cache(maxsize=1)
def lines() -> Sequence[Line]:
    """The closest shapes first."""
    rows = (row.split("\t") for row in TABLE.read_text("utf-8").splitlines())
    return sorted((Line.of(chinese, english) for chinese, english in rows), key=lambda line: -line.size)


def in_english(text: str) -> str:
    """The text in English; as it stands where it has no line.

    >>> in_english("没有函数“foo”。是不是 pow()？")
    'There is no function “foo”. Did you mean pow()?'
    >>> in_english("“${n}”是文字，不能计算或比大小。")
    '“${n}” is a text, which cannot be reckoned with or compared by size.'
    """
    return _sentences(text) or text


def _sentences(text: str) -> str | None:
    """One sentence after the other; a spot holds as little as the rest of the text allows."""
    for line in lines():
        whole = line.pattern.fullmatch(text)
        inner = whole.groups()[: -1 if line.open else None] if whole else ()
        if whole and not any("。" in spot and _sentences(spot) for spot in inner):
            return _filled(line, whole)
    for line in lines():
        first = None if line.open else line.pattern.match(text)
        if first and 0 < first.end() < len(text) and (rest := _sentences(text[first.end() :])):
            return f"{_filled(line, first)} {rest}"
    return None


def _filled(line: Line, found: re.Match[str]) -> str:
    names = [
        name if quoted or not CHINESE.search(name) else _sentences(name) or name
        for name, quoted in zip(found.groups(), line.quoted, strict=True)
    ]
    following = iter(names)

    def at(spot: re.Match[str]) -> str:
        if not spot[1]:
            return next(following)
        return names[int(spot[1])] if int(spot[1]) < len(names) else spot[0]

    return IN_ENGLISH.sub(at, line.said)
