"""A sentence of a law, standard or plan, and how far it may be relied on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Limit(StrEnum):
    """Where a limit comes from. Whatever is not verified is marked so wherever it is shown."""

    VERIFIED = "verified"
    ASSUMED = "assumed"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class TextSeen:
    """Where and when the words of a clause were read."""

    where: str
    when: date


@dataclass(frozen=True, slots=True)
class Clause:
    """One article, with three separate marks: `seen`, `in_force_checked` and `limit`.

    `text` is quoted word for word, or empty where nobody has seen it. `valid_from` is the day that the copy itself
    names; `valid_from_is` says what that day is (施行, 公布, 修正, 修订 or 转载). `still_judged`: past
    `valid_to` what rests on it is judged on, with its marks, until what took its place is known.
    """

    id: str
    document: str
    number: str
    article: str
    text: str
    issuer: str
    valid_from: date
    valid_from_is: str
    valid_to: date | None
    repealed_by: str
    seen: TextSeen | None
    in_force_checked: date | None
    limit: Limit
    note: str = ""
    still_judged: bool = False

    def holds(self, on: date) -> bool:
        """Whether what rests on it is judged by on a day."""
        return self.valid_from <= on and (self.valid_to is None or self.still_judged or on <= self.valid_to)

    @property
    def citation(self) -> str:
        """As it is written in a decision: 《公路安全保护条例》第十一条."""
        return f"《{self.document}》{self.article}"

    def marks(self, on: date) -> tuple[str, ...]:
        """What must be said beside the clause wherever it is shown."""
        said = []
        if self.seen is None:
            said.append("原文未见")
        if self.valid_to is not None and on > self.valid_to:
            said.append(f"已由{self.repealed_by}替代")
        if self.in_force_checked is None:
            said.append("效力待核")
        if self.limit is Limit.ASSUMED:
            said.append("数值为假定")
        if self.limit is Limit.DISTRICT:
            said.append("数值由区里确定")
        return tuple(said)
