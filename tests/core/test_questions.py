"""What one programme asks another about what is not a place yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from hemei.core.registry import Programme, Question, Registry
from hemei.terms.proposal import Proposal, Ruled, Ruling
from hemei.terms.verdict import Kind, Outcome

DAY = date(2026, 11, 25)
HERE = Proposal("a", "429021", b"")


def ruling(kind: Kind, outcome: Outcome) -> Ruling:
    return Ruling("r", "t", kind, outcome, "", "", None, None, None, "m", "", "", ())


def test_a_question_goes_to_whoever_declares_it() -> None:
    def ask(proposals: Sequence[Proposal], *, on: date, public: bool = False) -> dict[str, Ruled]:
        return {one.id: Ruled((ruling(Kind.DENY, Outcome.FAIL),), configured=public) for one in proposals}

    registry = Registry()
    registry.register(Programme("toy", "Toy", "plane", questions=[Question("toy.verdicts", "Verdicts", ask)]))
    assert registry.ask("toy.verdicts", [HERE], on=DAY)["a"].outcome is Outcome.FAIL
    assert registry.ask("toy.verdicts", [HERE], on=DAY, public=True)["a"].configured
    registry.forget("toy")
    assert registry.ask("toy.verdicts", [HERE], on=DAY) == {"a": Ruled()}


@pytest.mark.parametrize(
    ("said", "worst"),
    [
        ([], Outcome.UNKNOWN),
        ([(Kind.WARN, Outcome.FAIL)], Outcome.UNKNOWN),
        ([(Kind.WARN, Outcome.FAIL), (Kind.DENY, Outcome.PASS)], Outcome.PASS),
        ([(Kind.LIMIT, Outcome.UNKNOWN), (Kind.DENY, Outcome.PASS)], Outcome.UNKNOWN),
        ([(Kind.LIMIT, Outcome.UNKNOWN), (Kind.ALLOW_ONLY, Outcome.FAIL)], Outcome.FAIL),
    ],
)
def test_a_warning_stands_in_nobodys_way(said: list[tuple[Kind, Outcome]], worst: Outcome) -> None:
    ruled = Ruled(tuple(ruling(*one) for one in said))
    assert ruled.outcome is worst
    assert bool(ruled.failing) is (worst is Outcome.FAIL)
