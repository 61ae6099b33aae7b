"""What a check can say is wrong, and how bad that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

Answers = Mapping[str, Any]


class Text(Protocol):
    """A text, or one that is translated when it is shown."""

    def __str__(self) -> str: ...


class Severity(IntEnum):
    """How soon somebody must act. Higher is worse."""

    ROUTINE = 1
    SERIOUS = 2
    URGENT = 3


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One thing that can be wrong: a stable id that is never used again for anything else.

    `applies` takes the answers of a check and says whether they show it; it does nothing else.
    """

    id: str
    severity: Severity
    title: Text
    remedy: Text
    applies: Callable[[Answers], bool] | None = None
    due_from: str = ""  # the question whose answer, a date, is the deadline

    @property
    def matter(self) -> str:
        """The programme it belongs to: `houses` of `houses.F03`."""
        return self.id.partition(".")[0]


def finding(
    id: str, *, severity: Severity, title: Text, remedy: Text
) -> Callable[[Callable[[Answers], bool]], FindingKind]:
    """Declare a finding by the function that recognises it."""

    def declare(applies: Callable[[Answers], bool]) -> FindingKind:
        return FindingKind(id, severity, title, remedy, applies)

    return declare
