"""The table of what expressions give, which every evaluator is held against: evaluation.json."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from hemei.engines.forms.checking import Names, gives_of
from hemei.engines.forms.evaluating import Around
from hemei.engines.forms.form import Choice, Kind, Question

TABLE = json.loads((Path(__file__).parent / "evaluation.json").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = TABLE["cases"]


def question(name: str, declared: Any) -> Question:
    kind, *rest = [declared] if isinstance(declared, str) else declared
    if kind == "calculate":
        return Question(name, Kind.CALCULATE, {}, gives=rest[0])
    return Question(name, Kind(kind), {}, choices=tuple(Choice(choice, {}) for choice in rest))


QUESTIONS = {name: question(name, declared) for name, declared in {**TABLE["questions"], **TABLE["rooms"]}.items()}


def names(case: dict[str, Any]) -> Names:
    own = case.get("self", [""])[0]
    return Names(
        asked=QUESTIONS,
        repeat_of=dict.fromkeys(TABLE["rooms"], "rooms"),
        within="rooms" if "inside" in case else "",
        itself=gives_of(QUESTIONS[own]) if own else None,
        repeats=frozenset({"rooms"}),
        own=own,
    )


def around(case: dict[str, Any]) -> Around:
    day = case.get("day", TABLE["day"])
    position = case.get("inside", 0)
    return Around(
        answers=case["answers"],
        day=date.fromisoformat(day) if day else None,
        instance=case["answers"]["rooms"][position - 1] if position else {},
        position=position,
        itself=case.get("self", ["", ""])[1],
    )
