"""Sentences put together in Chinese, said in English: each by the line that has its shape.

What is wrong with a file is put together in Chinese where it is found, for the clerk who made it; whoever reads the
page in English gets the same sentence with the same names in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

SPOT = "{}"
IN_ENGLISH = re.compile(r"\{(\d?)\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
BEFORE = re.compile(r"([^：。；“”]{1,400})：(.+)", re.DOTALL)
"""A column or a file, and what is wrong with it."""

Pair = tuple[str, str]


def pairs_of(table: Path) -> list[Pair]:
    """The lines of a table: Chinese, a tab, English."""
    return [(chinese, english) for chinese, english in (r.split("\t") for r in table.read_text("utf-8").splitlines())]


@dataclass(frozen=True)
class Line:
    """A sentence with spots for names, as a pattern, and how it is said in English."""

    pattern: re.Pattern[str]
    said: str
    parts: tuple[str, ...]  # what is its own
    open: bool  # ends in a spot, which holds all that follows
    quoted: tuple[bool, ...]  # of each spot: a name in quotes stays as its owner wrote it

    @classmethod
    def of(cls, chinese: str, english: str) -> Line:
        parts = chinese.split(SPOT)
        pattern = re.compile("(.*?)".join(map(re.escape, parts)), re.DOTALL)
        quoted = tuple(part.endswith("“") for part in parts[:-1])
        return cls(pattern, english, tuple(filter(None, parts)), not parts[-1], quoted)

    @property
    def size(self) -> int:
        return sum(map(len, self.parts))


class English:
    """What is said in English of the sentences of some tables."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self.lines: Sequence[Line] = sorted((Line.of(*pair) for pair in pairs), key=lambda line: -line.size)
        self.said = lru_cache(maxsize=4_096)(self._said)

    def _said(self, text: str) -> str:
        """The text in English; as it stands where it has no line.

        Several sentences that were strung together by a semicolon are said one by one, and what stands before a colon
        (a column's heading, a file's name) stays.
        """
        if not CHINESE.search(text):
            return text
        if told := self._sentences(text):
            return told
        if "；" in text.rstrip("；"):
            parts = [part for part in text.split("；") if part]
            several = [self._said(part if part.endswith("。") else f"{part}。") for part in parts]
            if not any(map(_same, several, parts)):
                return " ".join(several)
        found = BEFORE.fullmatch(text)
        inner = self._said(found[2]) if found else ""
        return f"{found[1]}: {inner}" if found and inner != found[2] else text

    def _sentences(self, text: str) -> str | None:
        """One sentence after the other; a spot holds as little as the rest of the text allows."""
        near = [line for line in self.lines if all(part in text for part in line.parts)]
        for line in near:
            whole = line.pattern.fullmatch(text)
            inner = whole.groups()[: -1 if line.open else None] if whole else ()
            if whole and not any("。" in spot and self._sentences(spot) for spot in inner):
                return self._filled(line, whole)
        for line in near:
            first = None if line.open else line.pattern.match(text)
            if first and 0 < first.end() < len(text) and (rest := self._sentences(text[first.end() :])):
                return f"{self._filled(line, first)}{'' if rest.startswith(';') else ' '}{rest}"
        return None

    def _filled(self, line: Line, found: re.Match[str]) -> str:
        names = [
            name
            if quoted
            else (CHINESE.search(name) and self._sentences(name)) or name.replace("：", ": ").replace("、", ", ")
            for name, quoted in zip(found.groups(), line.quoted, strict=True)
        ]
        following = iter(names)

        def at(spot: re.Match[str]) -> str:
            if not spot[1]:
                return next(following)
            return names[int(spot[1])] if int(spot[1]) < len(names) else spot[0]

        return IN_ENGLISH.sub(at, line.said)


def _same(said: str, part: str) -> bool:
    return said.rstrip("。") == part.rstrip("。") and bool(CHINESE.search(part))
