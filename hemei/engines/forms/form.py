"""The nouns of a form, frozen: what a person is asked, in which languages, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

Texts = Mapping[str, str]
"""Language tag ("zh", "en") → text. A language in which nothing was written is not there."""


class Kind(StrEnum):
    """What a question takes; the values are the type names of XLSForm."""

    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    IMAGE = "image"
    NOTE = "note"
    GEOPOINT = "geopoint"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to pick: the name is what is stored, the picture a file name or ""."""

    name: str
    labels: Texts
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """`${question} = 'equals'`: asked only where an earlier single choice was answered so."""

    question: str
    equals: str


@dataclass(frozen=True)
class Question:
    """One row of the survey sheet. It is asked where all of `relevant` hold (its section's condition and its own)."""

    name: str
    kind: Kind
    labels: Texts
    hints: Texts = field(default_factory=dict)
    required: bool = False
    choices: tuple[Choice, ...] = ()
    relevant: tuple[Condition, ...] = ()
    picture: str = ""

    @cached_property
    def choice_names(self) -> frozenset[str]:
        return frozenset(choice.name for choice in self.choices)

    @property
    def takes_answer(self) -> bool:
        return self.kind is not Kind.NOTE


@dataclass(frozen=True)
class Section:
    """Questions that stand together; name and labels are empty for those outside any group."""

    name: str
    labels: Texts
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Form:
    """A form as its workbook says it: id and version together never change their meaning."""

    id: str
    version: str
    title: str
    languages: tuple[str, ...]
    sections: tuple[Section, ...]

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions, notes included, in the order in which they are asked."""
        return tuple(question for section in self.sections for question in section.questions)

    @cached_property
    def by_name(self) -> Mapping[str, Question]:
        return {question.name: question for question in self.questions}

    def text(self, texts: Texts, language: str) -> str:
        """The text in that language, else in the form's first language, else ""."""
        return texts.get(language) or texts.get(self.languages[0], "")
