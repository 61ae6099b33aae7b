"""The nouns of a form, frozen: what a person is asked, in which languages, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from hemei.engines.forms.expressions import Expression

MOST_ROWS = 1_000  # of a form's questions and headings: more than anybody answers on a phone
MOST_CHOICES = 500  # of one question: more than anybody looks through on a phone
LONGEST_TEXT = 2_000  # letters of a question, a hint or a choice: more is no question
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
    CALCULATE = "calculate"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to pick: the name is what is stored, the picture a file name or ""."""

    name: str
    labels: Texts
    picture: str = ""


@dataclass(frozen=True)
class Question:
    """One row of the survey sheet. It is asked where `relevant` holds (its section's condition and its own).

    A calculated one is asked of nobody: `calculation` says what it is, and `gives` what that is to others: text,
    number, day or truth (which is stored as 1 or 0).
    """

    name: str
    kind: Kind
    labels: Texts
    hints: Texts = field(default_factory=dict)
    required: bool = False
    choices: tuple[Choice, ...] = ()
    relevant: Expression | None = None
    picture: str = ""
    constraint: Expression | None = None  # of an answer that is there, which is "." in it
    constraint_messages: Texts = field(default_factory=dict)
    calculation: Expression | None = None
    gives: str = ""

    @cached_property
    def choice_names(self) -> frozenset[str]:
        return frozenset(choice.name for choice in self.choices)

    @cached_property
    def takes_answer(self) -> bool:
        return self.kind is not Kind.NOTE

    @cached_property
    def is_shown(self) -> bool:
        return self.kind is not Kind.CALCULATE


@dataclass(frozen=True)
class Section:
    """Questions that stand together; name and labels are empty for those outside any group.

    Those of a repeat are asked as often as there is something to tell of; its answers are the list of its instances,
    each with answers by question, under the name of the section.
    """

    name: str
    labels: Texts
    questions: tuple[Question, ...]
    relevant: Expression | None = None
    repeat: bool = False

    @property
    def shown(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.is_shown)

    @property
    def photos(self) -> tuple[Question, ...]:
        """The questions that a photo answers."""
        return tuple(question for question in self.questions if question.kind is Kind.IMAGE)


@dataclass(frozen=True)
class Rule:
    """Answers that mean a finding, by the finding's id."""

    finding: str
    when: Expression


@dataclass(frozen=True)
class Form:
    """A form as its workbook says it: id and version together never change their meaning."""

    id: str
    version: str
    title: str
    languages: tuple[str, ...]
    sections: tuple[Section, ...]
    rules: tuple[Rule, ...] | None = None  # None: the workbook says nothing of findings

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What is asked once, notes included, in its order: without what is calculated and what repeats."""
        return tuple(question for section in self.sections if not section.repeat for question in section.shown)

    @cached_property
    def everything(self) -> tuple[Question, ...]:
        return tuple(question for section in self.sections for question in section.questions)

    @cached_property
    def calculates(self) -> bool:
        return any(question.calculation is not None for question in self.everything)

    @cached_property
    def pictures(self) -> frozenset[str]:
        """The file names of the pictures beside its questions and choices."""
        asked = {question.picture for question in self.everything}
        return frozenset(asked | {choice.picture for question in self.everything for choice in question.choices}) - {""}

    @cached_property
    def repeats(self) -> Mapping[str, Section]:
        return {section.name: section for section in self.sections if section.repeat}

    @cached_property
    def answered_by(self) -> frozenset[str]:
        """The names that answers to the whole form may stand under: questions asked once, and repeats."""
        once = {question.name for section in self.sections if not section.repeat for question in section.questions}
        return frozenset(once | self.repeats.keys())

    @cached_property
    def by_name(self) -> Mapping[str, Question]:
        return {question.name: question for question in self.everything}

    def text(self, texts: Texts, language: str) -> str:
        """The text in that language, else in the form's first language, else in any, else ""."""
        return texts.get(language) or texts.get(self.languages[0]) or next(iter(texts.values()), "")
